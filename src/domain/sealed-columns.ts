/**
 * Every column that holds ciphertext under a brand's keys, declared once. It determines the context that a record
 * is sealed for (`sealContext`), what a rotation re-seals and the doctor counts (store/rotation/sealed-columns.ts),
 * and what an erasure clears in rows that stay (store/retention/erasure-tables.ts). A test compares the
 * declarations with the schema: each column is declared exactly once.
 */
interface Declaration {
  /** What the column holds. Each purpose has its own key, derived from the brand's key. */
  readonly purpose: string;
  /**
   * The id that a record is sealed for: text, with columns of its row in braces. A record opens under this id
   * alone, so two columns with one purpose need two forms of it. `{sha256(column)}` is a digest in hex.
   */
  readonly recordId: string;
  /** The column that counts how often the record was sealed. Without one, the seal number is always the first. */
  readonly sealCounter?: string;
  /** A column with unique values within the brand, and its type: a rotation pages through the rows by it. */
  readonly key: readonly [column: string, type: string];
  /** The type of the column itself: text in base64, unless said otherwise. */
  readonly type?: 'bytea';
  /** Rows that a rotation reads per statement, if the default is too many. */
  readonly batchSize?: number;
}

const ofCustomer = { recordId: '{customer_id}', key: ['customer_id', 'uuid'] } as const;
const profile = { ...ofCustomer, purpose: 'profile', sealCounter: 'profile_seal' } as const;
const ssn = { ...ofCustomer, purpose: 'ssn', sealCounter: 'ssn_seal' } as const;
/** The key of one customer's digests in the audit trail. */
const auditKey = { ...ofCustomer, purpose: 'digests' } as const;
/** A reason belongs to the entry with exactly this body. */
const entryReason = { purpose: 'reason', recordId: '{sha256(body)}' } as const;
const document = { purpose: 'document', key: ['document_id', 'uuid'] } as const;
const ofChangeRequest = { purpose: 'reason', key: ['change_request_id', 'uuid'] } as const;

/**
 * By table and column. The order counts: rows move from `customers` to `deleted_customers` and from `journal`
 * to `audit`, and a rotation follows them.
 */
export const sealedColumns = {
  'customers.profile': profile,
  'customers.ssn': ssn,
  'customers.audit_key': auditKey,
  'deleted_customers.profile': profile,
  'deleted_customers.ssn': ssn,
  'deleted_customers.audit_key': auditKey,
  'idempotency.answer': { purpose: 'idempotency', recordId: '{record_id}', key: ['key', 'bytea'] },
  'journal.reason': { ...entryReason, key: ['arrived', 'bigint'] },
  'audit.reason': { ...entryReason, key: ['number', 'bigint'] },
  /** How the provider of a verification program is reached. */
  'programs.settings': {
    purpose: 'verification',
    recordId: 'program/{program_id}',
    sealCounter: 'settings_seal',
    key: ['program_id', 'uuid'],
  },
  /** What a verification was started with. */
  'kyc_runs.data': {
    purpose: 'verification',
    recordId: 'run/{customer_id}/{run_id}',
    sealCounter: 'data_seal',
    key: ['run_id', 'uuid'],
  },
  /** The metadata of a document image, and the image itself. */
  'kyc_documents.details': {
    ...document,
    recordId: 'details/{customer_id}/{document_id}',
    sealCounter: 'details_seal',
  },
  'kyc_documents.content': {
    ...document,
    recordId: 'content/{customer_id}/{document_id}',
    sealCounter: 'content_seal',
    type: 'bytea',
    // An image has up to 10 MB.
    batchSize: 1,
  },
  /** The note of a reviewer's decision. */
  'kyc_decisions.note': {
    purpose: 'verification',
    recordId: 'note/{customer_id}/{decision_id}',
    sealCounter: 'note_seal',
    key: ['decision_id', 'uuid'],
  },
  'legal_holds.reason': {
    purpose: 'reason',
    recordId: 'hold/{customer_id}/{hold_id}',
    key: ['hold_id', 'uuid'],
  },
  'legal_holds.release_reason': {
    purpose: 'reason',
    recordId: 'release/{customer_id}/{hold_id}',
    key: ['hold_id', 'uuid'],
  },
  'erasure_requests.reason': {
    purpose: 'reason',
    recordId: 'erasure/{customer_id}/{erasure_id}',
    key: ['erasure_id', 'uuid'],
  },
  'change_requests.wanted': { ...ofChangeRequest, recordId: '{change_request_id}/wanted' },
  'change_requests.reason': { ...ofChangeRequest, recordId: '{change_request_id}/reason' },
  'change_requests.note': { ...ofChangeRequest, recordId: '{change_request_id}/note' },
  /** A subscription's address, description and signing secrets. */
  'webhooks.settings': {
    purpose: 'webhook',
    recordId: '{webhook_id}',
    sealCounter: 'settings_seal',
    key: ['webhook_id', 'uuid'],
  },
  /** An event that shows a customer, and what its receiver answered. */
  'deliveries.payload': { purpose: 'event', recordId: '{delivery_id}', key: ['delivery_id', 'uuid'] },
  'delivery_attempts.answer': {
    purpose: 'event',
    recordId: 'answer/{attempt_id}',
    key: ['attempt_id', 'uuid'],
  },
} as const satisfies Readonly<Record<`${string}.${string}`, Declaration>>;

type Declared = typeof sealedColumns;
export type SealedColumnName = keyof Declared;
export type Purpose = Declared[SealedColumnName]['purpose'];

/**
 * The context that a record is sealed for. It opens only in this context.
 *
 * `recordId` is 1 to 255 ASCII characters; `sealNumber`, the number of times this record has been sealed, is an
 * integer from 0 to 2^32-1.
 */
export interface SealContext {
  readonly purpose: Purpose;
  readonly recordId: string;
  readonly sealNumber: number;
}

type InBraces<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | InBraces<Rest>
  : never;
type Ids<Name extends SealedColumnName> = Readonly<Record<InBraces<Declared[Name]['recordId']>, string>>;
/** Present exactly if the column has a counter. */
type SealNumber<Name extends SealedColumnName> = Declared[Name] extends { readonly sealCounter: string }
  ? [sealNumber: number]
  : [];

/** The parts of a record id: text at the even positions, names in braces at the odd ones. */
export const recordIdParts = (name: SealedColumnName): readonly string[] =>
  sealedColumns[name].recordId.split(/[{}]/);

const partsByName = new Map<string, readonly string[]>(
  (Object.keys(sealedColumns) as SealedColumnName[]).map((name) => [name, recordIdParts(name)]),
);

/** The context of one record of a column: `ids` are the values that its record id is made of. */
export function sealContext<Name extends SealedColumnName>(
  name: Name,
  ids: Ids<Name>,
  ...[sealNumber = 1]: SealNumber<Name>
): SealContext {
  const values: Readonly<Record<string, string>> = ids;
  const parts = partsByName.get(name) ?? [];
  return {
    purpose: sealedColumns[name].purpose,
    recordId: parts.map((part, at) => (at % 2 === 0 ? part : values[part])).join(''),
    sealNumber,
  };
}

/** The sealed columns of a table, in the order of their declaration. */
export const sealedColumnsOf = (table: string): readonly string[] =>
  Object.keys(sealedColumns)
    .filter((name) => name.startsWith(`${table}.`))
    .map((name) => name.slice(table.length + 1));
