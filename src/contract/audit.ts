import Type from 'typebox';
import { accessCursorPattern, accessKinds } from '../domain/audit/access.ts';
import { auditCursorPattern, auditOrders, operationPattern } from '../domain/audit/query.ts';
import { keyExample } from './api-keys.ts';
import { auditFacts } from './audit-facts.ts';
import { customerExample } from './customers/examples.ts';
import { fullSsn } from './customers/full-ssn.ts';
import { listOf, listQuery, spanQuery } from './lists.ts';
import { operation } from './operation.ts';
import { oneOf, uuid } from './shapes.ts';

const auditEntryExample = {
  number: 4711,
  at: '2021-02-11T13:26:50.553841+00:00',
  actor: { kind: 'key', id: keyExample.identity },
  request_id: 'f2c1b7a04d3e9-41',
  operation: 'updateCustomer',
  customer_id: customerExample.customer_id,
  fields: ['email'],
  digests: { email: 'q1UNjqDmM4rgWcZJDYnJTW1KiPyzUnXbHkAcnNTBbnU=' },
  hash: '8d1f0b9f5c0e3a7f9f1f3c6d2b4a59687766554433221100ffeeddccbbaa9988',
} as const;

const closed = { additionalProperties: false } as const;
const customerId = {
  customer_id: { description: "The customer's id.", invalid: 'customer_invalid_uuid4' },
} as const;

const paging = {
  order: Type.Optional(oneOf(auditOrders, { description: 'Which entries come first.', default: 'newest' })),
  ...listQuery(auditCursorPattern),
};

const entry = Type.Object(
  {
    number: Type.Integer({
      description:
        "The entry's number in the brand's trail, from 1 and without gaps. It is assigned within a second.",
    }),
    at: Type.String({ description: 'When it was done.' }),
    actor: Type.Object(
      {
        kind: oneOf(['key', 'operator', 'clientele']),
        id: Type.Optional(uuid("The key's id, or the account of an operator of the console.")),
        user: Type.Optional(
          Type.String({
            description:
              'The address of an operator of the console; without an id, an account on the machine: the one that logged in, where that is known.',
          }),
        ),
      },
      { title: 'AuditActor', ...closed },
    ),
    request_id: Type.Optional(Type.String({ description: 'The X-Request-Id of the answer.' })),
    operation: Type.String({
      description: 'The operationId, the command, or the name of a background step.',
    }),
    customer_id: Type.Optional(uuid('The customer that the entry is about.')),
    fields: Type.Optional(
      Type.Array(Type.String(), { description: 'The fields that changed or were read.' }),
    ),
    digests: Type.Optional(
      Type.Record(Type.String(), Type.String(), {
        description:
          'Digests of the new values under a key of the customer. Equal digests mean equal values. The key is destroyed when the customer is erased.',
      }),
    ),
    has_reason: Type.Optional(Type.Boolean({ description: 'Present if a reason was given.' })),
    hash: Type.Optional(
      Type.String({ description: 'SHA-256 over the entry and the hash before it, in hex.' }),
    ),
    reason: Type.Optional(
      Type.String({
        description:
          'The reason as it was given; removed when the customer is erased. The reasons of legal holds, their releases and erasures stay, and are shown to keys with `compliance:read`.',
      }),
    ),
    ...auditFacts,
  },
  { title: 'AuditEntry', ...closed },
);

const page = listOf('AuditEntries', entry);

const listAudit = operation({
  operationId: 'listAudit',
  method: 'GET',
  path: '/audit',
  tag: 'Audit',
  summary: 'Read the audit trail',
  description:
    'All audit entries of the brand: every change, every full SSN shown, every command. Entries contain field names and digests, never values. A narrow filter may return short or empty pages that still have a next_cursor. For a copy that can be verified, use `clientele export audit`.',
  scope: 'audit:read',
  params: {},
  query: Type.Object(
    {
      operation: Type.Optional(
        Type.String({
          description: 'Only this operationId, or this command, for example `keys create`.',
          pattern: operationPattern,
          maxLength: 64,
        }),
      ),
      actor: Type.Optional(
        Type.String({
          description: 'Only by this id of a key or an operator, or by `operator` or `clientele`.',
          maxLength: 36,
        }),
      ),
      ...spanQuery,
      ...paging,
    },
    closed,
  ),
  answer: {
    status: 200,
    description: 'A page of the audit trail.',
    schema: page,
    example: { data: [auditEntryExample], next_cursor: null },
  },
  schemaError: 'input_error',
  errors: [],
  unknownError: 'unknown_list_audit',
});

const getCustomerAudit = operation({
  operationId: 'getCustomerAudit',
  method: 'GET',
  path: '/customers/{customer_id}/audit',
  tag: 'Audit',
  summary: "Read a customer's audit trail",
  description: 'Every entry about one customer. The entries of a deleted customer remain readable by its id.',
  scope: 'audit:read',
  params: customerId,
  query: Type.Object(paging, closed),
  answer: {
    status: 200,
    description: 'A page of the audit trail.',
    schema: page,
    example: { data: [auditEntryExample], next_cursor: null },
  },
  schemaError: 'get_customer_schema',
  errors: ['customer_dne'],
  unknownError: 'unknown_get_customer_audit',
});

