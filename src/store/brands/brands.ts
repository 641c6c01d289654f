import type { BrandId, Id } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import type { NewEntry } from '../audit/journal.ts';
import { entryParameters, journalSql } from '../audit/journal.ts';
import { columns, id, text, unprovenInstant } from '../columns.ts';
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
  'insert into brand_keys (brand_id, kind, version, root_version, wrapped, created_at, index_form) values (:brandId, :kind, :version, :rootVersion, :wrapped, :at, :indexForm)',
);

const insertProgram = sql(
  'brand_first_program',
  `insert into programs (brand_id, program_id, name, settings_seal, created_at, proof)
   values (:brandId, :programId, :name, :settingsSeal, :at, :proof)`,
);
const insertPolicy = sql(
  'brand_first_policy',
  `insert into retention_policies (brand_id, never_verified_days, not_passed_months, identity_years, documents_years,
     changed_at, version, proof)
   values (:brandId, :neverVerifiedDays, :notPassedMonths, :identityYears, :documentsYears, :at, :version, :proof)`,
);

/** Makes the sequence of a brand's customers, which only the owner of the schema could do by itself. */
const makeArrivals = statement('brand_arrivals', 'select make_arrivals($1)');

/** What a brand has from its beginning. */
export interface BrandRows {
  readonly keys: readonly StoredKey[];
  /** Customers are verified for a program, so no operator has to make one first. */
  readonly program: {
    readonly programId: Id<'program'>;
    readonly name: string;
    readonly settingsSeal: number;
    readonly proof: string;
  };
  readonly policy: {
    readonly policy: Readonly<
      Record<'neverVerifiedDays' | 'notPassedMonths' | 'identityYears' | 'documentsYears', number>
    >;
    readonly version: number;
    readonly proof: string;
  };
}

/** Makes a brand with what it has from its beginning, its sequence and the first entry of its trail. False where the name is taken. */
export function insertBrand(db: Database, brand: Brand, rows: BrandRows, entry: NewEntry): Promise<boolean> {
  return db.transaction(async (connection) => {
    const at = toPostgres(brand.createdAt);
    const { brandId, name } = brand;
    const made = await insert.run(connection, { brandId, name, at, ...entryParameters(entry) });
    if (made.length === 0) return false;
    for (const { kind, version, rootVersion, wrapped, indexForm = 1 } of rows.keys) {
      const key = { kind, version, rootVersion, wrapped, indexForm };
      await insertKey.run(connection, { brandId, ...key, at });
    }
    const { programId, name: programName, settingsSeal, proof } = rows.program;
    await insertProgram.run(connection, { brandId, programId, name: programName, settingsSeal, at, proof });
    const { policy, version } = rows.policy;
    await insertPolicy.run(connection, { brandId, ...policy, at, version, proof: rows.policy.proof });
    await connection.run(makeArrivals, [brandId]);
    return true;
  });
}

// The time only sorts and is shown. One that cannot be read must not hide every brand from the work in the background.
const columnsOfBrand = columns({ brandId: id<BrandId>(), name: text(), createdAt: unprovenInstant() });

const all = statement('brands_all', `select ${columnsOfBrand.list} from brands order by created_at, name`);

export const listBrands = async (db: Database): Promise<readonly Brand[]> =>
  (await db.run(all, [])).map(columnsOfBrand.read);
