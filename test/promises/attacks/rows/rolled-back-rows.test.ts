import { afterAll, beforeAll, expect, test } from 'vitest';
import { operations } from '../../../../src/contract/table.ts';
import { keyScopes } from '../../../../src/domain/scopes.ts';
import {
  createKey,
  keysOf,
  replaceSecret,
  revokeBrandKey,
} from '../../../../src/operations/brands/api-keys.ts';
import { examineVersions } from '../../../../src/operations/installation/doctor-proofs.ts';
import type { RolledBack } from '../../../../src/operations/installation/rollback.ts';
import { rolledBackOf, watchForRollback } from '../../../../src/operations/installation/rollback.ts';
import { customerStates } from '../../../../src/store/audit/versions.ts';
import type { BrandScope } from '../../../../src/store/scope.ts';
import { throwFailure } from '../../../../src/worker/task.ts';
import { newCustomer, prepare, send } from '../../../contract-samples.ts';
import type { BrandClient, World } from '../../../world.ts';
import { openWorld, settled } from '../../../world.ts';
import { older, putBack, twice } from './put-back.ts';

// The attacker can write every table, but has no key. It puts back rows that Clientele itself wrote earlier: they open.

let world: World;
let brand: BrandClient;
let scope: BrandScope;
beforeAll(async () => {
  world = await openWorld();
  brand = await world.brand(undefined, { scopes: keyScopes });
  scope = { brandId: brand.brandId, db: world.system.db };
  await settled(world);
}, 180_000);
afterAll(() => world.close());

const made = async () => String((await newCustomer(brand)).json.customer_id);

/** What is found about one row. */
const found = async (id: string): Promise<readonly RolledBack[]> =>
  (await rolledBackOf(scope)).filter((one) => one.id === id);

test('every operation that changes a customer writes its version into the trail', async () => {
  const versions = async () =>
    new Map(
      (
        await world.sql(
          `select customer_id, version from customers where brand_id = $1
           union all select customer_id, version from deleted_customers where brand_id = $1`,
          [brand.brandId],
        )
      ).map((row) => [String(row['customer_id']), Number(row['version'])]),
    );
  const changedBy: Record<string, number> = {};
  for (const row of operations) {
    const prepared = await prepare(row, brand);
    const before = await versions();
    await send(brand, prepared);
    const after = await versions();
    await settled(world);
    const states = await customerStates(scope, '00000000-0000-0000-0000-000000000000', 1_000);
    for (const { customerId, written } of states) {
      const version = after.get(customerId);
      if (version === undefined || version === before.get(customerId)) continue;
      expect(written, row.operationId).toBeGreaterThanOrEqual(version);
      changedBy[row.operationId] = (changedBy[row.operationId] ?? 0) + 1;
    }
  }
  expect(Object.keys(changedBy)).toEqual(
    expect.arrayContaining([
      'createCustomer',
      'updateCustomer',
      'createAddress',
      'updateAddress',
      'deleteAddress',
      'createChangeRequest',
      'decideChangeRequest',
      'startKyc',
      'submitKycDocuments',
      'decideKycReview',
      'simulateKycPass',
      'closeAccount',
      'setLegalHold',
      'releaseLegalHold',
    ]),
  );
  expect(await rolledBackOf(scope)).toEqual([]);
}, 120_000);

test('a customer that is put back as it was before a change is found', async () => {
  const id = await made();
  await putBack(world, [['customers', 'customer_id', id]], () =>
    brand.call('PATCH', `/customers/${id}`, { body: { first_name: 'Later' } }),
  );
  expect((await brand.call('GET', `/customers/${id}`)).status).toBe(200);
  expect(await found(id)).toEqual([{ table: 'customers', id, problem: older(1, 2) }]);
});

test('a legal hold that is undone together with its customer is found', async () => {
  const id = await made();
  await putBack(
    world,
    [
      ['customers', 'customer_id', id],
      ['legal_holds', 'customer_id', id],
    ],
    () => brand.call('POST', `/customers/${id}/legal-holds`, { body: { reason: 'Case 24-117.' } }),
  );
  expect(await found(id)).toEqual([{ table: 'customers', id, problem: older(1, 2) }]);
});

test('a customer that is put back and changed again is found, although its version is the newest one', async () => {
  const id = await made();
  const change = (first_name: string) => brand.call('PATCH', `/customers/${id}`, { body: { first_name } });
  await putBack(
    world,
    [
      ['customers', 'customer_id', id],
      ['legal_holds', 'customer_id', id],
    ],
    () => brand.call('POST', `/customers/${id}/legal-holds`, { body: { reason: 'Case 24-117.' } }),
  );
  expect((await change('Later')).status).toBe(200);
  // Before and after the change has its number in the trail.
  expect(await found(id)).toEqual([{ table: 'customers', id, problem: twice }]);
  await change('Latest');
  await settled(world);
  expect(await found(id)).toEqual([{ table: 'customers', id, problem: twice }]);
});

