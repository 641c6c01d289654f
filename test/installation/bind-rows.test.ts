import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bindRows } from '../../src/operations/installation/bind-rows.ts';
import { examineRecords } from '../../src/operations/installation/doctor-proofs.ts';
import { boundColumns, firstBoundColumns } from '../../src/operations/rotation/bound-records.ts';
import { openDatabase } from '../../src/store/connection/database.ts';
import { putResealed, recordsAfter } from '../../src/store/rotation/rotation.ts';
import { newCustomer, restrictedPath } from '../contract-samples.ts';
import { populatedBrand } from '../rotation/populated.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';

/** Milliseconds after which a process reads a key again. */
const keyCacheMs = 600;

let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld();
  brand = await populatedBrand(world);
}, 180_000);
afterAll(() => world.close());

/** Seals every record as versions before 0013_row_proofs did: bound to nothing, and rows without a proof. */
async function unbind(): Promise<number> {
  // These came later.
  await world.sql(
    'delete from program_changes; delete from operator_roles; delete from brand_settings; delete from audit_checks; delete from customer_history; delete from consents; delete from kyc_findings; delete from screenings; delete from screening_matches',
  );
  await world.sql(`alter table api_keys alter column proof drop not null;
    alter table retention_policies alter column proof drop not null;
    alter table programs alter column proof drop not null;
    alter table kyc_runs alter column proof drop not null;
    alter table change_requests alter column proof drop not null;
    alter table deleted_customers alter column deletion drop not null`);
  const keyring = await world.system.keyrings.of(brand.brandId);
  const db = openDatabase({ address: { url: world.databaseUrl } });
  const scope = { brandId: brand.brandId, db };
  let count = 0;
  for (const at of boundColumns) {
    if (at.purpose === 'row') {
      await world.sql(`update ${at.table} set ${at.column} = null where brand_id = $1`, [brand.brandId]);
      continue;
    }
    const { found } = await recordsAfter(scope, at, undefined);
    const filled = found.filter(({ sealed }) => sealed !== '');
    count += filled.length;
    const place = { purpose: at.purpose };
    await putResealed(
      scope,
      at,
      filled.map((from) => {
        const { recordId, sealNumber, bound } = from;
        const text = keyring.open({ ...place, recordId, sealNumber, bound }, String(from.sealed));
        return { from, sealed: keyring.seal({ ...place, recordId, sealNumber }, text) };
      }),
    );
  }
  await db.close();
  // What later migrations added.
  await world.sql(`update customers set closing_stated_on = null;
    update deleted_customers set closing_stated_on = null;
    update kyc_runs set started_by = null;
    update kyc_documents set submitted_by = null;
    update api_keys set created_by = null, rotated_by = null;
    update webhooks set key_id = null, ownership = null, stopped = null`);
  return count;
}

test('an upgrade binds what an earlier version sealed, once, and all of it is readable then', async () => {
  const { customer_id } = (await newCustomer(brand)).json;
  const restricted = await restrictedPath(brand);
  expect(await unbind()).toBeGreaterThan(10);
  await delay(keyCacheMs);
  expect((await brand.call('GET', `/customers/${customer_id}`)).status).toBeGreaterThanOrEqual(500);
  const told: number[] = [];
  const owner = openDatabase({ address: { url: world.databaseUrl } });
  const upgrade = () =>
    bindRows(
      owner,
      () => world.system.vault,
      (records) => told.push(records),
      firstBoundColumns,
    );
  // Twice, as after an interruption.
  await upgrade();
  await upgrade();
  await owner.close();
  expect(told.at(-1)).toBeGreaterThan(20);
  expect((await brand.call('GET', `/customers/${customer_id}`)).status).toBe(200);
  expect((await brand.call('GET', restricted)).status).toBe(200);
  expect((await brand.call('GET', '/retention-policy')).status).toBe(200);
  expect(await examineRecords(world.system.db, world.system.vault)).toMatchObject([{ state: 'green' }]);
}, 60_000);
