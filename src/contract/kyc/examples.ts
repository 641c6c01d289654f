import { customerExample } from '../customers/examples.ts';

/** A minimal image: a PNG of one pixel. */
export const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const { customer_id, bond_brand_id } = customerExample;

export const programExample = {
  program_id: '0d2f4c1e-58a1-4e0b-9a53-7f1c2d3e4b5a',
  name: 'default',
  provider: 'manual',
} as const;

export const startExample = {
  program_id: programExample.program_id,
  ssn: '123-45-6789',
  phone: '650-123-4567',
  phone_country_code: '1',
  email: 'james.bond@example.com',
  ip: '198.51.100.7',
} as const;

export const startedExample = { customer_id, kyc_status: 'submitted' } as const;

export const verificationStatusExample = {
  customer_id,
  bond_brand_id,
  program_id: programExample.program_id,
  kyc_status: 'document_required',
  documents: [
    { document_type: 'government_id', status: 'required' },
    { document_type: 'proof_of_address', status: 'submitted' },
  ],
  date_updated: '2021-02-11T13:26:50.553841+00:00',
} as const;

export const documentsExample = {
  government_id: {
    type: 'passport',
    country: 'US',
    number: 'X12345678',
    issuer: 'Department of State',
    issued_on: '2018-06-01',
    expires_on: '2028-05-31',
    front_image: { file_name: 'passport.png', image: pixel },
  },
} as const;

export const simulateExample = { customer_id, program_id: programExample.program_id } as const;

const review = {
  review_id: 'c3b1a2d4-7e5f-4a6b-8c9d-0e1f2a3b4c5d',
  customer_id,
  program_id: programExample.program_id,
  program: programExample.name,
  provider: 'manual',
  kyc_status: 'under_review',
  under_review_since: '2021-02-11T13:26:50.553841+00:00',
  date_started: '2021-02-11T13:26:50.102938+00:00',
  documents: [{ document_type: 'government_id', status: 'submitted' }],
} as const;

export const reviewsExample = { data: [review], next_cursor: null } as const;

const { addresses, dob, first_name, middle_name, last_name, ssn, phone, phone_country_code, email } =
  customerExample;

export const reviewExample = {
  ...review,
  applicant: {
    dob,
    first_name,
    middle_name,
    last_name,
    ssn,
    phone,
    phone_country_code,
    email,
    addresses: addresses.map(
      ({ address_id: _id, deliverability: _verdict, date_created: _at, ...sent }) => sent,
    ),
    ip: startExample.ip,
  },
  changed_since_start: [],
  files: [
    {
      document_id: '5f0a9b8c-7d6e-4f5a-9b4c-3d2e1f0a9b8c',
      document_type: 'government_id',
      type: 'passport',
      side: 'front',
      country: 'US',
      number: 'XXXX5678',
      issuer: 'Department of State',
      issued_on: '2018-06-01',
      expires_on: '2028-05-31',
      file_name: 'passport.png',
      media_type: 'image/png',
      size: 70,
      date_submitted: '2021-02-11T13:26:50.553841+00:00',
    },
  ],
  decisions: [
    {
      decision: 'request_documents',
      documents: ['government_id'],
      decided_by: '4a0f6f0c-6a3c-4d36-9d6a-0f3a6a3f9d10',
      note: 'The address could not be confirmed.',
      date_decided: '2021-02-11T13:20:11.000000+00:00',
    },
  ],
  findings: [
    {
      source: 'http',
      state: 'review',
      checks: [{ method: 'database', result: 'not_confirmed', source: 'LexisNexis' }],
      reasons: ['address.mismatch'],
      date_found: '2021-02-11T13:26:50.553841+00:00',
    },
  ],
} as const;

export const decisionExample = {
  decision: 'approve',
  note: 'Passport and address agree.',
  checks: [{ method: 'document', result: 'confirmed', source: 'Passport, by eye' }],
  discrepancies: 'The provider had an earlier address. A utility bill shows the present one.',
} as const;

export const decidedExample = {
  review_id: review.review_id,
  customer_id,
  program_id: programExample.program_id,
  kyc_status: 'passed',
} as const;

export const fileExample = {
  document_id: '5f0a9b8c-7d6e-4f5a-9b4c-3d2e1f0a9b8c',
  file_name: 'passport.png',
  media_type: 'image/png',
  number: 'X12345678',
  content: pixel,
} as const;

const verification = {
  verification_id: review.review_id,
  customer_id,
  program_id: programExample.program_id,
  program: programExample.name,
  provider: 'manual',
  kyc_status: 'passed',
  started_by: '7a1e2f3c-4b5d-4e6f-8a9b-0c1d2e3f4a5b',
  date_started: review.date_started,
  date_updated: '2021-02-11T13:31:02.000000+00:00',
  documents: review.documents,
} as const;
const { applicant, files, decisions, findings } = reviewExample;

export const verificationsExample = { data: [verification], next_cursor: null } as const;
export const verificationExample = { ...verification, files, decisions, findings } as const;
export const restrictedVerificationExample = {
  ...verification,
  applicant,
  files,
  decisions,
  findings,
} as const;
