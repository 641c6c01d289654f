import type { ProgramId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import type { NewEntry } from '../audit/journal.ts';
import { entryParameters, journalSql } from '../audit/journal.ts';
import { columns, id, instant, number, optional, text } from '../columns.ts';
import { statement } from '../connection/database.ts';
import { violatedIndex } from '../connection/outage.ts';
import type { BrandScope } from '../scope.ts';
import { sql } from '../sql.ts';

/** A program as stored: the product for which customers are verified. */
export interface StoredProgram {
  readonly programId: ProgramId;
  readonly name: string;
  /** `undefined`: the default provider of the environment. */
  readonly provider: string | undefined;
  /** Sealed settings for reaching the provider. */
  readonly settings: string | undefined;
  readonly settingsSeal: number;
  readonly createdAt: Instant;
  /** Proves the rest (`programs.proof`). */
  readonly proof: string;
}

/** All of a program that its proof covers. */
export type ProvenProgram = Omit<StoredProgram, 'settings'>;

const columnsOfProgram = columns({
  programId: id<ProgramId>(),
  name: text(),
  provider: optional(text()),
  settings: optional(text()),
  settingsSeal: number(),
  createdAt: instant(),
  proof: text(),
});

const all = statement(
  'programs_all',
  `select ${columnsOfProgram.list} from programs where brand_id = $1 order by created_at, name`,
);

/** The programs of a brand, oldest first. */
export async function listPrograms(scope: BrandScope): Promise<readonly StoredProgram[]> {
  return (await scope.db.read(all, [scope.brandId])).map(columnsOfProgram.read);
}

const one = statement(
  'program_read',
  `select ${columnsOfProgram.list} from programs where brand_id = $1 and program_id = $2`,
);

export async function readProgram(scope: BrandScope, id: ProgramId): Promise<StoredProgram | undefined> {
  const [row] = await scope.db.read(one, [scope.brandId, id]);
  return row && columnsOfProgram.read(row);
}

const insert = sql(
  'program_insert',
  `with made as (
     insert into programs (brand_id, program_id, name, provider, settings, settings_seal, created_at, proof)
     values (:brandId, :programId, :name, :provider, :settings, :settingsSeal, :createdAt, :proof) returning 1
   ), ${journalSql('made')} select 1 as done from made`,
);

/** Stores a new program and its audit entry. False if the brand has a program of that name. */
export async function insertProgram(
  scope: BrandScope,
  program: StoredProgram,
  entry: NewEntry,
): Promise<boolean> {
  const { programId, name, provider, settings, settingsSeal, createdAt, proof } = program;
  try {
    await insert.run(scope.db, {
      brandId: scope.brandId,
      programId,
      name,
      provider,
      settings,
      settingsSeal,
      createdAt: toPostgres(createdAt),
      proof,
      ...entryParameters(entry),
    });
    return true;
  } catch (error) {
    if (violatedIndex(error) === 'programs_brand_id_name_key') return false;
    throw error;
  }
}

/** Writes a program's provider, unless the program has changed since it was read. */
export const providerUpdateSql = `
     update programs set provider = :provider, settings = :settings, settings_seal = :settingsSeal, proof = :proof
      where brand_id = :brandId and program_id = :programId and settings_seal = :readSeal`;

export const providerParameters = (
  { programId, provider, settings, settingsSeal, proof }: StoredProgram,
  readSeal: number,
) => ({ programId, provider, settings, settingsSeal, proof, readSeal });

const change = sql(
  'program_change',
  `with changed as (${providerUpdateSql} returning 1
   ), ${journalSql('changed')} select 1 as done from changed`,
);

/** Changes a program's provider and writes an audit entry. False if the program has changed since it was read. */
export async function changeProgram(
  scope: BrandScope,
  program: StoredProgram,
  readSeal: number,
  entry: NewEntry,
): Promise<boolean> {
  const changed = await change.run(scope.db, {
    brandId: scope.brandId,
    ...providerParameters(program, readSeal),
    ...entryParameters(entry),
  });
  return changed.length > 0;
}
