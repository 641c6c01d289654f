import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { scopeOf } from '../../../../src/operations/system.ts';
import { deliver } from '../../../../src/operations/webhooks/deliver.ts';
import { fanOut } from '../../../../src/operations/webhooks/fan-out.ts';
import { payloadSealContext } from '../../../../src/operations/webhooks/sealing.ts';
import { claimDeliveries } from '../../../../src/store/webhooks/deliveries.ts';
import { newCustomer, newWebhook } from '../../../contract-samples.ts';
import type { Receiver } from '../../../fakes/receiver.ts';
import { openReceiver } from '../../../fakes/receiver.ts';
import type { BrandClient, World } from '../../../world.ts';
import { openWorld, settled } from '../../../world.ts';

// The attacker can write every table, but has no key. It changes an event, or a delivery of it, after the delivery was
// made. The altered delivery is not sent, and the customer's next one is. Planted faults: an altered delivery that is
// left as it is, and a payload that was made with the key.

let world: World;
let brand: BrandClient;
let receiver: Receiver;
let customer: string;
let webhook: string;
let before: number;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
  receiver = await openReceiver();
});
afterAll(async () => {
  await world.close();
  await receiver.close();
});
/** Two deliveries of one customer: of its creation, with number 1, and of its update, with number 2. */
beforeEach(async () => {
  brand = await world.brand();
  const { json } = await newWebhook(brand, { url: receiver.url, events: ['customer*'], payload: 'full' });
  webhook = json.webhook_subscription.id;
  customer = (await newCustomer(brand)).json.customer_id;
  await updated();
  while ((await fanOut(world.system)) === 'more');
  before = receiver.arrived.length;
});

let updates = 0;
async function updated(): Promise<void> {
  updates += 1;
  const { status } = await brand.call('PATCH', `/customers/${customer}`, {
    body: { last_name: `Moneypenny${'a'.repeat(updates)}` },
  });
  expect(status).toBe(200);
  await settled(world);
}

const alter = (table: 'events' | 'deliveries', change: string, number = 1) =>
  world.sql(`update ${table} set ${change} where brand_id = $1 and number = $2`, [brand.brandId, number]);
const claimed = () =>
  claimDeliveries(
    scopeOf(world.system, brand.brandId),
    webhook as never,
    world.system.now(),
    randomUUID(),
    10,
  );
/** Sends what is due, until nothing is. */
async function sendAll(): Promise<void> {
  for (let due = await claimed(); due.length > 0; due = await claimed())
    for (const one of due) await deliver(world.system, brand.brandId, one);
}
const arrived = () => receiver.arrived.slice(before).map(({ json }) => json.event);
const alarms = () => world.system.security.usage().events.get('record_altered') ?? 0;
const states = async () =>
  (await brand.call('GET', `/webhooks/${webhook}/deliveries`)).json.data.map(
    ({ number, status, attempts }: { number: number; status: string; attempts: unknown[] }) =>
      `${number} ${status} ${attempts.length}`,
  );

test('without an attack both are sent in order', async () => {
  await sendAll();
  expect(arrived()).toEqual(['customer.created', 'customer.updated']);
  expect(await states()).toEqual(['2 delivered 1', '1 delivered 1']);
});

describe('after a change of the first one', () => {
  const another = randomUUID();
  test.each([
    ['its event', 'events', `payload = replace(payload, 'created', 'deleted')`],
    ['the time of its event', 'events', `occurred_at = occurred_at - interval '1 day'`],
    ['the proof of its event', 'events', `mac = '99.' || repeat('A', 43) || '='`],
    ['its event id', 'deliveries', `event_id = '${another}'`],
    ['its type', 'deliveries', `type = 'customer.deleted'`],
    ['its customer', 'deliveries', `customer_id = '${another}'`],
    ['its payload', 'deliveries', `payload = overlay(payload placing 'AAAA' from 60)`],
    [
      'the version of the key of its payload',
      'deliveries',
      `payload = overlay(payload placing 'AQAAABAA' from 1)`,
    ],
  ] as const)('%s, it is given up with an alarm, and the next one is sent', async (_, table, change) => {
    await alter(table, change);
    const raised = alarms();
    await sendAll();
    expect(arrived()).toEqual(['customer.updated']);
    expect(await states()).toEqual(['2 delivered 1', '1 dead 0']);
    expect(alarms()).toBe(raised + 1);
  });
});

