import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Instant } from '../../src/domain/time.ts';
import { plusSeconds } from '../../src/domain/time.ts';
import {
  disableAfterSeconds,
  maxRetryAfterSeconds,
  outcomeOfStatus,
  readRetryAfter,
  retryDelaySeconds,
  retryDelaysSeconds,
} from '../../src/domain/webhooks/delivery.ts';
import { wallClock } from '../../src/runtime.ts';
import { newCustomer, newWebhook } from '../contract-samples.ts';
import type { Receiver } from '../fakes/receiver.ts';
import { openReceiver } from '../fakes/receiver.ts';
import { cpuContention, eventually } from '../promises/durability/cpu-contention.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';

const hour = 3_600;
const day = 24 * hour;

describe('the schedule', () => {
  test('waits as documented, plus or minus a tenth, and ends after three days', () => {
    expect(retryDelaysSeconds).toEqual([5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]);
    retryDelaysSeconds.forEach((pause, index) => {
      expect(retryDelaySeconds(index + 1, 0.5)).toBe(pause);
      expect(retryDelaySeconds(index + 1, 0)).toBeCloseTo(pause * 0.9);
      expect(retryDelaySeconds(index + 1, 1)).toBeCloseTo(pause * 1.1);
    });
    expect(retryDelaySeconds(retryDelaysSeconds.length + 1, 0.5)).toBeUndefined();
    const all = retryDelaysSeconds.reduce((sum, pause) => sum + pause, 0);
    expect(all / day).toBeGreaterThan(3);
    expect(all / day).toBeLessThan(3.2);
  });

  test('matches the page', () => {
    const page = readFileSync(new URL('../../docs/webhooks.md', import.meta.url), 'utf8');
    const units: Readonly<Record<string, number>> = { seconds: 1, minutes: 60, hours: hour };
    const rows = [...page.matchAll(/^\| (\d+) \| ([\d]+) (seconds|minutes|hours) \|/gm)];
    expect(rows.map(([, attempt]) => Number(attempt))).toEqual(
      retryDelaysSeconds.map((_, index) => index + 2),
    );
    expect(rows.map(([, , many, unit]) => Number(many) * (units[unit ?? ''] ?? 0))).toEqual([
      ...retryDelaysSeconds,
    ]);
  });

  test('waits longer if the receiver asks for it, never shorter, and up to a maximum', () => {
    expect(retryDelaySeconds(1, 0.5, 60)).toBe(60);
    expect(retryDelaySeconds(9, 0.5, 60)).toBe(86_400);
    expect(retryDelaySeconds(1, 0.5, 1e9)).toBe(maxRetryAfterSeconds);
    const now = Date.parse('2026-05-04T14:00:00Z');
    expect(readRetryAfter('120', now)).toBe(120);
    expect(readRetryAfter('Mon, 04 May 2026 14:01:00 GMT', now)).toBe(60);
    expect(readRetryAfter('Mon, 04 May 2026 13:00:00 GMT', now)).toBe(0);
    for (const nonsense of [undefined, '', '-1', 'soon', '1e9', ['1'], '2027'])
      expect(readRetryAfter(nonsense, now)).toBe(nonsense === '2027' ? 2_027 : 0);
  });

  test('accepts only a 2xx as delivered', () => {
    const outcomes = [200, 201, 204, 299, 301, 400, 404, 410, 500].map(outcomeOfStatus);
    const [yes, no] = ['delivered', 'rejected'];
    expect(outcomes).toEqual([yes, yes, yes, yes, 'redirected', no, no, 'gone', no]);
  });
});

/** A system whose clock a test moves; what is due is found at the worker's next round. */
async function clockedWorld() {
  let ahead = 0;
  const world = await openWorld({ now: () => plusSeconds(wallClock(), ahead) as Instant });
  return {
    world,
    pass(seconds: number) {
      ahead += seconds;
      world.system.db.wake();
    },
  };
}

