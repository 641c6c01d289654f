import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CustomerId } from '../../../src/domain/ids.ts';
import { boundColumnsOf } from '../../../src/domain/sealed-columns.ts';
import { examineRecords } from '../../../src/operations/installation/doctor-proofs.ts';
import { eraseCustomer } from '../../../src/operations/retention/erasure.ts';
import { boundColumns, contextOf, opens } from '../../../src/operations/rotation/bound-records.ts';
import { recordsAfter } from '../../../src/store/rotation/rotation.ts';
import { changeRequest, newCustomer, restrictedPath } from '../../contract-samples.ts';
import { rewrite } from '../../rewrite.ts';
import { populatedBrand } from '../../rotation/populated.ts';
import type { BrandClient, World } from '../../world.ts';
import { openWorld } from '../../world.ts';

// The attacker can write every table, but has no key. Each test changes a row so that the service would decide in the
// attacker's favour if it believed the row. The planted fault is the same change made with the key (`rewrite`): then
// the service believes it, so the attack itself would work.

let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld();
  brand = await populatedBrand(world);
}, 180_000);
afterAll(() => world.close());

/** Milliseconds after which a process reads a key again. */
const keyCacheMs = 600;
const altered = { Status: 503, Code: 'record_altered' };

describe('an API key', () => {
  test('of the attacker, with a digest of its own and every scope, is no key', async () => {
    const [identity, secret] = [randomUUID(), randomBytes(48).toString('base64')];
    await world.sql(
      `insert into api_keys (brand_id, identity, name, scopes, digest, created_at, version, proof)
       select brand_id, $1, 'backup', '{customers:read,ssn:reveal}', $2, created_at, 1, proof
         from api_keys where identity = $3`,
      [identity, createHash('sha256').update(secret).digest(), brand.key.identity],
    );
    const headers = { Identity: identity, Authorization: secret };
    expect((await brand.call('GET', '/customers', { headers })).json).toMatchObject(altered);
    await world.sql('delete from api_keys where identity = $1', [identity]);
  });

  test.each([
    ['with more scopes', "scopes = scopes || '{ssn:reveal}'"],
    ['that was revoked and is not any more', 'revoked_at = null'],
    ['that never expires', "expires_at = '2999-01-01'"],
    ['of another brand', 'brand_id = (select brand_id from brands order by created_at desc limit 1)'],
  ])('%s answers nothing', async (_, change) => {
    await world.brand();
    const { createKey, revokeBrandKey } = await import('../../../src/operations/brands/api-keys.ts');
    const key = await createKey(world.system, brand.brandId, { scopes: ['customers:read'], days: 1 });
    await revokeBrandKey(world.system, brand.brandId, key.identity);
    await world.sql(`update api_keys set ${change} where identity = $1`, [key.identity]);
    await delay(keyCacheMs);
    const answer = await brand.as(key).call('GET', '/customers');
    expect([401, 503]).toContain(answer.status);
    await world.sql('delete from api_keys where identity = $1', [key.identity]);
  });

  test('that the service itself had given more scopes would be believed', async () => {
    const { createKey } = await import('../../../src/operations/brands/api-keys.ts');
    const key = await createKey(world.system, brand.brandId, { scopes: ['customers:read'] });
    const { customer_id } = (await newCustomer(brand)).json;
    const reveal = () =>
      brand.as(key).call('POST', `/customers/${customer_id}/ssn`, { body: { reason: 'An attack.' } });
    expect((await reveal()).status).toBe(403);
    const widen = "update api_keys set scopes = scopes || '{ssn:reveal}' where identity = $1";
    await rewrite(brand, widen, [key.identity]);
    await delay(keyCacheMs);
    expect((await reveal()).status).toBe(200);
  });
});

describe('a customer', () => {
  test.each([
    "kyc_status = 'passed'",
    'kyc_passed_at = now()',
    'kyc_requests_available = 3 - kyc_requests_available',
    'version = version + 1',
    "created_at = created_at - interval '1 day'",
    'brand_person_id = gen_random_uuid()',
  ])('with %s is shown to nobody', async (change) => {
    const { customer_id } = (await newCustomer(brand)).json;
    await world.sql(`update customers set ${change} where customer_id = $1`, [customer_id]);
    const path = `/customers/${customer_id}`;
    expect((await brand.call('GET', path)).json).toMatchObject(altered);
    expect((await brand.call('PATCH', path, { body: { first_name: 'Jane' } })).json).toMatchObject(altered);
    const log = world.log.map((line) => JSON.parse(line)).filter(({ alarm }) => alarm === 'record_altered');
    expect(log.at(-1)?.record).toContain(customer_id);
    expect(JSON.stringify(await examineRecords(world.system.db, world.system.vault))).toContain(
      `customers ${customer_id}`,
    );
    await world.sql('delete from customers where customer_id = $1', [customer_id]);
  });
});

test("a program's provider cannot be exchanged", async () => {
  const other = await world.brand();
  const { customer_id } = (await newCustomer(other)).json;
  const [program] = await world.sql(
    "update programs set provider = 'sandbox' where brand_id = $1 returning program_id",
    [other.brandId],
  );
  const body = { program_id: program?.['program_id'] };
  const started = await other.call('POST', `/customers/${customer_id}/verification-kyc`, { body });
  expect(started.json).toMatchObject(altered);
});

