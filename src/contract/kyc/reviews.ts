import Type from 'typebox';
import { documentTypes } from '../../domain/document-types.ts';
import type { CustomerField } from '../../domain/fields.ts';
import { customerFields } from '../../domain/fields.ts';
import { discrepancies } from '../../domain/kyc/finding.ts';
import { checkDecision, decisions, reviewNote } from '../../domain/kyc/review.ts';
import { listOf, listQuery } from '../lists.ts';
import { operation } from '../operation.ts';
import { oneOf, shortTextField, uuid } from '../shapes.ts';
import { decidedExample, decisionExample, fileExample, reviewExample, reviewsExample } from './examples.ts';
import { decided, file, fileWithContent, findings, identityChecks, shownApplicant } from './record-schema.ts';
import { customerId, kycStatus, programId, serverTime, wantedDocuments } from './schema.ts';

const closed = { additionalProperties: false } as const;
const reviewId = { review_id: { description: "The review's id.", invalid: 'kyc_dne' } } as const;

const brief = {
  review_id: uuid("The review's id."),
  customer_id: customerId,
  program_id: programId,
  program: Type.String({ description: "The program's name." }),
  provider: Type.String({ description: 'The provider of the program: sandbox, manual or http.' }),
  kyc_status: kycStatus,
  under_review_since: Type.Optional(serverTime('Since when it waits for a reviewer; absent if it does not.')),
  date_started: serverTime('When the verification was started.'),
  documents: wantedDocuments,
};

const listKycReviews = operation({
  operationId: 'listKycReviews',
  method: 'GET',
  path: '/kyc/reviews',
  tag: 'Reviews',
  summary: 'List the verifications under review',
  description: 'The verifications that are under review, the longest waiting first.',
  scope: 'kyc:review',
  params: {},
  query: Type.Object(listQuery('^r1_[0-9a-z]{1,11}_[0-9a-f]{32}$'), closed),
  answer: {
    status: 200,
    description: 'What waits.',
    schema: listOf('Reviews', Type.Object(brief, { title: 'Review', ...closed })),
    example: reviewsExample,
  },
  schemaError: 'get_kyc_schema',
  errors: [],
  unknownError: 'unknown_list_kyc_reviews',
});

const getKycReview = operation({
  operationId: 'getKycReview',
  method: 'GET',
  path: '/kyc/reviews/{review_id}',
  tag: 'Reviews',
  summary: 'Retrieve a review',
  description:
    "The applicant's data at the start of the verification, the submitted documents and the decisions so far. changed_since_start names locked fields that have changed since; an approval then ends as error. Each read is recorded in the audit trail.",
  scope: 'kyc:review',
  params: reviewId,
  answer: {
    status: 200,
    description: 'The review.',
    schema: Type.Object(
      {
        ...brief,
        applicant: shownApplicant,
        changed_since_start: Type.Array(oneOf(Object.keys(customerFields) as CustomerField[])),
        files: Type.Array(file),
        decisions: Type.Array(decided),
        findings,
      },
      { title: 'ReviewInFull', ...closed },
    ),
    example: reviewExample,
  },
  schemaError: 'get_kyc_schema',
  errors: ['kyc_dne'],
  unknownError: 'unknown_get_kyc_review',
});

const decideKycReview = operation({
  operationId: 'decideKycReview',
  method: 'POST',
  path: '/kyc/reviews/{review_id}/decision',
  tag: 'Reviews',
  summary: 'Decide on a verification',
  description:
    'Approves, declines, or requests documents, which are then due within 28 days. The deciding key, the time and the note are stored. Approving and declining take another person than those who started the verification or submitted its documents. An approval ends as error if a field that a pass locks has changed since the start.',
  scope: 'kyc:review',
  params: reviewId,
  body: {
    schema: Type.Object(
      {
        decision: oneOf(decisions, { description: 'The decision.' }),
        documents: Type.Optional(
          Type.Array(oneOf(documentTypes), {
            description: 'With request_documents: the documents to request.',
            minItems: 1,
            maxItems: documentTypes.length,
          }),
        ),
        checks: Type.Optional(identityChecks),
        discrepancies: Type.Optional(
          shortTextField('What did not agree, and how it was resolved; sealed at rest.', discrepancies),
        ),
        note: Type.Optional(shortTextField('The reason for the decision; sealed at rest.', reviewNote)),
      },
      { title: 'Decision', ...closed },
    ),
    check: checkDecision,
    example: decisionExample,
  },
  answer: {
    status: 200,
    description: 'The verification after the decision.',
    schema: Type.Object(
      { review_id: brief.review_id, customer_id: customerId, program_id: programId, kyc_status: kycStatus },
      { title: 'Decided', ...closed },
    ),
    example: decidedExample,
  },
  schemaError: 'create_kyc_schema',
  errors: ['kyc_dne', 'kyc_init_fail', 'second_approver'],
  repeatEndsWith: 'deletion',
  unknownError: 'unknown_decide_kyc_review',
});

const getKycDocument = operation({
  operationId: 'getKycDocument',
  method: 'GET',
  path: '/kyc/reviews/{review_id}/documents/{document_id}',
  tag: 'Reviews',
  summary: 'Download a document',
  description: 'One submitted file. Each download is recorded in the audit trail.',
  scope: 'kyc:review',
  params: { ...reviewId, document_id: { description: "The file's id.", invalid: 'kyc_dne' } },
  answer: {
    status: 200,
    description: 'The file.',
    schema: fileWithContent,
    example: fileExample,
  },
  schemaError: 'get_kyc_schema',
  errors: ['kyc_dne'],
  unknownError: 'unknown_get_kyc_document',
});

export const reviewOperations = {
  listKycReviews,
  getKycReview,
  decideKycReview,
  getKycDocument,
} as const;
