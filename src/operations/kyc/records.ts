import type { CursorForm } from '../../contract/lists.ts';
import { pageOf } from '../../contract/lists.ts';
import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import { maskedNumber, numberOf } from '../../domain/customers/identification.ts';
import { Refusal } from '../../domain/errors.ts';
import type { CustomerId, DocumentId, RunId } from '../../domain/ids.ts';
import { maskIdNumber } from '../../domain/kyc/documents.ts';
import { standingStatus } from '../../domain/kyc/verification.ts';
import { cursorAfter, parseCursor } from '../../domain/paging.ts';
import { asciiJson } from '../../domain/text.ts';
import type { Instant } from '../../domain/time.ts';
import { withOffset } from '../../domain/time.ts';
import type { DocumentRow } from '../../store/kyc/documents.ts';
import { documentsOf, readDocument } from '../../store/kyc/documents.ts';
import type { DecisionRow, ReviewRow } from '../../store/kyc/reviews.ts';
import { decisionsOf, readVerification, verificationsOf } from '../../store/kyc/reviews.ts';
import type { RunRow } from '../../store/kyc/runs.ts';
import { recordReads } from '../audit/entries.ts';
import { readSealed } from '../keyrings.ts';
import type { Answer, Context } from '../system.ts';
import { openDetails, openDocument } from './documents.ts';
import { shownFindings } from './findings.ts';
import { defaultProvider } from './programs.ts';
import { checkReview, noteSealContext, openApplicant } from './sealing.ts';
import { passOf, shownDocuments } from './verifications.ts';

type Keys = Pick<Context, 'system' | 'keyring' | 'scope'>;

/** What is kept of verifications, for those who do not decide on them. */

export async function listVerifications(
  context: Context,
  { params, query }: Input<Contract['listVerifications']>,
): Promise<Answer> {
  const id = params.customer_id;
  // The pass is read after the verifications: one that passed in between does not seem to be a pass that has ended.
  const page = await verificationPage(context, id, query, () => passOf(context, id));
  await recordReads(context, [id]);
  return page;
}

export async function getVerification(
  context: Context,
  { params }: Input<Contract['getVerification']>,
): Promise<Answer> {
  const id = params.customer_id;
  const found = await verificationOf(context, id, params.verification_id);
  const passedAt = await passOf(context, id);
  if (!found) throw new Refusal('kyc_dne');
  const kept = await keptOf(context, found.run);
  await recordReads(context, [id]);
  return { status: 200, body: asciiJson({ ...briefOf(context, found, passedAt), ...kept }) };
}

/** One page of a customer's verifications, the newest first. The customer may be deleted. */
export async function verificationPage(
  context: Context,
  id: CustomerId,
  query: { readonly limit?: number; readonly cursor?: string },
  passed: () => Promise<Instant | undefined>,
): Promise<Answer> {
  const { rows, next_cursor } = await pageOf(query, ordinals, (below, most) =>
    verificationsOf(context.scope, id, below, most),
  );
  await Promise.all(rows.map((row) => checkReview(context, row)));
  const passedAt = await passed();
  return {
    status: 200,
    body: asciiJson({ data: rows.map((row) => briefOf(context, row, passedAt)), next_cursor }),
  };
}

const ordinals: CursorForm<ReviewRow, number> = {
  parse: (cursor) => {
    const ordinal = Number(parseCursor(cursor));
    return ordinal <= 0x7fff_ffff ? ordinal : undefined;
  },
  after: ({ run }) => cursorAfter(BigInt(run.ordinal)),
};

/** One verification of a customer, proven. @throws VaultError where it was altered. */
export async function verificationOf(
  context: Context,
  id: CustomerId,
  runId: RunId,
): Promise<ReviewRow | undefined> {
  const found = await readVerification(context.scope, id, runId);
  return found && checkReview(context, found);
}

export const briefOf = (
  { system }: Pick<Context, 'system'>,
  { run, program }: ReviewRow,
  passedAt: Instant | undefined,
) => ({
  verification_id: run.runId,
  customer_id: run.customerId,
  program_id: run.programId,
  program: program.name,
  provider: program.provider ?? defaultProvider(system),
  kyc_status: standingStatus(run, passedAt),
  ...(run.startedBy !== undefined && { started_by: run.startedBy }),
  date_started: withOffset(run.startedAt),
  date_updated: withOffset(run.updatedAt),
  documents: shownDocuments(run),
});

/** The files that were submitted for a verification, without their content, and what was decided about it. */
export async function keptOf(context: Keys, run: RunRow) {
  const [documents, decisions, findings] = await Promise.all([
    documentsOf(context.scope, run.runId),
    decisionsOf(context.scope, run.runId),
    shownFindings(context, run),
  ]);
  return {
    files: await Promise.all(documents.map((one) => shownFile(context, run, one))),
    decisions: await Promise.all(decisions.map((one) => shownDecision(context, run, one))),
    findings,
  };
}

async function shownFile(context: Keys, run: RunRow, row: DocumentRow): Promise<object> {
  const { kind, number, ...details } = await openDetails(context, run, row);
  return {
    document_id: row.documentId,
    document_type: row.documentType,
    ...(kind !== undefined && { type: kind }),
    ...(number !== undefined && { number: maskIdNumber(number) }),
    ...details,
    size: row.size,
    date_submitted: withOffset(row.submittedAt),
  };
}

async function shownDecision({ system, keyring }: Keys, run: RunRow, row: DecisionRow): Promise<object> {
  const { decision, documents, decidedBy, decidedAt } = row;
  const place = noteSealContext(run.customerId, row);
  const note = await readSealed(system.keyrings, keyring, place, row.note);
  return {
    decision,
    ...(documents.length > 0 && { documents }),
    decided_by: decidedBy,
    ...(note !== '' && { note }),
    date_decided: withOffset(decidedAt),
  };
}

/** The data that a verification was started with. Fields that were empty are left out, and the number is masked. */
export async function shownApplicant(context: Keys, run: RunRow): Promise<object> {
  const { ssn, identification, ...applicant } = await openApplicant(context, run);
  const number = numberOf({ ssn: ssn === '' ? undefined : ssn, identification });
  const shown = { ...applicant, ...(number !== undefined && maskedNumber(number)) };
  return Object.fromEntries(
    Object.entries(shown).filter(([name, value]) => value !== '' || name === 'middle_name'),
  );
}

/** One file with its content. @throws Refusal `kyc_dne` */
export async function downloadOf(context: Context, run: RunRow, id: DocumentId): Promise<Answer> {
  const row = await readDocument(context.scope, run.runId, id);
  if (!row) throw new Refusal('kyc_dne');
  const { documentId, file_name, media_type, number, content } = await openDocument(context, run, row);
  const head = asciiJson({
    document_id: documentId,
    file_name,
    media_type,
    ...(number !== undefined && { number }),
  });
  return { status: 200, body: `${head.slice(0, -1)},"content":"${content.toString('base64')}"}` };
}
