import { afterAll, beforeAll, expect, test } from 'vitest';
import { createKey } from '../../../../src/operations/brands/api-keys.ts';
import { eraseDueRecords } from '../../../../src/worker/eraser.ts';
import { newCustomer } from '../../../contract-samples.ts';
import { rewrite } from '../../../rewrite.ts';
import type { BrandClient, World } from '../../../world.ts';
import { openWorld } from '../../../world.ts';

// One key that may only change and delete customers wants a record to be gone now: it says that the account was closed
// years ago, and deletes the customer. The planted fault is a closing of which nobody knows when it was said.

let world: World;
let brand: BrandClient;
/** The attacker's key. */
let clerk: BrandClient;

beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
  brand = await world.brand();
  const scopes = ['customers:read', 'customers:write', 'customers:delete'];
  clerk = brand.as(await createKey(world.system, brand.brandId, { scopes }));
});
afterAll(() => world.close());

const backdate = (id: string, closed_on = '2012-03-01') =>
  clerk.call('POST', `/customers/${id}/account-closed`, { body: { closed_on } });

/** The record of a customer who was deleted, after everything that is due has been erased. */
async function left(id: string) {
  while ((await eraseDueRecords(world.system)) === 'more');
  return (await brand.call('GET', `/restricted-customers/${id}`)).json;
}

const daysFromNow = (at: string) => Math.round((Date.parse(at) - Date.now()) / 86_400_000);

test.each([
  ['before', async (id: string) => [await backdate(id), await clerk.call('DELETE', `/customers/${id}`)]],
  ['after', async (id: string) => [await clerk.call('DELETE', `/customers/${id}`), await backdate(id)]],
  [
    'twice before',
    async (id: string) => [
      await backdate(id, '2013-01-01'),
      await backdate(id),
      await clerk.call('DELETE', `/customers/${id}`),
    ],
  ],
])('a closing of years ago that is said %s the deletion does not end the retention', async (_, attack) => {
  const { customer_id: id } = (await newCustomer(brand)).json;
  const answers = await attack(id);
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  const record = await left(id);
  expect(record).toMatchObject({
    closed_on: '2012-03-01',
    kept_as: 'identified',
    customer: { ssn: expect.any(String) },
  });
  expect(daysFromNow(record.erase_after)).toBeGreaterThan(5 * 365 - 31);
});

test('where it is not known when it was said, the same attack works', async () => {
  const { customer_id: id } = (await newCustomer(brand)).json;
  await backdate(id);
  await clerk.call('DELETE', `/customers/${id}`);
  await rewrite(
    brand,
    'update deleted_customers set closing_stated_on = null, look_at = now() where customer_id = $1',
    [id],
  );
  expect(await left(id)).toMatchObject({ erased_because: 'identified', date_erased: expect.any(String) });
});

test('with write access to the tables, the day on which it was said cannot be changed or removed', async () => {
  for (const value of ['null', "'2012-03-01'"]) {
    const { customer_id: id } = (await newCustomer(brand)).json;
    await backdate(id);
    await world.sql(`update customers set closing_stated_on = ${value} where customer_id = $1`, [id]);
    expect((await brand.call('GET', `/customers/${id}`)).json.Code).toBe('record_altered');
  }
});

test('a brand may be a month late, and saying the same day again changes nothing', async () => {
  const { customer_id: id } = (await newCustomer(brand)).json;
  const today = Date.now();
  const day = new Date(today - 20 * 86_400_000).toISOString().slice(0, 10);
  await backdate(id, day);
  // As if it had been said on the day itself.
  await rewrite(brand, 'update customers set closing_stated_on = closed_on where customer_id = $1', [id]);
  await backdate(id, day);
  const [row] = await world.sql(
    'select closing_stated_on::text as said, closed_on::text as closed from customers where customer_id = $1',
    [id],
  );
  expect(row).toEqual({ said: day, closed: day });
  await clerk.call('DELETE', `/customers/${id}`);
  const { erase_after } = await left(id);
  expect(daysFromNow(erase_after)).toBeLessThan(5 * 366 - 15);
});
