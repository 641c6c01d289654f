import { afterAll, beforeAll, expect, test } from 'vitest';
import { sealedColumns as declared, sealedColumnsOf } from '../../src/domain/sealed-columns.ts';
import { scopeOf } from '../../src/operations/system.ts';
import { customerTables } from '../../src/store/retention/erasure-tables.ts';
import { countOlderKeyUses } from '../../src/store/rotation/rotation.ts';
import { indexedTables, rootSealed, sealedColumns } from '../../src/store/rotation/sealed-columns.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';
import { sealedColumnsIn } from './outdated.ts';
import { populatedBrand } from './populated.ts';

let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld();
  brand = await populatedBrand(world);
}, 180_000);
afterAll(() => world.close());

const nameOf = ({ table, column }: { readonly table: string; readonly column: string }) =>
  `${table}.${column}`;
const registered = [...sealedColumns, ...rootSealed].map(nameOf);

const strangers = async (): Promise<readonly string[]> =>
  (await sealedColumnsIn(world)).map(({ where }) => where).filter((where) => !registered.includes(where));

test('every column with sealed content is in the register of the rotation', async () => {
  expect(await strangers()).toEqual([]);
});

test('most columns of the register are filled in this test', async () => {
  const found = (await sealedColumnsIn(world)).map(({ where }) => where);
  const empty = registered.filter((where) => !found.includes(where));
  // Rows that pass through within a second, or that a test of their own fills.
  expect([
    'journal.reason',
    'deliveries.payload',
    'delivery_attempts.answer',
    'change_requests.note',
    'change_requests.verified_elsewhere',
  ]).toEqual(expect.arrayContaining(empty));
});

/** Rows of these come from another table, and may be older than the newest key: no trigger checks them. */
const movedFrom: Readonly<Record<string, string>> = { deleted_customers: 'customers', audit: 'journal' };

/** The columns whose triggers refuse ciphertext under an outdated key, and those that such rows move to. */
async function sealedInSchema(): Promise<readonly string[]> {
  const triggers = await world.sql(
    `select tgrelid::regclass::text as table, pg_get_triggerdef(oid) as text from pg_trigger
      where tgname like '%_insert_current' and not tgisinternal`,
  );
  return triggers.flatMap(({ table, text }) =>
    [...String(text).matchAll(/sealed_head\(new\.(\w+)\)/g)].flatMap(([, column]) => [
      `${table}.${column}`,
      ...Object.entries(movedFrom).flatMap(([to, from]) => (from === table ? [`${to}.${column}`] : [])),
    ]),
  );
}

/** How a register departs from the schema. */
async function faultsOf(register: readonly string[]): Promise<readonly string[]> {
  const schema = await sealedInSchema();
  return [
    ...schema.filter((name) => !register.includes(name)).map((name) => `${name} is not declared`),
    ...register.filter((name) => !schema.includes(name)).map((name) => `${name} is not in the schema`),
    ...register.filter((name, at) => register.indexOf(name) !== at).map((name) => `${name} is there twice`),
  ];
}

test('the schema has no sealed column that is not declared, and none is declared twice', async () => {
  expect((await sealedInSchema()).length).toBeGreaterThan(20);
  expect(await faultsOf(sealedColumns.map(nameOf))).toEqual([]);
});

test('fails when a sealed column is missing, declared twice or not in the schema', async () => {
  const names = sealedColumns.map(nameOf);
  const without = names.filter((name) => name !== 'legal_holds.reason');
  expect(await faultsOf(without)).toEqual(['legal_holds.reason is not declared']);
  expect(await faultsOf([...names, 'legal_holds.reason'])).toEqual(['legal_holds.reason is there twice']);
  expect(await faultsOf([...names, 'customers.motto'])).toEqual(['customers.motto is not in the schema']);
  await world.sql('create table planted (brand_id uuid, note text)');
  await world.sql("select keep_current('planted', '{note}')");
  expect(await faultsOf(names)).toEqual(['planted.note is not declared']);
  await world.sql('drop table planted');
});

