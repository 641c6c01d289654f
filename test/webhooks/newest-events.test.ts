import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { instantOfMillis, plusSeconds, withOffset } from '../../src/domain/time.ts';
import { newCustomer } from '../contract-samples.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld, settled } from '../world.ts';

// Customers of six days, two a day. The clock is the test's, so that the days are known.

const noon = Date.UTC(2026, 9, 1, 12);
const days = 6;
let at = noon;
let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true, now: () => instantOfMillis(at) });
  brand = await world.brand();
  for (let day = 0; day < days; day += 1)
    for (let count = 0; count < 2; count += 1) {
      at = noon + day * 86_400_000 + count * 60_000;
      await newCustomer(brand);
    }
  await settled(world);
});
afterAll(() => world.close());

const numbersOf = async (query: string): Promise<[readonly number[], string | null]> => {
  const { status, json, text } = await brand.call('GET', `/events?${query}`);
  expect(status, text).toBe(200);
  return [json.data.map(({ number }: { number: number }) => number), json.next_cursor];
};
/** `2026-10-01T12:00:00+00:00` of a day, from 0. */
const noonOf = (day: number): string =>
  encodeURIComponent(withOffset(plusSeconds(instantOfMillis(noon), day * 86_400)));

describe('the newest events first', () => {
  test('come in pages down to the oldest, where the cursor is null', async () => {
    const seen: number[] = [];
    let next: string | null = '';
    while (next !== null) {
      const [numbers, cursor] = await numbersOf(`order=newest&limit=5${next && `&cursor=${next}`}`);
      seen.push(...numbers);
      next = cursor;
    }
    expect(seen).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });

  test('stay between two moments, in both orders', async () => {
    const span = `from=${noonOf(1)}&to=${noonOf(3)}`;
    expect(await numbersOf(`order=newest&${span}`)).toEqual([[6, 5, 4, 3], null]);
    expect((await numbersOf(span))[0]).toEqual([3, 4, 5, 6]);
    expect((await numbersOf(`order=newest&from=${noonOf(5)}`))[0]).toEqual([12, 11]);
    expect((await numbersOf(`to=${noonOf(1)}`))[0]).toEqual([1, 2]);
    expect((await numbersOf(`order=newest&from=${noonOf(6)}`))[0]).toEqual([]);
    expect((await numbersOf(`order=newest&to=${noonOf(0)}`))[0]).toEqual([]);
    expect((await numbersOf('from=2026-10-02&to=2026-10-03'))[0]).toEqual([3, 4]);
  });

  test('stay between them where numbers are missing, and next to times that are out of order', async () => {
    const odd = await world.brand();
    for (let day = 0; day < 4; day += 1) {
      at = noon + day * 86_400_000;
      await newCustomer(odd);
      // Committed later than the one before it, and decided a minute earlier.
      at -= 60_000;
      await newCustomer(odd);
    }
    await settled(world);
    await world.sql('delete from events where brand_id = $1 and number in (3, 5)', [odd.brandId]);
    const read = async (query: string) =>
      (await odd.call('GET', `/events?${query}`)).json.data.map(({ number }: { number: number }) => number);
    expect(await read(`order=newest&from=${noonOf(1)}&to=${noonOf(3)}`)).toEqual([8, 6]);
    expect(await read(`order=newest&from=${noonOf(3)}`)).toEqual([7]);
  });

  test('are found by type and customer', async () => {
    const { customer_id } = (await newCustomer(brand)).json;
    await brand.call('DELETE', `/customers/${customer_id}`);
    await settled(world);
    const of = async (query: string) =>
      (await brand.call('GET', `/events?order=newest&${query}`)).json.data.map(
        ({ event }: { event: string }) => event,
      );
    expect(await of(`customer_id=${customer_id}`)).toEqual(['customer.deleted', 'customer.created']);
    expect(await of('type=customer.deleted')).toEqual(['customer.deleted']);
    expect(await of('type=kyc.*')).toEqual([]);
  });

  test('refuse what is no moment, and name the field', async () => {
    const { status, json } = await brand.call('GET', '/events?from=yesterday');
    expect([status, Object.keys(json.Message)]).toEqual([400, ['from']]);
  });
});
