import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { plusSeconds } from '../../src/domain/time.ts';
import { wallClock } from '../../src/runtime.ts';
import { newCustomer } from '../contract-samples.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';

// A clock that jumps, as one does when a machine is paused or its time is corrected: an hour, a day, both ways.

const hour = 3_600;
let ahead = 0;
let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld({ now: () => plusSeconds(wallClock(), ahead) });
  brand = await world.brand();
}, 120_000);
afterAll(() => world.close());

const entriesOf = async (id: string): Promise<number> =>
  (await brand.call('GET', `/customers/${id}/audit`)).json.data?.length ?? 0;

/** The changes of a customer have reached the trail: background work goes on. */
const wait = { timeout: 60_000 };

describe('a clock that jumps', () => {
  test.each([
    ['an hour forward', hour],
    ['a day forward', 24 * hour],
    ['back to the right time', 0],
    ['an hour back', -hour],
    ['a day back', -24 * hour],
    ['and is right again', 0],
  ])('%s: requests, repeats, versions and background work go on', async (_what, seconds) => {
    const repeat = { headers: { 'Idempotency-Key': `jump-${seconds}-${_what.length}` } };
    const before = await newCustomer(brand);
    ahead = seconds;
    const made = await newCustomer(brand);
    expect(made.status).toBe(201);
    const path = `/customers/${before.json.customer_id}`;
    const change = () => brand.call('PATCH', path, { body: { first_name: 'Moved' }, ...repeat });
    const [first, second] = [await change(), await change()];
    expect([first.status, second.status, second.headers.get('idempotent-replayed')]).toEqual([
      200,
      200,
      'true',
    ]);
    const read = await brand.call('GET', path);
    const changed = await brand.call('PATCH', path, {
      body: { first_name: 'Again' },
      headers: { 'If-Match': read.headers.get('etag') ?? '' },
    });
    expect(changed.status).toBe(200);
    await expect.poll(() => entriesOf(before.json.customer_id), wait).toBeGreaterThanOrEqual(3);
    await expect.poll(() => entriesOf(made.json.customer_id), wait).toBeGreaterThanOrEqual(1);
    expect(world.log.filter((line) => line.includes('background task failed'))).toEqual([]);
  });
});
