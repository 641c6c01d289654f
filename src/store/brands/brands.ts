import type { BrandId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { instantOfPostgres, toPostgres } from '../../domain/time.ts';
import type { NewEntry } from '../audit/journal.ts';
import { operatorEntrySql } from '../audit/journal.ts';
import type { Database } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import type { StoredKey } from './brand-keys.ts';

// Brands themselves belong to no brand, so these functions take the database and not a scope: making one,
// and finding one by its name, are the operator's business.

export interface Brand {
  readonly brandId: BrandId;
  readonly name: string;
  readonly createdAt: Instant;
}

/** The name of the sequence that numbers a brand's customers. A brand's id is a UUID, so this is a plain name. */
export const arrivalsOf = (brandId: BrandId): string => `arrivals_${brandId.replaceAll('-', '')}`;

const insert = statement(
  'brand_insert',
  `with made as (
     insert into brands (brand_id, name, created_at) values ($1, $2, $3) on conflict (name) do nothing returning 1
   ), ${operatorEntrySql('made', 4)} select 1 from made`,
);
const insertKey = statement(
  'brand_key_insert',
  'insert into brand_keys (brand_id, kind, version, root_version, wrapped, created_at) values ($1, $2, $3, $4, $5, $6)',
);

/** Customers are verified for a program, so nobody has to make one first. */
const insertDefaultProgram = statement(
  'brand_default_program',
  "insert into programs (brand_id, program_id, name, created_at) values ($1, gen_random_uuid(), 'default', $2)",
);

/** Makes a brand with its first program, its first keys, its sequence and the first entry of its trail. False where the name is taken. */
export function insertBrand(
  db: Database,
  brand: Brand,
  keys: readonly StoredKey[],
  entry: NewEntry,
): Promise<boolean> {
  return db.transaction(async (connection) => {
    const at = toPostgres(brand.createdAt);
    const made = await connection.run(insert, [brand.brandId, brand.name, at, entry.body]);
    if (made.length === 0) return false;
    for (const key of keys) {
      await connection.run(insertKey, [
        brand.brandId,
        key.kind,
        key.version,
        key.rootVersion,
        key.wrapped,
        at,
      ]);
    }
    await connection.run(insertDefaultProgram, [brand.brandId, at]);
    await connection.run(statement('', `create sequence ${arrivalsOf(brand.brandId)}`), []);
    return true;
  });
}

const all = statement(
  'brands_all',
  'select brand_id, name, created_at from brands order by created_at, name',
);

export async function listBrands(db: Database): Promise<readonly Brand[]> {
  return (await db.run(all, [])).map((row) => ({
    brandId: row['brand_id'] as BrandId,
    name: String(row['name']),
    createdAt: instantOfPostgres(String(row['created_at'])),
  }));
}
