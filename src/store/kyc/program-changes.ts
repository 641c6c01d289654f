import type { Id, ProgramId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import type { NewEntry } from '../audit/journal.ts';
import { entryParameters, journalSql } from '../audit/journal.ts';
import { columns, id, instant, number, optional, text } from '../columns.ts';
import { statement } from '../connection/database.ts';
import type { BrandScope } from '../scope.ts';
import { sql } from '../sql.ts';
import type { StoredProgram } from './programs.ts';
import { providerParameters, providerUpdateSql } from './programs.ts';

export type ProgramChangeId = Id<'program change'>;

/** A change of a program's provider that waits for a second operator. */
export interface StoredProgramChange {
  readonly changeId: ProgramChangeId;
  readonly programId: ProgramId;
  readonly provider: string;
  /** Sealed settings for reaching the provider. */
  readonly settings: string | undefined;
  /** The seal number of the program's settings when the change was proposed. */
  readonly basedOn: number;
  /** The account of the operator. */
  readonly proposedBy: string;
  readonly proposedAt: Instant;
  readonly expiresAt: Instant;
  /** Proves the rest (`program_changes.proof`). */
  readonly proof: string;
}

const columnsOfChange = columns({
  changeId: id<ProgramChangeId>(),
  programId: id<ProgramId>(),
  provider: text(),
  settings: optional(text()),
  basedOn: number(),
  proposedBy: text(),
  proposedAt: instant(),
  expiresAt: instant(),
  proof: text(),
});

const all = statement(
  'program_changes_all',
  `select ${columnsOfChange.list} from program_changes where brand_id = $1 order by proposed_at`,
);

/** The proposed changes of a brand's programs, expired ones included, oldest first. */
export async function listProgramChanges(scope: BrandScope): Promise<readonly StoredProgramChange[]> {
  return (await scope.db.run(all, [scope.brandId])).map(columnsOfChange.read);
}

const put = sql(
  'program_change_put',
  `with put as (
     insert into program_changes
       (brand_id, change_id, program_id, provider, settings, based_on, proposed_by, proposed_at, expires_at, proof)
     values (:brandId, :changeId, :programId, :provider, :settings, :basedOn, :proposedBy, :proposedAt, :expiresAt, :proof)
     on conflict (brand_id, program_id) do update set
       change_id = excluded.change_id, provider = excluded.provider, settings = excluded.settings,
       based_on = excluded.based_on, proposed_by = excluded.proposed_by, proposed_at = excluded.proposed_at,
       expires_at = excluded.expires_at, proof = excluded.proof
     returning 1
   ), ${journalSql('put')} select 1 from put`,
);

/** Stores a proposal in the place of an earlier one of the program, and its audit entry. */
export async function putProgramChange(
  scope: BrandScope,
  change: StoredProgramChange,
  entry: NewEntry,
): Promise<void> {
  await put.run(scope.db, {
    brandId: scope.brandId,
    ...change,
    proposedAt: toPostgres(change.proposedAt),
    expiresAt: toPostgres(change.expiresAt),
    ...entryParameters(entry),
  });
}

const apply = sql(
  'program_change_apply',
  `with wanted as (
     select 1 from program_changes where brand_id = :brandId and change_id = :changeId for update
   ), changed as (${providerUpdateSql}
        and exists (select from wanted) returning 1
   ), gone as (
     delete from program_changes where brand_id = :brandId and change_id = :changeId and exists (select from changed)
   ), ${journalSql('changed')} select 1 from changed`,
);

/**
 * Writes a program as the proposal has it, removes the proposal, and writes an audit entry. False if the program or
 * the proposal has changed since it was read.
 */
export async function applyProgramChange(
  scope: BrandScope,
  change: StoredProgramChange,
  program: StoredProgram,
  entry: NewEntry,
): Promise<boolean> {
  const changed = await apply.run(scope.db, {
    brandId: scope.brandId,
    changeId: change.changeId,
    ...providerParameters(program, change.basedOn),
    ...entryParameters(entry),
  });
  return changed.length > 0;
}

const remove = sql(
  'program_change_remove',
  `with gone as (
     delete from program_changes where brand_id = :brandId and change_id = :changeId returning 1
   ), ${journalSql('gone')} select 1 from gone`,
);

/** Removes a proposal, and writes an audit entry. False if it is gone already. */
export async function removeProgramChange(
  scope: BrandScope,
  changeId: ProgramChangeId,
  entry: NewEntry,
): Promise<boolean> {
  const gone = await remove.run(scope.db, { brandId: scope.brandId, changeId, ...entryParameters(entry) });
  return gone.length > 0;
}
