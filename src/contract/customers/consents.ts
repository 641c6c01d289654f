import Type from 'typebox';
import { checkConsent, consentChannels, consentKinds, consentTexts } from '../../domain/customers/consent.ts';
import { listOf, listQuery } from '../lists.ts';
import { operation } from '../operation.ts';
import { oneOf, shortTextField, text, uuid } from '../shapes.ts';
import { customerExample } from './examples.ts';

// What a customer was shown, agreed to or withdrew.

const closed = { additionalProperties: false } as const;
const customerParam = {
  customer_id: { description: "The customer's id.", invalid: 'customer_invalid_uuid4' },
} as const;

const kind = oneOf(consentKinds, {
  description: 'consent: the customer agreed. withdrawal: it no longer does. notice: it was told.',
});
const channel = oneOf(consentChannels, { description: 'Where the document was shown.' });

const consentBody = Type.Object(
  {
    kind,
    document: shortTextField('The name of the document; stored sealed.', consentTexts.document),
    version: shortTextField('The version of the document.', consentTexts.version),
    digest: text('The SHA-256 of the document as it was shown, in hexadecimal digits.', {
      minLength: 64,
      maxLength: 64,
    }),
    channel,
    date_given: Type.Optional(
      text('When, as an RFC 3339 time; not in the future. The time of the call if it is absent.'),
    ),
  },
  { title: 'NewConsent', ...closed },
);

const consent = Type.Object(
  {
    consent_id: uuid("The record's id."),
    customer_id: uuid('The customer.'),
    kind,
    document: Type.String(),
    version: Type.String(),
    digest: Type.String({ description: 'The SHA-256 of the document as it was shown.' }),
    channel,
    date_given: Type.String({ description: 'When the customer agreed, withdrew or was told.' }),
    recorded_by: uuid('The identity of the key that recorded it.'),
    date_recorded: Type.String({ description: 'When it was recorded.' }),
  },
  { title: 'Consent', ...closed },
);

const newExample = {
  kind: 'consent',
  document: 'Electronic disclosures',
  version: '2021-02',
  digest: 'ccdcb155140df42e9ca01180c2198ed2908a3c78b0122e29c7f69f38eaf2263c',
  channel: 'app',
  date_given: '2021-02-11T13:26:12Z',
} as const;

const consentExample = {
  consent_id: '7d3c5a1e-0b7e-4a58-9f0e-3b1d6c2a9e44',
  customer_id: customerExample.customer_id,
  ...newExample,
  date_given: '2021-02-11T13:26:12.000000+00:00',
  recorded_by: '3c1e9b60-52c5-4a3e-9f0c-4a8f4c1d2e3f',
  date_recorded: '2021-02-11T13:26:50.553841+00:00',
} as const;

/** What both lists say and answer. */
export const consentList = {
  query: Type.Object(listQuery(), closed),
  answer: {
    status: 200,
    description: 'The records of this page.',
    schema: listOf('Consents', consent),
    example: { data: [consentExample], next_cursor: null },
  },
} as const;

const recordConsent = operation({
  operationId: 'recordConsent',
  method: 'POST',
  path: '/customers/{customer_id}/consents',
  tag: 'Customers',
  summary: 'Record a consent, a withdrawal or a notice',
  description:
    'Keeps that the customer was shown a document, and what it said to it. A record never changes: a withdrawal is a record of its own. It is kept for as long as the customer is.',
  scope: 'customers:write',
  params: customerParam,
  body: { schema: consentBody, check: checkConsent, example: newExample },
  answer: { status: 201, description: 'The record.', schema: consent, example: consentExample },
  schemaError: 'consent_schema',
  errors: ['customer_dne'],
  repeatEndsWith: 'deletion',
  unknownError: 'unknown_record_consent',
});

const listConsents = operation({
  operationId: 'listConsents',
  method: 'GET',
  path: '/customers/{customer_id}/consents',
  tag: 'Customers',
  summary: "List a customer's consents",
  description: 'Every consent, withdrawal and notice that was recorded, the newest record first.',
  scope: 'customers:read',
  params: customerParam,
  ...consentList,
  schemaError: 'consent_schema',
  errors: ['customer_dne'],
  unknownError: 'unknown_list_consents',
});

export const consentOperations = { recordConsent, listConsents } as const;
