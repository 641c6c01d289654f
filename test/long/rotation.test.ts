import { afterAll, beforeAll, expect, test } from 'vitest';
import { personOf } from '../../bench/people.ts';
import { plant } from '../../bench/plant.ts';
import { rotateKey } from '../../src/operations/rotation/brand-rotation.ts';
import { rotateRoot } from '../../src/operations/rotation/root-rotation.ts';
import type { BrandClient, World } from '../world.ts';
import { brandClient, openWorld } from '../world.ts';

/** A hundred thousand customers change every key while fifty requests a second are answered. */

const customers = Number(process.env['ROTATION_CUSTOMERS'] ?? 100_000);
const perSecond = 50;

let world: World;
let brand: BrandClient;
let ids: readonly string[];
beforeAll(async () => {
  world = await openWorld({ env: { CLIENTELE_LOG_LEVEL: 'error' } });
  const planted = await plant(world.config, customers, () => undefined);
  ids = planted.customers.map(({ customerId }) => customerId);
  brand = brandClient(world.url, planted.brandId, 'Bench', planted.key, world);
}, 1_800_000);
afterAll(() => world.close());

test('not one request fails', async () => {
  const failed: string[] = [];
  const took: number[] = [];
  const underWay = new Set<Promise<void>>();
  const one = async (number: number) => {
    const begun = performance.now();
    const id = ids[(number * 7_919) % ids.length];
    const called =
      number % 5 === 0
        ? await brand.call('PATCH', `/customers/${id}`, { body: { email: `n${number}@example.com` } })
        : number % 5 === 1
          ? await brand.call('POST', '/customers', { body: personOf(customers + number) })
          : number % 5 === 2
            ? await brand.call('POST', '/customers/search', { body: { email: `n${number - 2}@example.com` } })
            : await brand.call('GET', `/customers/${id}`);
    took.push(performance.now() - begun);
    if (called.status >= 400) failed.push(`${called.status} ${called.json?.Code}`);
  };
  let number = 0;
  const timer = setInterval(() => {
    const work: Promise<void> = one(number++)
      .catch((error) => void failed.push(String(error)))
      .finally(() => underWay.delete(work));
    underWay.add(work);
  }, 1_000 / perSecond);

  const seconds: Record<string, number> = {};
  const timed = async <Result>(name: string, work: () => Promise<Result>): Promise<Result> => {
    const begun = performance.now();
    const result = await work();
    seconds[name] = Math.round((performance.now() - begun) / 100) / 10;
    return result;
  };
  const by = { by: 'operator' } as const;
  const brandKey = await timed('brand key', () => rotateKey(world.system, brand.brandId, 'brand', by));
  const indexKey = await timed('index key', () => rotateKey(world.system, brand.brandId, 'index', by));
  await timed('root key', () => rotateRoot(world.system, by));
  clearInterval(timer);
  await Promise.all(underWay);

  took.sort((a, b) => a - b);
  const at = (share: number) => Math.round(took[Math.floor(took.length * share)] ?? 0);
  console.info(
    `${customers} customers, ${took.length} requests: ${JSON.stringify({ seconds, p50: at(0.5), p99: at(0.99), longest: at(0.9999) })}`,
  );
  expect(failed).toEqual([]);
  expect(brandKey).toMatchObject({ destroyed: [1], remaining: [] });
  expect(indexKey).toMatchObject({ destroyed: [1], remaining: [] });
  expect(took.length).toBeGreaterThan(20);
});
