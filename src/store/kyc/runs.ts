import type { DocumentType } from '../../domain/document-types.ts';
import type { CustomerId, ProgramId, RunId } from '../../domain/ids.ts';
import type { KycStatus } from '../../domain/kyc/verification.ts';
import { runningStatuses } from '../../domain/kyc/verification.ts';
import type { Instant } from '../../domain/time.ts';
import { instantOfPostgres, toPostgres } from '../../domain/time.ts';
import type { Row } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import type { BrandScope } from '../scope.ts';
import type { StatementPart } from '../statement-parts.ts';

/** One verification of one customer, as stored. */
export interface RunRow {
  readonly runId: RunId;
  readonly customerId: CustomerId;
  readonly programId: ProgramId;
  /** The customer's first, second … over all programs. */
  readonly ordinal: number;
  readonly status: KycStatus;
  /** Counts the changes, so that an answer from before one of them is known to be out of date. */
  readonly revision: number;
  readonly startedAt: Instant;
  readonly updatedAt: Instant;
  readonly reviewSince: Instant | undefined;
  /** The data it was started with, sealed. */
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
}

export const runColumns = `run.run_id, run.customer_id, run.program_id, run.ordinal, run.status, run.revision, run.started_at,
  run.updated_at, run.review_since, run.data, run.data_seal, array_to_string(run.wanted, ',') as wanted,
  array_to_string(run.submitted, ',') as submitted, run.documents_until, run.asked_by_reviewer, run.reference,
  run.poll_at, run.poll_tries, run.silence, run.silent_since`;

export function runOf(row: Row): RunRow {
  const text = (name: string) => (row[name] === null ? undefined : String(row[name]));
  const time = (name: string) => {
    const at = text(name);
    return at === undefined ? undefined : instantOfPostgres(at);
  };
  const types = (name: string) =>
    String(row[name])
      .split(',')
      .filter((type) => type !== '') as DocumentType[];
  return {
    runId: row['run_id'] as RunId,
    customerId: row['customer_id'] as CustomerId,
    programId: row['program_id'] as ProgramId,
    ordinal: Number(row['ordinal']),
    status: row['status'] as KycStatus,
    revision: Number(row['revision']),
    startedAt: instantOfPostgres(String(row['started_at'])),
    updatedAt: instantOfPostgres(String(row['updated_at'])),
    reviewSince: time('review_since'),
    data: String(row['data']),
    dataSeal: Number(row['data_seal']),
    wanted: types('wanted'),
    submitted: types('submitted'),
    documentsUntil: time('documents_until'),
    askedByReviewer: row['asked_by_reviewer'] === true,
    reference: text('reference'),
    pollAt: time('poll_at'),
    pollTries: Number(row['poll_tries']),
    silence: text('silence'),
    silentSince: time('silent_since'),
  };
}

const one = statement(
  'kyc_run_read',
  `select ${runColumns} from kyc_runs run where brand_id = $1 and run_id = $2`,
);

export async function readRun(scope: BrandScope, id: RunId): Promise<RunRow | undefined> {
  const [row] = await scope.db.read(one, [scope.brandId, id]);
  return row && runOf(row);
}

const ofCustomer = statement(
  'kyc_runs_of_customer',
  `select ${runColumns} from kyc_runs run where brand_id = $1 and customer_id = $2 order by ordinal desc`,
);

/**
 * The verifications of a customer, newest first. Who decides on them reads the customer's row before: its
 * version then guards what was read here.
 */
export async function runsOf(scope: BrandScope, id: CustomerId): Promise<readonly RunRow[]> {
  return (await scope.db.read(ofCustomer, [scope.brandId, id])).map(runOf);
}

/** What of a run a change writes; everything else stays. */
export type RunChange = Omit<
  RunRow,
  'customerId' | 'programId' | 'ordinal' | 'startedAt' | 'revision' | 'data' | 'dataSeal'
>;