test('a delivery whose event is under the next version of the root key waits, and raises no alarm yet', async () => {
  await alter('events', `mac = '2.' || repeat('A', 43) || '='`);
  const raised = alarms();
  for (const one of await claimed())
    await expect(deliver(world.system, brand.brandId, one)).rejects.toThrow('root key version 2');
  expect(arrived()).toEqual([]);
  expect(alarms()).toBe(raised);
});

test('a delivery whose event was removed is given up with an alarm, and the next one is sent', async () => {
  await world.sql('delete from events where brand_id = $1 and number = 1', [brand.brandId]);
  const raised = alarms();
  await sendAll();
  expect(arrived()).toEqual(['customer.updated']);
  expect(alarms()).toBe(raised + 1);
});

test('a delivery whose event was deleted because of its age is given up without an alarm', async () => {
  await world.sql('delete from events where brand_id = $1 and number = 1', [brand.brandId]);
  await alter('deliveries', `occurred_at = now() - interval '31 days'`);
  const raised = alarms();
  await sendAll();
  expect(await states()).toEqual(['2 delivered 1', '1 dead 0']);
  expect(alarms()).toBe(raised);
});

test('an altered delivery that is left as it is would hold back the next one', async () => {
  await alter('events', `payload = replace(payload, 'created', 'deleted')`);
  expect(await claimed()).toHaveLength(1);
  expect(await claimed()).toHaveLength(0);
});

describe('a payload that was moved to another event', () => {
  /** Makes the delivery of the first event one of the third event, of which there is no delivery yet. */
  async function moved(): Promise<string> {
    await updated();
    await world.sql(
      `update deliveries d set (number, event_id, type, occurred_at) = (e.number, e.event_id, e.type, e.occurred_at)
         from events e where d.brand_id = $1 and e.brand_id = $1 and d.number = 1 and e.number = 3`,
      [brand.brandId],
    );
    const [row] = await world.sql('select delivery_id from deliveries where brand_id = $1 and number = 3', [
      brand.brandId,
    ]);
    return String(row?.['delivery_id']);
  }

  test('is not sent', async () => {
    const id = await moved();
    const [row] = await world.sql('select payload from deliveries where delivery_id = $1', [id]);
    // The seal alone does not prevent it: it names the delivery.
    const keyring = await world.system.keyrings.of(brand.brandId);
    expect(keyring.open(payloadSealContext(id), String(row?.['payload']))).toContain('customer.created');
    const raised = alarms();
    await sendAll();
    expect(arrived()).toEqual(['customer.updated']);
    expect(await states()).toEqual(['3 dead 0', '2 delivered 1']);
    expect(alarms()).toBe(raised + 1);
  });

  test('would be sent if the service itself had sealed it for that event', async () => {
    const id = await moved();
    const [event] = await world.sql('select payload from events where brand_id = $1 and number = 3', [
      brand.brandId,
    ]);
    const body = `${String(event?.['payload']).slice(0, -1)}, "customer": {"first_name": "Forged"}}`;
    const keyring = await world.system.keyrings.of(brand.brandId);
    await world.sql('update deliveries set payload = $2 where delivery_id = $1', [
      id,
      keyring.seal(payloadSealContext(id), body),
    ]);
    await sendAll();
    expect(arrived()).toEqual(['customer.updated', 'customer.updated']);
    expect(receiver.arrived.at(-1)?.json.customer).toEqual({ first_name: 'Forged' });
  });
});
