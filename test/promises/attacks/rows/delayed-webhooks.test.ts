import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UnreadableTime } from '../../../../src/domain/time.ts';
import { examineRecords } from '../../../../src/operations/installation/doctor-proofs.ts';
import { fanOut } from '../../../../src/operations/webhooks/fan-out.ts';
import { instant } from '../../../../src/store/columns.ts';
import { unmatchedEvents } from '../../../../src/store/webhooks/deliveries.ts';
import { dueWebhooks } from '../../../../src/store/webhooks/deliveries-due.ts';
import { startDeliverer } from '../../../../src/worker/deliverer.ts';
import { newCustomer, newWebhook } from '../../../contract-samples.ts';
import type { Receiver } from '../../../fakes/receiver.ts';
import { openPublicReceiver } from '../../../fakes/receiver.ts';
import { rewrite } from '../../../rewrite.ts';
import type { BrandClient, World } from '../../../world.ts';
import { openWorld, settled } from '../../../world.ts';
import { eventually } from '../../durability/cpu-contention.ts';

// The attacker can write every table, but has no key. It plants a row of one brand that makes the matching of events
// throw. The other brands must still be challenged, and get their events. The planted fault is the matching without a
// list of subscriptions that wait: there the failure ends each round.

let world: World;
let receiver: Receiver;
beforeAll(async () => {
  const receiving = await openPublicReceiver();
  receiver = receiving;
  world = await openWorld({ apiOnly: true, outbound: receiving.outbound });
});
afterAll(async () => {
  await world.close();
  await receiver.close();
});

interface Subscribed {
  readonly brand: BrandClient;
  readonly webhook: string;
}

async function subscribed(): Promise<Subscribed> {
  const brand = await world.brand();
  const { json } = await newWebhook(brand, { url: receiver.url, events: ['customer*'] });
  return { brand, webhook: json.webhook_subscription.id };
}

/** A subscription that gets events already. */
async function verified(): Promise<Subscribed> {
  const one = await subscribed();
  await rewrite(
    one.brand,
    `update webhooks set ownership = 'verified', challenge_due = null where webhook_id = $1`,
    [one.webhook],
  );
  return one;
}

async function made(brand: BrandClient): Promise<string> {
  const { customer_id } = (await newCustomer(brand)).json;
  await settled(world);
  return customer_id;
}

/** Ends what a test has planted, so that the next one begins without it. */
async function removed({ brand, webhook }: Subscribed): Promise<void> {
  await world.sql('delete from webhooks where webhook_id = $1', [webhook]);
  await world.sql('delete from events where brand_id = $1', [brand.brandId]);
}

async function fanAll(): Promise<void> {
  while ((await fanOut(world.system)) === 'more');
}

/** Runs the worker until something holds. Returns what it reported. */
async function working(holds: (reported: readonly unknown[]) => boolean): Promise<void> {
  const reported: unknown[] = [];
  const failed = (error: unknown) => void reported.push(error);
  const task = startDeliverer(world.system, { failed, roundFailed: failed, roundEnded: () => undefined });
  try {
    await eventually(() => holds(reported));
  } finally {
    await task.stop();
  }
}

const hasArrived = (customer: string) => receiver.taken.some(({ json }) => json.customer_id === customer);
const alarms = () => world.system.security.usage().events.get('record_altered') ?? 0;
const unknownVersion = `'99.' || repeat('A', 43) || '='`;

describe('the other brands go on beside', () => {
  test.each([
    [
      'an event under a version of the root key that does not exist',
      `update events set mac = ${unknownVersion} where brand_id = $1`,
      { name: 'UnverifiableEvent', code: 'unknown_root_version' },
    ],
    [
      'an end of the events under such a version',
      `update journal_heads set mac = ${unknownVersion} where brand_id = $1`,
      { name: 'WaitingTrail' },
    ],
    [
      'an end of the events that was moved',
      'update journal_heads set event_number = event_number + 1 where brand_id = $1',
      { name: 'ForeignTrail' },
    ],
    [
      'a subscription of an infinite age',
      `update webhooks set created_at = '-infinity' where brand_id = $1`,
      { name: 'UnreadableTime' },
    ],
  ])('%s', async (_, plant, cause) => {
    const attacked = await verified();
    const other = await subscribed();
    const lost = await made(attacked.brand);
    const customer = await made(other.brand);
    await world.sql(plant, [attacked.brand.brandId]);
    const before = alarms();
    await expect(fanAll()).rejects.toMatchObject(cause);
    await working((reported) => {
      const isReported = reported.some((error) => expect.objectContaining(cause).asymmetricMatch(error));
      return isReported && hasArrived(customer);
    });
    expect(hasArrived(lost)).toBe(false);
    expect(alarms()).toBeGreaterThan(before);
    await removed(attacked);
  });

  test('no alarm is raised where this machine only lacks a version that is in use', async () => {
    const one = await verified();
    await made(one.brand);
    await world.sql(`update events set mac = ${unknownVersion} where brand_id = $1`, [one.brand.brandId]);
    await world.sql('insert into root_versions (version, since) values (99, now())');
    const before = alarms();
    await expect(fanAll()).rejects.toMatchObject({ name: 'UnverifiableEvent' });
    expect(alarms()).toBe(before);
    await world.sql('delete from root_versions where version = 99');
    await removed(one);
  });

  test('a subscription of an infinite age with deliveries that are due', async () => {
    const attacked = await verified();
    const other = await verified();
    await made(attacked.brand);
    const customer = await made(other.brand);
    await fanAll();
    await world.sql(`update webhooks set updated_at = 'infinity' where webhook_id = $1`, [attacked.webhook]);
    await working((reported) => {
      const isReported = reported.some((error) => error instanceof Error && error.name === 'UnreadableTime');
      return isReported && hasArrived(customer);
    });
    await removed(attacked);
  });

  test('a subscription of an infinite age whose challenge is due', async () => {
    const [attacked, other] = [await subscribed(), await subscribed()];
    await world.sql(`update webhooks set updated_at = 'infinity' where webhook_id = $1`, [attacked.webhook]);
    const customer = await made(other.brand);
    await working(() => hasArrived(customer));
    await removed(attacked);
  });
});

