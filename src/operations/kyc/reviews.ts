import type { AuditFacts } from '../../contract/audit-facts.ts';
import type { CursorForm } from '../../contract/lists.ts';
import { pageOf } from '../../contract/lists.ts';
import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import { Refusal } from '../../domain/errors.ts';
import type { RunId } from '../../domain/ids.ts';
import { parseId } from '../../domain/ids.ts';
import type { IdentityCheck } from '../../domain/kyc/finding.ts';
import { kycEventOf } from '../../domain/kyc/review.ts';
import { asciiJson, cleanText } from '../../domain/text.ts';
import { instantOfMicros, microsOf, withOffset } from '../../domain/time.ts';
import { documentsOf } from '../../store/kyc/documents.ts';
import type { DecisionRow, ReviewPosition, ReviewRow } from '../../store/kyc/reviews.ts';
import { insertDecisionPart, listReviews, readReview } from '../../store/kyc/reviews.ts';
import type { RunRow } from '../../store/kyc/runs.ts';
import { writeParts } from '../../store/statement-parts.ts';
import { requireSecondPerson } from '../four-eyes.ts';
import { requireDone } from '../retry.ts';
import type { Answer, Context } from '../system.ts';
import {
  changedSinceStart,
  decide,
  findRun,
  openCase,
  resolveApproval,
  writeAppliedEvent,
} from './change.ts';
import { openDetails } from './documents.ts';
import { keptFinding } from './findings.ts';
import { defaultProvider } from './programs.ts';
import { downloadOf, keptOf, shownApplicant } from './records.ts';
import { checkReview, noteSealContext } from './sealing.ts';
import { shownDocuments } from './verifications.ts';

/** Reviews and their decisions. A review is a verification and has its id. */

export async function listKycReviews(
  context: Context,
  { query }: Input<Contract['listKycReviews']>,
): Promise<Answer> {
  const { rows, next_cursor } = await pageOf(query, reviewCursors, (after, most) =>
    listReviews(context.scope, after, most),
  );
  await Promise.all(rows.map((row) => checkReview(context, row)));
  return { status: 200, body: asciiJson({ data: rows.map((row) => brief(context, row)), next_cursor }) };
}

