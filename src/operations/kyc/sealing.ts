import type { Applicant } from '../../domain/customers/applicant.ts';
import type { CustomerId, DocumentId, ProgramId, RunId } from '../../domain/ids.ts';
import type { SealContext } from '../../domain/sealed-columns.ts';
import { sealContext } from '../../domain/sealed-columns.ts';
import { asciiJson } from '../../domain/text.ts';
import type { DocumentRow } from '../../store/kyc/documents.ts';
import type { DecisionRow, ReviewRow } from '../../store/kyc/reviews.ts';
import type { RunRow } from '../../store/kyc/runs.ts';
import type { Keyring } from '../../vault/vault.ts';
import { readSealed, withFreshKeyring } from '../keyrings.ts';
import { checkProgram } from '../proofs.ts';
import type { Context } from '../system.ts';

// The seal contexts of a verification. Each record id contains the kind and the owner of the record, so that a
// ciphertext moved to another row cannot be opened.

const runSealContext = (customerId: CustomerId, runId: RunId, seal: number): SealContext =>
  sealContext('kyc_runs.data', { customer_id: customerId, run_id: runId }, seal);

const runProofContext = (run: ProvenRun): SealContext =>
  sealContext('kyc_runs.proof', {
    customer_id: run.customerId,
    run_id: run.runId,
    program_id: run.programId,
    ordinal: run.ordinal,
    status: run.status,
    revision: run.revision,
    started_at: run.startedAt,
    updated_at: run.updatedAt,
    review_since: run.reviewSince,
    data_seal: run.dataSeal,
    wanted: run.wanted,
    submitted: run.submitted,
    documents_until: run.documentsUntil,
    asked_by_reviewer: run.askedByReviewer,
    reference: run.reference,
    started_by: run.startedBy,
  });

type ProvenRun = Omit<RunRow, 'proof'>;

/** A run with the proof of what it says. */
export const proveRun = (keyring: Keyring, run: ProvenRun): RunRow => ({
  ...run,
  proof: keyring.seal(runProofContext(run), ''),
});

/** @throws VaultError where the row was altered. */
export async function checkRun(
  { system, keyring }: Pick<Context, 'system' | 'keyring'>,
  run: RunRow,
): Promise<RunRow> {
  await readSealed(system.keyrings, keyring, runProofContext(run), run.proof);
  return run;
}

/** The same verification with its program, both proven. @throws VaultError where a row was altered. */
export async function checkReview(
  { system, keyring }: Pick<Context, 'system' | 'keyring'>,
  review: ReviewRow,
): Promise<ReviewRow> {
  await withFreshKeyring(system.keyrings, keyring, (one) => checkProgram(one, review.program));
  await checkRun({ system, keyring }, review.run);
  return review;
}

/** The context of a decision's note, which is bound to the decision. */
export const noteSealContext = (customerId: CustomerId, row: DecisionRow): SealContext =>
  sealContext(
    'kyc_decisions.note',
    {
      customer_id: customerId,
      decision_id: row.decisionId,
      run_id: row.runId,
      decision: row.decision,
      documents: row.documents,
      decided_by: row.decidedBy,
      decided_at: row.decidedAt,
    },
    row.noteSeal,
  );

export const settingsSealContext = (programId: ProgramId, seal: number): SealContext =>
  sealContext('programs.settings', { program_id: programId }, seal);

export const contentSealContext = (
  customerId: CustomerId,
  documentId: DocumentId,
  seal: number,
): SealContext =>
  sealContext('kyc_documents.content', { customer_id: customerId, document_id: documentId }, seal);

/** The context of what an image is called and shows, which is bound to what else is said of the image. */
export const detailsSealContext = (customerId: CustomerId, row: Omit<DocumentRow, 'details'>): SealContext =>
  sealContext(
    'kyc_documents.details',
    {
      customer_id: customerId,
      document_id: row.documentId,
      run_id: row.runId,
      document_type: row.documentType,
      size: row.size,
      submitted_at: row.submittedAt,
      submitted_by: row.submittedBy,
    },
    row.detailsSeal,
  );

/** A run's data, sealed for the first time. */
export const sealApplicant = (
  keyring: Keyring,
  customerId: CustomerId,
  runId: RunId,
  applicant: Applicant,
): string => keyring.seal(runSealContext(customerId, runId, 1), asciiJson(applicant));

export async function openApplicant(
  { system, keyring }: Pick<Context, 'system' | 'keyring'>,
  run: RunRow,
): Promise<Applicant> {
  const place = runSealContext(run.customerId, run.runId, run.dataSeal);
  return JSON.parse(await readSealed(system.keyrings, keyring, place, run.data)) as Applicant;
}
