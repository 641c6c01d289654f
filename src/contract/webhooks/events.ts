import type { TObject, TSchema } from 'typebox';
import Type from 'typebox';
import type { EventType } from '../../domain/webhooks/events.ts';
import { eventDays, eventTypes } from '../../domain/webhooks/events.ts';
import { customerExample } from '../customers/examples.ts';
import { customer } from '../customers/schema.ts';
import { listQuery } from '../lists.ts';
import { operation } from '../operation.ts';
import { oneOf, uuid } from '../shapes.ts';

/** What each event says. The stream, the webhooks and `docs/events.md` have it from here. */

const ids = {
  customer_id: uuid('Whom it is about.'),
  program_id: uuid('The program that the customer is verified for.'),
  webhook_id: uuid('The subscription that it is about.'),
  fields: Type.Array(Type.String(), { description: 'The names of the fields that changed.', maxItems: 20 }),
};

const aboutCustomer = { customer_id: ids.customer_id, fields: Type.Optional(ids.fields) };
const aboutVerification = { ...aboutCustomer, program_id: ids.program_id };
const aboutWebhook = { webhook_id: ids.webhook_id };

const members: Readonly<Record<EventType, Readonly<Record<string, TSchema>>>> = {
  'customer.created': aboutCustomer,
  'customer.updated': { ...aboutCustomer, program_id: Type.Optional(ids.program_id) },
  'customer.deleted': { customer_id: ids.customer_id },
  'kyc.verification.success': aboutVerification,
  'kyc.verification.failure': aboutVerification,
  'kyc.verification.document_required': aboutVerification,
  'kyc.verification.under_review': aboutVerification,
  'kyc.verification.error': aboutVerification,
  'kyc.verification.timeout': aboutVerification,
  'webhook.test': aboutWebhook,
  'webhook.disabled': aboutWebhook,
};

const moment = Type.String({
  description: 'When it happened, in UTC with microseconds.',
  examples: ['2026-05-04T14:03:21.907113+00:00'],
});

/** The schema of an event's body, as a thin webhook sends it; `full` adds the whole customer. */
export function eventSchema(type: EventType, payload: 'thin' | 'full' = 'thin'): TObject {
  const isFull = payload === 'full' && 'customer_id' in members[type];
  return Type.Object(
    {
      event: Type.Unsafe<EventType>({ type: 'string', const: type }),
      ...members[type],
      occurred_at: moment,
      ...(isFull && {
        customer: Type.Optional({
          ...customer,
          description: 'As it was when the delivery was made; absent where it was gone by then.',
        }),
      }),
    },
    { additionalProperties: false },
  );
}

const exampleIds = {
  customer_id: customerExample.customer_id,
  program_id: '52f1d1d9-8b1f-4f4b-a2f5-9f6f1f0f7c3e',
  webhook_id: 'b8a1c7de-5b0e-4a37-8f41-6a3f7f7e2f10',
} as const;

/** The fields that change with each, where any do. */
const changed: Readonly<Partial<Record<EventType, readonly string[]>>> = {
  'customer.created': ['dob', 'first_name', 'middle_name', 'last_name', 'addresses'],
  'customer.updated': ['email'],
  'kyc.verification.success': ['kyc_status'],
  'kyc.verification.failure': ['kyc_status'],
  'kyc.verification.document_required': ['kyc_status'],
  'kyc.verification.under_review': ['kyc_status'],
  'kyc.verification.error': ['kyc_status', 'kyc_requests_available'],
  'kyc.verification.timeout': ['kyc_status'],
};

/** The body of an event of this type, in the order in which it is sent. */
export function eventExample(type: EventType): Readonly<Record<string, unknown>> {
  const { customer_id, program_id, webhook_id } = members[type];
  const isVerification = type.startsWith('kyc.');
  return {
    event: type,
    ...(customer_id && { customer_id: exampleIds.customer_id }),
    occurred_at: '2026-05-04T14:03:21.907113+00:00',
    ...(changed[type] && { fields: changed[type] }),
    ...(program_id && isVerification && { program_id: exampleIds.program_id }),
    ...(webhook_id && { webhook_id: exampleIds.webhook_id }),
  };
}

const listed = Type.Object(
  {
    event_id: uuid('The same as the webhook-id of its deliveries.'),
    number: Type.Integer({
      description: "The event's place among the brand's events, from 1 and without a gap.",
    }),
    event: oneOf(Object.keys(eventTypes) as EventType[]),
    customer_id: Type.Optional(ids.customer_id),
    occurred_at: moment,
    fields: Type.Optional(ids.fields),
    program_id: Type.Optional(ids.program_id),
    webhook_id: Type.Optional(ids.webhook_id),
  },
  { title: 'Event', additionalProperties: false },
);

export const listEvents = operation({
  operationId: 'listEvents',
  method: 'GET',
  path: '/events',
  tag: 'Events',
  summary: 'Read the stream of events',
  description: `What happened, in the order in which it was committed, for ${eventDays} days. Keep next_cursor and ask again with it: nothing is missed and nothing comes twice, also where a change that began earlier was committed later. At the end the list is empty and the cursor stays good.`,
  scope: 'events:read',
  params: {},
  query: Type.Object(
    {
      type: Type.Optional(
        Type.String({
          description: 'Only events of this type, or of all that begin so: `customer*`, `kyc.*`.',
          maxLength: 64,
          examples: ['kyc.*'],
        }),
      ),
      customer_id: Type.Optional(uuid('Only events of this customer.')),
      ...listQuery(),
    },
    { additionalProperties: false },
  ),
  answer: {
    status: 200,
    description: 'The events after the cursor; the oldest there are without one.',
    schema: Type.Object(
      {
        data: Type.Array(listed, { maxItems: 100 }),
        next_cursor: Type.String({ description: 'Where to go on, now or later.' }),
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
