import { customerJson } from '../../domain/customers/record.ts';
import type { BrandId, CustomerId, Id } from '../../domain/ids.ts';
import { spacedJson } from '../../domain/text.ts';
import { withOffset } from '../../domain/time.ts';
import { matchesEventType } from '../../domain/webhooks/subscription.ts';
import type { StoredEvent } from '../../store/audit/journal.ts';
import { isOutdatedKey } from '../../store/connection/outage.ts';
import { readCustomer } from '../../store/customers/customers.ts';
import type { BrandScope } from '../../store/scope.ts';
import type { NewDelivery } from '../../store/webhooks/deliveries.ts';
import { insertDeliveries, unmatchedEvents } from '../../store/webhooks/deliveries.ts';
import type { LaggingWebhook } from '../../store/webhooks/deliveries-due.ts';
import { lockLaggingWebhook } from '../../store/webhooks/deliveries-due.ts';
import type { WebhookRow } from '../../store/webhooks/subscriptions.ts';
import type { Keyring } from '../../vault/vault.ts';
import { VaultError } from '../../vault/vault.ts';
import { openProfile } from '../customers/change.ts';
import { isProvenEvent } from '../journal.ts';
import type { System } from '../system.ts';
import { scopeOf } from '../system.ts';
import { payloadSealContext } from './sealing.ts';

/** Maximum number of events per subscription and transaction. */
const batch = 200;

/**
 * Creates the deliveries of one subscription's new events. Deliveries and position are written in one transaction,
 * so a crash leaves neither.
 */
export async function fanOut(system: System): Promise<'more' | 'done'> {
  let brandId: BrandId | undefined;
  try {
    return await system.db.transaction(async (db) => {
      const behind = await lockLaggingWebhook(db);
      if (!behind) return 'done';
      brandId = behind.brandId;
      const events = await unmatchedEvents(behind, db, behind.fanned, batch);
      // The position advances with the events; if there are none, they were swept.
      const upTo = events.at(-1)?.number ?? behind.head;
      const proven = events.filter((event) => isProven(system, behind.brandId, event));
      const wanted = proven.filter((event) => isFor(behind.webhook, event));
      const deliveries = await Promise.all(wanted.map((event) => deliveryOf(system, behind, event)));
      await insertDeliveries(behind, db, behind.webhook.id, deliveries, upTo, system.now());
      return 'more';
    });
  } catch (error) {
    if (brandId === undefined || !isOutdatedKey(error)) throw error;
    await system.keyrings.reload(brandId);
    return 'more';
  }
}

/** One altered event must not block the others. It is not sent, an alarm is raised, and the doctor names it. */
function isProven(system: System, brandId: BrandId, event: StoredEvent): boolean {
  if (isProvenEvent(system, brandId, event)) return true;
  system.security.record({ name: 'record_altered', outcome: 'detected', brandId, operation: 'fanOut' });
  return false;
}

/** A test event is delivered only to the subscription that it names. */
function isFor({ id, events }: WebhookRow, { type, payload }: StoredEvent): boolean {
  if (type === 'webhook.test') return (JSON.parse(payload) as { webhook_id?: string }).webhook_id === id;
  return matchesEventType(events, type);
}

async function deliveryOf(
  system: System,
  { brandId, webhook }: LaggingWebhook,
  event: StoredEvent,
): Promise<NewDelivery> {
  const deliveryId: Id<'delivery'> = system.newId();
  const bare = { deliveryId, number: event.number, payload: undefined };
  if (webhook.payload === 'thin' || event.customerId === undefined) return bare;
  const keyring = await system.keyrings.of(brandId);
  const customer = await customerOf(system, scopeOf(system, brandId), keyring, event.customerId);
  if (customer === undefined) return bare;
  const whole = spacedJson({ ...JSON.parse(event.payload), customer });
  return { ...bare, payload: keyring.seal(payloadSealContext(deliveryId), whole) };
}

/** The customer as an answer shows it, or `undefined` if it was deleted. */
async function customerOf(
  system: System,
  scope: BrandScope,
  keyring: Keyring,
  id: CustomerId,
): Promise<unknown> {
  const row = await readCustomer(scope, id);
  if (!row) return undefined;
  try {
    return JSON.parse(customerJson(row.head, await openProfile({ system, keyring }, row), withOffset));
  } catch (error) {
    // One damaged record must not block all events; the doctor reports it.
    if (error instanceof VaultError) return undefined;
    throw error;
  }
}
