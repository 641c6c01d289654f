import type { TObject, TSchema } from 'typebox';
import Type from 'typebox';
import { parseCursor } from '../../domain/paging.ts';
import { notValid, Problems } from '../../domain/problems.ts';
import type { EventType } from '../../domain/webhooks/events.ts';
import { eventDays, eventOrders, eventTypes, typesOf } from '../../domain/webhooks/events.ts';
import { customerExample } from '../customers/examples.ts';
import { customer } from '../customers/schema.ts';
import { listQuery, spanQuery } from '../lists.ts';
import { operation } from '../operation.ts';
import { oneOf, uuid } from '../shapes.ts';

/** The content of each event, for the stream, the webhooks and `docs/events.md`. */

/** Every member of events besides `event` and `occurred_at`, in the order in which they are sent. */
const members = {
  customer_id: {
    schema: uuid('The customer that the event is about.'),
    example: customerExample.customer_id,
  },
  fields: {
    schema: Type.Array(Type.String(), {
      description: 'The names of the fields that changed.',
      maxItems: 20,
    }),
    example: ['kyc_status'],
  },
  program_id: {
    schema: uuid('The program that the customer is verified for.'),
    example: '52f1d1d9-8b1f-4f4b-a2f5-9f6f1f0f7c3e',
  },
  match_id: {
    schema: uuid('The match: getScreeningMatch shows it.'),
    example: 'c3f0a3b2-6f57-4d0f-9f43-2f1f2a7d9b10',
  },
  key: {
    schema: uuid('The Identity of the key whose request it was.'),
    example: '9a7a0a2c-6d0e-4b52-8a0f-2f8a5b7c1d34',
  },
  checkpoint: {
    schema: Type.String({
      description:
        'The signed line, as the anchor file has it. Append it to a file outside of the service: `clientele verify-audit --anchors` takes that file (docs/audit.md).',
      maxLength: 1_000,
    }),
    example: `{"kind":"checkpoint","brand":"e2b37ab8-5e6e-4538-bbe0-35121b481845","number":4711,"hash":"${'8d1f'.repeat(16)}","at":"2026-05-04T14:03:21.907113+00:00","previous_number":4650,"previous_hash":"${'2b4a'.repeat(16)}","key":"${'5c0e'.repeat(16)}","signature":"${'q1UN'.repeat(21)}QQ=="}`,
  },
  webhook_id: {
    schema: uuid('The subscription that it is about.'),
    example: 'b8a1c7de-5b0e-4a37-8f41-6a3f7f7e2f10',
  },
} as const;

type Member = keyof typeof members;

/** One property for each of the members that `isWanted` picks. */
const each = <Value>(
  isWanted: (name: Member) => boolean,
  makeValue: (name: Member) => Value,
): Partial<Record<Member, Value>> =>
  Object.fromEntries(
    (Object.keys(members) as Member[]).filter(isWanted).map((name) => [name, makeValue(name)]),
  );

/** The members of one event type, and its differences in the example. */
interface EventForm {
  readonly always: readonly Member[];
  readonly sometimes?: readonly Member[];
  readonly example?: { readonly fields: readonly string[] };
}

const verification: EventForm = {
  always: ['customer_id', 'program_id'],
  sometimes: ['fields'],
  example: { fields: ['kyc_status'] },
};
const subscription: EventForm = { always: ['webhook_id'] };
const warning: EventForm = { always: ['key'] };

const forms: Readonly<Record<EventType, EventForm>> = {
  'customer.created': {
    always: ['customer_id'],
    sometimes: ['fields'],
    example: { fields: ['dob', 'first_name', 'middle_name', 'last_name', 'addresses'] },
  },
  'customer.updated': {
    always: ['customer_id'],
    sometimes: ['fields', 'program_id'],
    example: { fields: ['email'] },
  },
  'customer.deleted': { always: ['customer_id'] },
  'customer.screening.match': { always: ['customer_id', 'match_id'] },
  'kyc.verification.success': verification,
  'kyc.verification.failure': verification,
  'kyc.verification.document_required': verification,
  'kyc.verification.under_review': verification,
  'kyc.verification.error': {
    ...verification,
    example: { fields: ['kyc_status', 'kyc_requests_available'] },
  },
  'kyc.verification.timeout': verification,
  'security.ssn_probing': warning,
  'security.bulk_reveal': warning,
  'audit.checkpoint': { always: ['checkpoint'] },
  'webhook.test': subscription,
  'webhook.disabled': subscription,
  'webhook.stopped': subscription,
};