describe('an event of a time that no process writes', () => {
  const times = ['infinity', '-infinity', '0044-03-15 12:00:00+00 BC', '10000-01-01 00:00:00+00'];
  const alter = (at: string, brand: BrandClient) =>
    world.sql(`update events set occurred_at = $2 where brand_id = $1 and number = 1`, [brand.brandId, at]);

  test.each(times)('cannot be written: %s', async (at) => {
    const { brand } = await subscribed();
    await made(brand);
    await expect(alter(at, brand)).rejects.toThrow('events_occurred_at_check');
  });

  test('is not sent where the check was dropped, the events beside it are sent, and doctor names it', async () => {
    await world.sql('alter table events drop constraint events_occurred_at_check');
    for (const at of times) {
      const one = await verified();
      const [altered, whole] = [await made(one.brand), await made(one.brand)];
      await alter(at, one.brand);
      // The planted fault: where such a time is not accepted, the events beside it cannot be read either.
      expect(() => instant().read(at)).toThrow(UnreadableTime);
      const before = alarms();
      await fanAll();
      expect(alarms()).toBe(before + 1);
      await working(() => hasArrived(whole));
      expect(hasArrived(altered)).toBe(false);
      expect((await one.brand.call('GET', '/events')).json).toMatchObject({
        Status: 503,
        Code: 'record_altered',
      });
      const named = `events 1 of brand ${one.brand.brandId}`;
      expect(await examineRecords(world.system.db, world.system.vault)).toContainEqual(
        expect.objectContaining({ state: 'red', explanation: expect.stringContaining(named) }),
      );
      await removed(one);
    }
  });
});

test('texts of any length are not read, neither of an event nor of a subscription', async () => {
  const one = await verified();
  const { brandId } = one.brand;
  const [altered, whole] = [await made(one.brand), await made(one.brand)];
  const long = `repeat('a', 1000001)`;
  const { db } = world.system;
  const range = { after: '0', upTo: '1' };
  await world.sql(
    `update events set payload = ${long}, type = ${long}, mac = ${long} where brand_id = $1 and number = 1`,
    [brandId],
  );
  expect(await unmatchedEvents({ brandId }, db, range, 1)).toMatchObject([
    { payload: '', type: '', mac: '' },
  ]);
  // The planted fault: a text that is one byte shorter is read.
  await world.sql(`update events set payload = substr(payload, 2) where brand_id = $1 and number = 1`, [
    brandId,
  ]);
  expect((await unmatchedEvents({ brandId }, db, range, 1))[0]?.payload).toHaveLength(1_000_000);
  await fanAll();
  await working(() => hasArrived(whole));
  expect(hasArrived(altered)).toBe(false);
  await world.sql(
    `update webhooks set settings = ${long}, events = (select array_agg(gen_random_uuid()::text) from generate_series(1, 20000))
      where webhook_id = $1`,
    [one.webhook],
  );
  await world.sql(`update deliveries set status = 'pending' where webhook_id = $1`, [one.webhook]);
  const due = await dueWebhooks(db, world.system.now(), []);
  expect(due.find(({ webhookId }) => webhookId === one.webhook)?.read()).toMatchObject({
    settings: '',
    events: [],
  });
  await removed(one);
});

test('an event beyond the last one does not end a subscription', async () => {
  const [one, moved] = [await verified(), await verified()];
  const { brand } = one;
  await made(brand);
  await world.sql(
    `insert into events select (jsonb_populate_record(e, jsonb_build_object('number', 1000, 'event_id', gen_random_uuid()))).*
       from events e where brand_id = $1`,
    [brand.brandId],
  );
  await fanAll();
  await world.sql('delete from events where brand_id = $1 and number = 1000', [brand.brandId]);
  // The planted fault: a position beyond the last event.
  await made(moved.brand);
  await world.sql('update webhooks set fanned = 1000 where webhook_id = $1', [moved.webhook]);
  const [sent, lost] = [await made(brand), await made(moved.brand)];
  await working(() => hasArrived(sent));
  expect(hasArrived(lost)).toBe(false);
});
