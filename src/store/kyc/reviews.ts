import type { DocumentType } from '../../domain/document-types.ts';
import type { CustomerId, Id, RunId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import { columns, computed, id, instant, number, optional, text, words } from '../columns.ts';
import type { Row } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import type { BrandScope } from '../scope.ts';
import type { StatementPart } from '../statement-parts.ts';
import type { ProvenProgram } from './programs.ts';
import type { RunRow } from './runs.ts';
import { runs } from './runs.ts';

/** A run with its program, as reviewers see it. */
export interface ReviewRow {
  readonly run: RunRow;
  readonly program: ProvenProgram;
}

const program = columns({
  programName: computed('program.name', text()),
  programProvider: computed('program.provider', optional(text())),
  programSettingsSeal: computed('program.settings_seal', number()),
  programCreatedAt: computed('program.created_at', instant()),
  programProof: computed('program.proof', text()),
});

const withProgram = `select ${runs.list}, ${program.list}
  from kyc_runs run
  join programs program using (brand_id, program_id)`;
const from = `${withProgram} join customers customer using (brand_id, customer_id)`;

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

/** Verifications that wait for a reviewer, the longest waiting first. Those of deleted customers are left out. */
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

const ofOne = statement(
  'kyc_runs_of_customer_page',
  `${withProgram} where run.brand_id = $1 and run.customer_id = $2 and ($3::int is null or run.ordinal < $3::int)
   order by run.ordinal desc limit $4`,
);

/** A customer's verifications, the newest first, below an ordinal. The customer may be deleted. */
export async function verificationsOf(
  scope: BrandScope,
  id: CustomerId,
  below: number | undefined,
  most: number,
): Promise<readonly ReviewRow[]> {
  return (await scope.db.read(ofOne, [scope.brandId, id, below ?? null, most])).map(reviewOf);
}

const oneOfCustomer = statement(
  'kyc_run_of_customer',
  `${withProgram} where run.brand_id = $1 and run.customer_id = $2 and run.run_id = $3`,
);

/** One verification of a customer, who may be deleted. */
export async function readVerification(
  scope: BrandScope,
  id: CustomerId,
  runId: RunId,
): Promise<ReviewRow | undefined> {
  const [row] = await scope.db.read(oneOfCustomer, [scope.brandId, id, runId]);
  return row && reviewOf(row);
}

function reviewOf(row: Row): ReviewRow {
  const run = runs.read(row);
  const { programName, programProvider, programSettingsSeal, programCreatedAt, programProof } =
    program.read(row);
  return {
    run,
    program: {
      programId: run.programId,
      name: programName,
      provider: programProvider,
      settingsSeal: programSettingsSeal,
      createdAt: programCreatedAt,
      proof: programProof,
    },
  };
}

/** What a reviewer decided. */
export interface DecisionRow {
  readonly decisionId: Id<'decision'>;
  readonly runId: RunId;
  readonly decision: string;
  readonly documents: readonly DocumentType[];
  /** The identity of the key. */
  readonly decidedBy: string;
  readonly decidedAt: Instant;
  /** Sealed: an empty text where there is no note. */
  readonly note: string;
  readonly noteSeal: number;
}

/** A decision, as a part of the change of the customer. */
export function insertDecisionPart(row: DecisionRow): StatementPart {
  return {
    name: 'kyc_decision',
    sql: (gate) => `decided as (
      insert into kyc_decisions (brand_id, customer_id, run_id, decision_id, decision, documents, decided_by,
        decided_at, note, note_seal)
      select :brandId, :customerId::uuid, :runId::uuid, :decisionId::uuid, :decision::text, :documents::text[],
        :decidedBy::uuid, :decidedAt::timestamptz, :note::text, :noteSeal::int from ${gate})`,
    parameters: {
      runId: row.runId,
      decisionId: row.decisionId,
      decision: row.decision,
      documents: row.documents,
      decidedBy: row.decidedBy,
      decidedAt: toPostgres(row.decidedAt),
      note: row.note,
      noteSeal: row.noteSeal,
    },
  };
}

const decisions = columns({
  decisionId: id<Id<'decision'>>(),
  runId: id<RunId>(),
  decision: text(),
  documents: words<DocumentType>(),
  decidedBy: text(),
  decidedAt: instant(),
  note: text(),
  noteSeal: number(),
});

const ofRun = statement(
  'kyc_decisions_of_run',
  `select ${decisions.list} from kyc_decisions where brand_id = $1 and run_id = $2 order by decided_at, decision_id`,
);

/** The decisions about a run, in order. */
export const decisionsOf = async (scope: BrandScope, runId: RunId): Promise<readonly DecisionRow[]> =>
  (await scope.db.read(ofRun, [scope.brandId, runId])).map(decisions.read);

const ofCustomer = statement(
  'kyc_decisions_of_customer',
  `select ${decisions.list} from kyc_decisions where brand_id = $1 and customer_id = $2`,
);

/** All that was decided about a customer, over all runs. */
export const decisionsOfCustomer = async (
  scope: BrandScope,
  id: CustomerId,
): Promise<readonly DecisionRow[]> =>
  (await scope.db.read(ofCustomer, [scope.brandId, id])).map(decisions.read);