describe('a receiver', () => {
  let world: World;
  let pass: (seconds: number) => void;
  beforeAll(async () => {
    ({ world, pass } = await clockedWorld());
  }, 120_000);
  afterAll(() => world.close());

  async function scene() {
    const brand = await world.brand();
    const receiver = await openReceiver();
    const subscribed = await newWebhook(brand, { url: receiver.url, events: ['*'] });
    const { id } = subscribed.json.webhook_subscription;
    const deliveries = async () => (await brand.call('GET', `/webhooks/${id}/deliveries`)).json.data;
    const subscription = async () => (await brand.call('GET', `/webhooks/${id}`)).json.webhook_subscription;
    return { brand, receiver, id, deliveries, subscription };
  }

  /** Lets every try of a delivery fall due and fail. */
  async function exhaust(receiver: Receiver, attempts: () => Promise<number>) {
    for (const [index, pause] of retryDelaysSeconds.entries()) {
      await eventually(async () => (await attempts()) === index + 1);
      pass(pause * 1.2);
    }
    await eventually(async () => (await attempts()) === retryDelaysSeconds.length + 1);
    expect(receiver.arrived.length).toBeGreaterThanOrEqual(retryDelaysSeconds.length + 1);
  }

  test('that always fails is given up after three days, and a replay sends everything', async () => {
    const { brand, receiver, id, deliveries } = await scene();
    receiver.answer(() => 503);
    await newCustomer(brand);
    await exhaust(receiver, async () => (await deliveries())[0]?.attempts.length);
    const [dead] = await deliveries();
    expect(dead.status).toBe('dead');
    const ids = receiver.arrived.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(1);
    expect(new Set(receiver.arrived.map(({ body }) => body)).size).toBe(1);
    receiver.answer(undefined);
    const replayed = await brand.call('POST', `/webhooks/${id}/replay`, { body: { dead: true } });
    expect(replayed.json).toEqual({ webhook_id: id, replayed: 1, next_cursor: null });
    await eventually(() => receiver.taken.length === 1);
    await receiver.close();
  }, 120_000);

  test('that has failed for five days is disabled, and other subscriptions get an event', async () => {
    const { brand, receiver, id, subscription, deliveries } = await scene();
    const other = await openReceiver();
    await newWebhook(brand, { url: other.url, events: ['webhook.disabled'] });
    receiver.answer(() => 500);
    await newCustomer(brand);
    await eventually(async () => (await deliveries())[0]?.attempts.length === 1);
    expect((await subscription()).failing_since).toBeDefined();
    pass(disableAfterSeconds - hour);
    await eventually(async () => (await deliveries())[0]?.attempts.length === 2);
    expect((await subscription()).status).toBe('STATUS_ENABLED');
    pass(2 * hour);
    await eventually(async () => (await subscription()).status === 'STATUS_DISABLED');
    await eventually(() => other.taken.length === 1);
    expect(other.taken[0]?.json).toMatchObject({ event: 'webhook.disabled', webhook_id: id });
    const { data } = (await brand.call('GET', '/events?type=webhook.disabled')).json;
    expect(data).toMatchObject([{ webhook_id: id }]);
    await eventually(async () => {
      const trail = (await brand.call('GET', '/audit?operation=disableWebhook')).json.data;
      return trail.length === 1;
    });
    const before = receiver.arrived.length;
    await newCustomer(brand);
    pass(day);
    await eventually(
      async () => (await brand.call('GET', '/events?type=customer.created')).json.data.length === 2,
    );
    expect(receiver.arrived.length).toBe(before);
    // Enabled again it gets what was pending; what happened in between is for a replay.
    receiver.answer(undefined);
    await brand.call('PATCH', `/webhooks/${id}`, { body: { status: 'STATUS_ENABLED' } });
    await eventually(() => receiver.taken.length === 1);
    await Promise.all([receiver.close(), other.close()]);
  }, 120_000);

  test('gets the delivery of a dead worker from another worker after thirty seconds', async () => {
    const { brand, receiver, id, deliveries } = await scene();
    const held: (() => void)[] = [];
    receiver.answer((_, response) => void held.push(() => response.writeHead(500).end()));
    await newCustomer(brand);
    await eventually(() => held.length === 1);
    const [{ next_attempt_at }] = await deliveries();
    const lease = Date.parse(next_attempt_at) - Date.parse(`${world.system.now()}Z`);
    expect(lease / 1_000).toBeGreaterThan(10);
    expect(lease / 1_000).toBeLessThanOrEqual(30);
    for (const release of held) release();
    await eventually(async () => (await deliveries())[0]?.attempts.length === 1);
    // A worker that claims, and is never heard of again.
    await world.sql('update deliveries set claim = gen_random_uuid(), due_at = $2 where webhook_id = $1', [
      id,
      `${plusSeconds(world.system.now(), 30)}Z`,
    ]);
    receiver.answer(undefined);
    pass(25);
    await newCustomer(brand);
    await eventually(() => receiver.taken.length === 1);
    pass(6);
    await eventually(() => receiver.taken.length === 2);
    expect(receiver.taken[1]?.headers['webhook-id']).toBe(receiver.arrived[0]?.headers['webhook-id']);
    await receiver.close();
  });

  test('that answers 410 is disabled at once', async () => {
    const { brand, receiver, subscription, deliveries } = await scene();
    receiver.answer(() => 410);
    await newCustomer(brand);
    await eventually(async () => (await subscription()).status === 'STATUS_DISABLED');
    expect(await deliveries()).toMatchObject([
      { status: 'dead', attempts: [{ outcome: 'gone', status_code: 410 }] },
    ]);
    await receiver.close();
  });

  test('that asks for a delay gets it', async () => {
    const { brand, receiver, deliveries } = await scene();
    receiver.answer((_, response) => {
      response.writeHead(429, { 'retry-after': String(6 * hour) }).end();
      return undefined;
    });
    await newCustomer(brand);
    await eventually(async () => (await deliveries())[0]?.attempts.length === 1);
    const [{ next_attempt_at, attempts }] = await deliveries();
    const wait = (Date.parse(next_attempt_at) - Date.parse(attempts[0].attempted_at)) / 1_000;
    expect(wait).toBeGreaterThanOrEqual(6 * hour);
    expect(wait).toBeLessThan(6 * hour + 60);
    await receiver.close();
  });

  test('that redirects counts as failed, and the redirect is not followed', async () => {
    const { brand, receiver, deliveries } = await scene();
    const elsewhere = await openReceiver();
    receiver.answer((_, response) => {
      response.writeHead(307, { location: elsewhere.url }).end();
      return undefined;
    });
    await newCustomer(brand);
    await eventually(async () => (await deliveries())[0]?.attempts[0]?.outcome === 'redirected');
    expect(elsewhere.arrived).toEqual([]);
    await Promise.all([receiver.close(), elsewhere.close()]);
  });

  test('that responds 200 and never ends the body has accepted the event, and the attempt has the status', async () => {
    const { brand, receiver, deliveries } = await scene();
    receiver.answer((_, response) => {
      response.writeHead(200).write('partial');
      return undefined;
    });
    await newCustomer(brand);
    // The attempt ends at the deadline of webhooks, ten seconds.
    await expect
      .poll(deliveries, { timeout: 40_000, interval: 250 })
      .toMatchObject([{ status: 'delivered', attempts: [{ outcome: 'delivered', status_code: 200 }] }]);
    expect(receiver.arrived).toHaveLength(1);
    await receiver.close();
  }, 60_000);

  test('that sends an unexpected 100 Continue gets each event once', async () => {
    const { brand, receiver, deliveries } = await scene();
    receiver.answer((_, response) => {
      response.writeContinue();
      return 201;
    });
    await newCustomer(brand);
    await newCustomer(brand);
    const attempts = [{ outcome: 'delivered', status_code: 201 }];
    await expect.poll(deliveries, { timeout: 20_000 }).toMatchObject([
      { status: 'delivered', attempts },
      { status: 'delivered', attempts },
    ]);
    expect(receiver.arrived).toHaveLength(2);
    await receiver.close();
  });

  test('gets the events of one customer in order, a later one waiting for an earlier one that failed', async () => {
    const { brand, receiver, deliveries } = await scene();
    const { customer_id: stuck } = (await newCustomer(brand)).json;
    await eventually(() => receiver.taken.length === 1);
    receiver.answer(({ json }) => (json.customer_id === stuck ? 500 : 200));
    for (const email of ['a@example.com', 'b@example.com', 'c@example.com'])
      await brand.call('PATCH', `/customers/${stuck}`, { body: { email } });
    await eventually(() => receiver.arrived.length === 2);
    await newCustomer(brand);
    await eventually(() => receiver.taken.length === 2);
    await eventually(
      async () =>
        (await deliveries()).filter((one: { status: string }) => one.status === 'pending').length === 3,
    );
    expect(receiver.arrived.filter(({ json }) => json.customer_id === stuck)).toHaveLength(2);
    receiver.answer(undefined);
    pass(10);
    await eventually(() => receiver.taken.length === 5);
    const numbers = new Map<string, number>(
      (await deliveries()).map((one: { event_id: string; number: number }) => [one.event_id, one.number]),
    );
    const taken = receiver.taken
      .filter(({ json }) => json.customer_id === stuck)
      .map(({ headers }) => numbers.get(String(headers['webhook-id'])));
    expect(taken).toEqual([1, 2, 3, 4]);
    await receiver.close();
  });
});