test('each use of an older key is counted once', async () => {
  const uses = await countOlderKeyUses(scopeOf(world.system, brand.brandId), 'brand', 2, world.system.now());
  const names = uses.map(({ where }) => where);
  expect(names).toEqual([...new Set(names)]);
  for (const where of ['legal_holds.reason', 'erasure_requests.reason', 'customers.profile']) {
    const [table, column] = where.split('.');
    const [row] = await world.sql(`select count(${column})::int as count from ${table} where brand_id = $1`, [
      brand.brandId,
    ]);
    expect(row?.['count'], where).toBeGreaterThan(0);
    expect(uses.find((use) => use.where === where)?.count, where).toBe(row?.['count']);
  }
});

test('no record opens in another column, except in the one that its row moves to', () => {
  const columns = sealedColumns.filter(({ table }) => !movedFrom[table]);
  const contexts = columns.map(({ purpose, recordId }) => `${purpose} ${recordId}`);
  expect(contexts).toEqual([...new Set(contexts)]);
  for (const [to, from] of Object.entries(movedFrom)) {
    expect(sealedColumnsOf(to).filter((column) => column !== 'deletion')).toEqual(sealedColumnsOf(from));
    for (const { column, purpose, recordId, sealCounter } of sealedColumns.filter(
      ({ table, column }) => table === to && column !== 'deletion',
    ))
      expect({ purpose, recordId, sealCounter }).toEqual(
        sealedColumns
          .filter((at) => nameOf(at) === `${from}.${column}`)
          .map((at) => ({
            purpose: at.purpose,
            recordId: at.recordId,
            sealCounter: at.sealCounter,
          }))[0],
      );
  }
});

test('the purpose and the record id of a column stay what its stored records were sealed for', () => {
  expect(Object.entries(declared).map(([name, { purpose, recordId }]) => [name, purpose, recordId])).toEqual([
    ['customers.profile', 'profile', '{customer_id}'],
    ['customers.ssn', 'ssn', '{customer_id}'],
    ['customers.audit_key', 'digests', '{customer_id}'],
    ['deleted_customers.profile', 'profile', '{customer_id}'],
    ['deleted_customers.ssn', 'ssn', '{customer_id}'],
    ['deleted_customers.audit_key', 'digests', '{customer_id}'],
    ['deleted_customers.deletion', 'row', 'deletion/{customer_id}'],
    ['customer_history.earlier', 'profile', 'history/{customer_id}/{history_id}'],
    ['customer_history.ssn', 'ssn', 'history/{customer_id}/{history_id}'],
    ['consents.details', 'profile', 'consent/{customer_id}/{consent_id}'],
    ['idempotency.answer', 'idempotency', '{record_id}'],
    ['journal.reason', 'reason', '{sha256(body)}'],
    ['audit.reason', 'reason', '{sha256(body)}'],
    ['api_keys.proof', 'row', 'key/{identity}'],
    ['retention_policies.proof', 'row', 'retention policy'],
    ['brand_settings.proof', 'row', 'brand settings'],
    ['audit_checks.proof', 'row', 'audit check'],
    ['operator_roles.proof', 'row', 'operator/{operator_id}'],
    ['programs.proof', 'row', 'program/{program_id}'],
    ['programs.settings', 'verification', 'program/{program_id}'],
    ['program_changes.proof', 'row', 'program change/{change_id}'],
    ['program_changes.settings', 'verification', 'program change/{change_id}'],
    ['kyc_runs.data', 'verification', 'run/{customer_id}/{run_id}'],
    ['kyc_runs.proof', 'row', 'run/{customer_id}/{run_id}'],
    ['kyc_documents.details', 'document', 'details/{customer_id}/{document_id}'],
    ['kyc_documents.content', 'document', 'content/{customer_id}/{document_id}'],
    ['kyc_decisions.note', 'verification', 'note/{customer_id}/{decision_id}'],
    ['kyc_findings.details', 'verification', 'finding/{customer_id}/{finding_id}'],
    ['screenings.details', 'verification', 'screening/{customer_id}/{screening_id}'],
    ['screening_matches.details', 'verification', 'match/{customer_id}/{match_id}'],
    ['screening_matches.reason', 'reason', 'match/{customer_id}/{match_id}'],
    ['screening_matches.note', 'reason', 'match note/{customer_id}/{match_id}'],
    ['screening_matches.proof', 'row', 'match/{customer_id}/{match_id}'],
    ['legal_holds.reason', 'reason', 'hold/{customer_id}/{hold_id}'],
    ['legal_holds.release_reason', 'reason', 'release/{customer_id}/{hold_id}'],
    ['erasure_requests.reason', 'reason', 'erasure/{customer_id}/{erasure_id}'],
    ['change_requests.wanted', 'reason', '{change_request_id}/wanted'],
    ['change_requests.reason', 'reason', '{change_request_id}/reason'],
    ['change_requests.note', 'reason', '{change_request_id}/note'],
    ['change_requests.verified_elsewhere', 'reason', '{change_request_id}/verified elsewhere'],
    ['change_requests.proof', 'row', 'change request/{customer_id}/{change_request_id}'],
    ['webhooks.settings', 'webhook', '{webhook_id}'],
    ['deliveries.payload', 'event', '{delivery_id}'],
    ['delivery_attempts.answer', 'event', 'answer/{attempt_id}'],
  ]);
});

