import { auditCheckBound } from './sealing/audit-checks.ts';
import type { BoundForm, BoundForms, Declaration } from './sealing/declaration.ts';
import { screeningColumns } from './sealing/screening.ts';

const ofCustomer = { recordId: '{customer_id}', key: ['customer_id', 'uuid'] } as const;
/** What decides about a customer besides the profile: the state of KYC, legal holds and the moments that rules read. */
const profile = {
  ...ofCustomer,
  purpose: 'profile',
  sealCounter: 'profile_seal',
  bound: {
    version: 'number',
    brand_person_id: 'text',
    created_at: 'instant',
    updated_at: 'instant',
    kyc_status: 'text',
    kyc_passed_at: 'instant',
    kyc_requests_available: 'number',
    ssn_seal: 'number',
    holds: 'number',
    closed_on: 'day',
  },
  boundLater: { closing_stated_on: 'day' },
} as const;
const ssn = { ...ofCustomer, purpose: 'ssn', sealCounter: 'ssn_seal' } as const;
/** The key that one customer has: for digests in the audit trail, and for what changes replaced. */
const auditKey = { ...ofCustomer, purpose: 'digests' } as const;
const ofHistory = {
  recordId: 'history/{customer_id}/{history_id}',
  key: ['history_id', 'uuid'],
  newTable: true,
} as const;
/** A reason belongs to the entry with exactly this body. */
const entryReason = { purpose: 'reason', recordId: '{sha256(body)}' } as const;
const document = { purpose: 'document', key: ['document_id', 'uuid'] } as const;
/** A record of no text at all. That it opens proves the columns that it is bound to. */
const proof = { purpose: 'row', type: 'text' } as const;
/** The same where a brand has one row of a table. */
const ofBrand = { ...proof, key: ['brand_id', 'uuid'], newTable: true } as const;
const ofChangeRequest = { purpose: 'reason', key: ['change_request_id', 'uuid'] } as const;

