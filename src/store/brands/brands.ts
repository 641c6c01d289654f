import type { BrandId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import type { NewEntry } from '../audit/journal.ts';
import { entryParameters, journalSql } from '../audit/journal.ts';
import { columns, id, instant, text } from '../columns.ts';
import type { Database } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import { sql } from '../sql.ts';
import type { StoredKey } from './brand-keys.ts';

// A brand belongs to no other brand, so these functions take the database instead of a scope. Only the operator
// creates a brand or finds one by its name.

export interface Brand {
  readonly brandId: BrandId;
  readonly name: string;
  readonly createdAt: Instant;
}

/** The name of the sequence that numbers a brand's customers. A brand's id is a UUID, so this is a plain name. */
export const customerSequenceName = (brandId: BrandId): string => `arrivals_${brandId.replaceAll('-', '')}`;

const insert = sql(
  'brand_insert',
  `with made as (
     insert into brands (brand_id, name, created_at) values (:brandId, :name, :at) on conflict (name) do nothing returning 1
   ), ${journalSql('made')} select 1 from made`,
);
const insertKey = sql(
  'brand_key_insert',
  'insert into brand_keys (brand_id, kind, version, root_version, wrapped, created_at) values (:brandId, :kind, :version, :rootVersion, :wrapped, :at)',
);

/** Every verification belongs to a program, so each brand starts with one. */
const insertDefaultProgram = statement(
  'brand_default_program',
  "insert into programs (brand_id, program_id, name, created_at) values ($1, gen_random_uuid(), 'default', $2)",
);

// Named by `customerSequenceName`. The role of the service cannot create it.
const makeArrivals = statement('brand_arrivals', 'select make_arrivals($1)');

/** Creates a brand with its first program, first keys, sequence and first audit entry. False if the name is taken. */
export function insertBrand(
  db: Database,
  brand: Brand,
  keys: readonly StoredKey[],
  entry: NewEntry,
): Promise<boolean> {
  return db.transaction(async (connection) => {
    const at = toPostgres(brand.createdAt);
    const { brandId, name } = brand;
    const made = await insert.run(connection, { brandId, name, at, ...entryParameters(entry) });
    if (made.length === 0) return false;
    for (const { kind, version, rootVersion, wrapped } of keys) {
      await insertKey.run(connection, { brandId, kind, version, rootVersion, wrapped, at });
    }
    await connection.run(insertDefaultProgram, [brandId, at]);
    await connection.run(makeArrivals, [brandId]);
    return true;
  });
}

const columnsOfBrand = columns({ brandId: id<BrandId>(), name: text(), createdAt: instant() });

const all = statement('brands_all', `select ${columnsOfBrand.list} from brands order by created_at, name`);

export const listBrands = async (db: Database): Promise<readonly Brand[]> =>
  (await db.run(all, [])).map(columnsOfBrand.read);
