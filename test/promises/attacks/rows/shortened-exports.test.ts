import { afterAll, beforeAll, expect, test } from 'vitest';
import { exportAudit } from '../../../../src/operations/audit/export.ts';
import { newCustomer } from '../../../contract-samples.ts';
import type { BrandClient, World } from '../../../world.ts';
import { openWorld } from '../../../world.ts';

// A person who can write every table shortens an audit trail while it is exported: after the sequencer has looked at its
// end, and before the export reads it. Such an export must not be signed.

let world: World;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
});
afterAll(() => world.close());

function exportedAfter({ brandId }: BrandClient, attack: () => Promise<unknown>) {
  const { db } = world.system;
  const run: typeof db.run = async (query, values) => {
    if (query.name === 'sequence_heads') await attack();
    return db.run(query, values);
  };
  const system = { ...world.system, db: { ...db, run } };
  return exportAudit(
    system,
    brandId,
    {},
    async () => undefined,
    () => undefined,
  );
}

test('an entry that is removed during an export keeps the export from being signed', async () => {
  const brand = await world.brand();
  await newCustomer(brand);
  const ofBrand = (text: string) => world.sql(text, [brand.brandId]);
  const last = '(select max(number) from audit where brand_id = $1)';
  let attacks = 0;
  const attack = async () => {
    attacks += 1;
    await ofBrand('delete from audit_checkpoints where brand_id = $1');
    await ofBrand(`delete from audit where brand_id = $1 and number = ${last}`);
    await ofBrand(
      `update journal_heads h set audit_number = a.number, audit_hash = a.hash from audit a
        where h.brand_id = $1 and a.brand_id = $1 and a.number = ${last}`,
    );
  };
  await expect(exportedAfter(brand, attack)).rejects.toThrow(/is not signed/);
  expect(attacks).toBe(1);
});

test('without an attack the export is signed', async () => {
  const brand = await world.brand();
  await newCustomer(brand);
  const exported = await exportedAfter(brand, async () => undefined);
  expect(exported).toMatchObject({ from: 1, key: world.system.vault.signer.key });
});
