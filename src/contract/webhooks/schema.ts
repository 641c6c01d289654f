import Type from 'typebox';
import { attemptOutcomes } from '../../domain/webhooks/delivery.ts';
import {
  description,
  payloadKinds,
  secretOverlapHours,
  webhookStatuses,
} from '../../domain/webhooks/subscription.ts';
import { listQuery } from '../lists.ts';
import { oneOf, shortTextField, text, uuid } from '../shapes.ts';

const closed = { additionalProperties: false } as const;

/** No name and no pattern of an event is longer. */
const longestPattern = 64;

const settings = {
  url: Type.Optional(
    Type.String({
      description:
        'Where events are sent: https, at public addresses only; what an operator has allowed besides in CLIENTELE_WEBHOOK_ALLOW may be http too.',
      maxLength: 4_096,
    }),
  ),
  callback_url: Type.Optional(
    Type.String({ description: 'The older name of url; send one of the two.', maxLength: 4_096 }),
  ),
  events: Type.Array(Type.String({ maxLength: longestPattern }), {
    description: 'Types of events, or their beginning and a *: `customer*`, `kyc.*`, `*`.',
    minItems: 1,
    maxItems: 50,
  }),
  description: Type.Optional(
    shortTextField('What it is for; at most 255 characters, sealed at rest.', description),
  ),
  status: Type.Optional(
    oneOf(webhookStatuses, {
      description: 'A disabled subscription is sent nothing. What was pending goes on when it is enabled.',
    }),
  ),
  version: Type.Optional(oneOf(['0.1'], { description: 'Of the form of events; there is one.' })),
  payload: Type.Optional(
    oneOf(payloadKinds, {
      description:
        'thin: ids and names of fields. full: with the whole customer, the SSN masked, as it is when the delivery is made.',
    }),
  ),
};

export const newWebhook = Type.Object(settings, { title: 'NewWebhook', ...closed });

export const webhookChange = Type.Object(
  { ...settings, events: Type.Optional(settings.events) },
  { title: 'WebhookChange', ...closed, minProperties: 1 },
);

const moment = (description: string) =>
  Type.String({ description, examples: ['2026-05-04T14:03:21.907113+00:00'] });

const subscription = Type.Object(
  {
    id: uuid("The subscription's id."),
    url: Type.String(),
    description: Type.String(),
    events: Type.Array(Type.String(), { maxItems: 50 }),
    version: Type.String(),
    secret: Type.String({
      description:
        'What deliveries are signed with: whole where it was just made, which is the only time; its last four characters elsewhere.',
    }),
    status: oneOf(webhookStatuses),
    created_time: moment('When it was made.'),
    updated_time: moment('When it last changed.'),
    payload: oneOf(payloadKinds),
    previous_secret_until: Type.Optional(moment('Until when the secret before this one signs, too.')),
    failing_since: Type.Optional(moment('Since when every attempt has failed.')),
  },
  { title: 'WebhookSubscription', ...closed },
);

export const webhookAnswer = Type.Object(
  { webhook_subscription: subscription },
  { title: 'WebhookAnswer', ...closed },
);

export const webhookList = Type.Object(
  { webhook_subscriptions: Type.Array(subscription) },
  { title: 'WebhookList', ...closed },
);

export const rotationBody = Type.Object(
  {
    overlap_hours: Type.Optional(
      Type.Number({
        description: 'Hours for which the old secret goes on signing beside the new one; 0 for none.',
        minimum: 0,
        maximum: secretOverlapHours.most,
        default: secretOverlapHours.usual,
      }),
    ),
  },
  { title: 'SecretRotation', ...closed },
);

const eventNumber = (description: string) =>
  Type.Integer({ description, format: 'int64', minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

export const replayBody = Type.Object(
  {
    event_id: Type.Optional(uuid('One event.')),
    from_number: Type.Optional(eventNumber('The first of a range of events, by number; included.')),
    to_number: Type.Optional(eventNumber('The last of that range; included.')),
    from: Type.Optional(text('Events from this moment on (ISO 8601); included.')),
    to: Type.Optional(text('Up to this moment; excluded.')),
    dead: Type.Optional(
      Type.Unsafe<true>({
        type: 'boolean',
        enum: [true],
        description: 'Everything that was given up.',
      }),
    ),
    cursor: listQuery().cursor,
  },
  { title: 'Replay', ...closed, minProperties: 1 },
);

export const replayAnswer = Type.Object(
  {
    webhook_id: uuid("The subscription's id."),
    replayed: Type.Integer({ description: 'How many events will be sent again.' }),
    next_cursor: Type.Union([Type.String(), Type.Null()], {
      description: 'Where the next request goes on, if this one did not get to the end; else null.',
    }),
  },
  { title: 'ReplayAnswer', ...closed },
);

export const testAnswer = Type.Object(
  { webhook_id: uuid("The subscription's id."), event: Type.String() },
  { title: 'WebhookTest', ...closed },
);

export const deliveryStatuses = ['pending', 'delivered', 'dead'] as const;

const attempt = Type.Object(
  {
    attempted_at: moment('When it began.'),
    outcome: oneOf(attemptOutcomes, {
      description:
        'delivered, or why not: an answer that was no (rejected, redirected, gone), no answer (timeout, unresolved, unreachable, untrusted, broken), or an address that is not allowed (refused).',
    }),
    status_code: Type.Optional(Type.Integer({ description: 'Of the answer, where there was one.' })),
    latency_ms: Type.Integer(),
    answer: Type.Optional(
      Type.String({ description: 'The first kilobyte of what the receiver answered; sealed at rest.' }),
    ),
  },
  { title: 'DeliveryAttempt', ...closed },
);

export const delivery = Type.Object(
  {
    delivery_id: uuid("The delivery's id."),
    event_id: uuid('The event, and the webhook-id of every attempt.'),
    number: Type.Integer({ description: "The event's place among the brand's events." }),
    event: Type.String({ description: 'The type of the event.' }),
    customer_id: Type.Optional(uuid('Whom the event is about.')),
    status: oneOf(deliveryStatuses),
    next_attempt_at: Type.Optional(
      moment('When it is tried next, where it is pending; not before the earlier ones of its customer.'),
    ),
    attempts: Type.Array(attempt, { description: 'The newest last.' }),
  },
  { title: 'Delivery', ...closed },
);
