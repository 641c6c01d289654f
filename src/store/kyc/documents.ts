import type { DocumentType } from '../../domain/document-types.ts';
import type { DocumentId, RunId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { instantOfPostgres, toPostgres } from '../../domain/time.ts';
import type { Row } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import type { BrandScope } from '../scope.ts';
import type { StatementPart } from '../statement-parts.ts';

/** One image of a document, without the image itself. */
export interface DocumentRow {
  readonly documentId: DocumentId;
  readonly documentType: DocumentType;
  /** Sealed. */
  readonly details: string;
  readonly detailsSeal: number;
  /** Bytes of the image. */
  readonly size: number;
  readonly submittedAt: Instant;
}

export interface DocumentWithContent extends DocumentRow {
  /** Sealed. */
  readonly content: Buffer;
  readonly contentSeal: number;
}

/** New documents of a run, as a part of the change of its customer. The images travel as they are, in binary. */
export function insertDocumentsPart(runId: RunId, documents: readonly DocumentWithContent[]): StatementPart {
  const tuple = (at: number) =>
    `($${at}::uuid, $${at + 1}::text, $${at + 2}::text, $${at + 3}::int, $${at + 4}::bytea, $${at + 5}::int, $${at + 6}::int, $${at + 7}::timestamptz)`;
  return {
    name: `kyc_documents_${documents.length}`,
    sql: (gate, from) => `documents as (
      insert into kyc_documents (brand_id, customer_id, run_id, document_id, document_type, details, details_seal,
        content, content_seal, size, submitted_at)
      select $1, $2::uuid, $${from}::uuid, one.* from ${gate},
        (values ${documents.map((_, index) => tuple(from + 1 + index * 8)).join(', ')}) as one)`,
    values: [
      runId,
      ...documents.flatMap((one) => [
        one.documentId,
        one.documentType,
        one.details,
        one.detailsSeal,
        one.content,
        one.contentSeal,
        one.size,
        toPostgres(one.submittedAt),
      ]),
    ],
  };
}

const columns = 'document_id, document_type, details, details_seal, size, submitted_at';

const ofRun = statement(
  'kyc_documents_of_run',
  `select ${columns} from kyc_documents where brand_id = $1 and run_id = $2 order by submitted_at, document_id`,
);

/** What was handed in for a run, in order. */
export async function documentsOf(scope: BrandScope, runId: RunId): Promise<readonly DocumentRow[]> {
  return (await scope.db.read(ofRun, [scope.brandId, runId])).map(documentOf);
}

const one = statement(
  'kyc_document_read',
  `select ${columns}, content, content_seal from kyc_documents
    where brand_id = $1 and run_id = $2 and document_id = $3`,
);

export async function readDocument(
  scope: BrandScope,
  runId: RunId,
  id: DocumentId,
): Promise<DocumentWithContent | undefined> {
  const [row] = await scope.db.run(one, [scope.brandId, runId, id]);
  return row && withContent(row);
}

const toHandOver = statement(
  'kyc_documents_to_hand_over',
  `select ${columns}, content, content_seal from kyc_documents
    where brand_id = $1 and run_id = $2 and handed_over_at is null order by submitted_at, document_id`,
);

/** What the provider of a run has not been given yet: at most one upload for each type of document. */
export async function documentsToHandOver(
  scope: BrandScope,
  runId: RunId,
): Promise<readonly DocumentWithContent[]> {
  return (await scope.db.run(toHandOver, [scope.brandId, runId])).map(withContent);
}

const handedOver = statement(
  'kyc_documents_handed_over',
  `update kyc_documents set handed_over_at = $3::timestamptz
    where brand_id = $1 and run_id = $2 and document_id = any ($4::uuid[])`,
);

/** Notes that the provider of a run has these. */
export async function noteHandedOver(
  scope: BrandScope,
  runId: RunId,
  ids: readonly DocumentId[],
  now: Instant,
): Promise<void> {
  await scope.db.run(handedOver, [scope.brandId, runId, toPostgres(now), ids]);
}

function documentOf(row: Row): DocumentRow {
  return {
    documentId: row['document_id'] as DocumentId,
    documentType: row['document_type'] as DocumentType,
    details: String(row['details']),
    detailsSeal: Number(row['details_seal']),
    size: Number(row['size']),
    submittedAt: instantOfPostgres(String(row['submitted_at'])),
  };
}

const withContent = (row: Row): DocumentWithContent => ({
  ...documentOf(row),
  // PostgreSQL writes bytes as \x and hexadecimal digits.
  content: Buffer.from(String(row['content']).slice(2), 'hex'),
  contentSeal: Number(row['content_seal']),
});
