import Type from 'typebox';
import { deliverabilities } from '../domain/customers/address.ts';
import { kycStatuses } from '../domain/kyc/verification.ts';
import { operation } from './operation.ts';

// What waits for a decision, and how many customers there are of each kind.

const closed = { additionalProperties: false } as const;
const count = (description: string) => Type.Integer({ description, minimum: 0 });
const optionalTime = (description: string) => Type.Optional(Type.String({ description }));

/** Days whose new customers are counted, today included. */
export const overviewDays = 30;

/** A count for each name, and for `none`. */
const countsOf = <const Names extends readonly string[]>(title: string, names: Names, none: string) =>
  Type.Object(
    Object.fromEntries([...names.map((name) => [name, count('')]), ['none', count(none)]]) as Record<
      Names[number] | 'none',
      ReturnType<typeof count>
    >,
    { title, ...closed },
  );

const getWaiting = operation({
  operationId: 'getWaiting',
  method: 'GET',
  path: '/waiting',
  tag: 'Overview',
  summary: 'Count what waits for a decision',
  description:
    'How much waits for a decision, and how many webhooks fail. It is cheap enough to be asked every 30 seconds. A member is absent if the key may not list what it counts: reviews, oldest_review and matches need kyc:review, change_requests needs customers:read, erasures needs compliance:read, and the others need webhooks:read.',
  scope: 'any key',
  params: {},
  answer: {
    status: 200,
    description: 'What waits.',
    schema: Type.Object(
      {
        reviews: Type.Optional(count('Verifications under review.')),
        oldest_review: optionalTime('Since when the oldest of them waits; absent if none waits.'),
        matches: Type.Optional(count('Matches with lists of sanctioned people without a decision.')),
        change_requests: Type.Optional(count('Change requests without a decision.')),
        erasures: Type.Optional(count('Requests for early erasure without an approval.')),
        webhooks: Type.Optional(count('Enabled webhook subscriptions.')),
        failing_webhooks: Type.Optional(count('Those of them whose last delivery failed.')),
        failing_since: optionalTime('Since when the first of them has failed; absent if none fails.'),
      },
      { title: 'Waiting', ...closed },
    ),
    example: {
      reviews: 7,
      oldest_review: '2026-11-27T08:14:02.118204+00:00',
      matches: 1,
      change_requests: 2,
      erasures: 1,
      webhooks: 3,
      failing_webhooks: 1,
      failing_since: '2026-11-27T18:20:44.902113+00:00',
    },
  },
  schemaError: 'input_error',
  errors: [],
  unknownError: 'unknown_get_waiting',
});

const example = {
  customers: 10_482,
  created: Array.from({ length: overviewDays }, (_, day) => ({
    day: new Date(Date.UTC(2026, 9, 31 + day)).toISOString().slice(0, 10),
    count: 20 + ((day * 7) % 41),
  })),
  kyc_status: {
    submitted: 41,
    passed: 8_214,
    failed: 388,
    document_required: 96,
    under_review: 7,
    error: 12,
    expired: 120,
    none: 1_604,
  },
  deliverability: {
    deliverable: 9_120,
    deliverable_unnecessary_unit: 88,
    deliverable_incorrect_unit: 131,
    deliverable_missing_unit: 415,
    undeliverable: 522,
    none: 206,
  },
  date_counted: '2026-11-29T09:00:00.000000+00:00',
};

const getOverview = operation({
  operationId: 'getOverview',
  method: 'GET',
  path: '/overview',
  tag: 'Overview',
  summary: 'Count the customers of each kind',
  description:
    'How many customers the brand has, of each state and verdict, and how many were created on each of the last 30 days. Each process keeps the answer for a minute: date_counted says when it was counted.',
  scope: 'customers:read',
  params: {},
  answer: {
    status: 200,
    description: 'The counts.',
    schema: Type.Object(
      {
        customers: count('All customers that are not deleted.'),
        created: Type.Array(
          Type.Object(
            { day: Type.String({ format: 'date' }), count: count('') },
            { title: 'Day', ...closed },
          ),
          {
            description:
              'Customers created on each day, in UTC, today last. Customers that were deleted since are included.',
            minItems: overviewDays,
            maxItems: overviewDays,
          },
        ),
        kyc_status: countsOf('KycCounts', kycStatuses, 'Customers without a verification.'),
        deliverability: countsOf(
          'DeliverabilityCounts',
          deliverabilities,
          'Customers whose first primary address has no verdict.',
        ),
        date_counted: Type.String({ description: 'When this was counted.' }),
      },
      { title: 'Overview', ...closed },
    ),
    example,
  },
  schemaError: 'get_customer_schema',
  errors: [],
  unknownError: 'unknown_get_overview',
});

export const overviewOperations = { getWaiting, getOverview } as const;
