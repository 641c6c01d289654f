import Type from 'typebox';
import { erasureCursors, holdCursors } from '../../domain/retention/paging.ts';
import { bases } from '../../domain/retention/policy.ts';
import { holdStatuses } from '../../domain/retention/requests.ts';
import { listOf, listQuery } from '../lists.ts';
import { operation } from '../operation.ts';
import { oneOf, uuid } from '../shapes.ts';
import { erasureExample, holdExample, retentionExample } from './examples.ts';
import { customerParam, erasureRequest, hold, serverTime } from './schema.ts';

// What compliance has to watch: what a deletion would lead to, which holds there are, and which erasures are asked for.

const tag = 'Retention';
const schemaError = 'retention_schema';
const closed = { additionalProperties: false } as const;

const getCustomerRetention = operation({
  operationId: 'getCustomerRetention',
  method: 'GET',
  path: '/customers/{customer_id}/retention',
  tag,
  summary: 'Ask how long a customer would be kept',
  description: 'How long the record would be kept if the customer were deleted now. Nothing is changed.',
  scope: 'customers:read',
  params: customerParam,
  answer: {
    status: 200,
    description: 'The rule and the time of the retention.',
    schema: Type.Object(
      {
        customer_id: uuid("The customer's id."),
        kept_as: oneOf(bases, { description: 'The rule under which the record would be kept.' }),
        kept_until: Type.Optional(
          serverTime('When the whole record would be erased; absent during a legal hold.'),
        ),
        closed_on: Type.Optional(
          Type.String({ format: 'date', description: 'The day the account was closed.' }),
        ),
        legal_hold: Type.Boolean({ description: 'Whether a legal hold is active.' }),
      },
      { title: 'CustomerRetention', ...closed },
    ),
    example: retentionExample,
  },
  schemaError,
  errors: ['customer_dne'],
  unknownError: 'unknown_get_customer_retention',
});

const listLegalHolds = operation({
  operationId: 'listLegalHolds',
  method: 'GET',
  path: '/legal-holds',
  tag,
  summary: 'List legal holds',
  description: 'The holds of customers, present and deleted, in the order in which they were set.',
  scope: 'compliance:read',
  params: {},
  query: Type.Object(
    {
      status: Type.Optional(oneOf(holdStatuses, { description: 'Only holds with this status.' })),
      customer_id: Type.Optional(uuid('Only holds of this customer.')),
      ...listQuery(holdCursors.pattern),
    },
    closed,
  ),
  answer: {
    status: 200,
    description: 'The holds of this page.',
    schema: listOf('LegalHolds', hold),
    example: { data: [holdExample], next_cursor: null },
  },
  schemaError,
  errors: [],
  unknownError: 'unknown_list_legal_holds',
});

const listErasureRequests = operation({
  operationId: 'listErasureRequests',
  method: 'GET',
  path: '/erasure-requests',
  tag,
  summary: 'List requests for early erasure',
  description: 'The requests that wait for an approval, the oldest first.',
  scope: 'compliance:read',
  params: {},
  query: Type.Object(listQuery(erasureCursors.pattern), closed),
  answer: {
    status: 200,
    description: 'The requests of this page.',
    schema: listOf(
      'ErasureRequests',
      Type.Object(
        {
          ...erasureRequest.properties,
          legal_hold: Type.Boolean({
            description: 'Whether a legal hold is active, during which nothing can be approved.',
          }),
        },
        { title: 'PendingErasureRequest', ...closed },
      ),
    ),
    example: { data: [{ ...erasureExample, legal_hold: false }], next_cursor: null },
  },
  schemaError,
  errors: [],
  unknownError: 'unknown_list_erasure_requests',
});

const withdrawErasure = operation({
  operationId: 'withdrawErasure',
  method: 'POST',
  path: '/restricted-customers/{customer_id}/erasure-requests/{erasure_id}/withdrawal',
  tag,
  summary: 'Withdraw a request for early erasure',
  description:
    'Ends a request without an erasure: nobody can approve it any more. The record is kept as before. One person is enough for it; the audit trail says who.',
  scope: 'compliance:write',
  params: { ...customerParam, erasure_id: { description: "The request's id.", invalid: 'erasure_dne' } },
  answer: {
    status: 200,
    description: 'The request that was withdrawn.',
    schema: erasureRequest,
    example: erasureExample,
  },
  schemaError,
  errors: ['erasure_dne'],
  repeatEndsWith: 'erasure',
  unknownError: 'unknown_withdraw_erasure',
});

export const oversightOperations = {
  getCustomerRetention,
  listLegalHolds,
  listErasureRequests,
  withdrawErasure,
} as const;
