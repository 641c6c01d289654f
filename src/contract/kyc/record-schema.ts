import Type from 'typebox';
import { documentTypes } from '../../domain/document-types.ts';
import {
  checkMethods,
  checkResults,
  checkSource,
  maxChecks,
  maxReasonCodes,
} from '../../domain/kyc/finding.ts';
import { decisions } from '../../domain/kyc/review.ts';
import { shownIdentification, storedAddressFields } from '../customers/schema.ts';
import { oneOf, shortTextField, uuid } from '../shapes.ts';
import { customerId, kycStatus, programId, serverTime, wantedDocuments } from './schema.ts';

// What is kept of a verification: shown to reviewers, and as a record of a customer.

const closed = { additionalProperties: false } as const;

export const shownApplicant = Type.Object(
  {
    dob: Type.String(),
    first_name: Type.String(),
    middle_name: Type.String(),
    last_name: Type.String(),
    ssn: Type.Optional(Type.String({ description: 'Always masked.' })),
    identification: Type.Optional(shownIdentification),
    phone: Type.Optional(Type.String()),
    phone_country_code: Type.Optional(Type.String()),
    email: Type.Optional(Type.String()),
    addresses: Type.Array(Type.Object(storedAddressFields, closed)),
    ip: Type.Optional(Type.String()),
  },
  { title: 'Applicant', description: "The applicant's data at the start of the verification.", ...closed },
);

export const file = Type.Object(
  {
    document_id: uuid("The file's id."),
    document_type: oneOf(documentTypes),
    type: Type.Optional(Type.String({ description: 'What kind of document: passport, utility_bill.' })),
    side: oneOf(['front', 'back']),
    country: Type.Optional(Type.String()),
    number: Type.Optional(Type.String({ description: 'The number of the document, masked.' })),
    issuer: Type.Optional(Type.String()),
    issued_on: Type.Optional(Type.String({ format: 'date' })),
    expires_on: Type.Optional(Type.String({ format: 'date' })),
    file_name: Type.String(),
    media_type: Type.String(),
    size: Type.Integer({ description: 'Bytes.' }),
    date_submitted: serverTime('When it was submitted.'),
  },
  { title: 'ReviewFile', ...closed },
);

export const decided = Type.Object(
  {
    decision: oneOf(decisions),
    documents: Type.Optional(Type.Array(oneOf(documentTypes))),
    decided_by: uuid('The identity of the key that decided.'),
    note: Type.Optional(Type.String()),
    date_decided: serverTime('When.'),
  },
  { title: 'ReviewDecision', ...closed },
);

export const identityChecks = Type.Array(
  Type.Object(
    {
      method: oneOf(checkMethods, { description: 'How the identity was checked.' }),
      result: oneOf(checkResults),
      source: Type.Optional(shortTextField('Who or what was asked.', checkSource)),
    },
    { title: 'IdentityCheck', ...closed },
  ),
  { maxItems: maxChecks },
);

const finding = Type.Object(
  {
    source: Type.String({
      description: 'The provider that the program had then: sandbox, manual or http; reviewer for a person.',
    }),
    found_by: Type.Optional(uuid("The identity of the reviewer's key.")),
    state: Type.String({ description: "The provider's state of the verification, or the decision." }),
    checks: Type.Optional(identityChecks),
    reasons: Type.Optional(
      Type.Array(Type.String(), { description: "The provider's reason codes.", maxItems: maxReasonCodes }),
    ),
    discrepancies: Type.Optional(
      Type.String({ description: 'What did not agree, and how it was resolved.' }),
    ),
    date_found: serverTime('When.'),
  },
  { title: 'Finding', ...closed },
);
export const findings = Type.Array(finding, {
  description:
    'How it was judged, the oldest first: each answer of the provider that changed the status, and what reviewers say of their checks.',
});

/** One submitted file with its content. */
export const fileWithContent = Type.Object(
  {
    document_id: uuid("The file's id."),
    file_name: Type.String(),
    media_type: Type.String(),
    number: Type.Optional(Type.String({ description: 'The number of the document, in full.' })),
    content: Type.String({ description: 'The file in base64.', contentEncoding: 'base64' }),
  },
  { title: 'DocumentFile', ...closed },
);

const brief = {
  verification_id: uuid("The verification's id; it is also the id of its review."),
  customer_id: customerId,
  program_id: programId,
  program: Type.String({ description: "The program's name." }),
  provider: Type.String({ description: 'The provider that the program has now: sandbox, manual or http.' }),
  kyc_status: kycStatus,
  started_by: Type.Optional(
    uuid('The identity of the key that started it; absent for verifications of older versions.'),
  ),
  date_started: serverTime('When it was started.'),
  date_updated: serverTime('When its status last changed.'),
  documents: wantedDocuments,
};

/** A verification in a list. */
export const verificationBrief = Type.Object(brief, { title: 'VerificationBrief', ...closed });

const files = Type.Array(file, { description: 'The submitted files that are still kept.' });
const decisionList = Type.Array(decided, { description: 'The decisions of reviewers, the oldest first.' });

/** A verification with what was decided, and with what was submitted. */
export const verificationRecord = Type.Object(
  { ...brief, files, decisions: decisionList, findings },
  { title: 'VerificationRecord', ...closed },
);

/** The same with the data that was judged. */
export const restrictedVerification = Type.Object(
  { ...brief, applicant: shownApplicant, files, decisions: decisionList, findings },
  { title: 'RestrictedVerification', ...closed },
);
