import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Scope } from '../../src/domain/scopes.ts';
import type { Instant } from '../../src/domain/time.ts';
import { plusSeconds } from '../../src/domain/time.ts';
import { createKey } from '../../src/operations/brands/api-keys.ts';
import {
  changeRequest,
  erasureRequest,
  newCustomer,
  newWebhook,
  restrictedPath,
} from '../contract-samples.ts';
import { waiting } from '../kyc/waiting.ts';
import { rewrite } from '../rewrite.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld, settled } from '../world.ts';

let world: World;
let brand: BrandClient;
let clock = '2026-03-10T12:00:00.000000' as Instant;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true, now: () => clock });
});
beforeEach(async () => {
  brand = await world.brand();
});
afterAll(() => world.close());

const nothing = { reviews: 0, matches: 0, change_requests: 0, erasures: 0, webhooks: 0, failing_webhooks: 0 };

describe('what waits', () => {
  // With background work and the real time, for verifications that go under review.
  let busy: World;
  let ours: BrandClient;
  beforeAll(async () => {
    busy = await openWorld();
    ours = await busy.brand();
  });
  afterAll(() => busy.close());
  const asked = async (by: BrandClient = ours) => (await by.call('GET', '/waiting')).json;

  test('is counted, of this brand and of customers that are there', async () => {
    expect(await asked()).toEqual(nothing);
    const first = await waiting(ours, 'under_review');
    const second = await waiting(ours, 'under_review');
    const requests = [await changeRequest(ours), await changeRequest(ours)];
    const erasure = await erasureRequest(ours, await restrictedPath(ours));
    const webhook = (await newWebhook(ours)).json.webhook_subscription.id;
    await newWebhook(ours);
    await busy.sql('update webhooks set failing_since = $2 where webhook_id = $1', [
      webhook,
      '2026-03-10T12:00:00Z',
    ]);
    const found = await asked();
    expect(found).toMatchObject({
      reviews: 2,
      change_requests: 2,
      erasures: 1,
      webhooks: 2,
      failing_webhooks: 1,
      failing_since: '2026-03-10T12:00:00.000000+00:00',
    });
    const [oldest] = (await ours.call('GET', '/kyc/reviews')).json.data;
    expect(found.oldest_review).toBe(oldest.under_review_since);
    expect(await asked(await busy.brand()), 'another brand').toEqual(nothing);

    await ours.call('DELETE', `/customers/${first.customer_id}`);
    expect((await asked()).reviews).toBe(1);
    await ours.call('DELETE', `/customers/${second.customer_id}`);
    await ours.call('POST', `/change-requests/${requests[0]}/decision`, { body: { decision: 'decline' } });
    const { customer_id } = (await ours.call('GET', `/change-requests/${requests[1]}`)).json;
    await ours.call('DELETE', `/customers/${customer_id}`);
    await ours.call('POST', `${erasure}/withdrawal`);
    await ours.call('PATCH', `/webhooks/${webhook}`, { body: { status: 'STATUS_DISABLED' } });
    expect(await asked()).toEqual({ ...nothing, webhooks: 1 });
  });

  test.each<[Scope, readonly string[]]>([
    ['kyc:review', ['reviews', 'matches']],
    ['customers:read', ['change_requests']],
    ['compliance:read', ['erasures']],
    ['webhooks:read', ['webhooks', 'failing_webhooks']],
    ['events:read', []],
  ])('is shown to a key with %s as far as it may list it', async (scope, members) => {
    const key = ours.as(await createKey(busy.system, ours.brandId, { scopes: [scope] }));
    expect(Object.keys(await asked(key))).toEqual(members);
  });
});

