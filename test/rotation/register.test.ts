import { afterAll, beforeAll, expect, test } from 'vitest';
import { indexedTables, rootSealed, sealedColumns } from '../../src/store/rotation/sealed-columns.ts';
import type { World } from '../world.ts';
import { openWorld } from '../world.ts';
import { filledBrand } from './filled.ts';
import { sealedIn } from './outdated.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
  await filledBrand(world);
}, 180_000);
afterAll(() => world.close());

const nameOf = ({ table, column }: { readonly table: string; readonly column: string }) =>
  `${table}.${column}`;
const registered = [...sealedColumns, ...rootSealed].map(nameOf);

const strangers = async (): Promise<readonly string[]> =>
  (await sealedIn(world)).map(({ where }) => where).filter((where) => !registered.includes(where));

test('every column in which anything sealed is found is in the register of what a rotation walks', async () => {
  expect(await strangers()).toEqual([]);
});

test('most columns of the register were filled, so that this was looked at', async () => {
  const found = (await sealedIn(world)).map(({ where }) => where);
  const empty = registered.filter((where) => !found.includes(where));
  // Rows that pass through within a second, or that a test of their own fills.
  expect([
    'journal.reason',
    'deliveries.payload',
    'delivery_attempts.answer',
    'change_requests.note',
  ]).toEqual(expect.arrayContaining(empty));
});

test('turns red when a column with ciphertext is not in the register', async () => {
  await world.sql('create table planted (brand_id uuid, note text)');
  await world.sql('insert into planted select brand_id, profile from customers limit 1');
  expect(await strangers()).toEqual(['planted.note']);
  await world.sql('drop table planted');
});

test('every column of the register exists, with the type, the key and the counter that it says', async () => {
  for (const at of sealedColumns) {
    const [key, type] = at.key;
    const columns = await world.sql(
      `select column_name as name, data_type as type from information_schema.columns where table_name = $1`,
      [at.table],
    );
    const typeOf = (name: string) => columns.find((column) => column['name'] === name)?.['type'];
    expect(typeOf(at.column), nameOf(at)).toBe(at.form);
    expect(typeOf(key), nameOf(at)).toBe(type);
    if ('seal' in at) expect(typeOf(at.seal), nameOf(at)).toBe('integer');
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
  // Rows of these come from another table, and may be older than the newest key.
  const moved = ['deleted_customers', 'audit'];
  for (const at of sealedColumns.filter(({ table }) => !moved.includes(table))) {
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
