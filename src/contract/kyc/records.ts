import Type from 'typebox';
import { listOf, listQuery } from '../lists.ts';
import { operation } from '../operation.ts';
import { verificationExample, verificationsExample } from './examples.ts';
import { verificationBrief, verificationRecord } from './record-schema.ts';

const customerId = {
  customer_id: { description: "The customer's id.", invalid: 'customer_invalid_uuid4' },
} as const;

const listVerifications = operation({
  operationId: 'listVerifications',
  method: 'GET',
  path: '/customers/{customer_id}/verifications',
  tag: 'Verifications',
  summary: "List a customer's verifications",
  description: 'Every verification of a customer, for every program, the newest first.',
  scope: 'kyc:read',
  params: customerId,
  query: Type.Object(listQuery(), { additionalProperties: false }),
  answer: {
    status: 200,
    description: 'The verifications of this page.',
    schema: listOf('Verifications', verificationBrief),
    example: verificationsExample,
  },
  schemaError: 'get_kyc_schema',
  errors: ['customer_dne'],
  unknownError: 'unknown_list_verifications',
});

const getVerification = operation({
  operationId: 'getVerification',
  method: 'GET',
  path: '/customers/{customer_id}/verifications/{verification_id}',
  tag: 'Verifications',
  summary: 'Retrieve a verification',
  description:
    'One verification with the files that were submitted and the decisions of reviewers with their notes. It shows neither the data that was judged nor the content of a file: reviewers see these in the review.',
  scope: 'kyc:read',
  params: { ...customerId, verification_id: { description: "The verification's id.", invalid: 'kyc_dne' } },
  answer: {
    status: 200,
    description: 'The verification.',
    schema: verificationRecord,
    example: verificationExample,
  },
  schemaError: 'get_kyc_schema',
  errors: ['customer_dne', 'kyc_dne'],
  unknownError: 'unknown_get_verification',
});

export const verificationRecordOperations = { listVerifications, getVerification } as const;
