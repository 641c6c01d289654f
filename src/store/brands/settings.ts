import type { Validation } from '../../domain/validation.ts';
import type { NewEntry } from '../audit/journal.ts';
import { entryParameters, journalSql } from '../audit/journal.ts';
import { columns, number, text } from '../columns.ts';
import { statement } from '../connection/database.ts';
import type { BrandScope } from '../scope.ts';
import { sql } from '../sql.ts';

/** What the operator has set for a brand, as it is stored. */
export interface StoredSettings {
  readonly validation: Validation;
  /** Counts the changes. */
  readonly version: number;
  /** Proves the rest (`brand_settings.proof`). */
  readonly proof: string;
}

const settings = columns({ validation: text<Validation>(), version: number(), proof: text() });

const one = statement(
  'brand_settings_read',
  `select ${settings.list} from brand_settings where brand_id = $1`,
);

/** `undefined`: nothing was ever set. A request reads the settings together with its key (api-keys.ts). */
export async function readSettings(scope: BrandScope): Promise<StoredSettings | undefined> {
  const [row] = await scope.db.read(one, [scope.brandId]);
  return row && settings.read(row);
}

const change = sql(
  'brand_settings_change',
  `with changed as (
     insert into brand_settings (brand_id, validation, version, proof)
     values (:brandId, :validation, :version::int, :proof)
     on conflict (brand_id) do update
        set validation = excluded.validation, version = excluded.version, proof = excluded.proof
      where brand_settings.version = :before::int returning 1
   ), ${journalSql('changed')} select 1 from changed`,
);

/** Stores the next version of the settings, which every process uses within a second. False where they were changed since they were read. */
export async function changeSettings(
  { brandId, db }: BrandScope,
  before: number | undefined,
  { validation, version, proof }: StoredSettings,
  entry: NewEntry,
): Promise<boolean> {
  const parameters = { brandId, before, validation, version, proof, ...entryParameters(entry) };
  return (await change.run(db, parameters)).length > 0;
}