test('a key that is put back and changed again is found', async () => {
  const { identity } = await createKey(world.system, brand.brandId, { scopes: ['customers:read'] });
  await putBack(world, [['api_keys', 'identity', identity]], () =>
    revokeBrandKey(world.system, brand.brandId, identity),
  );
  const key = (await keysOf(world.system, brand.brandId)).find((one) => one.identity === identity);
  if (!key) throw new Error('The key was not put back.');
  await replaceSecret(world.system, brand.brandId, key, 0);
  expect(await found(identity)).toEqual([{ table: 'api_keys', id: identity, problem: twice }]);
});

test('the background slice goes around, so that it also reaches the customers with the first ids', async () => {
  const id = await made();
  await putBack(world, [['customers', 'customer_id', id]], () =>
    brand.call('PATCH', `/customers/${id}`, { body: { first_name: 'Later' } }),
  );
  const last = { ...world.system, newId: () => 'ffffffff-ffff-4fff-bfff-ffffffffffff' as never };
  const watched = await watchForRollback(last, throwFailure);
  expect(watched.filter((one) => one.id === id)).toEqual([{ table: 'customers', id, problem: older(1, 2) }]);
});

test('a deleted customer that is put back, and a customer that is removed, are found', async () => {
  const [undeleted, removed] = [await made(), await made()];
  await putBack(world, [['customers', 'customer_id', undeleted]], () =>
    brand.call('DELETE', `/customers/${undeleted}`),
  );
  await world.sql('delete from deleted_customers where customer_id = $1', [undeleted]);
  await world.sql('delete from customers where customer_id = $1', [removed]);
  expect(await found(undeleted)).toEqual([{ table: 'customers', id: undeleted, problem: 'was deleted' }]);
  expect(await found(removed)).toEqual([
    { table: 'customers', id: removed, problem: 'is gone without a deletion' },
  ]);
});

test('a revoked key that is put back is found', async () => {
  const { identity } = await createKey(world.system, brand.brandId, { scopes: ['customers:read'] });
  await putBack(world, [['api_keys', 'identity', identity]], () =>
    revokeBrandKey(world.system, brand.brandId, identity),
  );
  expect(await found(identity)).toEqual([{ table: 'api_keys', id: identity, problem: older(1, 2) }]);
  await world.sql('delete from api_keys where identity = $1', [identity]);
  expect(await found(identity)).toEqual([{ table: 'api_keys', id: identity, problem: 'is gone' }]);
});

test('a policy that is put back is found', async () => {
  const [before] = await world.sql('select version from retention_policies where brand_id = $1', [
    brand.brandId,
  ]);
  await putBack(world, [['retention_policies', 'brand_id', brand.brandId]], () =>
    brand.call('PATCH', '/retention-policy', { body: { identity_years: 9 } }),
  );
  const version = Number(before?.['version']);
  expect(await found(brand.brandId)).toEqual([
    { table: 'retention_policies', id: brand.brandId, problem: older(version, version + 1) },
  ]);
});

test('the doctor names what was put back, and the background slice raises an alarm', async () => {
  const all = await rolledBackOf(scope);
  expect(all.length).toBeGreaterThanOrEqual(5);
  const [finding] = await examineVersions(world.system.db);
  expect(finding).toMatchObject({ state: 'red' });
  expect(finding?.explanation).toContain(all.find(({ table }) => table === 'api_keys')?.id);
  const alarms = () => world.system.security.usage().events.get('record_altered') ?? 0;
  const before = alarms();
  const watched = await watchForRollback(world.system, throwFailure);
  expect(watched).toContainEqual(all.find(({ table }) => table === 'retention_policies'));
  expect(alarms() - before).toBe(watched.length);
});

test('none of them would be found if the entries named no version', async () => {
  await world.sql(`alter table audit disable trigger user`);
  await world.sql(`update audit set body = regexp_replace(body, '"record_version":[0-9]+', '"x":0')`);
  await world.sql(`update audit set body = replace(body, '"operation":"deleteCustomer"', '"operation":"x"')`);
  expect((await rolledBackOf(scope)).map(({ problem }) => problem)).not.toContainEqual(
    expect.stringContaining('has version'),
  );
});
