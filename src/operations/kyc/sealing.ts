import type { Applicant } from '../../domain/customers/applicant.ts';
import type { CustomerId, DocumentId, Id, ProgramId, RunId } from '../../domain/ids.ts';
import { asciiJson } from '../../domain/text.ts';
import type { RunRow } from '../../store/kyc/runs.ts';
import type { Keyring, Place } from '../../vault/vault.ts';
import { readSealed } from '../keyrings.ts';
import type { Context } from '../system.ts';

// Where the ciphertexts of a verification belong. Each id says what the record is and whose, so that a record
// that SQL has put into another row, of the same customer or of another one, does not open there.

const inVerification = (recordId: string, sealNumber: number): Place => ({
  purpose: 'verification',
  recordId,
  sealNumber,
});

/** The data that a run was started with. */
const placeOfRun = (customerId: CustomerId, runId: RunId, seal: number): Place =>
  inVerification(`run/${customerId}/${runId}`, seal);

/** What a reviewer wrote about a decision. */
export const placeOfNote = (customerId: CustomerId, decisionId: Id<'decision'>, seal: number): Place =>
  inVerification(`note/${customerId}/${decisionId}`, seal);

/** How the provider of a program is reached. */
export const placeOfSettings = (programId: ProgramId, seal: number): Place =>
  inVerification(`program/${programId}`, seal);

/** What an image of a document is called and shows, and the image itself. */
export const placeOfDocument = (
  part: 'details' | 'content',
  customerId: CustomerId,
  documentId: DocumentId,
  seal: number,
): Place => ({ purpose: 'document', recordId: `${part}/${customerId}/${documentId}`, sealNumber: seal });

/** A run's data, sealed for the first time. */
export const sealApplicant = (
  ring: Keyring,
  customerId: CustomerId,
  runId: RunId,
  applicant: Applicant,
): string => ring.seal(placeOfRun(customerId, runId, 1), asciiJson(applicant));

export async function openApplicant(
  { system, ring }: Pick<Context, 'system' | 'ring'>,
  run: RunRow,
): Promise<Applicant> {
  const place = placeOfRun(run.customerId, run.runId, run.dataSeal);
  return JSON.parse(await readSealed(system.keyrings, ring, place, run.data)) as Applicant;
}
