import type { DocumentType } from '../../domain/document-types.ts';
import type { CustomerId, DocumentId, RunId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import { bytes, columns, id, instant, number, optional, text } from '../columns.ts';
import type { Row } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import type { BrandScope } from '../scope.ts';
import type { StatementPart } from '../statement-parts.ts';

/** The metadata of one image of a document. */
export interface DocumentRow {
  readonly documentId: DocumentId;
  readonly runId: RunId;
  readonly documentType: DocumentType;
  /** Sealed. */
  readonly details: string;
  readonly detailsSeal: number;
  /** Bytes of the image. */
  readonly size: number;
  readonly submittedAt: Instant;
  /** The Identity of the key that submitted it. Unknown for documents from before it was recorded. */
  readonly submittedBy: string | undefined;
}

export interface DocumentWithContent extends DocumentRow {
  /** Sealed. */
  readonly content: Buffer;
  readonly contentSeal: number;
}

/** New documents of a run, as a part of the change of its customer. The images are sent in binary. */
export function insertDocumentsPart(runId: RunId, documents: readonly DocumentWithContent[]): StatementPart {
  const cells = documents.map((one) => ({
    documentId: one.documentId,
    documentType: one.documentType,
    details: one.details,
    detailsSeal: one.detailsSeal,
    content: one.content,
    contentSeal: one.contentSeal,
    size: one.size,
    submittedAt: toPostgres(one.submittedAt),
    submittedBy: one.submittedBy,
  }));
  const tuple = (index: number) =>
    `(:documentId${index}::uuid, :documentType${index}::text, :details${index}::text, :detailsSeal${index}::int,
      :content${index}::bytea, :contentSeal${index}::int, :size${index}::int, :submittedAt${index}::timestamptz,
      :submittedBy${index}::uuid)`;
  return {
    name: `kyc_documents_${documents.length}`,
    sql: (gate) => `documents as (
      insert into kyc_documents (brand_id, customer_id, run_id, document_id, document_type, details, details_seal,
        content, content_seal, size, submitted_at, submitted_by)
      select :brandId, :customerId::uuid, :runId::uuid, one.* from ${gate},
        (values ${cells.map((_, index) => tuple(index)).join(', ')}) as one)`,
    parameters: Object.fromEntries([
      ['runId', runId],
      ...cells.flatMap((one, index) =>
        Object.entries(one).map(([name, value]) => [`${name}${index}`, value] as const),
      ),
    ]),
  };
}

const facts = columns({
  documentId: id<DocumentId>(),
  runId: id<RunId>(),
  documentType: text<DocumentType>(),
  details: text(),
  detailsSeal: number(),
  size: number(),
  submittedAt: instant(),
  submittedBy: optional(id()),
});
const contents = columns({ content: bytes(), contentSeal: number() });

const ofRun = statement(
  'kyc_documents_of_run',
  `select ${facts.list} from kyc_documents where brand_id = $1 and run_id = $2 order by submitted_at, document_id`,
);

/** The documents that were submitted for a run, in order. */
export async function documentsOf(scope: BrandScope, runId: RunId): Promise<readonly DocumentRow[]> {
  return (await scope.db.read(ofRun, [scope.brandId, runId])).map(facts.read);
}

const ofCustomer = statement(
  'kyc_documents_of_customer',
  `select ${facts.list} from kyc_documents where brand_id = $1 and customer_id = $2`,
);

/** All that was handed in for a customer, over all runs. */
export const documentsOfCustomer = async (
  scope: BrandScope,
  id: CustomerId,
): Promise<readonly DocumentRow[]> => (await scope.db.read(ofCustomer, [scope.brandId, id])).map(facts.read);

const one = statement(
  'kyc_document_read',
  `select ${facts.list}, ${contents.list} from kyc_documents
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
  `select ${facts.list}, ${contents.list} from kyc_documents
    where brand_id = $1 and run_id = $2 and handed_over_at is null order by submitted_at, document_id`,
);

/** The documents that the provider of a run has not received yet: at most one for each type of document. */
export async function unsentDocuments(
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

/** Marks documents as received by the provider of a run. */
export async function markDocumentsSent(
  scope: BrandScope,
  runId: RunId,
  ids: readonly DocumentId[],
  now: Instant,
): Promise<void> {
  await scope.db.run(handedOver, [scope.brandId, runId, toPostgres(now), ids]);
}

const withContent = (row: Row): DocumentWithContent => ({ ...facts.read(row), ...contents.read(row) });
