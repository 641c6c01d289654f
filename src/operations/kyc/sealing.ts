import type { Applicant } from '../../domain/customers/applicant.ts';
import type { CustomerId, DocumentId, Id, ProgramId, RunId } from '../../domain/ids.ts';
import { asciiJson } from '../../domain/text.ts';
import type { RunRow } from '../../store/kyc/runs.ts';
import type { Keyring, SealContext } from '../../vault/vault.ts';
import { readSealed } from '../keyrings.ts';
import type { Context } from '../system.ts';

// Where the ciphertexts of a verification belong. Each id says what the record is and whose, so that a record
// that SQL has put into another row, of the same customer or of another one, does not open there.

const inVerification = (recordId: string, sealNumber: number): SealContext => ({
  purpose: 'verification',
  recordId,
  sealNumber,
});

/** The data that a run was started with. */
const runSealContext = (customerId: CustomerId, runId: RunId, seal: number): SealContext =>
  inVerification(`run/${customerId}/${runId}`, seal);

/** What a reviewer wrote about a decision. */
export const noteSealContext = (
  customerId: CustomerId,
  decisionId: Id<'decision'>,
  seal: number,
): SealContext => inVerification(`note/${customerId}/${decisionId}`, seal);

/** How the provider of a program is reached. */
export const settingsSealContext = (programId: ProgramId, seal: number): SealContext =>
  inVerification(`program/${programId}`, seal);

/** What an image of a document is called and shows, and the image itself. */
export const documentSealContext = (
  part: 'details' | 'content',
  customerId: CustomerId,
  documentId: DocumentId,
  seal: number,
): SealContext => ({
  purpose: 'document',
  recordId: `${part}/${customerId}/${documentId}`,
  sealNumber: seal,
});

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
