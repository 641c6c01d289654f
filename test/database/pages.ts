import type { BrandId } from '../../src/domain/ids.ts';
import type { System } from '../../src/operations/system.ts';
import type { Connection } from '../../src/store/connection/database.ts';
import { statement } from '../../src/store/connection/database.ts';
import type { BrandScope } from '../../src/store/scope.ts';

// Pages are counted, not milliseconds, so that a busy machine changes nothing.

const touched = statement(
  '',
  `select sum(pg_stat_get_xact_blocks_fetched(relid))::int as pages from (
     select to_regclass(name) as relid from unnest($1::text[]) as name
     union select indexrelid from unnest($1::text[]) as name join pg_index on indrelid = to_regclass(name)
   ) as relations`,
);

/** The pages of these tables and their indexes that this transaction has touched so far. */
export const pagesOf = async (db: Connection, tables: readonly string[]): Promise<number> =>
  Number((await db.run(touched, [tables]))[0]?.['pages']);

/** The pages of these tables that some reads of a brand touch. */
export const pagesTouched = (
  system: System,
  brandId: BrandId,
  tables: readonly string[],
  work: (scope: BrandScope) => Promise<unknown>,
): Promise<number> =>
  system.db.transaction(async (db) => {
    const before = await pagesOf(db, tables);
    const run: Connection['run'] = (query, values) => db.run(query, values);
    await work({ brandId, db: { ...system.db, run, read: run } });
    return (await pagesOf(db, tables)) - before;
  });
