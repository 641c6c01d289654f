import Type from 'typebox';
import {
  changeReason,
  changeRequestStatuses,
  checkChangeRequest,
  checkDecision,
  decisionNote,
  verifiedElsewhere,
} from '../../domain/customers/change-request.ts';
import { customerFields } from '../../domain/fields.ts';
import { arrivalOrders } from '../../domain/paging.ts';
import { listOf, listQuery } from '../lists.ts';
import { operation } from '../operation.ts';
import { oneOf, shortTextField, uuid } from '../shapes.ts';
import { changeRequestExample, changeRequestReadExample } from './examples.ts';
import { changeCustomerBody } from './schema.ts';

const closed = { additionalProperties: false } as const;

const customerId = {
  customer_id: { description: "The customer's id.", invalid: 'customer_invalid_uuid4' },
} as const;
const requestId = {
  change_request_id: { description: "The request's id.", invalid: 'change_request_dne' },
} as const;

const summary = {
  change_request_id: uuid("The request's id."),
  customer_id: uuid('The customer whose fields are to change.'),
  status: oneOf(changeRequestStatuses),
  fields: Type.Array(Type.String(), {
    description: 'The names of the fields that are to change.',
    maxItems: Object.keys(customerFields).length,
  }),
  requested_by: uuid('The Identity of the key that proposed it.'),
  decided_by: Type.Optional(uuid('The Identity of the key that decided.')),
  date_created: Type.String(),
  date_decided: Type.Optional(Type.String()),
};

const changeRequest = Type.Object(summary, { title: 'ChangeRequest', ...closed });

/** A request with its values, its reason and the note of its decision. */
export const wholeRequest = Type.Object(
  {
    ...summary,
    changes: Type.Object(
      {},
      {
        title: 'WantedChanges',
        description: 'The proposed values; an SSN is masked.',
        additionalProperties: true,
      },
    ),
    reason: Type.String(),
    note: Type.Optional(Type.String({ description: 'The note given with the decision.' })),
    verified_elsewhere: Type.Optional(
      Type.String({ description: 'How the approver knows that the new ssn or dob was verified.' }),
    ),
  },
  { title: 'WholeChangeRequest', ...closed },
);

const createChangeRequest = operation({
  operationId: 'createChangeRequest',
  method: 'POST',
  path: '/customers/{customer_id}/change-requests',
  tag: 'Change requests',
  summary: 'Propose a change to a verified customer',
  description:
    'After KYC has passed, most fields are locked. This operation proposes new values for them, with a reason. They are written when a key with the scope kyc:review approves. Change fields that are not locked with a PATCH.',
  scope: 'customers:write',
  params: customerId,
  body: {
    schema: Type.Object(
      {
        changes: changeCustomerBody,
        reason: shortTextField(
          'The reason, for the reviewer. Between 3 and 500 characters; sealed at rest.',
          changeReason,
        ),
      },
      { title: 'NewChangeRequest', ...closed },
    ),
    check: checkChangeRequest,
    example: { changes: { last_name: 'Moneypenny' }, reason: 'Married on 2026-05-02; certificate seen.' },
  },
  answer: {
    status: 201,
    description: 'The request, waiting for a decision.',
    schema: changeRequest,
    example: changeRequestExample,
  },
  schemaError: 'edit_customer_schema',
  errors: ['customer_dne', 'change_request_needless'],
  repeatEndsWith: 'deletion',
  unknownError: 'unknown_create_change_request',
});

const listChangeRequests = operation({
  operationId: 'listChangeRequests',
  method: 'GET',
  path: '/change-requests',
  tag: 'Change requests',
  summary: 'List change requests',
  description: 'Proposed changes, oldest or newest first, without their values.',
  scope: 'customers:read',
  params: {},
  query: Type.Object(
    {
      status: Type.Optional(oneOf(changeRequestStatuses, { description: 'Only requests with this status.' })),
      customer_id: Type.Optional(uuid('Only requests for this customer.')),
      order: Type.Optional(
        oneOf(arrivalOrders, { description: 'Which requests come first.', default: 'oldest' }),
      ),
      ...listQuery(),
    },
    closed,
  ),
  answer: {
    status: 200,
    description: 'The requests.',
    schema: listOf('ChangeRequests', changeRequest),
    example: { data: [changeRequestExample], next_cursor: null },
  },
  schemaError: 'get_customer_schema',
  errors: [],
  unknownError: 'unknown_list_change_requests',
});

const getChangeRequest = operation({
  operationId: 'getChangeRequest',
  method: 'GET',
  path: '/change-requests/{change_request_id}',
  tag: 'Change requests',
  summary: 'Retrieve a change request',
  description: 'One change request with the proposed values, the reason, and the note of the decision.',
  scope: 'kyc:review',
  params: requestId,
  answer: {
    status: 200,
    description: 'The request.',
    schema: wholeRequest,
    example: changeRequestReadExample,
  },
  schemaError: 'get_customer_schema',
  errors: ['change_request_dne'],
  unknownError: 'unknown_get_change_request',
});

const decideChangeRequest = operation({
  operationId: 'decideChangeRequest',
  method: 'POST',
  path: '/change-requests/{change_request_id}/decision',
  tag: 'Change requests',
  summary: 'Decide on a change request',
  description:
    'approve writes all proposed values at once, validated against the current customer. It takes another person than the one who proposed. A new ssn or dob ends the pass of KYC: kyc_status is then expired, and the customer has to be verified again, unless verified_elsewhere says how the new value was verified. Other changes leave the customer verified. decline writes nothing. The deciding key and the note are stored.',
  scope: 'kyc:review',
  params: requestId,
  body: {
    schema: Type.Object(
      {
        decision: oneOf(['approve', 'decline']),
        note: Type.Optional(shortTextField('At most 500 characters; sealed at rest.', decisionNote)),
        verified_elsewhere: Type.Optional(
          shortTextField(
            'With approve: how you know that the new ssn or dob was verified outside of this service. The customer then stays verified. Between 3 and 500 characters; sealed at rest.',
            verifiedElsewhere,
          ),
        ),
      },
      { title: 'ChangeDecision', ...closed },
    ),
    check: checkDecision,
    example: { decision: 'approve', note: 'Marriage certificate checked.' },
  },
  answer: {
    status: 200,
    description: 'The decided request.',
    schema: changeRequest,
    example: {
      ...changeRequestExample,
      status: 'approved',
      decided_by: '0b3f5d42-2c9d-4a57-9a0e-9b2f8f0f3f61',
      date_decided: '2026-05-06T09:12:44.120931+00:00',
    },
  },
  schemaError: 'edit_customer_schema',
  errors: ['change_request_dne', 'change_request_decided', 'second_approver', 'ssn_dup', 'lookup_budget'],
  repeatEndsWith: 'deletion',
  unknownError: 'unknown_decide_change_request',
});

export const changeRequestOperations = {
  createChangeRequest,
  listChangeRequests,
  getChangeRequest,
  decideChangeRequest,
} as const;