describe('speed', () => {
  let world: World;
  let brand: BrandClient;
  beforeAll(async () => {
    world = await openWorld();
    brand = await world.brand();
  }, 120_000);
  afterAll(() => world.close());

  /** Milliseconds from the answer of each create to its first attempt, sorted. */
  async function delays(receiver: Receiver, many: number): Promise<readonly number[]> {
    const answered = new Map<string, number>();
    const before = receiver.arrived.length;
    for (let made = 0; made < many; made += 1) {
      const { customer_id } = (await newCustomer(brand)).json;
      answered.set(customer_id, Date.now());
    }
    await eventually(() => receiver.arrived.length >= before + many);
    return receiver.arrived
      .slice(before)
      .map(({ json, at }) => at - (answered.get(json.customer_id) ?? 0))
      .sort((one, other) => one - other);
  }

  test('the first attempt follows the commit within a second, also beside slow and dead receivers', async () => {
    const [receiver, slow] = [await openReceiver(), await openReceiver()];
    const held: (() => void)[] = [];
    slow.answer((_, response) => {
      held.push(() => response.end());
      return undefined;
    });
    await newWebhook(brand, { url: receiver.url, events: ['*'] });
    const alone = await delays(receiver, 60);
    for (let many = 0; many < 3; many += 1) {
      await newWebhook(brand, { url: `${slow.url}/${many}`, events: ['*'] });
      await newWebhook(brand, { url: `http://127.0.0.1:9/${many}`, events: ['*'] });
    }
    const beside = await delays(receiver, 60);
    const p95 = (sorted: readonly number[]) => sorted[Math.floor(sorted.length * 0.95)] ?? 0;
    console.info(
      `milliseconds from commit to first attempt, p95: ${p95(alone)} alone, ${p95(beside)} beside slow and dead ones`,
    );
    const bound = 1_000 * cpuContention();
    expect(p95(alone)).toBeLessThan(bound);
    expect(p95(beside)).toBeLessThan(bound);
    expect(slow.arrived.length).toBeGreaterThan(0);
    // A receiver that never answers has its own places filled, and no more of them.
    expect(slow.arrived.length).toBeLessThanOrEqual(3 * 8);
    for (const release of held) release();
    await Promise.all([receiver.close(), slow.close()]);
  }, 120_000);

  test('many slow receivers share the concurrency of a process, no host has more than its share, and each gets all of its events', async () => {
    const [hosts, each, customers, most, perHost] = [9, 5, 9, 256, 32];
    const others = await world.brand();
    const slow = await Promise.all(Array.from({ length: hosts }, openReceiver));
    const held = slow.map((): (() => void)[] => []);
    let isHolding = true;
    slow.forEach((receiver, at) => {
      receiver.answer((_, response) => {
        if (!isHolding) return 200;
        held[at]?.push(() => response.end());
        return undefined;
      });
    });
    for (const { url } of slow)
      for (let one = 0; one < each; one += 1)
        await newWebhook(others, { url: `${url}/${one}`, events: ['customer.created'] });
    for (let one = 0; one < customers; one += 1) await newCustomer(others);
    const under = () => held.flat().length;
    await eventually(() => under() >= most);
    // All is ready to be sent, and nobody has gone beyond the places that there are.
    await eventually(async () => {
      const rows = await world.sql('select from deliveries where brand_id = $1', [others.brandId]);
      return rows.length === hosts * each * customers;
    });
    expect(under()).toBe(most);
    // Five subscriptions of one host could have forty under way.
    expect(Math.max(...held.map((one) => one.length))).toBe(perHost);
    isHolding = false;
    for (const release of held.flat()) release();
    for (const { arrived } of slow) await eventually(() => arrived.length >= each * customers);
    const ids = new Set(slow.flatMap(({ arrived }) => arrived.map(({ headers }) => headers['webhook-id'])));
    expect(ids.size).toBe(customers);
    await Promise.all(slow.map((receiver) => receiver.close()));
  }, 120_000);
});
