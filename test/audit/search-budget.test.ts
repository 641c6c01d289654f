import { afterAll, beforeAll, expect, test } from 'vitest';
import { person } from '../people.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';

// A search by email that finds nobody uses up a budget. At its end, one that finds a person is refused, too.

const budget = 20;
let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true, env: { CLIENTELE_SEARCH_MISSES: `${budget}` } });
  brand = await world.brand();
  await brand.call('POST', '/customers', { body: person({ email: 'found@example.com' }) });
});
afterAll(() => world.close());

const search = async (email: string) =>
  (await brand.call('POST', '/customers/search', { body: { email } })).status;

test('a burst of guesses learns of exactly as many misses as the budget has, and of few hits behind its end', async () => {
  const guesses = Array.from({ length: 600 }, (_, number) => ({
    isHit: number % 10 === 9,
    email: number % 10 === 9 ? 'found@example.com' : `nobody.${number}@example.com`,
  }));
  const answers = await Promise.all(
    guesses.map(async ({ isHit, email }) => ({ isHit, status: await search(email) })),
  );
  const answered = (hit: boolean) =>
    answers.flatMap(({ isHit, status }, place) => (isHit === hit && status === 200 ? [place] : []));
  expect(answered(false)).toHaveLength(budget);
  expect(answers.every(({ status }) => status === 200 || status === 429)).toBe(true);
  // Thirty hits in all. A hit waits at the counter behind the misses that are being counted.
  expect(answered(true).length).toBeLessThan(10);
  expect(await search('found@example.com')).toBe(429);
});