const keyAccess = Type.Object(
  {
    customer_id: uuid("The customer's id."),
    first_at: Type.String({ description: 'When the key first saw the customer.' }),
    last_at: Type.String({ description: 'When it last did.' }),
    count: Type.Integer({ description: 'How many answers showed the customer.', minimum: 1 }),
    access: Type.Array(oneOf(accessKinds), {
      description:
        'How: `read` one record, `list` and `search` among others, `reveal` the full SSN, `document` the content of a file, `change` the answer to a change.',
    }),
  },
  { title: 'KeyAccess', ...closed },
);

const listKeyAccess = operation({
  operationId: 'listKeyAccess',
  method: 'GET',
  path: '/audit/keys/{identity}',
  tag: 'Audit',
  summary: 'List whose data a key saw',
  description:
    'The customers that answers to this key showed between two moments, from the audit trail. Each page covers a span of time, so a customer that was seen again later is also on a later page: merge by `customer_id`. Ordinary reads are in the audit trail while `CLIENTELE_AUDIT_READS` is 1, which is the default in live.',
  scope: 'audit:read',
  params: { identity: { description: "The key's id. It may be revoked.", invalid: 'not_found' } },
  query: Type.Object(
    {
      ...spanQuery,
      ...listQuery(accessCursorPattern),
    },
    closed,
  ),
  answer: {
    status: 200,
    description: 'The customers of a span of time, in the order in which the key saw them.',
    schema: listOf('KeyAccesses', keyAccess),
    example: {
      data: [
        {
          customer_id: customerExample.customer_id,
          first_at: '2021-02-11T13:26:50.553841+00:00',
          last_at: '2021-02-11T16:02:11.120034+00:00',
          count: 3,
          access: ['read', 'reveal'],
        },
      ],
      next_cursor: null,
    },
  },
  schemaError: 'input_error',
  errors: ['not_found'],
  unknownError: 'unknown_list_key_access',
});

const check = Type.Object(
  {
    state: oneOf(['waiting', 'running', 'intact', 'broken'], {
      description: 'broken: an entry does not fit the one before it, or a signature does not fit its entry.',
    }),
    checked: Type.Integer({ description: 'Entries that were followed so far.', minimum: 0 }),
    of: Type.Integer({ description: 'Entries of the trail when the check began.', minimum: 0 }),
    broken_at: Type.Optional(Type.Integer({ description: 'The first entry that does not fit.' })),
    hash: Type.Optional(Type.String({ description: 'The hash of the last entry, in hex.' })),
    key: Type.Optional(Type.String({ description: 'The public key that signs the trail now, in hex.' })),
    date_requested: Type.String(),
    date_finished: Type.Optional(Type.String()),
  },
  { title: 'AuditCheck', ...closed },
);

const checkExample = {
  state: 'intact',
  checked: 4711,
  of: 4711,
  hash: auditEntryExample.hash,
  key: '3f9a'.repeat(16),
  date_requested: '2026-05-04T14:03:21.907113+00:00',
  date_finished: '2026-05-04T14:03:24.120034+00:00',
} as const;

const startAuditCheck = operation({
  operationId: 'startAuditCheck',
  method: 'POST',
  path: '/audit/check',
  tag: 'Audit',
  summary: 'Check the audit trail',
  description:
    'Asks for a check of the whole trail: that every entry follows from the one before it, and that every signature over them fits. Background work does it, one check of a brand at a time; while one is under way, that one is answered. The service checks itself here. A copy that others can check is `clientele export audit`.',
  scope: 'audit:read',
  params: {},
  answer: {
    status: 201,
    description: 'The check, which waits or runs.',
    schema: check,
    example: { state: 'waiting', checked: 0, of: 0, date_requested: checkExample.date_requested },
  },
  schemaError: 'input_error',
  errors: [],
  unknownError: 'unknown_audit_check',
});

const getAuditCheck = operation({
  operationId: 'getAuditCheck',
  method: 'GET',
  path: '/audit/check',
  tag: 'Audit',
  summary: 'Read the last check of the audit trail',
  description: 'How far the last check has come, or what it found.',
  scope: 'audit:read',
  params: {},
  answer: { status: 200, description: 'The last check.', schema: check, example: checkExample },
  schemaError: 'input_error',
  errors: ['check_dne'],
  unknownError: 'unknown_audit_check',
});

const revealSsn = operation({
  operationId: 'revealSsn',
  confirmed: true,
  method: 'POST',
  path: '/customers/{customer_id}/ssn',
  tag: 'Audit',
  summary: 'Show a full SSN',
  description:
    'Returns the full SSN after an audit entry with the caller and the reason is committed. Every call writes its own entry. An Idempotency-Key has no effect here, because no answer with an SSN is stored. A key can read a limited number of SSNs in a day (`reveal_budget`).',
  scope: 'ssn:reveal',
  params: customerId,
  ...fullSsn,
  schemaError: 'get_customer_schema',
  errors: ['customer_dne', 'ssn_dne', 'reveal_budget'],
  unknownError: 'unknown_reveal_ssn',
});

export const auditOperations = {
  listAudit,
  getCustomerAudit,
  listKeyAccess,
  startAuditCheck,
  getAuditCheck,
  revealSsn,
} as const;
