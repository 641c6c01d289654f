import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import type { DocumentType } from '../../domain/document-types.ts';
import { Refusal } from '../../domain/errors.ts';
import type { DocumentImage } from '../../domain/kyc/documents.ts';
import { imagesIn } from '../../domain/kyc/documents.ts';
import { asciiJson } from '../../domain/text.ts';
import type { Instant } from '../../domain/time.ts';
import type { KycDocument } from '../../providers/kyc.ts';
import { changeCustomer } from '../../store/customers/writes.ts';
import type { DocumentRow, DocumentWithContent } from '../../store/kyc/documents.ts';
import { insertDocumentsPart } from '../../store/kyc/documents.ts';
import type { RunRow } from '../../store/kyc/runs.ts';
import { changeRunPart } from '../../store/kyc/runs.ts';
import { nextRow } from '../customers/change.ts';
import { readSealed, withFreshKeyring } from '../keyrings.ts';
import { requireDone } from '../retry.ts';
import type { Answer, Context } from '../system.ts';
import type { AppliedEvent, KycCase } from './change.ts';
import { decide, nextRun, openCase, writeAppliedEvent } from './change.ts';
import { contentSealContext, detailsSealContext } from './sealing.ts';

/** The metadata of an image. */
export type DocumentDetails = Omit<DocumentImage, 'image' | 'document_type'>;

/** Accepts requested documents. When all are submitted the verification continues. */
export async function submitKycDocuments(
  context: Context,
  { params, body }: Input<Contract['submitKycDocuments']>,
): Promise<Answer> {
  const id = params.customer_id;
  const opened = await openCase(context, id);
  if (!opened) throw new Refusal('customer_dne');
  const images = imagesIn(body);
  const sent = [...new Set(images.map((image) => image.document_type))];
  const run = runThatWants(opened, sent, context.now);

  await context.system.quotas.admitDocuments(
    context.scope,
    images.reduce((sum, { image }) => sum + Buffer.byteLength(image, 'base64'), 0),
  );
  const submitted = [...run.submitted, ...sent];
  const documents = insertDocumentsPart(
    run.runId,
    images.map((image) => sealDocument(context, run, image)),
  );
  const answer: Answer = {
    status: 200,
    body: asciiJson({ customer_id: id, num_documents_submitted: sent.length }),
  };
  const claim = context.claim?.(answer, id);
  const isComplete = run.wanted.every((type) => submitted.includes(type));
  const applied =
    isComplete && decide(opened, run, 'documents_complete', { by: 'clientele', submitted }, context.now);
  if (applied) {
    requireDone(
      await writeAppliedEvent(context, opened, applied as AppliedEvent, { parts: [documents] }, claim),
    );
    return answer;
  }
  const next = nextRun(context, { ...run, submitted });
  const journal = context.journal({
    customerId: id,
    facts: {
      program_id: run.programId,
      run_id: run.runId,
      run_version: next.revision,
      documents: sent,
      record_version: opened.row.version + 1,
    },
  });
  const change = nextRow(context, opened.row, opened.profileText, { updatedAt: context.now });
  const parts = [changeRunPart(next), documents, journal];
  requireDone(await changeCustomer(context.scope, change, parts, claim));
  return answer;
}

/** The newest verification that waits for every submitted document. */
function runThatWants({ runs }: KycCase, sent: readonly DocumentType[], now: Instant): RunRow {
  const waiting = runs.filter((run) => run.documentsUntil !== undefined && run.documentsUntil > now);
  const run = waiting.find(({ wanted, submitted }) =>
    sent.every((type) => wanted.includes(type) && !submitted.includes(type)),
  );
  if (run) return run;
  throw new Refusal(
    'kyc_init_fail',
    waiting.length === 0
      ? 'No verification of this customer waits for documents.'
      : 'Not all of these documents are requested: getKyc lists those still required.',
  );
}

/** Decoded and sealed once; all later steps pass the sealed bytes. */
function sealDocument(
  { system, keyring, now, principal }: Context,
  run: RunRow,
  image: DocumentImage,
): DocumentWithContent {
  const { image: base64, document_type, ...details } = image;
  const documentId = system.newId<'kyc document'>();
  const bytes = Buffer.from(base64, 'base64');
  const facts = {
    documentId,
    runId: run.runId,
    documentType: document_type,
    detailsSeal: 1,
    size: bytes.length,
    submittedAt: now,
    submittedBy: principal.identity,
  };
  return {
    ...facts,
    details: keyring.seal(
      detailsSealContext(run.customerId, facts),
      asciiJson(details satisfies DocumentDetails),
    ),
    content: keyring.sealBytes(contentSealContext(run.customerId, documentId, 1), bytes),
    contentSeal: 1,
  };
}

type Keys = Pick<Context, 'system' | 'keyring'>;

export async function openDetails(
  { system, keyring }: Keys,
  run: RunRow,
  row: DocumentRow,
): Promise<DocumentDetails> {
  const place = detailsSealContext(run.customerId, row);
  return JSON.parse(await readSealed(system.keyrings, keyring, place, row.details)) as DocumentDetails;
}

/** A document as a provider gets it, bytes included. */
export async function openDocument(keys: Keys, run: RunRow, row: DocumentWithContent): Promise<KycDocument> {
  const details = await openDetails(keys, run, row);
  const place = contentSealContext(run.customerId, row.documentId, row.contentSeal);
  const content = await withFreshKeyring(keys.system.keyrings, keys.keyring, (keyring) =>
    keyring.openBytes(place, row.content),
  );
  return { documentId: row.documentId, document_type: row.documentType, ...details, content };
}