describe('the overview', () => {
  const asked = async (by: BrandClient = brand) => (await by.call('GET', '/overview')).json;

  test('counts customers by state, by verdict and by the day of their creation', async () => {
    clock = '2026-03-08T23:59:59.000000' as Instant;
    const [first] = [await newCustomer(brand), await newCustomer(brand)];
    clock = '2026-03-09T00:00:00.000000' as Instant;
    const [third] = [await newCustomer(brand), await newCustomer(brand), await newCustomer(brand)];
    const set = 'update customers set kyc_status = $2, deliverability = $3 where customer_id = $1';
    await rewrite(brand, set, [first.json.customer_id, 'passed', 'undeliverable']);
    await rewrite(brand, set, [third.json.customer_id, 'failed', 'undeliverable']);
    await brand.call('DELETE', `/customers/${(await newCustomer(brand)).json.customer_id}`);
    await settled(world);
    clock = '2026-03-10T12:00:00.000000' as Instant;
    const found = await asked();
    expect(found).toMatchObject({ customers: 5, date_counted: `${clock}+00:00` });
    expect(found.kyc_status).toMatchObject({ passed: 1, failed: 1, under_review: 0, none: 3 });
    expect(found.deliverability).toMatchObject({ undeliverable: 2, deliverable: 3, none: 0 });
    const days = found.created.filter(({ count }: { count: number }) => count > 0);
    expect(days).toEqual([
      { day: '2026-03-08', count: 2 },
      { day: '2026-03-09', count: 4 },
    ]);
    expect([found.created.length, found.created[0].day, found.created.at(-1).day]).toEqual([
      ...[30, '2026-02-09'],
      '2026-03-10',
    ]);
    expect((await asked(await world.brand())).customers, 'another brand').toBe(0);
  });

  test('is kept for a minute, for each brand', async () => {
    clock = '2026-03-10T12:00:00.000000' as Instant;
    expect((await asked()).customers).toBe(0);
    await newCustomer(brand);
    const other = await world.brand();
    await newCustomer(other);
    clock = plusSeconds(clock, 59);
    expect((await asked()).customers).toBe(0);
    expect((await asked(other)).customers).toBe(1);
    clock = plusSeconds(clock, 1);
    expect((await asked()).customers).toBe(1);
    // A clock that is put back does not keep an answer from the future.
    await newCustomer(brand);
    clock = '2026-03-10T11:00:00.000000' as Instant;
    expect((await asked()).customers).toBe(2);
  });

  test('is counted once for requests that come together', async () => {
    const run = vi.spyOn(world.system.db, 'run');
    const counts = () => run.mock.calls.filter(([{ name }]) => name === 'overview_counts').length;
    await Promise.all(Array.from({ length: 20 }, () => asked()));
    expect(counts()).toBe(1);
    await asked(await world.brand());
    expect(counts(), 'the planted fault: another brand is counted by itself').toBe(2);
    run.mockRestore();
  });

  test('is counted again where the last count failed', async () => {
    await world.sql('alter table event_days rename to gone');
    expect((await brand.call('GET', '/overview')).json.Code).toBe('unknown_get_overview');
    await world.sql('alter table gone rename to event_days');
    expect((await brand.call('GET', '/overview')).status).toBe(200);
  });
});

describe('the counts of days', () => {
  const counted = () =>
    world.sql('select day::text, type, count from event_days where brand_id = $1 order by 1, 2', [
      brand.brandId,
    ]);

  test('are those of the events, and the migration makes the same from events of before', async () => {
    for (const day of ['2026-01-31', '2026-02-01', '2026-02-02']) {
      clock = `${day}T00:00:00.000000` as Instant;
      for (let count = 0; count < 3; count += 1) {
        const path = `/customers/${(await newCustomer(brand)).json.customer_id}`;
        await brand.call('PATCH', path, { body: { first_name: 'Jane' } });
        if (count === 0) await brand.call('DELETE', path);
      }
      await settled(world);
    }
    const kept = await counted();
    const events = await world.sql(
      `select (occurred_at at time zone 'UTC')::date::text as day, type, count(*)::int as count
         from events where brand_id = $1 group by 1, 2 order by 1, 2`,
      [brand.brandId],
    );
    expect(kept).toEqual(events);
    expect(kept.length).toBe(9);
    await world.sql('delete from event_days');
    const migration = readFileSync('src/store/migrations/0045_event_days.sql', 'utf8');
    await world.sql(migration.slice(migration.indexOf('insert into')));
    expect(await counted()).toEqual(events);
  });

  test('stay when the events of the day are swept', async () => {
    await newCustomer(brand);
    await settled(world);
    const kept = await counted();
    await world.sql('delete from events where brand_id = $1', [brand.brandId]);
    await newCustomer(brand);
    await settled(world);
    expect((await counted())[0]).toMatchObject({ count: Number(kept[0]?.['count']) + 1 });
  });
});