test('erasing a customer clears every sealed column of a table that names customers', async () => {
  const naming = await world.sql(
    "select table_name as name from information_schema.columns where table_schema = 'public' and column_name = 'customer_id'",
  );
  const kept = naming
    .map(({ name }) => String(name))
    .filter((name) => sealedColumnsOf(name).length > 0)
    .filter((name) => !customerTables.some(({ table, erased }) => table === name && erased !== 'stays'));
  // Only who has been deleted is erased.
  expect(kept).toEqual(['customers']);
});

test('fails when a column with ciphertext is not in the register', async () => {
  await world.sql('create table planted (brand_id uuid, note text)');
  await world.sql('insert into planted select brand_id, profile from customers limit 1');
  expect(await strangers()).toEqual(['planted.note']);
  await world.sql('drop table planted');
});

test('every column of the register exists with its declared type, key and counter', async () => {
  for (const at of sealedColumns) {
    const [key, type] = at.key;
    const columns = await world.sql(
      `select column_name as name, data_type as type from information_schema.columns where table_name = $1`,
      [at.table],
    );
    const typeOf = (name: string) => columns.find((column) => column['name'] === name)?.['type'];
    expect(typeOf(at.column), nameOf(at)).toBe(at.type);
    expect(typeOf(key), nameOf(at)).toBe(type);
    if (at.sealCounter) expect(typeOf(at.sealCounter), nameOf(at)).toBe('integer');
    const [unique] = await world.sql(
      `select exists (select from pg_index i where i.indrelid = $1::regclass and i.indisunique and i.indpred is null
         and (select array_agg(a.attname::text order by a.attname) from pg_attribute a
               where a.attrelid = i.indrelid and a.attnum = any (i.indkey)) <@ array['brand_id', $2]) as unique`,
      [at.table, key],
    );
    expect(unique, nameOf(at)).toEqual({ unique: true });
  }
});

test('every table that takes new ciphertext or index values refuses those under a key with a successor', async () => {
  for (const at of sealedColumns.filter(({ table }) => !movedFrom[table])) {
    const triggers = await world.sql(
      `select tgname as name, pg_get_triggerdef(oid) as text from pg_trigger
        where tgrelid = $1::regclass and tgname like '%_current' and tgenabled = 'O' order by tgname`,
      [at.table],
    );
    expect(triggers.map(({ name }) => name)).toEqual([
      `${at.table}_insert_current`,
      `${at.table}_update_current`,
    ]);
    for (const { text } of triggers) {
      expect(text).toContain(`sealed_head(new.${at.column})`);
      if ((indexedTables as readonly string[]).includes(at.table))
        expect(text).toContain('new.index_version');
    }
  }
});
