import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { instantOfPostgres } from '../../../../src/domain/time.ts';
import { examineRecords } from '../../../../src/operations/installation/doctor-proofs.ts';
import { proveEvents } from '../../../../src/operations/installation/prove-trails.ts';
import { eventFields } from '../../../../src/operations/journal.ts';
import { scopeOf } from '../../../../src/operations/system.ts';
import { deliver } from '../../../../src/operations/webhooks/deliver.ts';
import { fanOut } from '../../../../src/operations/webhooks/fan-out.ts';
import type { StoredEvent } from '../../../../src/store/audit/journal.ts';
import { openDatabase } from '../../../../src/store/connection/database.ts';
import { claimDeliveries } from '../../../../src/store/webhooks/deliveries.ts';
import { newCustomer, newWebhook } from '../../../contract-samples.ts';
import type { Receiver } from '../../../fakes/receiver.ts';
import { openReceiver } from '../../../fakes/receiver.ts';
import type { BrandClient, World } from '../../../world.ts';
import { openWorld, settled } from '../../../world.ts';

// The attacker can write every table, but has no key. It changes what stored events say: to readers of GET /events, and
// to receivers of webhooks. The planted fault is the same change with a MAC made with the key.

let world: World;
let brand: BrandClient;
let receiver: Receiver;
/** The customer of the brand's first event. */
let customer: string;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
  receiver = await openReceiver();
});
afterAll(async () => {
  await world.close();
  await receiver.close();
});
beforeEach(async () => {
  brand = await world.brand();
  customer = await made();
});

async function made(): Promise<string> {
  const { customer_id } = (await newCustomer(brand)).json;
  await settled(world);
  return customer_id;
}

const events = () => brand.call('GET', '/events');
const first = 'where brand_id = $1 and number = 1';
const alter = (change: string) => world.sql(`update events set ${change} ${first}`, [brand.brandId]);
const another = randomUUID();
const forged = `payload = replace(payload, 'customer.created', 'customer.deleted'), type = 'customer.deleted'`;

/** The same change with the key. */
async function alterWithKey(change: string): Promise<void> {
  await alter(change);
  const [row = {}] = await world.sql(
    `select number::text, event_id, type, customer_id, occurred_at::text as at, payload from events ${first}`,
    [brand.brandId],
  );
  const event = {
    number: row['number'],
    eventId: row['event_id'],
    type: row['type'],
    customerId: row['customer_id'] ?? undefined,
    occurredAt: instantOfPostgres(String(row['at'])),
    payload: row['payload'],
  } as Omit<StoredEvent, 'mac'>;
  const mac = world.system.vault.mac('event', eventFields(brand.brandId, event));
  await world.sql(`update events set mac = $2 ${first}`, [brand.brandId, mac]);
}

describe('a stored event', () => {
  test.each([
    ['another content', forged],
    ['another customer', `customer_id = '${another}'`],
    ['another id', `event_id = '${another}'`],
    ['another time', `occurred_at = occurred_at - interval '1 second'`],
    ['another number', 'number = 7'],
    ['the proof of another event', `mac = (select mac from events where brand_id <> $1 limit 1)`],
    ['a proof under an unknown version of the root key', `mac = '99.' || repeat('A', 43) || '='`],
  ])('with %s is not shown', async (_, change) => {
    const other = await world.brand();
    await newCustomer(other);
    await settled(world);
    expect((await events()).json.data).toHaveLength(1);
    await alter(change);
    expect((await events()).json).toMatchObject({ Status: 503, Code: 'record_altered' });
    expect((await other.call('GET', '/events')).json.data).toHaveLength(1);
    const [finding] = await examineRecords(world.system.db, world.system.vault);
    expect(finding?.state).toBe('red');
    await world.sql('delete from events where brand_id = $1', [brand.brandId]);
  });

  test('that cannot be verified here is named by doctor, beside those that were altered', async () => {
    await made();
    await alter(`mac = '99.' || repeat('A', 43) || '='`);
    await world.sql(`update events set type = 'customer.deleted' where brand_id = $1 and number = 2`, [
      brand.brandId,
    ]);
    expect(await examineRecords(world.system.db, world.system.vault)).toEqual([
      expect.objectContaining({ explanation: expect.stringContaining(`events 2 of brand ${brand.brandId}`) }),
      expect.objectContaining({
        state: 'red',
        explanation: expect.stringContaining(`events 1 of brand ${brand.brandId} (version 99)`),
        nextStep: expect.stringContaining('Bring the root key with all of its versions'),
      }),
    ]);
    await world.sql('delete from events where brand_id = $1', [brand.brandId]);
  });

  test('that the service itself had changed would be shown', async () => {
    await alterWithKey(forged);
    expect((await events()).json.data).toMatchObject([{ event: 'customer.deleted', customer_id: customer }]);
  });
});

