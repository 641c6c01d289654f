import { checkClosing, checkPolicy } from '../../domain/retention/requests.ts';
import { operation } from '../operation.ts';
import {
  closedExample,
  closingExample,
  erasedExample,
  erasureExample,
  holdExample,
  policyChangeExample,
  policyExample,
  reasonExample,
  releasedExample,
  restrictedExample,
  restrictedListExample,
} from './examples.ts';
import {
  closing,
  closingBody,
  customerParam,
  erased,
  erasureRequest,
  hold,
  policy,
  policyBody,
  reasonBody,
  restricted,
  restrictedList,
  restrictedQuery,
} from './schema.ts';

const tag = 'Retention';
const schemaError = 'retention_schema';

const closeAccount = operation({
  operationId: 'closeAccount',
  method: 'POST',
  path: '/customers/{customer_id}/account-closed',
  tag,
  summary: 'Record the closing of the account',
  description:
    'Sets the day from which the retention of identity data is counted. It works before and after the deletion of the customer; the last call wins. A day more than 30 days before the call counts as 30 days before it. It erases nothing by itself: a customer is kept until it is deleted.',
  scope: 'customers:write',
  params: customerParam,
  body: { schema: closingBody, check: checkClosing, example: closingExample },
  answer: { status: 200, description: 'The recorded day.', schema: closing, example: closedExample },
  schemaError,
  errors: ['customer_dne'],
  repeatEndsWith: 'erasure',
  unknownError: 'unknown_close_account',
});

const setLegalHold = operation({
  operationId: 'setLegalHold',
  method: 'POST',
  path: '/customers/{customer_id}/legal-holds',
  tag,
  summary: 'Set a legal hold',
  description:
    'No part of the record is erased during a hold, regardless of policy and erasure requests. It works before and after the deletion of the customer. Several holds can be active at once, each until it is released.',
  scope: 'compliance:write',
  params: customerParam,
  body: reasonBody('HoldReason', reasonExample),
  answer: { status: 201, description: 'The hold.', schema: hold, example: holdExample },
  schemaError,
  errors: ['customer_dne'],
  repeatEndsWith: 'erasure',
  unknownError: 'unknown_set_legal_hold',
});

const releaseLegalHold = operation({
  operationId: 'releaseLegalHold',
  method: 'POST',
  path: '/customers/{customer_id}/legal-holds/{hold_id}/release',
  tag,
  summary: 'Release a legal hold',
  description:
    'Ends one hold. It takes another person than the one who set it. Records that became due during the hold are erased within minutes, unless another hold is active.',
  scope: 'compliance:write',
  params: { ...customerParam, hold_id: { description: "The hold's id.", invalid: 'hold_dne' } },
  body: reasonBody('ReleaseReason', reasonExample),
  answer: { status: 200, description: 'The hold, released.', schema: hold, example: releasedExample },
  schemaError,
  errors: ['hold_dne', 'second_approver'],
  repeatEndsWith: 'erasure',
  unknownError: 'unknown_release_legal_hold',
});

const listRestrictedCustomers = operation({
  operationId: 'listRestrictedCustomers',
  method: 'GET',
  path: '/restricted-customers',
  tag,
  summary: 'List deleted customers that are still kept',
  description:
    'In the order of deletion, or the last ones first, without personal data. Each read is recorded in the audit trail.',
  scope: 'compliance:read',
  params: {},
  query: restrictedQuery,
  answer: {
    status: 200,
    description: 'The records of this page.',
    schema: restrictedList,
    example: restrictedListExample,
  },
  schemaError,
  errors: [],
  unknownError: 'unknown_list_restricted',
});

const getRestrictedCustomer = operation({
  operationId: 'getRestrictedCustomer',
  method: 'GET',
  path: '/restricted-customers/{customer_id}',
  tag,
  summary: 'Retrieve a deleted customer',
  description:
    'The record of a deleted customer, the rule and the time of its retention, its legal holds and erasure requests. The SSN is masked. For an erased record, only the time and the cause. Each read is recorded in the audit trail.',
  scope: 'compliance:read',
  params: customerParam,
  answer: { status: 200, description: 'The record.', schema: restricted, example: restrictedExample },
  schemaError,
  errors: ['customer_dne'],
  unknownError: 'unknown_get_restricted',
});

const requestErasure = operation({
  operationId: 'requestErasure',
  method: 'POST',
  path: '/restricted-customers/{customer_id}/erasure-requests',
  tag,
  summary: 'Request an early erasure',
  description:
    'Requests the erasure of a deleted customer before its retention ends. Nothing is erased until another person approves. The brand is responsible for the legality of the erasure.',
  scope: 'compliance:write',
  params: customerParam,
  body: reasonBody('ErasureReason', reasonExample),
  answer: { status: 201, description: 'The request.', schema: erasureRequest, example: erasureExample },
  schemaError,
  errors: ['customer_dne'],
  repeatEndsWith: 'erasure',
  unknownError: 'unknown_request_erasure',
});

const approveErasure = operation({
  operationId: 'approveErasure',
  confirmed: true,
  method: 'POST',
  path: '/restricted-customers/{customer_id}/erasure-requests/{erasure_id}/approval',
  tag,
  summary: 'Approve an early erasure',
  description:
    'Erases the record at once and irreversibly. It takes another person than the one who made the request, and no active legal hold.',
  scope: 'compliance:write',
  params: {
    ...customerParam,
    erasure_id: { description: "The request's id.", invalid: 'erasure_dne' },
  },
  answer: { status: 200, description: 'The record is erased.', schema: erased, example: erasedExample },
  schemaError,
  errors: ['erasure_dne', 'second_approver', 'legal_hold'],
  unknownError: 'unknown_approve_erasure',
});

const getRetentionPolicy = operation({
  operationId: 'getRetentionPolicy',
  method: 'GET',
  path: '/retention-policy',
  tag,
  summary: 'Retrieve the retention policy',
  description: 'How long the brand keeps records of deleted customers.',
  scope: 'compliance:read',
  params: {},
  answer: { status: 200, description: 'The policy.', schema: policy, example: policyExample },
  schemaError,
  errors: [],
  unknownError: 'unknown_get_retention_policy',
});

const changeRetentionPolicy = operation({
  operationId: 'changeRetentionPolicy',
  confirmed: true,
  method: 'PATCH',
  path: '/retention-policy',
  tag,
  summary: 'Change the retention policy',
  description:
    'Changes the values that are sent, for every retained record. In live no value may be below its default; a sandbox accepts any, so that an erasure can be tested.',
  scope: 'compliance:write',
  params: {},
  body: { schema: policyBody, check: checkPolicy, example: policyChangeExample },
  answer: {
    status: 200,
    description: 'The policy after the change.',
    schema: policy,
    example: { ...policyExample, ...policyChangeExample },
  },
  schemaError,
  errors: [],
  unknownError: 'unknown_change_retention_policy',
});

export const retentionOperations = {
  closeAccount,
  setLegalHold,
  releaseLegalHold,
  listRestrictedCustomers,
  getRestrictedCustomer,
  requestErasure,
  approveErasure,
  getRetentionPolicy,
  changeRetentionPolicy,
} as const;
