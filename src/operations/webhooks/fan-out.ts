import { customerJson } from '../../domain/customers/record.ts';
import type { BrandId, CustomerId, Id } from '../../domain/ids.ts';
import { UnreadableTime, withOffset } from '../../domain/time.ts';
import { matchesEventType } from '../../domain/webhooks/subscription.ts';
import type { StoredEvent } from '../../store/audit/journal.ts';
import { headsOfBrands } from '../../store/audit/sequencer.ts';
import { mayBeInUse } from '../../store/brands/root-versions.ts';
import type { Connection } from '../../store/connection/database.ts';
import { isOutdatedKey, isUnavailable } from '../../store/connection/outage.ts';
import { readCustomer } from '../../store/customers/customers.ts';
import type { BrandScope } from '../../store/scope.ts';
import type { NewDelivery } from '../../store/webhooks/deliveries.ts';
import { insertDeliveries, unmatchedEvents } from '../../store/webhooks/deliveries.ts';
import type { LaggingWebhook } from '../../store/webhooks/deliveries-due.ts';
import { lockLaggingWebhook } from '../../store/webhooks/deliveries-due.ts';
import type { WebhookId, WebhookRow } from '../../store/webhooks/subscriptions.ts';
import type { Keyring } from '../../vault/vault.ts';
import { VaultError } from '../../vault/vault.ts';
import { requireGenuineHead } from '../audit/checkpoints.ts';
import { ForeignTrail, StoppedTrail, WaitingTrail } from '../audit/foreign.ts';
import { openProfile } from '../customers/change.ts';
import { proofOfEvent, UnverifiableEvent } from '../journal.ts';
import type { System } from '../system.ts';
import { scopeOf } from '../system.ts';
import { bodyWithCustomer, payloadSealContext } from './sealing.ts';

/** Maximum number of events per subscription and transaction. */
const batch = 200;

/** The subscriptions whose events could not be matched, which wait while the others go on. */
export interface FanOutFailures {
  /** The subscriptions that wait now. */
  waiting(): readonly WebhookId[];
  failed(id: WebhookId, error: unknown): void;
  succeeded(id: WebhookId): void;
}

/** For callers without other subscriptions to go on with. */
const throwFailure: FanOutFailures = {
  waiting: () => [],
  failed(_, error) {
    throw error;
  },
  succeeded: () => undefined,
};

/**
 * Creates the deliveries of one subscription's new events. Deliveries and position are written in one transaction,
 * so a crash leaves neither. A failure of one subscription goes to `failures`.
 *
 * @throws Refusal, or an error of the connection, where the database is not available.
 */
export async function fanOut(
  system: System,
  failures: FanOutFailures = throwFailure,
): Promise<'more' | 'done'> {
  let behind: LaggingWebhook | undefined;
  try {
    const outcome = await system.db.transaction(async (db) => {
      behind = await lockLaggingWebhook(db, failures.waiting());
      if (!behind) return 'done';
      await matchEvents(system, db, behind);
      return 'more';
    });
    if (behind) failures.succeeded(behind.webhookId);
    return outcome;
  } catch (error) {
    if (!behind || isUnavailable(error)) throw error;
    await noteFailure(system, behind, error, failures);
    return 'more';
  }
}

async function matchEvents(system: System, db: Connection, behind: LaggingWebhook): Promise<void> {
  const { brandId } = behind;
  const webhook = behind.read();
  const end = await provenEnd(system, db, brandId);
  const events = await unmatchedEvents(behind, db, { after: behind.fanned, upTo: end }, batch);
  const { proven, last } = provenEvents(system, brandId, events);
  const wanted = proven.filter((event) => isFor(webhook, event));
  const deliveries = await Promise.all(wanted.map((event) => deliveryOf(system, brandId, webhook, event)));
  // The position advances with the events; if there are none, they were swept.
  await insertDeliveries(behind, db, webhook.id, deliveries, last ?? end, system.now());
}