/** Opaque to clients. It encodes the position in the queue and no personal data. */
const reviewCursors: CursorForm<ReviewRow, ReviewPosition> = {
  parse: (cursor) => {
    const [, since = '', hex = ''] = cursor.split('_');
    const runId = parseId<'kyc run'>(hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'));
    const at = instantOfMicros(Number.parseInt(since, 36));
    return runId && at && { since: at, runId };
  },
  after: ({ run: { reviewSince, startedAt, runId } }) =>
    `r1_${microsOf(reviewSince ?? startedAt).toString(36)}_${runId.replaceAll('-', '')}`,
};

const brief = ({ system }: Context, { run, program }: ReviewRow) => ({
  review_id: run.runId,
  customer_id: run.customerId,
  program_id: run.programId,
  program: program.name,
  provider: program.provider ?? defaultProvider(system),
  kyc_status: run.status,
  ...(run.reviewSince && { under_review_since: withOffset(run.reviewSince) }),
  date_started: withOffset(run.startedAt),
  documents: shownDocuments(run),
});

export async function getKycReview(
  context: Context,
  { params }: Input<Contract['getKycReview']>,
): Promise<Answer> {
  const { review, opened } = await openReview(context, params.review_id);
  const { run } = review;
  const [applicant, changed, kept] = await Promise.all([
    shownApplicant(context, run),
    changedSinceStart(context, opened, run),
    keptOf(context, run),
  ]);
  const body = {
    ...brief(context, review),
    applicant,
    changed_since_start: changed,
    ...kept,
  };
  await noteReading(context, review, {});
  return { status: 200, body: asciiJson(body) };
}

/** @throws Refusal `kyc_dne`, also if the customer was deleted. */
async function openReview(context: Context, id: RunId) {
  const found = await readReview(context.scope, id);
  const review = found && (await checkReview(context, found));
  const opened = review && (await openCase(context, review.run.customerId));
  const run = opened && findRun(opened, id);
  if (!review || !run) throw new Refusal('kyc_dne');
  return { review: { ...review, run }, opened };
}

/** The answer waits until the audit entry is committed. */
const noteReading = (context: Context, { run }: ReviewRow, facts: AuditFacts): Promise<void> =>
  writeParts(context.scope, [
    context.journal({ customerId: run.customerId, facts: { run_id: run.runId, ...facts } }),
  ]);

export async function decideKycReview(
  context: Context,
  { params, body }: Input<Contract['decideKycReview']>,
): Promise<Answer> {
  const { system, keyring, now, principal } = context;
  const { review, opened } = await openReview(context, params.review_id);
  const { run } = review;
  if (run.status !== 'under_review')
    throw new Refusal('kyc_init_fail', 'This verification does not wait for a reviewer.');
  if (body.decision !== 'request_documents') await refuseOwnCase(context, run);
  const kycEvent = await resolveApproval(context, opened, run, kycEventOf[body.decision]);
  const eventDetails = { by: 'reviewer', ...(body.documents && { documents: body.documents }) } as const;
  const applied = decide(opened, run, kycEvent, eventDetails, now);
  if (!applied) throw new Error('A decision changes nothing.');

  const bare: DecisionRow = {
    decisionId: system.newId<'decision'>(),
    runId: run.runId,
    decision: body.decision,
    documents: body.documents ?? [],
    decidedBy: principal.identity,
    decidedAt: now,
    note: '',
    noteSeal: 1,
  };
  const place = noteSealContext(run.customerId, bare);
  const decision = insertDecisionPart({
    ...bare,
    note: keyring.seal(place, cleanText(body.note ?? '')),
  });
  const shown = {
    review_id: run.runId,
    customer_id: run.customerId,
    program_id: run.programId,
    kyc_status: applied.run.status,
  };
  const answer: Answer = { status: 200, body: asciiJson(shown) };
  const finding = foundBy(context, run, body);
  const kept = finding ? { parts: [decision, finding.part], facts: finding.facts } : { parts: [decision] };
  requireDone(
    await writeAppliedEvent(context, opened, applied, kept, context.claim?.(answer, run.customerId)),
  );
  return answer;
}

/** What the reviewer says of the checks beside the decision, if anything. */
function foundBy(
  context: Context,
  run: RunRow,
  { decision: state, checks, discrepancies }: Input<Contract['decideKycReview']>['body'],
) {
  if (!checks?.length && discrepancies === undefined) return undefined;
  const details = {
    state,
    ...(checks?.length && { checks: checks.map(cleanCheck) }),
    ...(discrepancies !== undefined && { discrepancies: cleanText(discrepancies) }),
  };
  return keptFinding(context, run, { source: 'reviewer', foundBy: context.principal.identity, details });
}

const cleanCheck = ({ method, result, source }: IdentityCheck): IdentityCheck => ({
  method,
  result,
  ...(source !== undefined && { source: cleanText(source) }),
});

/** The person who started a verification, or submitted one of its documents, gives no verdict on it. */
async function refuseOwnCase(context: Context, run: RunRow): Promise<void> {
  const documents = await documentsOf(context.scope, run.runId);
  await Promise.all(documents.map((one) => openDetails(context, run, one)));
  await requireSecondPerson(context, [run.startedBy, ...documents.map(({ submittedBy }) => submittedBy)]);
}

export async function getKycDocument(
  context: Context,
  { params }: Input<Contract['getKycDocument']>,
): Promise<Answer> {
  const { review } = await openReview(context, params.review_id);
  const { run } = review;
  const answer = await downloadOf(context, run, params.document_id);
  await noteReading(context, review, { document_id: params.document_id });
  return answer;
}
