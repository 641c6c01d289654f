import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { createServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { sequence } from '../../../src/operations/audit/sequence.ts';
import type { System } from '../../../src/operations/system.ts';
import { scopeOf } from '../../../src/operations/system.ts';
import { fanOut } from '../../../src/operations/webhooks/fan-out.ts';
import type { AttemptResult, ClaimedDelivery } from '../../../src/store/webhooks/deliveries.ts';
import { claimDeliveries, settleDelivery } from '../../../src/store/webhooks/deliveries.ts';
import { startDeliverer } from '../../../src/worker/deliverer.ts';
import { newCustomer, newWebhook } from '../../contract-samples.ts';
import { openReceiver } from '../../fakes/receiver.ts';
import { eventually } from '../../promises/durability/cpu-contention.ts';
import type { BrandClient, World } from '../../world.ts';
import { openWorld } from '../../world.ts';
import { deliveryErrors } from '../worker-kills.ts';

// Many deliveries that are due at the same time: claims, results and connections that they share.

let world: World;
let brand: BrandClient;
beforeAll(async () => {
  // The deliverer is started when all is due.
  world = await openWorld({ apiOnly: true });
}, 120_000);
beforeEach(async () => {
  brand = await world.brand();
});
afterAll(() => world.close());

async function subscribe(url: string): Promise<string> {
  return (await newWebhook(brand, { url, events: ['customer.*'] })).json.webhook_subscription.id;
}

/** Creates customers, changes the first one again and again, and makes the deliveries of it all. */
async function makeDue(customers: number, changes = 0): Promise<void> {
  const ids: string[] = [];
  for (let one = 0; one < customers; one += 1) ids.push((await newCustomer(brand)).json.customer_id);
  for (let one = 0; one < changes; one += 1)
    await brand.call('PATCH', `/customers/${ids[0]}`, { body: { email: `${one}@example.com` } });
  while ((await sequence(world.system)) === 'more');
  while ((await fanOut(world.system)) === 'more');
}

/** Sends all that is due. Returns how often each statement was sent for it that makes several changes. */
async function deliverAll(webhook: string): Promise<ReadonlyMap<string, number>> {
  const sent = new Map<string, number>();
  const { db } = world.system;
  const system: System = {
    ...world.system,
    db: {
      ...db,
      runTogether(query, values) {
        sent.set(query.name, (sent.get(query.name) ?? 0) + 1);
        return db.runTogether(query, values);
      },
    },
  };
  const failures: unknown[] = [];
  const failed = (error: unknown) => failures.push(error);
  const task = startDeliverer(system, { failed, roundFailed: failed, roundEnded: () => undefined });
  await eventually(async () => {
    const rows = await world.sql(
      "select from deliveries where webhook_id = $1 and status = 'pending' and tries = 0",
      [webhook],
    );
    return rows.length === 0;
  });
  await task.stop();
  expect(failures).toEqual([]);
  return sent;
}

const outcomes = async (webhook: string) =>
  (
    await world.sql(
      `select d.status, d.attempts, a.outcome from deliveries d left join delivery_attempts a using (brand_id, delivery_id)
        where d.webhook_id = $1`,
      [webhook],
    )
  ).map((row) => `${row['status']} ${row['attempts']} ${row['outcome']}`);

test('events that are due together share claims and results, and those of one customer still come in order, one at a time', async () => {
  const receiver = await openReceiver();
  const active = new Map<string, number>();
  let overlaps = 0;
  receiver.answer(({ json }, response) => {
    const under = (active.get(json.customer_id) ?? 0) + 1;
    active.set(json.customer_id, under);
    if (under > 1) overlaps += 1;
    setTimeout(() => {
      active.set(json.customer_id, (active.get(json.customer_id) ?? 0) - 1);
      response.end('ok');
    }, 5);
    return undefined;
  });
  const webhook = await subscribe(receiver.url);
  await makeDue(120, 20);
  const sent = await deliverAll(webhook);
  const events = await world.sql(
    "select event_id, number, customer_id, payload from events where brand_id = $1 and type like 'customer.%'",
    [brand.brandId],
  );
  expect(events).toHaveLength(140);
  expect(deliveryErrors({ taken: receiver.arrived }, events)).toEqual([]);
  expect(receiver.arrived).toHaveLength(140);
  expect(overlaps).toBe(0);
  expect(new Set(await outcomes(webhook))).toEqual(new Set(['delivered 1 delivered']));
  // The changes of one customer are claimed and written one after the other.
  expect(sent.get('deliveries_settle')).toBeLessThan(100);
  expect(sent.get('deliveries_claim')).toBeLessThan(100);
  await receiver.close();
}, 120_000);

test('a receiver that begins to fail gets one delivery at a time from then on', async () => {
  const receiver = await openReceiver();
  let active = 0;
  let most = 0;
  receiver.answer((_delivery, response) => {
    active += 1;
    // What was claimed before the first failure was stored is sent.
    if (receiver.arrived.length > 24) most = Math.max(most, active);
    setTimeout(() => {
      active -= 1;
      response.writeHead(500).end();
    }, 50);
    return undefined;
  });
  await subscribe(receiver.url);
  await makeDue(60);
  const ignored = () => undefined;
  const task = startDeliverer(world.system, { failed: ignored, roundFailed: ignored, roundEnded: ignored });
  await eventually(async () => receiver.arrived.length > 40);
  await task.stop();
  expect(most).toBe(1);
  await receiver.close();
}, 120_000);

const delivered = (more: Partial<AttemptResult> = {}): AttemptResult => {
  const now = world.system.now();
  return {
    ...{ attemptId: randomUUID(), at: now, endedAt: now, dueAt: now, outcome: 'delivered', statusCode: 200 },
    ...{ answer: undefined, latencyMillis: 1, status: 'delivered' },
    ...more,
  };
};

const claimAll = (webhook: string) =>
  claimDeliveries(
    scopeOf(world.system, brand.brandId),
    webhook as never,
    world.system.now(),
    randomUUID(),
    50,
  );

/** A subscription with so many deliveries, all of them claimed. */
async function claimOf(customers: number) {
  const webhook = await subscribe('http://127.0.0.1:9/');
  await makeDue(customers);
  return { webhook, claimed: await claimAll(webhook) };
}

const settle = (delivery: ClaimedDelivery, attempt: AttemptResult) => {
  if (!delivery.event) throw new Error('The delivery has an event.');
  return settleDelivery(scopeOf(world.system, brand.brandId), { delivery, event: delivery.event, attempt });
};

test('of results that share a statement, one whose claim is lost is not written, and the others are', async () => {
  const { webhook, claimed } = await claimOf(5);
  expect(claimed).toHaveLength(5);
  // Another worker has claimed it since.
  await world.sql('update deliveries set claim = gen_random_uuid() where delivery_id = $1', [
    claimed[3]?.deliveryId,
  ]);
  const settled = await Promise.all(claimed.map((one) => settle(one, delivered())));
  expect(settled).toEqual([true, true, true, false, true]);
  expect((await outcomes(webhook)).toSorted()).toEqual([
    ...Array.from({ length: 4 }, () => 'delivered 1 delivered'),
    'pending 0 null',
  ]);
});

test('a result that fails its statement does not fail the others in it', async () => {
  const { webhook, claimed } = await claimOf(5);
  const taken = delivered();
  // The fourth one has the id of an attempt that exists.
  const attempts = [taken, delivered(), delivered(), delivered({ attemptId: taken.attemptId }), delivered()];
  const settled = await Promise.allSettled(
    claimed.map((one, index) => settle(one, attempts[index] ?? taken)),
  );
  expect(settled.map(({ status }) => status)).toEqual([
    ...['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
  ]);
  expect((await outcomes(webhook)).toSorted()).toEqual([
    ...Array.from({ length: 4 }, () => 'delivered 1 delivered'),
    'pending 0 null',
  ]);
});

test('a result that finds its row locked waits for it, and holds back no other', async () => {
  const { webhook, claimed } = await claimOf(4);
  const order: number[] = [];
  await world.system.db.transaction(async (connection) => {
    const lock = 'select from deliveries where delivery_id = $1 for update';
    await connection.run({ name: '', text: lock }, [claimed[2]?.deliveryId ?? '']);
    const all = claimed.map((one, index) => settle(one, delivered()).then(() => order.push(index)));
    await eventually(() => order.length === 3);
    expect(order.toSorted()).toEqual([0, 1, 3]);
    void Promise.all(all);
  });
  await eventually(() => order.length === 4);
  expect(new Set(await outcomes(webhook))).toEqual(new Set(['delivered 1 delivered']));
});

test('a success ends the failing of a subscription, and what waited for a failed one becomes due with it', async () => {
  const webhook = await subscribe('http://127.0.0.1:9/');
  await makeDue(3, 2);
  const [first] = await claimAll(webhook);
  if (!first) throw new Error('A delivery is due.');
  const later = world.system.now().replace(/^\d{4}/, '2099') as AttemptResult['dueAt'];
  await settle(first, delivered({ status: 'pending', outcome: 'rejected', statusCode: 500, dueAt: later }));
  const waiting = () =>
    world.sql(
      "select status from deliveries where webhook_id = $1 and customer_id = $2 and due_at > now() + interval '1 year'",
      [webhook, first.event?.customerId],
    );
  const failing = () =>
    world.sql('select from webhooks where webhook_id = $1 and failing_since is not null', [webhook]);
  expect(await waiting()).toHaveLength(3);
  expect(await failing()).toHaveLength(1);
  await world.sql('update deliveries set due_at = now(), claim = $2 where delivery_id = $1', [
    first.deliveryId,
    first.claim,
  ]);
  await settle({ ...first, attempts: 1 }, delivered());
  expect(await waiting()).toHaveLength(0);
  expect(await failing()).toHaveLength(0);
});

test('a receiver that closes each kept connection when the next delivery comes gets all of them at the first attempt', async () => {
  let closed = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    let requests = 0;
    socket.on('data', () => {
      requests += 1;
      if (requests === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      else {
        closed += 1;
        socket.resetAndDestroy();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('It has a port.');
  const webhook = await subscribe(`http://127.0.0.1:${address.port}/`);
  await makeDue(40, 10);
  await deliverAll(webhook);
  expect(closed).toBeGreaterThan(0);
  expect(await outcomes(webhook)).toEqual(Array.from({ length: 50 }, () => 'delivered 1 delivered'));
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
}, 120_000);