/**
 * The number of the brand's last event. A row beyond it is not an event, and must not advance a position.
 *
 * @throws StoppedTrail where the stored number has no valid proof.
 */
async function provenEnd(system: System, db: Connection, brandId: BrandId): Promise<string> {
  const [head] = await headsOfBrands(db, [brandId]);
  if (!head) throw new ForeignTrail(brandId, 'its end is not in journal_heads.');
  requireGenuineHead(system, head);
  return String(head.events);
}

/**
 * The proven ones of these events, and the number of the last event that was checked. An altered event must not block
 * the others: it is not sent, an alarm is raised, and the doctor names it. An event that cannot be verified here waits
 * with those behind it, because another machine may have the version of the root key.
 *
 * @throws UnverifiableEvent where that is the first one.
 */
function provenEvents(
  system: System,
  brandId: BrandId,
  events: readonly StoredEvent[],
): { readonly proven: readonly StoredEvent[]; readonly last: string | undefined } {
  const proven: StoredEvent[] = [];
  let last: string | undefined;
  for (const event of events) {
    const proof = proofOfEvent(system, brandId, event);
    if (typeof proof !== 'string') {
      if (last === undefined) throw new UnverifiableEvent(brandId, event, proof.missing);
      break;
    }
    if (proof === 'proven') proven.push(event);
    else system.security.alarm(brandId, 'fanOut');
    last = event.number;
  }
  return { proven, last };
}

/** Raises the alarm where an error shows a row that the service most likely did not write. */
async function alarmAbout({ db, security }: System, brandId: BrandId, error: unknown): Promise<void> {
  if (error instanceof WaitingTrail || error instanceof UnverifiableEvent)
    return security.alarm(brandId, 'fanOut', { mayWait: await mayBeInUse(db, error.version) });
  if (error instanceof StoppedTrail || error instanceof UnreadableTime) security.alarm(brandId, 'fanOut');
}

/** If another process has rotated the brand's keys, the subscription is tried again at once. */
async function noteFailure(
  system: System,
  { brandId, webhookId }: LaggingWebhook,
  error: unknown,
  failures: FanOutFailures,
): Promise<void> {
  await alarmAbout(system, brandId, error).catch(() => undefined);
  if (!isOutdatedKey(error)) return failures.failed(webhookId, error);
  await system.keyrings
    .reload(brandId)
    .catch((reloadError: unknown) => failures.failed(webhookId, reloadError));
}

/** A test event is delivered only to the subscription that it names. */
function isFor({ id, events }: WebhookRow, { type, payload }: StoredEvent): boolean {
  if (type === 'webhook.test') return (JSON.parse(payload) as { webhook_id?: string }).webhook_id === id;
  return matchesEventType(events, type);
}

async function deliveryOf(
  system: System,
  brandId: BrandId,
  webhook: WebhookRow,
  event: StoredEvent,
): Promise<NewDelivery> {
  const deliveryId: Id<'delivery'> = system.newId();
  const bare = { deliveryId, number: event.number, payload: undefined };
  if (webhook.payload === 'thin' || event.customerId === undefined) return bare;
  const keyring = await system.keyrings.of(brandId);
  const customer = await customerOf(system, scopeOf(system, brandId), keyring, event.customerId);
  if (customer === undefined) return bare;
  const body = bodyWithCustomer(event, customer);
  return { ...bare, payload: keyring.seal(payloadSealContext(deliveryId), body) };
}

/** The customer as an answer shows it, or `undefined` if it was deleted. */
async function customerOf(
  system: System,
  scope: BrandScope,
  keyring: Keyring,
  id: CustomerId,
): Promise<unknown> {
  try {
    const row = await readCustomer(scope, id);
    if (!row) return undefined;
    return JSON.parse(customerJson(row.head, await openProfile({ system, keyring }, row), withOffset));
  } catch (error) {
    // One damaged record must not block all events; the doctor reports it.
    if (error instanceof VaultError || error instanceof UnreadableTime) return undefined;
    throw error;
  }
}
