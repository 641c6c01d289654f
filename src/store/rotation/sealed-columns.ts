/**
 * The register of everything that is sealed or indexed under a brand's keys: what a rotation walks, in this
 * order, and what the doctor counts. A column that is missing here would keep its old key alive, or die with
 * it; a test looks for such columns in a filled database.
 */

export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  readonly form: 'text' | 'bytea';
  readonly purpose: string;
  /** A column whose values are unique within the brand, and its type: the walk goes along it. */
  readonly key: readonly [name: string, type: string];
  /** The id that the record was sealed for, in SQL. */
  readonly recordId: string;
  /** The column with the number of its sealing; a record without one is sealed as the first for ever. */
  readonly seal?: string;
  /** Rows looked at by one statement. */
  readonly span: number;
}

const usual = 250;

const customer = {
  form: 'text',
  key: ['customer_id', 'uuid'],
  recordId: 'customer_id',
  span: usual,
} as const;

const reasonOfEntry = {
  column: 'reason',
  form: 'text',
  purpose: 'reason',
  recordId: "encode(sha256(convert_to(body, 'UTF8')), 'hex')",
  span: usual,
} as const;

/** Rows move from `customers` to `deleted_customers` and from `journal` to `audit`: the walk goes that way, too. */
export const sealedColumns = [
  { table: 'customers', column: 'profile', purpose: 'profile', seal: 'profile_seal', ...customer },
  { table: 'customers', column: 'ssn', purpose: 'ssn', seal: 'ssn_seal', ...customer },
  { table: 'customers', column: 'audit_key', purpose: 'digests', ...customer },
  { table: 'deleted_customers', column: 'profile', purpose: 'profile', seal: 'profile_seal', ...customer },
  { table: 'deleted_customers', column: 'ssn', purpose: 'ssn', seal: 'ssn_seal', ...customer },
  { table: 'deleted_customers', column: 'audit_key', purpose: 'digests', ...customer },
  {
    table: 'idempotency',
    column: 'answer',
    form: 'text',
    purpose: 'idempotency',
    key: ['key', 'bytea'],
    recordId: 'record_id',
    span: usual,
  },
  { table: 'journal', key: ['arrived', 'bigint'], ...reasonOfEntry },
  { table: 'audit', key: ['number', 'bigint'], ...reasonOfEntry },
  {
    table: 'programs',
    column: 'settings',
    form: 'text',
    purpose: 'verification',
    key: ['program_id', 'uuid'],
    recordId: "'program/' || program_id",
    seal: 'settings_seal',
    span: usual,
  },
  {
    table: 'kyc_runs',
    column: 'data',
    form: 'text',
    purpose: 'verification',
    key: ['run_id', 'uuid'],
    recordId: "'run/' || customer_id || '/' || run_id",
    seal: 'data_seal',
    span: usual,
  },
  {
    table: 'kyc_documents',
    column: 'details',
    form: 'text',
    purpose: 'document',
    key: ['document_id', 'uuid'],
    recordId: "'details/' || customer_id || '/' || document_id",
    seal: 'details_seal',
    span: usual,
  },
  {
    table: 'kyc_documents',
    column: 'content',
    form: 'bytea',
    purpose: 'document',
    key: ['document_id', 'uuid'],
    recordId: "'content/' || customer_id || '/' || document_id",
    seal: 'content_seal',
    // An image has up to 10 MB.
    span: 1,
  },
  {
    table: 'kyc_decisions',
    column: 'note',
    form: 'text',
    purpose: 'verification',
    key: ['decision_id', 'uuid'],
    recordId: "'note/' || customer_id || '/' || decision_id",
    seal: 'note_seal',
    span: usual,
  },
  {
    table: 'legal_holds',
    column: 'reason',
    form: 'text',
    purpose: 'reason',
    key: ['hold_id', 'uuid'],
    recordId: "'hold/' || customer_id || '/' || hold_id",
    span: usual,
  },
  {
    table: 'legal_holds',
    column: 'release_reason',
    form: 'text',
    purpose: 'reason',
    key: ['hold_id', 'uuid'],
    recordId: "'release/' || customer_id || '/' || hold_id",
    span: usual,
  },
  {
    table: 'erasure_requests',
    column: 'reason',
    form: 'text',
    purpose: 'reason',
    key: ['erasure_id', 'uuid'],
    recordId: "'erasure/' || customer_id || '/' || erasure_id",
    span: usual,
  },
  ...(['wanted', 'reason', 'note'] as const).map(
    (column) =>
      ({
        table: 'change_requests',
        column,
        form: 'text',
        purpose: 'reason',
        key: ['change_request_id', 'uuid'],
        recordId: `change_request_id || '/${column}'`,
        span: usual,
      }) as const,
  ),
  ...(['reason', 'release_reason'] as const).map(
    (column) =>
      ({
        table: 'legal_holds',
        column,
        form: 'text',
        purpose: 'reason',
        key: ['hold_id', 'uuid'],
        recordId: `'${column === 'reason' ? 'hold' : 'release'}/' || customer_id || '/' || hold_id`,
        span: usual,
      }) as const,
  ),
  {
    table: 'erasure_requests',
    column: 'reason',
    form: 'text',
    purpose: 'reason',
    key: ['erasure_id', 'uuid'],
    recordId: "'erasure/' || customer_id || '/' || erasure_id",
    span: usual,
  },
  {
    table: 'webhooks',
    column: 'settings',
    form: 'text',
    purpose: 'webhook',
    key: ['webhook_id', 'uuid'],
    recordId: 'webhook_id',
    seal: 'settings_seal',
    span: usual,
  },
  {
    table: 'deliveries',
    column: 'payload',
    form: 'text',
    purpose: 'event',
    key: ['delivery_id', 'uuid'],
    recordId: 'delivery_id',
    span: usual,
  },
  {
    table: 'delivery_attempts',
    column: 'answer',
    form: 'text',
    purpose: 'event',
    key: ['attempt_id', 'uuid'],
    recordId: "'answer/' || attempt_id",
    span: usual,
  },
] as const satisfies readonly SealedColumn[];

/** Tables whose rows say under which index key version their blind index values are. */
export const indexedTables = ['customers', 'deleted_customers', 'idempotency'] as const;

/** What is sealed under the root key instead: a new root version re-wraps it. */
export const rootSealed = [
  { table: 'brand_keys', column: 'wrapped' },
  { table: 'installation', column: 'root_proof' },
] as const;
