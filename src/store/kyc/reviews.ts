import type { DocumentType } from '../../domain/document-types.ts';
import type { Id, ProgramId, RunId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { instantOfPostgres, toPostgres } from '../../domain/time.ts';
import type { Row } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import type { BrandScope } from '../scope.ts';
import type { StatementPart } from '../statement-parts.ts';
import type { RunRow } from './runs.ts';
import { runColumns, runOf } from './runs.ts';

/** A run beside its program, as reviewers see it. */
export interface ReviewRow {
  readonly run: RunRow;
  readonly programId: ProgramId;
  readonly programName: string;
  readonly provider: string | undefined;
}

const from = `select ${runColumns}, program.name as program_name, program.provider
  from kyc_runs run
  join programs program using (brand_id, program_id)
  join customers customer using (brand_id, customer_id)`;

const page = statement(
  'kyc_reviews_page',
  `${from} where run.brand_id = $1 and run.status = 'under_review'
     and ($2::timestamptz is null or (run.review_since, run.run_id) > ($2::timestamptz, $3::uuid))
   order by run.review_since, run.run_id limit $4`,
);

/** The place after which a page begins. */
export interface ReviewPosition {
  readonly since: Instant;
  readonly runId: RunId;
}

/** What waits for a reviewer, the longest waiting first. Deleted customers' verifications wait for nobody. */
export async function listReviews(
  scope: BrandScope,
  after: ReviewPosition | undefined,
  most: number,
): Promise<readonly ReviewRow[]> {
  const place = after ? [toPostgres(after.since), after.runId] : [null, null];
  return (await scope.db.read(page, [scope.brandId, ...place, most])).map(reviewOf);
}

const one = statement('kyc_review_read', `${from} where run.brand_id = $1 and run.run_id = $2`);

export async function readReview(scope: BrandScope, id: RunId): Promise<ReviewRow | undefined> {
  const [row] = await scope.db.read(one, [scope.brandId, id]);
  return row && reviewOf(row);
}

const reviewOf = (row: Row): ReviewRow => ({
  run: runOf(row),
  programId: row['program_id'] as ProgramId,
  programName: String(row['program_name']),
  provider: row['provider'] === null ? undefined : String(row['provider']),
});

/** What a reviewer decided. */
export interface DecisionRow {
  readonly decisionId: Id<'decision'>;
  readonly decision: string;
  readonly documents: readonly DocumentType[];
  /** The identity of the key. */
  readonly decidedBy: string;
  readonly decidedAt: Instant;
  /** Sealed. */
  readonly note: string | undefined;
  readonly noteSeal: number;
}

/** A decision, as a part of the change of the customer. */
export function insertDecisionPart(runId: RunId, row: DecisionRow): StatementPart {
  return {
    name: 'kyc_decision',
    sql: (gate, at) => `decided as (
      insert into kyc_decisions (brand_id, customer_id, run_id, decision_id, decision, documents, decided_by,
        decided_at, note, note_seal)
      select $1, $2::uuid, $${at}::uuid, $${at + 1}::uuid, $${at + 2}::text, $${at + 3}::text[], $${at + 4}::uuid,
        $${at + 5}::timestamptz, $${at + 6}::text, $${at + 7}::int from ${gate})`,
    values: [
      runId,
      row.decisionId,
      row.decision,
      row.documents,
      row.decidedBy,
      toPostgres(row.decidedAt),
      row.note ?? null,
      row.noteSeal,
    ],
  };
}

const ofRun = statement(
  'kyc_decisions_of_run',
  `select decision_id, decision, array_to_string(documents, ',') as documents, decided_by, decided_at, note, note_seal
     from kyc_decisions where brand_id = $1 and run_id = $2 order by decided_at, decision_id`,
);

/** What was decided about a run, in order. */
export async function decisionsOf(scope: BrandScope, runId: RunId): Promise<readonly DecisionRow[]> {
  return (await scope.db.read(ofRun, [scope.brandId, runId])).map((row) => ({
    decisionId: row['decision_id'] as Id<'decision'>,
    decision: String(row['decision']),
    documents: String(row['documents'])
      .split(',')
      .filter((type) => type !== '') as DocumentType[],
    decidedBy: String(row['decided_by']),
    decidedAt: instantOfPostgres(String(row['decided_at'])),
    note: row['note'] === null ? undefined : String(row['note']),
    noteSeal: Number(row['note_seal']),
  }));
}
