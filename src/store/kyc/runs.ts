import type { DocumentType } from '../../domain/document-types.ts';
import type { CustomerId, ProgramId, RunId } from '../../domain/ids.ts';
import type { KycStatus } from '../../domain/kyc/verification.ts';
import { runningStatuses } from '../../domain/kyc/verification.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import { columns, flag, id, instant, number, optional, text, words } from '../columns.ts';
import { statement } from '../connection/database.ts';
import type { BrandScope } from '../scope.ts';
import { sql } from '../sql.ts';
import type { StatementPart } from '../statement-parts.ts';

/** One verification of one customer, as stored. */
export interface RunRow {
  readonly runId: RunId;
  readonly customerId: CustomerId;
  readonly programId: ProgramId;
  /** The position among the customer's runs over all programs: 1 is the first. */
  readonly ordinal: number;
  readonly status: KycStatus;
  /** Counts the changes, so that an answer from before a change is recognised as outdated. */
  readonly revision: number;
  readonly startedAt: Instant;
  /** The Identity of the key that started it. Unknown for verifications from before it was recorded. */
  readonly startedBy: string | undefined;
  readonly updatedAt: Instant;
  readonly reviewSince: Instant | undefined;
  /** The data that the verification was started with, sealed. */
  readonly data: string;
  readonly dataSeal: number;
  readonly wanted: readonly DocumentType[];
  readonly submitted: readonly DocumentType[];
  readonly documentsUntil: Instant | undefined;
  readonly askedByReviewer: boolean;
  readonly reference: string | undefined;
  readonly pollAt: Instant | undefined;
  readonly pollTries: number;
  /** Why the provider gives no answer. */
  readonly silence: string | undefined;
  readonly silentSince: Instant | undefined;
  /** Proves the rest, the schedule apart (`kyc_runs.proof`). */
  readonly proof: string;
}

export const runs = columns(
  {
    runId: id<RunId>(),
    customerId: id<CustomerId>(),
    programId: id<ProgramId>(),
    ordinal: number(),
    status: text<KycStatus>(),
    revision: number(),
    startedAt: instant(),
    startedBy: optional(id()),
    updatedAt: instant(),
    reviewSince: optional(instant()),
    data: text(),
    dataSeal: number(),
    wanted: words<DocumentType>(),
    submitted: words<DocumentType>(),
    documentsUntil: optional(instant()),
    askedByReviewer: flag(),
    reference: optional(text()),
    pollAt: optional(instant()),
    pollTries: number(),
    silence: optional(text()),
    silentSince: optional(instant()),
    proof: text(),
  },
  'run',
);

const one = statement(
  'kyc_run_read',
  `select ${runs.list} from kyc_runs run where brand_id = $1 and run_id = $2`,
);

export async function readRun(scope: BrandScope, id: RunId): Promise<RunRow | undefined> {
  const [row] = await scope.db.read(one, [scope.brandId, id]);
  return row && runs.read(row);
}

const ofCustomer = statement(
  'kyc_runs_of_customer',
  `select ${runs.list} from kyc_runs run where brand_id = $1 and customer_id = $2 order by ordinal desc`,
);

/**
 * The verifications of a customer, newest first. A caller that decides on them reads the customer's row first, and
 * its version then guards these rows.
 */
export async function runsOf(scope: BrandScope, id: CustomerId): Promise<readonly RunRow[]> {
  return (await scope.db.read(ofCustomer, [scope.brandId, id])).map(runs.read);
}

/** The columns of a run that a change writes. */
export type RunChange = Omit<
  RunRow,
  'customerId' | 'programId' | 'ordinal' | 'startedAt' | 'startedBy' | 'data' | 'dataSeal'
>;

const state = (run: RunChange) => ({
  runId: run.runId,
  status: run.status,
  revision: run.revision,
  proof: run.proof,
  updatedAt: toPostgres(run.updatedAt),
  reviewSince: run.reviewSince && toPostgres(run.reviewSince),
  wanted: run.wanted,
  submitted: run.submitted,
  documentsUntil: run.documentsUntil && toPostgres(run.documentsUntil),
  askedByReviewer: run.askedByReviewer,
  reference: run.reference,
  pollAt: run.pollAt && toPostgres(run.pollAt),
  pollTries: run.pollTries,
  silence: run.silence,
  silentSince: run.silentSince && toPostgres(run.silentSince),
});

