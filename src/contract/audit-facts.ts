import type { Static } from 'typebox';
import Type from 'typebox';
import { budgetKinds, lookupOutcomes, lookupValues } from '../domain/customers/lookups.ts';
import { documentTypes } from '../domain/document-types.ts';
import { kycStatuses } from '../domain/kyc/verification.ts';
import { matchDecisions } from '../domain/screening/screening.ts';
import { validations } from '../domain/validation.ts';
import { payloadKinds } from '../domain/webhooks/subscription.ts';
import { oneOf, uuid } from './shapes.ts';

const optional = Type.Optional;
const count = (description: string) => Type.Integer({ description, minimum: 0 });

/**
 * The facts of an audit entry beyond actor, time and customer, by operation: ids, counts, names and settings, never
 * a value. The compiler rejects a fact that is not listed here.
 */
export const auditFacts = {
  address: optional(
    Type.String({
      description:
        'The URL of a subscription, without its query, and with a * for each part of its path that may be a secret.',
    }),
  ),
  asked: optional(
    Type.Object(
      Object.fromEntries(lookupValues.map((name) => [name, optional(Type.String())])) as {
        [Name in (typeof lookupValues)[number]]: Type.TOptional<Type.TString>;
      },
      {
        additionalProperties: false,
        description:
          'What a lookup asked for: from the name of a value to its digest, under a key of the brand that rotates. Equal values have equal digests under the same key.',
      },
    ),
  ),
  because: optional(
    Type.String({ description: 'Why an erasure was due, or a subscription was disabled or stopped.' }),
  ),
  before: optional(count('Keys of older versions than this one were destroyed.')),
  budget: optional(
    oneOf(budgetKinds, { description: 'The budget that was used up, or half of it for reveals.' }),
  ),
  change_id: optional(uuid("The proposed change of a program's provider.")),
  change_request_id: optional(uuid('The change request.')),
  closed_on: optional(
    Type.String({ description: 'The day on which the account was closed.', format: 'date' }),
  ),
  consent_id: optional(uuid('The record of a consent, a withdrawal or a notice.')),
  count: optional(count('How many customers were shown at once.')),
  customers: optional(
    Type.Array(uuid("A customer's id."), { description: 'The customers that were shown.' }),
  ),
  decision: optional(
    oneOf(['approve', 'decline'], {
      description: 'On the change request, or on what was proposed about a match.',
    }),
  ),
  document_id: optional(uuid('The file that was read.')),
  documents: optional(
    Type.Array(oneOf(documentTypes), { description: 'The kinds of documents that were sent.' }),
  ),
  erasure_id: optional(uuid('The request for erasure.')),
  file_sha256: optional(
    Type.String({
      description: 'SHA-256 of the content of an imported file, unpacked, in hexadecimal.',
      pattern: '^[0-9a-f]{64}$',
    }),
  ),
  finding_id: optional(uuid('What the provider or the reviewer found.')),
  from: optional(count('The first entry of an export.')),
  from_time: optional(Type.String({ description: 'The time from which on entries were exported.' })),
  full_ssn: optional(Type.Boolean({ description: "A customer's file has full SSNs." })),
  history_id: optional(uuid('The kept values that the change replaced.')),
  hold_id: optional(uuid('The legal hold.')),
  key: optional(
    uuid(
      'The Identity of a key that was created, rotated or revoked, or that answered for a stopped subscription.',
    ),
  ),
  lines: optional(count('How many lines an import was about to write.')),
  made_until: optional(Type.String({ description: 'Documents from before this moment were erased.' })),
  migrations: optional(Type.Array(Type.String(), { description: 'The migrations that were applied.' })),
  no_reason: optional(
    Type.Boolean({ description: 'An operator changed something in live and gave no reason.' }),
  ),
  operator_id: optional(uuid('The account of the operator who was invited, changed, reset or disabled.')),
  outcome: optional(oneOf(lookupOutcomes, { description: 'What came of a lookup.' })),
  overlap_hours: optional(
    Type.Number({ description: 'Hours for which a rotated key stayed valid.', minimum: 0 }),
  ),
  pass: optional(
    oneOf(['kept', 'ended'], {
      description:
        'What became of the pass of KYC when a new ssn or dob was approved. kept: the approver said how it was verified.',
    }),
  ),
  passkey_id: optional(uuid('The passkey that an operator added or removed.')),
  payload: optional(oneOf(payloadKinds, { description: 'The form of payload of a subscription.' })),
  program_id: optional(uuid('The program of the verification, or the one that was set up.')),
  proposed_fields: optional(Type.Array(Type.String(), { description: 'The fields of a change request.' })),
  proposed_by: optional(
    Type.String({ description: 'The account of the operator who proposed the change of a program.' }),
  ),
  provider: optional(Type.String({ description: 'The KYC provider of a program.' })),
  record_version: optional(
    count(
      'The version of the customer, API key, retention policy, program, webhook subscription or settings of the brand that the change wrote.',
    ),
  ),
  refused: optional(
    Type.Boolean({ description: 'Nothing was done: what takes two people was asked for by one.' }),
  ),
  replayed: optional(count('How many events were sent again.')),
  requested_by: optional(uuid('The Identity of the key that requested the erasure.')),
  retention_policy: optional(Type.String({ description: 'The changed values of the policy, as JSON.' })),
  roles: optional(
    Type.Array(Type.String(), { description: 'The roles of the operator in this brand afterwards.' }),
  ),
  roles_everywhere: optional(
    Type.Array(Type.String(), { description: 'The roles of the operator in every brand afterwards.' }),
  ),
  root_version: optional(
    count('The version of the root key that the keys of the brand are now wrapped under.'),
  ),
  run_id: optional(uuid('The verification.')),
  run_version: optional(count('The version of the verification that the change wrote.')),
  match_id: optional(uuid('The entry of a list that the customer resembles.')),
  match_version: optional(count('The version of the match that the change wrote.')),
  proposed_decision: optional(
    oneOf(matchDecisions, { description: 'What was proposed to decide about the match.' }),
  ),
  screening_id: optional(uuid('The check against lists.')),
  scopes: optional(Type.Array(Type.String(), { description: 'The scopes of a new key.' })),
  shown: optional(count('How many deleted customers were listed.')),
  sign_in: optional(
    oneOf(['password', 'passkey', 'provider', 'link', 'demo', 'refused'], {
      description: 'How an operator signed in, or that a try in their name was refused.',
    }),
  ),
  disabled: optional(Type.Boolean({ description: "Whether the operator's account is disabled." })),
  to: optional(count('The last entry of an export.')),
  to_time: optional(Type.String({ description: 'The time before which entries were exported.' })),
  unproven: optional(
    count(
      'How many entries without a proof were accepted after the restore of a database of an older version.',
    ),
  ),
  url: optional(Type.String({ description: 'The address of the decision service of a program.' })),
  validation: optional(oneOf(validations, { description: 'Which values of customers the brand takes.' })),
  verification: optional(oneOf(kycStatuses, { description: 'The status of the verification afterwards.' })),
  version: optional(count('The version of a new key of the brand.')),
  webhook_id: optional(uuid('The subscription.')),
  with_reasons: optional(Type.Boolean({ description: 'An export has the reasons of its entries.' })),
} as const;

const facts = Type.Object(auditFacts);
type Shown = Static<typeof facts>;
export type AuditFacts = {
  readonly [Name in keyof Shown]: Shown[Name] extends string[] | undefined ? readonly string[] : Shown[Name];
};
