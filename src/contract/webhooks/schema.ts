import Type from 'typebox';
import { attemptOutcomes } from '../../domain/webhooks/delivery.ts';
import type { PayloadKind } from '../../domain/webhooks/subscription.ts';
import {
  description,
  payloadKinds,
  payloadScopes,
  secretOverlapHours,
  webhookStates,
  webhookStatuses,
} from '../../domain/webhooks/subscription.ts';
import { listQuery } from '../lists.ts';
import { oneOf, shortTextField, text, uuid } from '../shapes.ts';

const closed = { additionalProperties: false } as const;

/** Longer than every event name and pattern. */
const longestPattern = 64;

const scopesText = (payload: PayloadKind): string => payloadScopes[payload].join(' and ');

const settings = {
  url: Type.Optional(
    Type.String({
      description:
        'The URL that events are sent to: https and a public address, which has to answer a challenge first. Its port is 443, or one from 1024 on. It carries no user name and no password: put a secret into the path. Targets that the operator allows in CLIENTELE_WEBHOOK_ALLOW may also be private or http and have any port, and answer no challenge.',
      maxLength: 4_096,
    }),
  ),
  callback_url: Type.Optional(
    Type.String({ description: 'The older name of url; send one of the two.', maxLength: 4_096 }),
  ),
  events: Type.Array(Type.String({ maxLength: longestPattern }), {
    description: 'Event types, or prefixes followed by *: `customer*`, `kyc.*`, `*`.',
    minItems: 1,
    maxItems: 50,
  }),
  description: Type.Optional(
    shortTextField('The purpose of the subscription; at most 255 characters, sealed at rest.', description),
  ),
  status: Type.Optional(
    oneOf(webhookStatuses, {
      description:
        'A disabled subscription receives nothing. Pending deliveries continue when it is enabled.',
    }),
  ),
  version: Type.Optional(
    oneOf(['0.1'], { description: 'The version of the event format; there is only one.' }),
  ),
  payload: Type.Optional(
    oneOf(payloadKinds, {
      description: `thin: ids and field names. full: also the whole customer with a masked SSN, at the time the delivery is created. The key needs ${scopesText('thin')} for thin, and ${scopesText('full')} for full.`,
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
        'The secret that signs deliveries: complete only in the answer that created it, elsewhere its last four characters.',
    }),
    status: oneOf(webhookStatuses),
    created_time: moment('When it was created.'),
    updated_time: moment('When it last changed.'),
    payload: oneOf(payloadKinds),
    state: oneOf(webhookStates, {
      description:
        'Whether it gets events. unverified: its URL has not answered the challenge yet. stopped: the key that answers for it was revoked, has expired or lacks a scope. Events wait in both, for up to 30 days.',
    }),
    because: Type.Optional(
      Type.String({ description: 'If it is unverified or stopped: the reason and the next step.' }),
    ),
    key: Type.Optional(
      uuid('The Identity of the key that made it or last changed it. That key has to keep its scopes.'),
    ),
    previous_secret_until: Type.Optional(moment('Until when the previous secret also signs.')),
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
        description: 'Hours for which the old secret also signs; 0 for none.',
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
    from_number: Type.Optional(eventNumber('The first number of a range of events; inclusive.')),
    to_number: Type.Optional(eventNumber('The last number of the range; inclusive.')),
    from: Type.Optional(text('Events from this time on (ISO 8601); inclusive.')),
    to: Type.Optional(text('Events before this time (ISO 8601); exclusive.')),
    dead: Type.Optional(
      Type.Unsafe<true>({
        type: 'boolean',
        enum: [true],
        description: 'All deliveries that were given up.',
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
      description: 'The cursor for the next request if there are more events; otherwise null.',
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
    attempted_at: moment('When the attempt started.'),
    outcome: oneOf(attemptOutcomes, {
      description:
        'delivered, or the cause of failure: a negative answer (rejected, redirected, gone), no answer (timeout, unresolved, unreachable, untrusted, broken), or an address that is not allowed (refused).',
    }),
    status_code: Type.Optional(Type.Integer({ description: 'The status of the answer, if there was one.' })),
    latency_ms: Type.Integer(),
    answer: Type.Optional(
      Type.String({
        description:
          "The first kilobyte of the receiver's answer; sealed at rest. Absent where the receiver is in a network that the operator allows, where the key lacks a scope of what was sent, and once the customer that was sent is deleted.",
      }),
    ),
  },
  { title: 'DeliveryAttempt', ...closed },
);

const deliveryMembers = {
  delivery_id: uuid("The delivery's id."),
  event_id: uuid('The event, and the webhook-id of every attempt.'),
  number: Type.Integer({ description: "The event's number in the brand." }),
  event: Type.String({ description: 'The type of the event.' }),
  customer_id: Type.Optional(uuid('The customer that the event is about, for a key with events:read.')),
  status: oneOf(deliveryStatuses),
  next_attempt_at: Type.Optional(
    moment(
      'The time of the next attempt, if it is pending; never before earlier deliveries of the same customer.',
    ),
  ),
  attempts: Type.Array(attempt, { description: 'In order of time, the newest last.' }),
};

export const delivery = Type.Object(deliveryMembers, { title: 'Delivery', ...closed });

const request = Type.Object(
  {
    url: Type.String({ description: 'Where it was sent, or will be.' }),
    headers: Type.Object(
      {
        'content-type': Type.String(),
        'webhook-id': uuid('The event.'),
        'webhook-timestamp': Type.Optional(
          Type.String({ description: 'When the last attempt was signed, in Unix seconds.' }),
        ),
      },
      {
        title: 'DeliveryHeaders',
        description: 'The headers besides the signatures, which are not kept.',
        ...closed,
      },
    ),
    body: Type.Optional(
      Type.String({
        description:
          'The body, byte for byte. Absent where the key lacks a scope of what was sent: `events:read`, and `customers:read` where it has the whole customer. Absent as well once the event is deleted, or the customer that was sent.',
      }),
    ),
  },
  { title: 'DeliveryRequest', ...closed },
);

export const wholeDelivery = Type.Object(
  { ...deliveryMembers, request },
  { title: 'WholeDelivery', ...closed },
);