const moment = Type.String({
  description: 'When it happened, in UTC with microseconds.',
  examples: ['2026-05-04T14:03:21.907113+00:00'],
});

/** The schema of an event's body, as a thin webhook sends it; `full` adds the whole customer. */
export function eventSchema(type: EventType, payload: 'thin' | 'full' = 'thin'): TObject {
  const { always, sometimes = [] } = forms[type];
  const isFull = payload === 'full' && always.includes('customer_id');
  const schemaOf = (name: Member): TSchema =>
    always.includes(name) ? members[name].schema : Type.Optional(members[name].schema);
  return Type.Object(
    {
      event: Type.Unsafe<EventType>({ type: 'string', const: type }),
      ...each((name) => always.includes(name) || sometimes.includes(name), schemaOf),
      occurred_at: moment,
      ...(isFull && {
        customer: Type.Optional({
          ...customer,
          description: 'The customer at the time the delivery was created; absent if it was deleted.',
        }),
      }),
    },
    { additionalProperties: false },
  );
}

/** The body of an event of this type, in the order in which it is sent. */
export function eventExample(type: EventType): Readonly<Record<string, unknown>> {
  const { always, example } = forms[type];
  const { customer_id, ...others } = {
    ...each(
      (name) => always.includes(name) || name in (example ?? {}),
      (name) => members[name].example,
    ),
    ...example,
  };
  return {
    event: type,
    ...(customer_id !== undefined && { customer_id }),
    occurred_at: '2026-05-04T14:03:21.907113+00:00',
    ...others,
  };
}

const listed = Type.Object(
  {
    event_id: uuid('The same as the webhook-id of its deliveries.'),
    number: Type.Integer({
      description: "The event's number in the brand, from 1 and without gaps.",
    }),
    event: oneOf(Object.keys(eventTypes) as EventType[]),
    customer_id: Type.Optional(members.customer_id.schema),
    occurred_at: moment,
    ...each(
      (name) => name !== 'customer_id',
      (name) => Type.Optional(members[name].schema),
    ),
  },
  { title: 'Event', additionalProperties: false },
);

function checkQuery({ type, cursor }: Readonly<Record<string, unknown>>): Problems {
  const problems = new Problems();
  if (typeof type === 'string' && typesOf(type).length === 0)
    problems.add('type', 'There is no such event: docs/events.md lists them.');
  if (typeof cursor === 'string' && parseCursor(cursor) === undefined) problems.add('cursor', notValid);
  return problems;
}

const listEvents = operation({
  operationId: 'listEvents',
  method: 'GET',
  path: '/events',
  tag: 'Events',
  summary: 'Read the stream of events',
  description: `The brand's events of the last ${eventDays} days, in the order of their commits. Store next_cursor and send it with the next call: no event is missed or repeated, even if an earlier change commits later. At the end the list is empty and the cursor stays valid. With \`order=newest\` the list goes back instead: a narrow filter may return short or empty pages, and next_cursor is null behind the oldest event.`,
  scope: 'events:read',
  params: {},
  query: Type.Object(
    {
      type: Type.Optional(
        Type.String({
          description: 'Only events of this type, or with this prefix: `customer*`, `kyc.*`.',
          maxLength: 64,
          examples: ['kyc.*'],
        }),
      ),
      customer_id: Type.Optional(uuid('Only events of this customer.')),
      ...spanQuery,
      order: Type.Optional(
        oneOf(eventOrders, { description: 'Which events come first.', default: 'oldest' }),
      ),
      ...listQuery(),
    },
    { additionalProperties: false },
  ),
  checkQuery,
  answer: {
    status: 200,
    description: 'The events after the cursor; without one, the oldest events.',
    schema: Type.Object(
      {
        data: Type.Array(listed, { maxItems: 100 }),
        next_cursor: Type.Union([Type.String(), Type.Null()], {
          description:
            'The cursor for the next call, now or later. null only with `order=newest`, behind the oldest event.',
        }),
      },
      { title: 'Events', additionalProperties: false },
    ),
    example: {
      data: [
        {
          event_id: '0d9f8a34-8f0c-4a83-9f7b-0f4a3d0c5b21',
          number: 41,
          ...eventExample('kyc.verification.success'),
        },
      ],
      next_cursor: 'c1_15',
    },
  },
  schemaError: 'input_error',
  errors: ['events_gone'],
  unknownError: 'unknown_list_events',
});

export const eventOperations = {
  listEvents,
} as const;
