import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyRecords } from '../../src/operations/records/verify-records.ts';
import { newCustomer } from '../contract-samples.ts';
import { newSsn } from '../people.ts';
import { populatedBrand } from '../rotation/populated.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld, settled } from '../world.ts';

let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
  brand = await world.brand();
});
afterAll(() => world.close());

const verified = (of = brand) => verifyRecords(world.system, of.brandId, () => undefined);

async function changedCustomer(): Promise<string> {
  const { customer_id: id } = (await newCustomer(brand)).json;
  await brand.call('PATCH', `/customers/${id}`, { body: { last_name: 'Fleming', ssn: newSsn() } });
  return String(id);
}

test('a brand in which everything was done once fits its trail', { timeout: 180_000 }, async () => {
  const busy = await populatedBrandOfWorker();
  const result = await verified(busy);
  expect(result.differences).toEqual([]);
  expect(result.customers).toBeGreaterThan(20);
  expect(result.rows).toBeGreaterThan(100);
});

async function populatedBrandOfWorker() {
  const { withWorker } = await import('../world.ts');
  const busy = await withWorker(world, () => populatedBrand(world));
  await settled(world);
  return busy;
}

describe('is named', () => {
  test('a customer whose last digest of a field is of another value, and a field without a digest', async () => {
    const [id, other] = [await changedCustomer(), await changedCustomer()];
    await settled(world);
    expect((await verified()).differences).toEqual([]);
    await world.sql('alter table audit disable trigger user');
    const digest = `regexp_replace(body, '"last_name":"[^"]{44}"', '"last_name":"${'A'.repeat(43)}="')`;
    await world.sql(`update audit set body = ${digest} where customer_id = $1`, [id]);
    await world.sql(
      `update audit set body = regexp_replace(body, '"phone":"[^"]{44}",', '') where customer_id = $1`,
      [other],
    );
    const { differences } = await verified();
    expect([...differences].sort()).toEqual(
      [
        `customers ${id} has another last_name than its last audit entry`,
        `customers ${other} has phone, and no audit entry has one`,
      ].sort(),
    );
    await world.sql('update audit set body = body');
  });

  test('a customer whose SSN was altered or taken away, and one who has lost the key of the digests', async () => {
    const fresh = await world.brand();
    const of = async () => String((await newCustomer(fresh)).json.customer_id);
    const [altered, taken, lost] = [await of(), await of(), await of()];
    await settled(world);
    expect((await verified(fresh)).differences).toEqual([]);
    const set = (id: string, change: string) =>
      world.sql(`update customers set ${change} where customer_id = $1`, [id]);
    await set(altered, "ssn = overlay(ssn placing 'AAAA' from 40)");
    await set(taken, 'ssn = null');
    await set(lost, 'audit_key = null');
    expect([...(await verified(fresh)).differences].sort()).toEqual(
      [
        `customers ${altered} has values that do not open`,
        `customers ${taken} has another ssn than its last audit entry`,
        `customers ${lost} has lost its key, and its audit entries have digests under it`,
      ].sort(),
    );
  });

  test('a row that was altered, one that was put back, and one that is gone', async () => {
    const fresh = await world.brand();
    const of = async () => String((await newCustomer(fresh)).json.customer_id);
    const [altered, back, gone] = [await of(), await of(), await of()];
    await world.sql('create table earlier_row as select * from customers where customer_id = $1', [back]);
    for (const id of [altered, back, gone])
      await fresh.call('PATCH', `/customers/${id}`, { body: { last_name: 'Fleming' } });
    await settled(world);
    expect((await verified(fresh)).differences).toEqual([]);
    await world.sql("update customers set kyc_status = 'passed' where customer_id = $1", [altered]);
    await world.sql(
      `update customers c set version = e.version, profile = e.profile, profile_seal = e.profile_seal, updated_at = e.updated_at
         from earlier_row e where c.customer_id = e.customer_id`,
    );
    await world.sql('drop table earlier_row');
    await world.sql('delete from customer_history where customer_id = $1', [gone]);
    const { differences } = await verified(fresh);
    expect(differences).toContain(`customers ${altered} was altered`);
    expect(differences).toContain(`customers ${back} has version 1, and the audit trail has 2`);
    expect(differences).toContain(`customers ${back} has another last_name than its last audit entry`);
    expect(differences.filter((one) => one.startsWith('customer_history'))).toHaveLength(1);
  });
});
