import type { Applicant } from '../../domain/customers/applicant.ts';
import type { CustomerId, DocumentId, Id, ProgramId, RunId } from '../../domain/ids.ts';
import type { SealContext } from '../../domain/sealed-columns.ts';
import { sealContext } from '../../domain/sealed-columns.ts';
import { asciiJson } from '../../domain/text.ts';
import type { RunRow } from '../../store/kyc/runs.ts';
import type { Keyring } from '../../vault/vault.ts';
import { readSealed } from '../keyrings.ts';
import type { Context } from '../system.ts';

// The seal contexts of a verification. Each record id contains the kind and the owner of the record, so that a
// ciphertext moved to another row cannot be opened.

const runSealContext = (customerId: CustomerId, runId: RunId, seal: number): SealContext =>
  sealContext('kyc_runs.data', { customer_id: customerId, run_id: runId }, seal);

export const noteSealContext = (
  customerId: CustomerId,
  decisionId: Id<'decision'>,
  seal: number,
): SealContext =>
  sealContext('kyc_decisions.note', { customer_id: customerId, decision_id: decisionId }, seal);

export const settingsSealContext = (programId: ProgramId, seal: number): SealContext =>
  sealContext('programs.settings', { program_id: programId }, seal);

export const documentSealContext = (
  part: 'details' | 'content',
  customerId: CustomerId,
  documentId: DocumentId,
  seal: number,
): SealContext =>
  sealContext(`kyc_documents.${part}`, { customer_id: customerId, document_id: documentId }, seal);

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