/** A new run, as a part of the change of its customer. */
export const insertRunPart = (run: RunRow): StatementPart => ({
  name: 'kyc_run_new',
  sql: (gate) => `run_new as (
    insert into kyc_runs (brand_id, customer_id, run_id, program_id, ordinal, revision, started_at, started_by, data, data_seal,
      status, updated_at, review_since, wanted, submitted, documents_until, asked_by_reviewer, reference, poll_at,
      poll_tries, silence, silent_since, proof)
    select :brandId, :customerId::uuid, :runId::uuid, :programId::uuid, :ordinal::int, :revision::int,
      :startedAt::timestamptz, :startedBy::uuid, :data::text, :dataSeal::int, :status::text, :updatedAt::timestamptz,
      :reviewSince::timestamptz, :wanted::text[], :submitted::text[], :documentsUntil::timestamptz,
      :askedByReviewer::boolean, :reference::text, :pollAt::timestamptz, :pollTries::smallint, :silence::text,
      :silentSince::timestamptz, :proof::text
      from ${gate})`,
  parameters: {
    ...state(run),
    programId: run.programId,
    ordinal: run.ordinal,
    startedAt: toPostgres(run.startedAt),
    startedBy: run.startedBy,
    data: run.data,
    dataSeal: run.dataSeal,
  },
});

/** A changed run of the next revision, as a part of the change of its customer, whose version guards both. */
export const changeRunPart = (run: RunChange): StatementPart => ({
  name: 'kyc_run',
  sql: (gate) => `run_changed as (
    update kyc_runs set revision = :revision::int, proof = :proof::text, status = :status::text, updated_at = :updatedAt::timestamptz,
      review_since = :reviewSince::timestamptz, wanted = :wanted::text[], submitted = :submitted::text[],
      documents_until = :documentsUntil::timestamptz, asked_by_reviewer = :askedByReviewer::boolean,
      reference = :reference::text, poll_at = :pollAt::timestamptz, poll_tries = :pollTries::smallint,
      silence = :silence::text, silent_since = :silentSince::timestamptz
     where brand_id = :brandId and customer_id = :customerId::uuid and run_id = :runId::uuid and exists (select from ${gate}))`,
  parameters: state(run),
});

const schedule = sql(
  'kyc_run_schedule',
  `update kyc_runs set reference = :reference, proof = coalesce(:proof, proof), poll_tries = :pollTries::smallint, silence = :silence,
     silent_since = :silentSince::timestamptz,
     poll_at = case when poll_at is not distinct from :readPollAt::timestamptz then :pollAt::timestamptz else poll_at end
    where brand_id = :brandId and run_id = :runId and revision = :revision::int`,
);

/** When to poll a run again, and what is known about its provider. */
export type Schedule = Pick<RunRow, 'reference' | 'pollAt' | 'pollTries' | 'silence' | 'silentSince'>;

/**
 * Writes a run's schedule, and its proof if the reference has changed. The verification itself does not change, so
 * the customer's row is not written. A run that was changed after it was read is not written either. A run that became
 * due after it was read stays due.
 */
export async function scheduleRun(
  scope: BrandScope,
  run: RunRow,
  next: Schedule,
  proof: string | undefined,
): Promise<void> {
  await schedule.run(scope.db, {
    brandId: scope.brandId,
    runId: run.runId,
    revision: run.revision,
    reference: next.reference,
    proof,
    pollAt: next.pollAt && toPostgres(next.pollAt),
    pollTries: next.pollTries,
    silence: next.silence,
    silentSince: next.silentSince && toPostgres(next.silentSince),
    readPollAt: run.pollAt && toPostgres(run.pollAt),
  });
}

const makeDue = statement(
  'kyc_run_make_due',
  `update kyc_runs set poll_at = $4::timestamptz where brand_id = $1 and program_id = $2 and run_id = $3
     and status in (${runningStatuses.map((status) => `'${status}'`).join(', ')}) returning 1 as done`,
);

/** Makes a running verification of a program due at once. False if there is none of that id. */
export async function makeRunDue(
  scope: BrandScope,
  programId: ProgramId,
  runId: RunId,
  now: Instant,
): Promise<boolean> {
  return (await scope.db.run(makeDue, [scope.brandId, programId, runId, toPostgres(now)])).length > 0;
}
