import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { examineScreening } from '../../src/operations/installation/doctor-tasks.ts';
import { measureQueues } from '../../src/operations/queues.ts';
import { askForVersion, queueForRound } from '../../src/operations/screening/lists.ts';
import { postpone } from '../../src/operations/screening/screen.ts';
import type { ScreeningProvider } from '../../src/providers/screening/screening.ts';
import type { ScreeningClaimId } from '../../src/store/screening/queue.ts';
import { claimScreenings } from '../../src/store/screening/queue.ts';
import { newCustomer } from '../samples/customers.ts';
import { finding } from '../samples/screening.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';

// The doctor says whether anybody is checked, and what is in the way.

let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
  brand = await world.brand();
});
afterAll(() => world.close());

const examined = async () => {
  const [found] = await examineScreening({ screening: { provider: 'watchman' } }, world.system.db);
  return `${found?.state}: ${found?.explanation}`;
};
const provider = finding();
const silent: ScreeningProvider = {
  ...provider,
  listVersion: async () => ({ kind: 'no_answer', reason: 'timeout' }),
};

test('it says nothing while screening is off', async () => {
  expect(await examineScreening({ screening: undefined }, world.system.db)).toEqual([]);
});

test('it says that nobody asks, that the provider is silent, how far a walk is, and that all were put into the queue', async () => {
  await newCustomer(brand);
  expect(await examined()).toBe('yellow: watchman has not been asked yet. 0 customers wait for a check.');
  await askForVersion(world.system, silent);
  const since = await examined();
  expect(since).toMatch(/^yellow: watchman has not answered since \S+: timeout\. 0 customers wait/);
  await askForVersion(world.system, silent);
  expect(await examined()).toBe(since);
  await askForVersion(world.system, provider);
  expect(await examined()).toMatch(
    /^green: The lists are us_ofac:0001aa52e9d00c5b since \S+\. 0 customers were put into the queue so far\. 0 customers/,
  );
  while (await queueForRound(world.system));
  expect(await examined()).toMatch(
    /^green: The lists are us_ofac:0001aa52e9d00c5b since \S+\. 1 customer waits/,
  );
  await askForVersion(world.system, silent);
  expect(await examined()).toMatch(/^yellow: .* 1 customer waits for a check\.$/);
});

/** The provider gives no usable answer about anybody who waits. */
async function failOnce(): Promise<void> {
  await world.sql('update screening_queue set due_at = now()');
  const claim = randomUUID() as ScreeningClaimId;
  const claims = await claimScreenings(world.system.db, claim, world.system.now(), 10);
  expect(claims).toHaveLength(1);
  const malformed = { kind: 'no_answer', reason: 'malformed' } as const;
  for (const one of claims) await postpone(world.system, { ...one, claim }, malformed);
}

test('it says of how many the provider gave no usable answer five times', async () => {
  await askForVersion(world.system, provider);
  for (let tries = 0; tries < 4; tries += 1) await failOnce();
  expect(await examined()).toMatch(/^green: .* 1 customer waits for a check\.$/);
  await failOnce();
  expect(await examined()).toMatch(
    /^yellow: The lists are .* 1 customer waits for a check\. watchman was asked about 1 of them at least 5 times without a usable answer\.$/,
  );
});

test('the queues say how long a customer has waited, however often it was tried and asked for', async () => {
  const oldest = async () =>
    (await measureQueues(world.system)).find(({ queue }) => queue === 'screening')?.oldestSeconds;
  expect(await oldest()).toBeLessThan(3_600);
  await world.sql("update screening_queue set asked_at = asked_at - interval '2 hours'");
  await failOnce();
  expect(await oldest()).toBeGreaterThan(7_190);
  const newLists = { kind: 'version', version: 'us_ofac:0002' } as const;
  await askForVersion(world.system, { ...provider, listVersion: async () => newLists });
  while (await queueForRound(world.system));
  expect(await oldest()).toBeGreaterThan(7_190);
  Object.assign(world.system, { screening: provider });
  const [row] = await world.sql('select customer_id from screening_queue');
  await brand.call('PATCH', `/customers/${row?.['customer_id']}`, { body: { first_name: 'Ernst' } });
  Object.assign(world.system, { screening: undefined });
  expect(await world.sql('select tries from screening_queue')).toEqual([{ tries: 0 }]);
  expect(await oldest()).toBeGreaterThan(7_190);
});

test('the queues count who waits, and matches without a decision', async () => {
  const queues = await measureQueues(world.system);
  expect(queues.find(({ queue }) => queue === 'screening')).toMatchObject({ depth: 1 });
  expect(queues.find(({ queue }) => queue === 'screening_matches')).toMatchObject({ depth: 0 });
});
