import Type from 'typebox';
import { wholeRequest } from '../customers/change-requests.ts';
import { consentList } from '../customers/consents.ts';
import { changeRequestReadExample } from '../customers/examples.ts';
import { fullSsn } from '../customers/full-ssn.ts';
import { historyList } from '../customers/history.ts';
import { fileExample, restrictedVerificationExample, verificationsExample } from '../kyc/examples.ts';
import { fileWithContent, restrictedVerification, verificationBrief } from '../kyc/record-schema.ts';
import { listOf, listQuery } from '../lists.ts';
import { operation } from '../operation.ts';
import { screeningList } from '../screening/schema.ts';
import { customerParam } from './schema.ts';

// What is kept of a deleted customer beside its own record.

const tag = 'Retention';
const closed = { additionalProperties: false } as const;
const verificationParams = {
  ...customerParam,
  verification_id: { description: "The verification's id.", invalid: 'kyc_dne' },
} as const;

const listRestrictedVerifications = operation({
  operationId: 'listRestrictedVerifications',
  method: 'GET',
  path: '/restricted-customers/{customer_id}/verifications',
  tag,
  summary: "List a deleted customer's verifications",
  description:
    'Every verification that is still kept, the newest first. Each read is recorded in the audit trail.',
  scope: 'compliance:read',
  params: customerParam,
  query: Type.Object(listQuery(), closed),
  answer: {
    status: 200,
    description: 'The verifications of this page.',
    schema: listOf('Verifications', verificationBrief),
    example: verificationsExample,
  },
  schemaError: 'retention_schema',
  errors: ['customer_dne'],
  unknownError: 'unknown_list_restricted_verifications',
});

const getRestrictedVerification = operation({
  operationId: 'getRestrictedVerification',
  method: 'GET',
  path: '/restricted-customers/{customer_id}/verifications/{verification_id}',
  tag,
  summary: "Retrieve a deleted customer's verification",
  description:
    'One verification with the data that was judged, the files that were submitted, and the decisions with their notes. The SSN is masked. Each read is recorded in the audit trail.',
  scope: 'compliance:read',
  params: verificationParams,
  answer: {
    status: 200,
    description: 'The verification.',
    schema: restrictedVerification,
    example: restrictedVerificationExample,
  },
  schemaError: 'retention_schema',
  errors: ['customer_dne', 'kyc_dne'],
  unknownError: 'unknown_get_restricted_verification',
});

const getRestrictedDocument = operation({
  operationId: 'getRestrictedDocument',
  method: 'GET',
  path: '/restricted-customers/{customer_id}/verifications/{verification_id}/documents/{document_id}',
  tag,
  summary: "Download a deleted customer's document",
  description: 'One submitted file. Each download is recorded in the audit trail.',
  scope: 'compliance:read',
  params: { ...verificationParams, document_id: { description: "The file's id.", invalid: 'kyc_dne' } },
  answer: { status: 200, description: 'The file.', schema: fileWithContent, example: fileExample },
  schemaError: 'retention_schema',
  errors: ['customer_dne', 'kyc_dne'],
  unknownError: 'unknown_get_restricted_document',
});

const listRestrictedChangeRequests = operation({
  operationId: 'listRestrictedChangeRequests',
  method: 'GET',
  path: '/restricted-customers/{customer_id}/change-requests',
  tag,
  summary: "List a deleted customer's change requests",
  description:
    'Every change request with its values, its reason and its decision, the oldest first. A request that was pending when the customer was deleted stays pending: nobody can decide it. An SSN is masked. Each read is recorded in the audit trail.',
  scope: 'compliance:read',
  params: customerParam,
  query: Type.Object(listQuery(), closed),
  answer: {
    status: 200,
    description: 'The requests of this page.',
    schema: listOf('RestrictedChangeRequests', wholeRequest),
    example: { data: [changeRequestReadExample], next_cursor: null },
  },
  schemaError: 'retention_schema',
  errors: ['customer_dne'],
  unknownError: 'unknown_list_restricted_change_requests',
});

const listRestrictedCustomerHistory = operation({
  operationId: 'listRestrictedCustomerHistory',
  method: 'GET',
  path: '/restricted-customers/{customer_id}/history',
  tag,
  summary: "List a deleted customer's earlier values",
  description:
    'What every change of the customer replaced, the newest first. An SSN is masked. Each read is recorded in the audit trail.',
  scope: 'compliance:read',
  params: customerParam,
  ...historyList,
  schemaError: 'retention_schema',
  errors: ['customer_dne'],
  unknownError: 'unknown_list_restricted_customer_history',
});

const listRestrictedConsents = operation({
  operationId: 'listRestrictedConsents',
  method: 'GET',
  path: '/restricted-customers/{customer_id}/consents',
  tag,
  summary: "List a deleted customer's consents",
  description:
    'Every consent, withdrawal and notice that was recorded, the newest record first. Each read is recorded in the audit trail.',
  scope: 'compliance:read',
  params: customerParam,
  ...consentList,
  schemaError: 'retention_schema',
  errors: ['customer_dne'],
  unknownError: 'unknown_list_restricted_consents',
});

const listRestrictedScreenings = operation({
  operationId: 'listRestrictedScreenings',
  method: 'GET',
  path: '/restricted-customers/{customer_id}/screenings',
  tag,
  summary: "List a deleted customer's checks against lists",
  description:
    'Every check with its matches and what was decided on them, the newest first. A match that waited when the customer was deleted stays as it was: nobody can decide it. Each read is recorded in the audit trail.',
  scope: 'compliance:read',
  params: customerParam,
  ...screeningList,
  schemaError: 'retention_schema',
  errors: ['customer_dne'],
  unknownError: 'unknown_list_restricted_screenings',
});

const revealRestrictedSsn = operation({
  operationId: 'revealRestrictedSsn',
  confirmed: true,
  method: 'POST',
  path: '/restricted-customers/{customer_id}/ssn',
  tag,
  summary: "Show a deleted customer's full SSN",
  description:
    'Returns the full SSN after an audit entry with the caller and the reason is committed. It uses the same budget as revealSsn (`reveal_budget`).',
  scope: 'ssn:reveal',
  furtherScope: 'compliance:read',
  params: customerParam,
  ...fullSsn,
  schemaError: 'retention_schema',
  errors: ['customer_dne', 'ssn_dne', 'reveal_budget'],
  unknownError: 'unknown_reveal_restricted_ssn',
});

export const restrictedRecordOperations = {
  listRestrictedVerifications,
  getRestrictedVerification,
  getRestrictedDocument,
  listRestrictedChangeRequests,
  listRestrictedCustomerHistory,
  listRestrictedConsents,
  listRestrictedScreenings,
  revealRestrictedSsn,
} as const;
