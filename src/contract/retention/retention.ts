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
  summary: 'Say when the account was closed',
  description:
    'The day from which the five years for identity data are counted. For a customer that is there and for one that was deleted, since the two come in either order; the day given last stands. It erases nothing by itself: a customer is kept until it is deleted.',
  scope: 'customers:write',
  params: customerParam,
  body: { schema: closingBody, check: checkClosing, example: closingExample },
  answer: { status: 200, description: 'The day as it stands now.', schema: closing, example: closedExample },
  schemaError,
  errors: ['customer_dne'],
  unknownError: 'unknown_close_account',
});

const setLegalHold = operation({
  operationId: 'setLegalHold',
  method: 'POST',
  path: '/customers/{customer_id}/legal-holds',
  tag,
  summary: 'Set a legal hold',
  description:
    'Nothing of the record is erased while a hold stands, whatever the policy says and whoever wants it. For a customer that is there and for one that was deleted. Several holds stand side by side, each until it is released.',
  scope: 'compliance:write',
  params: customerParam,
  body: reasonBody('HoldReason', reasonExample),
  answer: { status: 201, description: 'The hold.', schema: hold, example: holdExample },
  schemaError,
  errors: ['customer_dne'],
  unknownError: 'unknown_set_legal_hold',
});

const releaseLegalHold = operation({
  operationId: 'releaseLegalHold',
  method: 'POST',
  path: '/customers/{customer_id}/legal-holds/{hold_id}/release',
  tag,
  summary: 'Release a legal hold',
  description:
    'Ends one hold. What had become due meanwhile is erased within minutes, unless another hold stands.',
  scope: 'compliance:write',
  params: { ...customerParam, hold_id: { description: "The hold's id.", invalid: 'hold_dne' } },
  body: reasonBody('ReleaseReason', reasonExample),
  answer: { status: 200, description: 'The hold, released.', schema: hold, example: releasedExample },
  schemaError,
  errors: ['hold_dne'],
  unknownError: 'unknown_release_legal_hold',
});

const listRestrictedCustomers = operation({
  operationId: 'listRestrictedCustomers',
  method: 'GET',
  path: '/restricted-customers',
  tag,
  summary: 'List deleted customers that are still kept',
  description:
    'In the order of their deletion, without anything of the person. That somebody read it is written into the audit trail.',
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
    'The record of a deleted customer, why and how long it is kept, its legal holds and the requests to erase it. The SSN is masked. Of an erased one, only when and why. That somebody read it is written into the audit trail.',
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
  summary: 'Ask for a record to be erased early',
  description:
    'Asks for a deleted customer to be erased before its time. Nothing happens until another key approves. Whether the law lets the brand do so is for the brand to know.',
  scope: 'compliance:write',
  params: customerParam,
  body: reasonBody('ErasureReason', reasonExample),
  answer: { status: 201, description: 'The request.', schema: erasureRequest, example: erasureExample },
  schemaError,
  errors: ['customer_dne'],
  unknownError: 'unknown_request_erasure',
});

const approveErasure = operation({
  operationId: 'approveErasure',
  method: 'POST',
  path: '/restricted-customers/{customer_id}/erasure-requests/{erasure_id}/approval',
  tag,
  summary: 'Approve an early erasure',
  description:
    'Erases the record at once, for good. Takes another key than the one that asked, and no legal hold.',
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
  description: 'How long the brand keeps what it has deleted.',
  scope: 'compliance:read',
  params: {},
  answer: { status: 200, description: 'The policy.', schema: policy, example: policyExample },
  schemaError,
  errors: [],
  unknownError: 'unknown_get_retention_policy',
});

const changeRetentionPolicy = operation({
  operationId: 'changeRetentionPolicy',
  method: 'PATCH',
  path: '/retention-policy',
  tag,
  summary: 'Change the retention policy',
  description:
    'Changes the numbers that are sent, for every record that is kept. In live no number may be below its default; a sandbox takes any, so that an erasure can be watched.',
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
