import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { setValidation, validationOf } from '../../../../src/operations/brands/settings.ts';
import { importCustomers } from '../../../../src/operations/customers/importing/import.ts';
import { examineRecords } from '../../../../src/operations/installation/doctor-proofs.ts';
import { rolledBackOf } from '../../../../src/operations/installation/rollback.ts';
import { person } from '../../../people.ts';
import { rewrite } from '../../../rewrite.ts';
import type { BrandClient, World } from '../../../world.ts';
import { openWorld, settled } from '../../../world.ts';
import { older, putBack } from './put-back.ts';

// The attacker can write every table, but has no key, and wants a brand to take other values than its operator has
// set. The planted fault is the same change made with the key (`rewrite`): then it is believed.

let world: World;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
});
afterAll(() => world.close());

const create = async (brand: BrandClient) =>
  (await brand.call('POST', '/customers', { body: person({ last_name: 'Smith-Jones' }) })).json;
const altered = { Status: 503, Code: 'record_altered' };

/** A brand with a setting, which no process has in its cache. */
async function brandThatTakes(validation: 'bond' | 'wide'): Promise<BrandClient> {
  const brand = await world.brand();
  await setValidation(world.system, brand.brandId, 'wide');
  if (validation === 'bond') await setValidation(world.system, brand.brandId, 'bond');
  return brand;
}

async function notBelieved(brand: BrandClient): Promise<void> {
  expect(await create(brand)).toMatchObject(altered);
  expect(await validationOf(world.system, brand.brandId)).toBeUndefined();
  expect(JSON.stringify(await examineRecords(world.system.db, world.system.vault))).toContain(
    `brand_settings ${brand.brandId}`,
  );
  const folder = mkdtempSync(join(tmpdir(), 'clientele-settings-'));
  try {
    const path = join(folder, 'people.ndjson');
    writeFileSync(path, JSON.stringify(person({ last_name: 'Smith-Jones' })));
    const options = { path, skipBad: false, problem: () => undefined, progress: () => undefined };
    await expect(importCustomers(world.system, brand.brandId, options)).rejects.toThrow(/does not open/);
  } finally {
    rmSync(folder, { recursive: true });
  }
  // The doctor names five rows.
  await world.sql('delete from brand_settings where brand_id = $1', [brand.brandId]);
}

test.each([
  ['from bond to wide', 'bond', "validation = 'wide'"],
  ['from bond to what no version knows', 'bond', "validation = 'anything'"],
  ['from wide to wide-itin', 'wide', "validation = 'wide-itin'"],
  ['from wide to bond', 'wide', "validation = 'bond'"],
  ['by its version alone', 'wide', 'version = version + 1'],
] as const)('a setting that is changed %s is not believed', async (_what, validation, change) => {
  const brand = await brandThatTakes(validation);
  await world.sql(`update brand_settings set ${change} where brand_id = $1`, [brand.brandId]);
  await notBelieved(brand);
});

test('a setting that was never made, with the proof of another brand, is not believed', async () => {
  const donor = await brandThatTakes('wide');
  for (const proof of ['proof', "left(proof, -4) || 'AAAA'"]) {
    const brand = await world.brand();
    await world.sql(
      `insert into brand_settings (brand_id, validation, version, proof)
       select $1, validation, version, ${proof} from brand_settings where brand_id = $2`,
      [brand.brandId, donor.brandId],
    );
    await notBelieved(brand);
  }
});

test('a setting that the service itself had changed would be believed', async () => {
  const brand = await brandThatTakes('bond');
  await rewrite(brand, "update brand_settings set validation = 'wide' where brand_id = $1", [brand.brandId]);
  expect(await create(brand)).toMatchObject({ last_name: 'Smith-Jones' });
});

test('a setting that is put back as it was, or removed, is found by the audit trail', async () => {
  const brand = await brandThatTakes('wide');
  const scope = { brandId: brand.brandId, db: world.system.db };
  const { brandId } = brand;
  await putBack(world, [['brand_settings', 'brand_id', brandId]], () =>
    setValidation(world.system, brandId, 'bond'),
  );
  expect(await rolledBackOf(scope)).toEqual([{ table: 'brand_settings', id: brandId, problem: older(1, 2) }]);
  // The operator who wants what the old row says sets it again.
  expect(await setValidation(world.system, brandId, 'wide')).toBe(true);
  await settled(world);
  expect(await rolledBackOf(scope)).toEqual([]);
  await world.sql('delete from brand_settings where brand_id = $1', [brandId]);
  await settled(world);
  expect(await rolledBackOf(scope)).toEqual([{ table: 'brand_settings', id: brandId, problem: 'is gone' }]);
  // The operator sets it again, and the trail and the row agree.
  expect(await setValidation(world.system, brandId, 'bond')).toBe(true);
  await settled(world);
  expect(await rolledBackOf(scope)).toEqual([]);
});

test('a setting that was altered is set again by the operator', async () => {
  const brand = await brandThatTakes('bond');
  await world.sql("update brand_settings set validation = 'wide' where brand_id = $1", [brand.brandId]);
  expect(await create(brand)).toMatchObject(altered);
  expect(await setValidation(world.system, brand.brandId, 'bond')).toBe(true);
  expect(await validationOf(world.system, brand.brandId)).toBe('bond');
  await settled(world);
  expect(await rolledBackOf({ brandId: brand.brandId, db: world.system.db })).toEqual([]);
});