/** A new run, as a part of the change of its customer. */
export function insertRunPart(run: RunRow): StatementPart {
  return {
    name: 'kyc_run_new',
    sql: (gate, at) => `run_new as (
      insert into kyc_runs (brand_id, customer_id, run_id, status, updated_at, review_since, wanted, submitted,
        documents_until, asked_by_reviewer, reference, poll_at, poll_tries, silence, silent_since, program_id,
        ordinal, revision, started_at, data, data_seal)
      select $1, $2::uuid, $${at}::uuid, $${at + 1}::text, $${at + 2}::timestamptz, $${at + 3}::timestamptz,
        $${at + 4}::text[], $${at + 5}::text[], $${at + 6}::timestamptz, $${at + 7}::boolean, $${at + 8}::text,
        $${at + 9}::timestamptz, $${at + 10}::smallint, $${at + 11}::text, $${at + 12}::timestamptz,
        $${at + 13}::uuid, $${at + 14}::int, $${at + 15}::int, $${at + 16}::timestamptz, $${at + 17}::text,
        $${at + 18}::int
        from ${gate})`,
    values: [
      ...setValues(run),
      run.programId,
      run.ordinal,
      run.revision,
      toPostgres(run.startedAt),
      run.data,
      run.dataSeal,
    ],
  };
}

const setSql = (at: number): string => `
  status = $${at + 1}::text, updated_at = $${at + 2}::timestamptz, review_since = $${at + 3}::timestamptz,
  wanted = $${at + 4}::text[], submitted = $${at + 5}::text[], documents_until = $${at + 6}::timestamptz,
  asked_by_reviewer = $${at + 7}::boolean, reference = $${at + 8}::text, poll_at = $${at + 9}::timestamptz,
  poll_tries = $${at + 10}::smallint, silence = $${at + 11}::text, silent_since = $${at + 12}::timestamptz`;

function setValues(run: RunChange) {
  const time = (at: Instant | undefined) => (at === undefined ? null : toPostgres(at));
  return [
    run.runId,
    run.status,
    toPostgres(run.updatedAt),
    time(run.reviewSince),
    run.wanted,
    run.submitted,
    time(run.documentsUntil),
    run.askedByReviewer,
    run.reference ?? null,
    time(run.pollAt),
    run.pollTries,
    run.silence ?? null,
    time(run.silentSince),
  ];
}

/** A changed run, as a part of the change of its customer, whose version guards both. */
export function changeRunPart(run: RunChange): StatementPart {
  return {
    name: 'kyc_run',
    sql: (gate, at) => `run_changed as (
      update kyc_runs set revision = revision + 1, ${setSql(at)}
       where brand_id = $1 and customer_id = $2::uuid and run_id = $${at}::uuid and exists (select from ${gate}))`,
    values: setValues(run),
  };
}

const schedule = statement(
  'kyc_run_schedule',
  `update kyc_runs set reference = $4, poll_tries = $6::smallint, silence = $7, silent_since = $8::timestamptz,
     poll_at = case when poll_at is not distinct from $9::timestamptz then $5::timestamptz else poll_at end
    where brand_id = $1 and run_id = $2 and revision = $3::int`,
);

/** When to look at a run again, and what was learnt about its provider. */
export type Schedule = Pick<RunRow, 'reference' | 'pollAt' | 'pollTries' | 'silence' | 'silentSince'>;

/**
 * Writes a run's schedule. Nothing of the verification itself changes, so the customer's row is left alone; a
 * run that has changed since it was read is, too, and one that somebody has made due meanwhile stays due.
 */
export async function scheduleRun(scope: BrandScope, run: RunRow, schedules: Schedule): Promise<void> {
  const time = (at: Instant | undefined) => (at === undefined ? null : toPostgres(at));
  const { reference, pollAt, pollTries, silence, silentSince } = schedules;
  await scope.db.run(schedule, [
    scope.brandId,
    run.runId,
    run.revision,
    reference ?? null,
    time(pollAt),
    pollTries,
    silence ?? null,
    time(silentSince),
    time(run.pollAt),
  ]);
}

const hasten = statement(
  'kyc_run_hasten',
  `update kyc_runs set poll_at = $4::timestamptz where brand_id = $1 and program_id = $2 and run_id = $3
     and status in (${runningStatuses.map((status) => `'${status}'`).join(', ')}) returning 1 as done`,
);

/** Makes a running verification of a program due at once; false where there is none of that id. */
export async function hastenRun(
  scope: BrandScope,
  programId: ProgramId,
  runId: RunId,
  now: Instant,
): Promise<boolean> {
  return (await scope.db.run(hasten, [scope.brandId, programId, runId, toPostgres(now)])).length > 0;
}
