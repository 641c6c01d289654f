import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CustomerId } from '../../src/domain/ids.ts';
import { usedUpUntil } from '../../src/store/audit/lookups.ts';
import type { Connection } from '../../src/store/connection/database.ts';
import { openSharedReads } from '../../src/store/connection/shared-reads.ts';
import { statement } from '../../src/store/connection/statement.ts';
import { readCustomer } from '../../src/store/customers/customers.ts';
import { newCustomer } from '../contract-samples.ts';
import { pagesOf } from '../database/pages.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';

// A connection plans a statement once. What it plans while there are few customers has to hold for many.

let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
  brand = await world.brand();
  // An analyze of its own would tell a later plan of all of them.
  await world.sql('alter table customers set (autovacuum_enabled = false)');
  await newCustomer(brand);
  await plant(60);
  await world.sql('vacuum analyze customers');
});
afterAll(() => world.close());

/** Customers that no key opens: as the superuser, without the triggers that look at seals. */
const plant = (count: number) =>
  world.sql(
    `set session_replication_role = replica;
     insert into customers
     select (jsonb_populate_record(c, jsonb_build_object(
       'customer_id', gen_random_uuid(), 'brand_person_id', gen_random_uuid(), 'seq', c.seq + last + n,
       'ssn_index', sha256(convert_to(last || ' ' || n, 'UTF8')), 'email_index', null, 'phone_index', null
     ))).* from customers c, (select min(seq) as first, max(seq) as last from customers) l, generate_series(1, ${count}) n
     where c.seq = first`,
  );

async function someIds(count: number): Promise<readonly CustomerId[]> {
  const rows = await world.sql('select customer_id as id from customers order by customer_id limit $1', [
    count,
  ]);
  return rows.map(({ id }) => id as CustomerId);
}

interface Growth {
  readonly table: string;
  readonly grow: () => Promise<unknown>;
}

const customers: Growth = { table: 'customers', grow: () => plant(3_000) };

/** What each work touches in a table with many rows, where it was planned among few. */
const pagesAmongMany = (
  works: readonly ((db: Connection) => Promise<unknown>)[],
  { table, grow }: Growth = customers,
): Promise<readonly number[]> =>
  world.system.db.session(async (client) => {
    const db: Connection = {
      run: async ({ name, text }, values) => (await client.query({ name, text, values: [...values] })).rows,
    };
    await client.query('set plan_cache_mode = force_generic_plan');
    for (const work of works) await work(db);
    await grow();
    const touched: number[] = [];
    await client.query('begin');
    for (const work of works) {
      const before = await pagesOf(db, [table]);
      await work(db);
      touched.push((await pagesOf(db, [table])) - before);
    }
    await client.query('commit');
    return touched;
  });

test('gets that share a statement read the pages of their own customers, each customer once', async () => {
  const ids = await someIds(20);
  const readAll = (db: Connection) => {
    const sharedReads = openSharedReads(db.run);
    const scope = { brandId: brand.brandId, db: { ...world.system.db, sharedReads } };
    const asked = [...ids, ...ids, randomUUID() as CustomerId];
    return Promise.all(asked.map((id) => readCustomer(scope, id)));
  };
  const rowsOf: number[] = [];
  const found = await readAll({
    async run(query, values) {
      const rows = await world.system.db.run(query, values);
      rowsOf.push(rows.length);
      return rows;
    },
  });
  expect(found.map((row) => row?.head.customer_id)).toEqual([...ids, ...ids, undefined]);
  // The first goes alone. On a busy machine the others may not wait for it.
  expect(rowsOf.toSorted((one, other) => one - other)).toEqual([1, 20]);
  // Planted: the same by a comparison with the array.
  const compared = statement(
    'compared',
    'select version from customers where brand_id = $1 and customer_id = any ($2::uuid[])',
  );
  const compare = (db: Connection) => db.run(compared, [brand.brandId, ids]);
  const [own, planted] = await pagesAmongMany([readAll, compare]);
  expect(own).toBeLessThan(22 * 5);
  expect(planted).toBeGreaterThan(22 * 5);
});

test('whether a budget is used up is read from its own counters, however many the brand has', async () => {
  await world.sql('alter table lookup_budgets set (autovacuum_enabled = false)');
  const counters: Growth = {
    table: 'lookup_budgets',
    grow: () =>
      world.sql(
        `insert into lookup_budgets (brand_id, kind, subject, used, most, ends_at)
         select $1, 'last_four', gen_random_uuid(), 1, 100, now() + interval '1 day' from generate_series(1, 3000)`,
        [brand.brandId],
      ),
  };
  const asked = {
    counters: [brand.brandId, randomUUID()].map((subject) => ({
      ...({ kind: 'ssn', subject, limit: 10, announcedAt: 10 } as const),
    })),
    now: world.system.now(),
  };
  const ask = (db: Connection) => {
    const sharedReads = openSharedReads(db.run);
    return usedUpUntil({ brandId: brand.brandId, db: { ...world.system.db, sharedReads } }, asked);
  };
  // Planted: the same by a join.
  const joined = statement(
    'joined',
    `select max(ends_at) from lookup_budgets
       join unnest($1::text[], $2::uuid[]) as given (kind, subject) using (kind, subject) where brand_id = $3`,
  );
  const values = [['ssn', 'ssn'], asked.counters.map(({ subject }) => subject), brand.brandId];
  const [own, planted] = await pagesAmongMany([ask, (db) => db.run(joined, values)], counters);
  expect(own).toBeLessThan(10);
  expect(planted).toBeGreaterThan(10);
});