/**
 * Every column that holds ciphertext under a brand's keys, declared once. It determines the context that a record
 * is sealed for (`sealContext`), what a rotation re-seals and the doctor counts (store/rotation/sealed-columns.ts),
 * and what an erasure clears in rows that stay (store/retention/erasure-tables.ts). A test compares the
 * declarations with the schema: each column is declared exactly once.
 *
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
  'deleted_customers.deletion': {
    ...proof,
    recordId: 'deletion/{customer_id}',
    key: ['customer_id', 'uuid'],
    bound: { deleted_at: 'instant' },
  },
  /** What a change of a customer replaced, under the customer's own key (`CustomerKey`) within the brand's. */
  'customer_history.earlier': {
    purpose: 'profile',
    ...ofHistory,
    bound: { version: 'number', changed_at: 'instant', fields: 'words' },
  },
  'customer_history.ssn': { purpose: 'ssn', ...ofHistory, optional: true },
  /** What a customer was shown, agreed to or withdrew. */
  'consents.details': {
    purpose: 'profile',
    recordId: 'consent/{customer_id}/{consent_id}',
    key: ['consent_id', 'uuid'],
    bound: { version: 'number', recorded_by: 'text', recorded_at: 'instant' },
    newTable: true,
  },
  'idempotency.answer': { purpose: 'idempotency', recordId: '{record_id}', key: ['key', 'bytea'] },
  'journal.reason': { ...entryReason, key: ['arrived', 'bigint'] },
  'audit.reason': { ...entryReason, key: ['number', 'bigint'] },
  'api_keys.proof': {
    ...proof,
    recordId: 'key/{identity}',
    key: ['identity', 'uuid'],
    bound: {
      version: 'number',
      name: 'text',
      scopes: 'words',
      digest: 'hex',
      previous_digest: 'hex',
      previous_until: 'instant',
      created_at: 'instant',
      expires_at: 'instant',
      revoked_at: 'instant',
    },
    boundLater: {
      owner: 'text',
      networks: 'words',
      disabled_at: 'instant',
      created_by: 'text',
      rotated_by: 'text',
    },
  },
  'retention_policies.proof': {
    ...proof,
    recordId: 'retention policy',
    key: ['brand_id', 'uuid'],
    bound: {
      version: 'number',
      never_verified_days: 'number',
      not_passed_months: 'number',
      identity_years: 'number',
      documents_years: 'number',
    },
  },
  'brand_settings.proof': {
    ...ofBrand,
    recordId: 'brand settings',
    bound: { version: 'number', validation: 'text' },
  },
  'audit_checks.proof': { ...ofBrand, recordId: 'audit check', bound: auditCheckBound },
  /** The roles of a person in a brand. */
  'operator_roles.proof': {
    ...proof,
    recordId: 'operator/{operator_id}',
    key: ['operator_id', 'uuid'],
    bound: { roles: 'words', version: 'number' },
    newTable: true,
  },
  'programs.proof': {
    ...proof,
    recordId: 'program/{program_id}',
    key: ['program_id', 'uuid'],
    bound: { name: 'text', provider: 'text', settings_seal: 'number', created_at: 'instant' },
  },
  /** How the provider of a verification program is reached. */
  'programs.settings': {
    purpose: 'verification',
    recordId: 'program/{program_id}',
    sealCounter: 'settings_seal',
    key: ['program_id', 'uuid'],
  },
  /** A change of a program's provider that waits for a second operator. */
  'program_changes.proof': {
    ...proof,
    recordId: 'program change/{change_id}',
    key: ['change_id', 'uuid'],
    bound: {
      program_id: 'text',
      provider: 'text',
      based_on: 'number',
      proposed_by: 'text',
      proposed_at: 'instant',
      expires_at: 'instant',
    },
    newTable: true,
  },
  'program_changes.settings': {
    purpose: 'verification',
    recordId: 'program change/{change_id}',
    key: ['change_id', 'uuid'],
    newTable: true,
  },
  /** What a verification was started with. */
  'kyc_runs.data': {
    purpose: 'verification',
    recordId: 'run/{customer_id}/{run_id}',
    sealCounter: 'data_seal',
    key: ['run_id', 'uuid'],
  },
  'kyc_runs.proof': {
    ...proof,
    recordId: 'run/{customer_id}/{run_id}',
    key: ['run_id', 'uuid'],
    bound: {
      program_id: 'text',
      ordinal: 'number',
      status: 'text',
      revision: 'number',
      started_at: 'instant',
      updated_at: 'instant',
      review_since: 'instant',
      data_seal: 'number',
      wanted: 'words',
      submitted: 'words',
      documents_until: 'instant',
      asked_by_reviewer: 'flag',
      reference: 'text',
    },
    boundLater: { started_by: 'text' },
  },
  /** What an image of a document is called and shows, and the image itself. */
  'kyc_documents.details': {
    ...document,
    recordId: 'details/{customer_id}/{document_id}',
    sealCounter: 'details_seal',
    bound: { run_id: 'text', document_type: 'text', size: 'number', submitted_at: 'instant' },
    boundLater: { submitted_by: 'text' },
  },
  'kyc_documents.content': {
    ...document,
    recordId: 'content/{customer_id}/{document_id}',
    sealCounter: 'content_seal',
    type: 'bytea',
    // An image has up to 10 MB.
    batchSize: 1,
  },
  /** What a reviewer wrote about a decision: an empty text where there is no note. */
  'kyc_decisions.note': {
    purpose: 'verification',
    recordId: 'note/{customer_id}/{decision_id}',
    sealCounter: 'note_seal',
    key: ['decision_id', 'uuid'],
    bound: {
      run_id: 'text',
      decision: 'text',
      documents: 'words',
      decided_by: 'text',
      decided_at: 'instant',
    },
  },
  /** What a provider or a reviewer found, by which methods. */
  'kyc_findings.details': {
    purpose: 'verification',
    recordId: 'finding/{customer_id}/{finding_id}',
    key: ['finding_id', 'uuid'],
    bound: { run_id: 'text', source: 'text', found_by: 'text', found_at: 'instant' },
    newTable: true,
  },
  ...screeningColumns,
  'legal_holds.reason': {
    purpose: 'reason',
    recordId: 'hold/{customer_id}/{hold_id}',
    key: ['hold_id', 'uuid'],
    bound: { set_by: 'text', set_at: 'instant' },
  },
  'legal_holds.release_reason': {
    purpose: 'reason',
    recordId: 'release/{customer_id}/{hold_id}',
    key: ['hold_id', 'uuid'],
    bound: { released_by: 'text', released_at: 'instant' },
    optional: true,
  },
  'erasure_requests.reason': {
    purpose: 'reason',
    recordId: 'erasure/{customer_id}/{erasure_id}',
    key: ['erasure_id', 'uuid'],
    bound: { requested_by: 'text', requested_at: 'instant' },
  },
  'change_requests.wanted': { ...ofChangeRequest, recordId: '{change_request_id}/wanted' },
  'change_requests.reason': { ...ofChangeRequest, recordId: '{change_request_id}/reason' },
  'change_requests.note': { ...ofChangeRequest, recordId: '{change_request_id}/note' },
  /** How the approver knows that a new SSN or date of birth was verified. */
  'change_requests.verified_elsewhere': {
    ...ofChangeRequest,
    recordId: '{change_request_id}/verified elsewhere',
    optional: true,
  },
  'change_requests.proof': {
    ...proof,
    recordId: 'change request/{customer_id}/{change_request_id}',
    key: ['change_request_id', 'uuid'],
    bound: {
      status: 'text',
      fields: 'words',
      requested_by: 'text',
      decided_by: 'text',
      created_at: 'instant',
      decided_at: 'instant',
    },
  },
  /** A subscription's address, description and signing secrets. */
  'webhooks.settings': {
    purpose: 'webhook',
    recordId: '{webhook_id}',
    sealCounter: 'settings_seal',
    key: ['webhook_id', 'uuid'],
    bound: { events: 'words', payload: 'text', status: 'text', created_at: 'instant' },
    boundLater: { key_id: 'text', ownership: 'text', stopped: 'text' },
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
 * `recordId` is 1 to 255 ASCII characters; `sealNumber`, how often this very record has been sealed, is an
 * integer from 0 to 2^32-1; `bound`, where the column declares it, is the JSON of the values that the record is
 * bound to.
 */
export interface SealContext {
  readonly purpose: Purpose;
  readonly recordId: string;
  readonly sealNumber: number;
  readonly bound?: string | undefined;
}

type InBraces<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | InBraces<Rest>
  : never;
/** The values that a record id is made of. */
type Ids<Name extends SealedColumnName> = {
  readonly [Column in InBraces<Declared[Name]['recordId']>]: string;
};
/** The values that a record is bound to, under the names of their columns. */
export type BoundValues<Name extends SealedColumnName> = ValuesOf<Name, 'bound'> &
  ValuesOf<Name, 'boundLater'>;
type ValuesOf<Name extends SealedColumnName, Part extends 'bound' | 'boundLater'> = Declared[Name] extends {
  readonly [Key in Part]: infer Bound extends Readonly<Record<string, BoundForm>>;
}
  ? { readonly [Column in keyof Bound]: BoundForms[Bound[Column]] | undefined }
  : unknown;
/** Given exactly where the column has a counter. */
type SealNumber<Name extends SealedColumnName> = Declared[Name] extends { readonly sealCounter: string }
  ? [sealNumber: number]
  : [];

/** The parts of a record id: text at the even positions, names in braces at the odd ones. */
export const recordIdParts = (name: SealedColumnName): readonly string[] =>
  sealedColumns[name].recordId.split(/[{}]/);

/** The columns that the records of a column are bound to, in their order. */
export const boundColumnsOf = (name: SealedColumnName): Readonly<Record<string, BoundForm>> => {
  const { bound, boundLater }: Declaration = sealedColumns[name];
  return { ...bound, ...boundLater };
};

/** Those of them that records were bound to from the beginning. */
export const firstBoundColumnsOf = (name: SealedColumnName): Readonly<Record<string, BoundForm>> => {
  const declaration: Declaration = sealedColumns[name];
  return declaration.bound ?? {};
};

const known = new Map(
  (Object.keys(sealedColumns) as SealedColumnName[]).map((name) => [
    name,
    {
      parts: recordIdParts(name),
      bound: Object.keys(boundColumnsOf(name)),
      first: Object.keys(firstBoundColumnsOf(name)).length,
    },
  ]),
);

/**
 * The context of one record of a column: `row` has the values that its record id is made of and those that it is
 * bound to.
 */
export function sealContext<Name extends SealedColumnName>(
  name: Name,
  row: Ids<Name> & BoundValues<Name>,
  ...[sealNumber = 1]: SealNumber<Name>
): SealContext {
  const values = row as Readonly<Record<string, unknown>>;
  const { parts = [], bound = [] } = known.get(name) ?? {};
  return {
    purpose: sealedColumns[name].purpose,
    recordId: parts.map((part, at) => (at % 2 === 0 ? part : values[part])).join(''),
    sealNumber,
    bound:
      bound.length === 0
        ? undefined
        : boundText(
            name,
            bound.map((column) => values[column]),
          ),
  };
}

/** The values of all bound columns as JSON, which has one spelling for each list of them. */
export function boundText(name: SealedColumnName, values: readonly unknown[]): string {
  const first = known.get(name)?.first ?? 0;
  let end = values.length;
  while (end > first && isEmpty(values[end - 1])) end -= 1;
  return JSON.stringify(values.slice(0, end).map((value) => value ?? null));
}

/** A list that is null is read as an empty one. */
const isEmpty = (value: unknown): boolean =>
  (value ?? null) === null || (Array.isArray(value) && value.length === 0);

/** The sealed columns of a table, in the order of their declaration. */
export const sealedColumnsOf = (table: string): readonly string[] =>
  Object.keys(sealedColumns)
    .filter((name) => name.startsWith(`${table}.`))
    .map((name) => name.slice(table.length + 1));
