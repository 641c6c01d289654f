import Type from 'typebox';
import { checkStart } from '../../domain/customers/applicant.ts';
import { checkDocuments, maxDocumentsBodyBytes } from '../../domain/kyc/documents.ts';
import { operation } from '../operation.ts';
import {
  documentsExample,
  simulateExample,
  startExample,
  startedExample,
  verificationStatusExample,
} from './examples.ts';
import {
  customerId,
  documentsBody,
  documentsSubmitted,
  programId,
  startBody,
  started,
  verification,
} from './schema.ts';

const params = {
  customer_id: { description: "The customer's id.", invalid: 'customer_invalid_uuid4' },
} as const;

const startKyc = operation({
  operationId: 'startKyc',
  method: 'POST',
  path: '/customers/{customer_id}/verification-kyc',
  tag: 'Verifications',
  summary: 'Start a verification',
  description:
    'Verifies the customer for a program. It needs an SSN, a phone and an email; missing ones may be sent with this request and are stored. Each accepted start uses one of kyc_requests_available. The verdict comes later: read it with getKyc, or receive it by webhook. A verification uses the data it was started with; if a field that a pass locks changes before the verdict, the verification ends as error and the attempt is given back.',
  scope: 'kyc:write',
  params,
  body: { schema: startBody, check: checkStart, example: startExample },
  answer: {
    status: 201,
    description: 'The verification is started.',
    schema: started,
    example: startedExample,
  },
  schemaError: 'create_kyc_schema',
  errors: [
    'customer_dne',
    'invalid_program',
    'kyc_reinit_fail',
    'kyc_init_fail',
    'kyc_retries',
    'kyc_customer',
    'ssn_dup',
    'lookup_budget',
  ],
  repeatEndsWith: 'deletion',
  unknownError: 'unknown_start_kyc',
});

const getKyc = operation({
  operationId: 'getKyc',
  method: 'GET',
  path: '/customers/{customer_id}/verification-kyc',
  tag: 'Verifications',
  summary: 'Retrieve the status of a verification',
  description:
    "The customer's newest verification for a program. Without program_id, the newest for any. documents lists the documents requested last, with the status of each.",
  scope: 'kyc:read',
  params,
  query: Type.Object({ program_id: Type.Optional(programId) }, { additionalProperties: false }),
  answer: {
    status: 200,
    description: 'The status of the verification.',
    schema: verification,
    example: verificationStatusExample,
  },
  schemaError: 'get_kyc_schema',
  errors: ['customer_dne', 'kyc_dne'],
  unknownError: 'unknown_get_kyc',
});

const submitKycDocuments = operation({
  operationId: 'submitKycDocuments',
  method: 'POST',
  path: '/customers/{customer_id}/verification-kyc/documents',
  tag: 'Verifications',
  summary: 'Submit documents',
  description:
    'Submits any of the requested documents, as jpg, png, heic or pdf in base64: at most 10 MB each and 25 MB per request. The type is detected from the content, not from the file name. When all requested documents are submitted, the verification continues as submitted. Documents are due within 28 days.',
  scope: 'kyc:write',
  params,
  body: {
    schema: documentsBody,
    check: checkDocuments,
    limit: maxDocumentsBodyBytes,
    example: documentsExample,
  },
  answer: {
    status: 200,
    description: 'The documents are stored, sealed.',
    schema: documentsSubmitted,
    example: { customer_id: startedExample.customer_id, num_documents_submitted: 1 },
  },
  schemaError: 'create_kyc_schema',
  errors: ['customer_dne', 'kyc_init_fail', 'document_budget'],
  repeatEndsWith: 'deletion',
  unknownError: 'unknown_submit_kyc_documents',
});

const simulate = {
  method: 'POST',
  tag: 'Sandbox',
  scope: 'kyc:write',
  params: {},
  body: {
    schema: Type.Object(
      { customer_id: customerId, program_id: programId },
      { title: 'KycSimulation', additionalProperties: false },
    ),
    check: checkStart,
    example: simulateExample,
  },
  schemaError: 'create_kyc_schema',
  errors: ['customer_dne', 'invalid_program', 'kyc_reinit_fail', 'not_found'],
  repeatEndsWith: 'deletion',
  unknownError: 'unknown_simulate_kyc',
} as const;

const ended = (kyc_status: 'passed' | 'failed') =>
  ({
    status: 200,
    description: 'The verification has ended.',
    schema: started,
    example: { ...startedExample, kyc_status },
  }) as const;

const simulateKycPass = operation({
  ...simulate,
  operationId: 'simulateKycPass',
  path: '/simulate/kyc-pass',
  summary: 'Let a verification pass',
  description:
    'In a sandbox only: the customer passes for the program at once. It needs no start and uses no attempt; it ends a running verification. In live this path answers not found.',
  answer: ended('passed'),
});

const simulateKycFail = operation({
  ...simulate,
  operationId: 'simulateKycFail',
  path: '/simulate/kyc-fail',
  summary: 'Let a verification fail',
  description:
    'In a sandbox only: the customer fails for the program at once. It needs no start and uses no attempt; it ends a running verification. In live this path answers not found.',
  answer: ended('failed'),
});

export const verificationOperations = {
  startKyc,
  getKyc,
  submitKycDocuments,
} as const;

export const simulationOperations = {
  simulateKycPass,
  simulateKycFail,
} as const;
