import Type from 'typebox';
import { kycStatuses } from '../../domain/kyc/verification.ts';
import { deletionCursors, deletionOrders } from '../../domain/retention/paging.ts';
import { bases, erasureCauses, maxPolicy } from '../../domain/retention/policy.ts';
import { policyNames, reason } from '../../domain/retention/requests.ts';
import { checkShortTexts } from '../../domain/text.ts';
import { customer } from '../customers/schema.ts';
import { listOf, listQuery } from '../lists.ts';
import { oneOf, shortTextField, text, uuid } from '../shapes.ts';

const closed = { additionalProperties: false } as const;
export const serverTime = (description: string) =>
  Type.String({ description, examples: ['2021-02-11T13:26:50.553841+00:00'] });
const key = (description: string) => uuid(`${description} The identity of a key.`);

export const customerParam = {
  customer_id: { description: "The customer's id.", invalid: 'customer_invalid_uuid4' },
} as const;

const customerId = uuid("The customer's id.");
/** The body of an operation that only needs a reason. */
export const reasonBody = (title: string, example: { readonly reason: string }) => ({
  schema: Type.Object(
    {
      reason: shortTextField(
        'The reason; stored sealed. Its audit entry keeps it when the customer is erased, so name a case and not the person.',
        reason,
      ),
    },
    { title, ...closed },
  ),
  check: checkShortTexts({ reason }),
  example,
});

export const closingBody = Type.Object(
  {
    closed_on: text(
      'The day on which the account was closed, YYYY-MM-DD; not in the future, and not before 1900.',
      undefined,
      {
        format: 'date',
      },
    ),
  },
  { title: 'AccountClosing', ...closed },
);
export const closing = Type.Object(
  { customer_id: customerId, closed_on: Type.String({ format: 'date' }) },
  { title: 'AccountClosed', ...closed },
);

export const hold = Type.Object(
  {
    hold_id: uuid("The hold's id."),
    customer_id: customerId,
    reason: Type.String(),
    set_by: key('Who set it.'),
    date_set: serverTime('When it was set.'),
    release_reason: Type.Optional(Type.String()),
    released_by: Type.Optional(key('Who released it.')),
    date_released: Type.Optional(serverTime('When it was released; absent while it is active.')),
  },
  { title: 'LegalHold', ...closed },
);

export const erasureRequest = Type.Object(
  {
    erasure_id: uuid("The request's id."),
    customer_id: customerId,
    reason: Type.String(),
    requested_by: key('Who asks.'),
    date_requested: serverTime('When.'),
  },
  { title: 'ErasureRequest', ...closed },
);

export const erased = Type.Object(
  {
    customer_id: customerId,
    date_erased: serverTime('When the record was erased.'),
    erased_because: oneOf(erasureCauses, { description: 'The rule whose retention ended, or early.' }),
  },
  { title: 'Erased', ...closed },
);

const keptAs = oneOf(bases, { description: 'The rule under which the record is kept.' });
const eraseAfter = Type.Optional(
  serverTime('When the whole record will be erased under the current facts; absent during a legal hold.'),
);

const brief = {
  customer_id: customerId,
  date_deleted: serverTime('When the customer was deleted.'),
};

export const restrictedList = listOf(
  'RestrictedCustomers',
  Type.Object(
    {
      ...brief,
      kyc_status: Type.Optional(oneOf(kycStatuses)),
      legal_hold: Type.Boolean({ description: 'Whether a legal hold is active.' }),
      kept_as: keptAs,
      erase_after: eraseAfter,
      erasure_requested: Type.Boolean({ description: 'Whether a request for early erasure waits.' }),
    },
    { title: 'RestrictedBrief', ...closed },
  ),
);

export const restricted = Type.Object(
  {
    ...brief,
    customer: Type.Optional(customer),
    closed_on: Type.Optional(Type.String({ format: 'date', description: 'The day the account was closed.' })),
    kept_as: Type.Optional(keptAs),
    erase_after: eraseAfter,
    legal_holds: Type.Array(hold, { description: 'Includes released holds.' }),
    erasure_requests: Type.Array(erasureRequest),
    date_erased: Type.Optional(serverTime('When the record was erased; all other fields are then absent.')),
    erased_because: Type.Optional(oneOf(erasureCauses)),
  },
  { title: 'RestrictedCustomer', ...closed },
);

export const restrictedQuery = Type.Object(
  {
    order: Type.Optional(
      oneOf(deletionOrders, { description: 'Which customers come first.', default: 'oldest' }),
    ),
    ...listQuery(deletionCursors.pattern),
  },
  closed,
);

const descriptions = {
  never_verified_days: 'Days after the deletion of a customer without a verification.',
  not_passed_months: 'Months after the last action on a verification that did not pass.',
  identity_years: 'Years after the account was closed, for identified customers.',
  documents_years: 'Years after its creation, for each document and verdict.',
} as const;

const number = (name: keyof typeof descriptions, options: object = {}) =>
  Type.Integer({ description: descriptions[name], format: 'int32', ...options });
const wished = (name: keyof typeof descriptions) =>
  Type.Optional(number(name, { minimum: 0, maximum: maxPolicy[policyNames[name]] }));

export const policy = Type.Object(
  {
    never_verified_days: number('never_verified_days'),
    not_passed_months: number('not_passed_months'),
    identity_years: number('identity_years'),
    documents_years: number('documents_years'),
  },
  { title: 'RetentionPolicy', ...closed },
);

export const policyBody = Type.Object(
  {
    never_verified_days: wished('never_verified_days'),
    not_passed_months: wished('not_passed_months'),
    identity_years: wished('identity_years'),
    documents_years: wished('documents_years'),
  },
  { title: 'RetentionPolicyChange', ...closed, minProperties: 1 },
);
