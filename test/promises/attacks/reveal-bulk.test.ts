import { afterAll, beforeAll, expect, test } from 'vitest';
import { instantOfMillis } from '../../../src/domain/time.ts';
import { newCustomer } from '../../contract-samples.ts';
import { newSsn } from '../../people.ts';
import type { BrandClient, World } from '../../world.ts';
import { openWorld } from '../../world.ts';
import {
  allAtOnce,
  budgetsOfLive,
  entriesOf,
  eventsOf,
  everywhere,
  forgetCounts,
  keyWith,
  moreServers,
  statuses,
} from './guessing.ts';

// An attacker with a key that reveals SSNs reads all of them, with one reason.

let at = Date.UTC(2026, 4, 4);
let world: World;
let servers: Awaited<ReturnType<typeof moreServers>>;
beforeAll(async () => {
  world = await openWorld({ env: budgetsOfLive, now: () => instantOfMillis(at) });
  servers = await moreServers(world);
});
afterAll(async () => {
  await servers.close();
  await world.close();
});

const revealing = ['customers:read', 'ssn:reveal'];
const reveal = (client: BrandClient, id: string) =>
  client.call('POST', `/customers/${id}/ssn`, { body: { reason: 'Quarterly check.' } });

async function customersOf(brand: BrandClient, count: number): Promise<readonly string[]> {
  const made = await allAtOnce([brand], Array.from({ length: count }, newSsn), (client, ssn) =>
    newCustomer(client, { ssn }),
  );
  return made.map(({ json }) => json.customer_id);
}

test('a key at three servers at once reads exactly as many numbers as its budget has', async () => {
  const brand = await world.brand();
  const ids = await customersOf(brand, 150);
  const key = await keyWith(brand, revealing);
  const answers = await allAtOnce(everywhere(servers.urls, key), ids, reveal);
  expect(world.system.budgetLimits.reveals).toBe(100);
  expect(statuses(answers)).toEqual({ 200: 100, 429: 50 });
  const refused = answers.filter(({ status }) => status === 429);
  for (const { json, headers } of refused) {
    expect(json.Code).toBe('reveal_budget');
    expect(Number(headers.get('retry-after'))).toBe(86_400);
  }
  expect((await eventsOf(world, brand, 'security.*')).map((event) => [event.event, event.key])).toEqual([
    ['security.bulk_reveal', key.key.identity],
  ]);
  const entries = (await entriesOf(world, brand)).filter(({ operation }) => operation === 'revealSsn');
  expect(entries.filter(({ outcome, budget }) => !outcome && !budget)).toHaveLength(100);
  expect(entries.filter(({ outcome }) => outcome === 'refused')).toHaveLength(50);
  expect(entries.filter(({ budget }) => budget === 'reveal')).toHaveLength(1);

  // Another key has a budget of its own, and a day later this one has a new one.
  expect((await reveal(brand, ids[0] ?? '')).status).toBe(200);
  at += 86_400_000;
  expect((await reveal(key, ids[0] ?? '')).status).toBe(200);
});

test('a reveal of an unknown customer, or of one without an SSN, does not use the budget', async () => {
  const brand = await world.brand();
  const { customer_id } = (await newCustomer(brand, { ssn: undefined })).json;
  expect((await reveal(brand, customer_id)).json.Code).toBe('ssn_dne');
  expect((await reveal(brand, '8559dec0-2edb-4c3c-a3c5-32de10174c34')).status).toBe(404);
  const rows = await world.sql("select 1 from lookup_budgets where brand_id = $1 and kind = 'reveal'", [
    brand.brandId,
  ]);
  expect(rows).toEqual([]);
});

test('fails if counts are not stored: every number is read without an event', async () => {
  const careless = await openWorld({ env: budgetsOfLive });
  try {
    await forgetCounts(careless);
    const brand = await careless.brand();
    const [id = ''] = await customersOf(brand, 1);
    const answers = await allAtOnce([brand], Array<string>(120).fill(id), reveal);
    expect(statuses(answers)).toEqual({ 200: 120 });
    expect(await eventsOf(careless, brand, 'security.*')).toEqual([]);
  } finally {
    await careless.close();
  }
});
