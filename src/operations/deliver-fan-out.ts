import type { CustomerId, Id } from '../domain/ids.ts';
import { customerJson } from '../domain/record.ts';
import { spacedJson } from '../domain/text.ts';
import { wants } from '../domain/webhook.ts';
import { readCustomer } from '../store/customers.ts';
import type { FreshEvent, NewDelivery } from '../store/deliveries.ts';
import { freshEvents, insertDeliveries } from '../store/deliveries.ts';
import type { WebhookBehind } from '../store/deliveries-due.ts';
import { holdWebhookBehind } from '../store/deliveries-due.ts';
import type { WebhookRow } from '../store/webhooks.ts';
import { openProfile } from './customer-change.ts';
import type { System } from './system.ts';
import { scopeOf } from './system.ts';
import { placeOfPayload } from './webhook-sealing.ts';

/** Events that are looked at for one subscription by one transaction, at most. */
const batch = 200;

/**
 * Makes deliveries of the events that one subscription has not been looked at for. The deliveries and how far
 * that has come are one transaction, so a process that dies in between leaves neither.
 */
export function fanOut(system: System): Promise<'more' | 'done'> {
  return system.db.transaction(async (db) => {
    const behind = await holdWebhookBehind(db);
    if (!behind) return 'done';
    const events = await freshEvents(behind, db, behind.fanned, batch);
    const last = events.at(-1);
    // The sequencer moves its head together with the events; where they were swept there is nothing to do.
    if (!last) return 'done';
    const wanted = events.filter((event) => isFor(behind.webhook, event));
    const deliveries = await Promise.all(wanted.map((event) => deliveryOf(system, behind, event)));
    await insertDeliveries(behind, db, behind.webhook.id, deliveries, last.number, system.now());
    return 'more';
  });
}

/** A test is for the subscription that it names, and for no other. */
function isFor({ id, events }: WebhookRow, { type, payload }: FreshEvent): boolean {
  if (type === 'webhook.test') return (JSON.parse(payload) as { webhook_id?: string }).webhook_id === id;
  return wants(events, type);
}

async function deliveryOf(
  system: System,
  { brandId, webhook }: WebhookBehind,
  event: FreshEvent,
): Promise<NewDelivery> {
  const deliveryId: Id<'delivery'> = system.newId();
  const bare = { deliveryId, number: event.number, payload: undefined };
  if (webhook.payload === 'thin' || event.customerId === undefined) return bare;
  const ring = await system.keyrings.of(brandId);
  const customer = await customerOf(system, { brandId, ring }, event.customerId);
  if (customer === undefined) return bare;
  const whole = spacedJson({ ...JSON.parse(event.payload), customer });
  return { ...bare, payload: ring.seal(placeOfPayload(deliveryId), whole) };
}

/** The customer as an answer shows it, or `undefined` for one that is gone. */
async function customerOf(
  system: System,
  {
    brandId,
    ring,
  }: { brandId: WebhookBehind['brandId']; ring: Awaited<ReturnType<System['keyrings']['of']>> },
  id: CustomerId,
): Promise<unknown> {
  const row = await readCustomer(scopeOf(system, brandId), id);
  return row && JSON.parse(customerJson(row.head, await openProfile({ system, ring }, row), 'change'));
}
