import type { ProgramId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { instantOfPostgres, toPostgres } from '../../domain/time.ts';
import type { NewEntry } from '../audit/journal.ts';
import { operatorEntrySql } from '../audit/journal.ts';
import type { Row } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import { violatedIndex } from '../connection/outage.ts';
import type { BrandScope } from '../scope.ts';

/** What customers are verified for, as stored. */
export interface StoredProgram {
  readonly programId: ProgramId;
  readonly name: string;
  /** `undefined`: whoever the environment has for it. */
  readonly provider: string | undefined;
  /** Sealed; where the provider has to be reached. */
  readonly settings: string | undefined;
  readonly settingsSeal: number;
  readonly createdAt: Instant;
}

const columns = 'program_id, name, provider, settings, settings_seal, created_at';

const all = statement(
  'programs_all',
  `select ${columns} from programs where brand_id = $1 order by created_at, name`,
);

/** The programs of a brand, oldest first. */
export async function listPrograms(scope: BrandScope): Promise<readonly StoredProgram[]> {
  return (await scope.db.read(all, [scope.brandId])).map(programOf);
}

const one = statement(
  'program_read',
  `select ${columns} from programs where brand_id = $1 and program_id = $2`,
);

export async function readProgram(scope: BrandScope, id: ProgramId): Promise<StoredProgram | undefined> {
  const [row] = await scope.db.read(one, [scope.brandId, id]);
  return row && programOf(row);
}

function programOf(row: Row): StoredProgram {
  return {
    programId: row['program_id'] as ProgramId,
    name: String(row['name']),
    provider: row['provider'] === null ? undefined : String(row['provider']),
    settings: row['settings'] === null ? undefined : String(row['settings']),
    settingsSeal: Number(row['settings_seal']),
    createdAt: instantOfPostgres(String(row['created_at'])),
  };
}

const insert = statement(
  'program_insert',
  `with made as (
     insert into programs (brand_id, program_id, name, provider, settings, settings_seal, created_at)
     values ($1, $2, $3, $4, $5, $6, $7) returning 1
   ), ${operatorEntrySql('made', 8)} select 1 as done from made`,
);

/** Stores a new program, and that it was made. False where the brand has a program of that name. */
export async function insertProgram(
  scope: BrandScope,
  program: StoredProgram,
  entry: NewEntry,
): Promise<boolean> {
  const { programId, name, provider, settings, settingsSeal, createdAt } = program;
  try {
    await scope.db.run(insert, [
      scope.brandId,
      programId,
      name,
      provider ?? null,
      settings ?? null,
      settingsSeal,
      toPostgres(createdAt),
      entry.body,
    ]);
    return true;
  } catch (error) {
    if (violatedIndex(error) === 'programs_brand_id_name_key') return false;
    throw error;
  }
}

const change = statement(
  'program_change',
  `with changed as (
     update programs set provider = $3, settings = $4, settings_seal = $5
      where brand_id = $1 and program_id = $2 and settings_seal = $6 returning 1
   ), ${operatorEntrySql('changed', 7)} select 1 as done from changed`,
);

/** Changes who verifies, and writes that down; false where somebody else has changed it since it was read. */
export async function changeProgram(
  scope: BrandScope,
  program: StoredProgram,
  readSeal: number,
  entry: NewEntry,
): Promise<boolean> {
  const { programId, provider, settings, settingsSeal } = program;
  const values = [
    scope.brandId,
    programId,
    provider ?? null,
    settings ?? null,
    settingsSeal,
    readSeal,
    entry.body,
  ];
  return (await scope.db.run(change, values)).length > 0;
}