describe('a webhook', () => {
  let webhook: string;
  let before: number;
  beforeEach(async () => {
    const { json } = await newWebhook(brand, { url: receiver.url, events: ['customer*'] });
    webhook = json.webhook_subscription.id;
    await world.sql('update webhooks set fanned = 0 where webhook_id = $1', [webhook]);
    before = receiver.arrived.length;
  });
  const arrived = () => receiver.arrived.slice(before).map(({ json }) => `${json.event} ${json.customer_id}`);
  async function fanAll(): Promise<void> {
    while ((await fanOut(world.system)) === 'more');
  }
  async function sendAll(): Promise<void> {
    const { system } = world;
    const scope = scopeOf(system, brand.brandId);
    const claimed = await claimDeliveries(scope, webhook as never, system.now(), randomUUID(), 10);
    for (const one of claimed) await deliver(system, brand.brandId, one);
  }

  test('does not get an event that was altered, and gets the others', async () => {
    const second = await made();
    await alter(forged);
    const alarms = () => world.system.security.usage().events.get('record_altered') ?? 0;
    const raised = alarms();
    await fanAll();
    expect(alarms()).toBe(raised + 1);
    await sendAll();
    expect(arrived()).toEqual([`customer.created ${second}`]);
  });

  test('would get an event that the service itself had changed', async () => {
    await alterWithKey(forged);
    await fanAll();
    await sendAll();
    expect(arrived()).toEqual([`customer.deleted ${customer}`]);
  });
});

test('keys under a version of the root key that is not loaded are answered like an altered record', async () => {
  const { json } = await newWebhook(brand, { url: receiver.url });
  await world.sql('update brand_keys set root_version = 99 where brand_id = $1', [brand.brandId]);
  await expect(world.system.keyrings.reload(brand.brandId)).rejects.toThrow('version 99');
  for (const path of ['/events', `/webhooks/${json.webhook_subscription.id}/deliveries`])
    expect((await brand.call('GET', path)).json).toMatchObject({ Status: 503, Code: 'record_altered' });
  const replay = { body: { from_number: 1, to_number: 2 } };
  expect(
    (await brand.call('POST', `/webhooks/${json.webhook_subscription.id}/replay`, replay)).json,
  ).toMatchObject({ Status: 503, Code: 'record_altered' });
});

test('an upgrade proves the events of earlier versions, and no event can be written without a proof after it', async () => {
  const without = () => world.sql('update events set mac = null where brand_id = $1', [brand.brandId]);
  await expect(without()).rejects.toThrow('null value in column "mac"');
  await world.sql('alter table events alter column mac drop not null');
  await without();
  const owner = openDatabase({ address: { url: world.databaseUrl } });
  try {
    await proveEvents(owner, () => world.system.vault);
  } finally {
    await owner.close();
  }
  await world.sql('alter table events alter column mac set not null');
  expect((await events()).json.data).toHaveLength(1);
});