test('a change request cannot be given another proposer, so that the proposer approves it', async () => {
  const id = await changeRequest(brand);
  await world.sql(
    'update change_requests set requested_by = gen_random_uuid() where change_request_id = $1',
    [id],
  );
  const decided = await brand.call('POST', `/change-requests/${id}/decision`, {
    body: { decision: 'approve' },
  });
  expect(decided.json).toMatchObject(altered);
});

describe('a deleted record', () => {
  const erased = async (id: string) =>
    (await world.sql('select 1 from erased_customers where customer_id = $1', [id])).length === 1;
  const held = async () => {
    const path = await restrictedPath(brand);
    const id = path.split('/')[2] as CustomerId;
    await brand.call('POST', `/customers/${id}/legal-holds`, { body: { reason: 'Case 24-117.' } });
    return id;
  };
  const backdate =
    "update deleted_customers set deleted_at = deleted_at - interval '20 years' where customer_id = $1";

  test('that is held is not erased after its hold was deleted and its date was changed', async () => {
    const id = await held();
    await world.sql('delete from legal_holds where customer_id = $1', [id]);
    await expect(eraseCustomer(world.system, brand.brandId, id)).rejects.toThrow(/holds/);
    await world.sql('update deleted_customers set holds = 0 where customer_id = $1', [id]);
    await world.sql(backdate, [id]);
    await expect(eraseCustomer(world.system, brand.brandId, id)).rejects.toThrow(/does not open/);
    expect(await erased(id)).toBe(false);
  });

  test('is not erased by a policy that was changed or deleted', async () => {
    const other = await world.brand();
    const path = await restrictedPath(other);
    const id = path.split('/')[2] as CustomerId;
    await world.sql('update retention_policies set never_verified_days = 0 where brand_id = $1', [
      other.brandId,
    ]);
    await expect(eraseCustomer(world.system, other.brandId, id)).rejects.toThrow(/does not open/);
    await world.sql('delete from retention_policies where brand_id = $1', [other.brandId]);
    await expect(eraseCustomer(world.system, other.brandId, id)).rejects.toThrow(/missing/);
    expect(await erased(id)).toBe(false);
  });

  test('would be erased if the service itself had written the date', async () => {
    const path = await restrictedPath(brand);
    const id = path.split('/')[2] as CustomerId;
    await rewrite(brand, backdate, [id]);
    await eraseCustomer(world.system, brand.brandId, id);
    expect(await erased(id)).toBe(true);
  });
});

/** Another value for a column of any type. */
const another: Readonly<Record<string, (column: string) => string>> = {
  text: (column) => `coalesce(${column}, '') || 'x'`,
  uuid: () => 'gen_random_uuid()',
  integer: (column) => `${column} + 1`,
  bigint: (column) => `coalesce(${column}, 0) + 1`,
  smallint: (column) => `${column} + 1`,
  boolean: (column) => `not ${column}`,
  bytea: (column) => `sha256(coalesce(${column}, ''))`,
  date: () => "'2001-01-01'",
  'text[]': (column) => `${column} || '{x}'`,
  'timestamp with time zone': (column) => `coalesce(${column}, now()) - interval '1 day'`,
};

test('no bound column of any table can be changed without breaking the record beside it', async () => {
  const keyring = await world.system.keyrings.of(brand.brandId);
  const scope = { brandId: brand.brandId, db: world.system.db };
  const tried: string[] = [];
  for (const at of boundColumns) {
    const name = `${at.table}.${at.column}`;
    const { found } = await recordsAfter(scope, at, undefined);
    // Earlier tests leave rows that are altered already.
    const record = found.find((one) => one.sealed !== '' && opens(keyring, at, one));
    if (!record) continue;
    for (const column of Object.keys(boundColumnsOf(name as never))) {
      const types = await world.sql(
        'select format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = $1::regclass and attname = $2',
        [at.table, column],
      );
      const value = another[String(types[0]?.['type'])]?.(column) ?? 'null';
      const set = `alter table ${at.table} disable trigger user; `;
      await world.sql(`${set} create table kept as table ${at.table}`);
      try {
        for (const { constraint } of await world.sql(
          "select conname as constraint from pg_constraint where conrelid = $1::regclass and contype = 'c'",
          [at.table],
        ))
          await world.sql(`alter table ${at.table} drop constraint ${constraint}`);
        await world.sql(`update ${at.table} set ${column} = ${value} where ${at.key[0]} = $1`, [record.key]);
        const changed = (await recordsAfter(scope, at, undefined)).found.find(
          ({ key }) => key === record.key,
        );
        if (!changed) throw new Error('The row is gone.');
        expect(changed.bound, `${name} by ${column}`).not.toBe(record.bound);
        expect(
          () => keyring.open(contextOf(at, changed), String(changed.sealed)),
          `${name} by ${column}`,
        ).toThrow(/does not open/);
        tried.push(`${name} ${column}`);
      } finally {
        await world.sql(`delete from ${at.table}`);
        await world.sql(`insert into ${at.table} overriding system value select * from kept`);
        await world.sql('drop table kept');
      }
    }
  }
  expect(tried.length).toBeGreaterThan(50);
}, 120_000);
