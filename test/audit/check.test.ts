import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runNextCheck } from '../../src/operations/audit/checks/checks.ts';
import { newCustomer } from '../contract-samples.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld, settled, withWorker } from '../world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
});
afterAll(() => world.close());

/** A brand with some entries in its trail. */
async function withEntries(count = 5): Promise<BrandClient> {
  const brand = await world.brand();
  for (let made = 0; made < count; made += 1) await newCustomer(brand);
  await settled(world);
  return brand;
}
const check = async (brand: BrandClient) => {
  expect((await brand.call('POST', '/audit/check')).json.state).toBe('waiting');
  while (await runNextCheck(world.system));
  return (await brand.call('GET', '/audit/check')).json;
};

describe('the check of an audit trail', () => {
  test('follows every entry, and names the end and the key', async () => {
    const brand = await withEntries();
    const found = await check(brand);
    const [last] = (await brand.call('GET', '/audit?limit=1')).json.data;
    expect(found).toMatchObject({
      state: 'intact',
      checked: found.of,
      key: world.system.vault.signer.key,
      date_finished: expect.any(String),
    });
    expect(found.of).toBe(last.number);
    expect(found.hash).toBe(last.hash);
    expect(found.broken_at).toBeUndefined();
  });

  test.each([
    ['was changed', "update audit set body = replace(body, 'createCustomer', 'deleteCustomer') where"],
    ['is missing', 'delete from audit where'],
    ['is listed under another customer', 'update audit set customer_id = gen_random_uuid() where'],
  ])('finds an entry that %s', async (_, change) => {
    const brand = await withEntries();
    await world.sql(`${change} brand_id = $1 and number = 4`, [brand.brandId]);
    expect(await check(brand)).toMatchObject({ state: 'broken', broken_at: 4, checked: 3 });
    // Another check finds it again, and another brand is not affected.
    expect(await check(brand)).toMatchObject({ state: 'broken', broken_at: 4 });
    expect(await check(await withEntries(1))).toMatchObject({ state: 'intact' });
  });

  test('finds an end that was moved', async () => {
    const brand = await withEntries();
    const move = (by: number) =>
      world.sql('update journal_heads set audit_number = audit_number + $2 where brand_id = $1', [
        brand.brandId,
        by,
      ]);
    await move(-1);
    expect((await check(brand)).state).toBe('broken');
    await move(1);
    expect((await check(brand)).state).toBe('intact');
  });

  test('is done by the worker, one at a time for a brand', async () => {
    const brand = await withEntries();
    const headers = { 'Idempotency-Key': 'one' };
    const first = await brand.call('POST', '/audit/check', { headers });
    const second = await brand.call('POST', '/audit/check');
    expect(second.json).toEqual(first.json);
    await withWorker(world, () =>
      expect
        .poll(async () => (await brand.call('GET', '/audit/check')).json.state, { timeout: 20_000 })
        .toBe('intact'),
    );
    expect((await brand.call('POST', '/audit/check')).json.state).toBe('waiting');
  });

  test('is not believed where its result was altered', async () => {
    const brand = await withEntries();
    await world.sql('update audit set body = body || body where brand_id = $1 and number = 2', [
      brand.brandId,
    ]);
    await check(brand);
    await world.sql("update audit_checks set state = 'intact', broken_at = null where brand_id = $1", [
      brand.brandId,
    ]);
    expect((await brand.call('GET', '/audit/check')).json.Code).toBe('record_altered');
    expect((await check(brand)).state).toBe('broken');
  });
});
