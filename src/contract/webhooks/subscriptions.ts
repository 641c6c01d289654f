import Type from 'typebox';
import { Problems } from '../../domain/problems.ts';
import { spacedJson } from '../../domain/text.ts';
import { checkNewWebhook, checkReplay, checkWebhookChange } from '../../domain/webhooks/subscription.ts';
import { listOf, listQuery } from '../lists.ts';
import { operation } from '../operation.ts';
import { oneOf } from '../shapes.ts';
import { eventExample } from './events.ts';
import {
  delivery,
  deliveryStatuses,
  newWebhook,
  replayAnswer,
  replayBody,
  rotationBody,
  testAnswer,
  webhookAnswer,
  webhookChange,
  webhookList,
  wholeDelivery,
} from './schema.ts';

const webhookId = {
  webhook_id: { description: "The subscription's id.", invalid: 'webhook_dne' },
} as const;

const example = {
  id: 'b8a1c7de-5b0e-4a37-8f41-6a3f7f7e2f10',
  url: 'https://hooks.example.com/customers',
  description: 'Keeps the CRM up to date',
  events: ['customer*', 'kyc.*'],
  version: '0.1',
  secret: 'whsec_************Wg4=',
  status: 'STATUS_ENABLED',
  created_time: '2026-05-04T14:03:21.907113+00:00',
  updated_time: '2026-05-04T14:03:21.907113+00:00',
  payload: 'thin',
  state: 'active',
  key: '9a7a0a2c-6d0e-4b52-8a0f-2f8a5b7c1d34',
} as const;

const shown = { webhook_subscription: example };
const withSecret = {
  webhook_subscription: { ...example, secret: 'whsec_1fLKTnXrFsPc7K7fEHk0qgGhaCHmB0n3gd1AwLuyWg4=' },
};
const sent = { url: example.url, events: example.events, description: example.description };

const deliveryExample = {
  delivery_id: '6c4f5d0e-61a3-4a0a-8a44-4f5f0a3f6c55',
  event_id: '0d9f8a34-8f0c-4a83-9f7b-0f4a3d0c5b21',
  number: 41,
  event: 'kyc.verification.success',
  customer_id: '8559dec0-2edb-4c3c-a3c5-32de10174c34',
  status: 'delivered',
  attempts: [
    {
      attempted_at: '2026-05-04T14:03:22.101113+00:00',
      outcome: 'delivered',
      status_code: 200,
      latency_ms: 38,
      answer: 'ok',
    },
  ],
} as const;

const createWebhook = operation({
  operationId: 'createWebhook',
  confirmed: true,
  method: 'POST',
  path: '/webhooks',
  tag: 'Webhooks',
  summary: 'Create a webhook subscription',
  description:
    'From now on, events of these types are sent to the URL, each at least once, and those of one customer in order, as soon as the URL has answered the challenge webhook.verify (docs/webhooks.md). The key answers for the subscription: without its scopes nothing is sent. Only this answer contains the signing secret.',
  scope: 'webhooks:write',
  params: {},
  body: { schema: newWebhook, check: checkNewWebhook, example: sent },
  answer: {
    status: 201,
    description: 'The subscription, with its secret.',
    schema: webhookAnswer,
    example: withSecret,
  },
  schemaError: 'webhooks_err',
  errors: [],
  unknownError: 'unknown_create_webhook',
});

const listWebhooks = operation({
  operationId: 'listWebhooks',
  method: 'GET',
  path: '/webhooks',
  tag: 'Webhooks',
  summary: 'List the webhook subscriptions',
  description: 'All subscriptions of the brand, oldest first.',
  scope: 'webhooks:read',
  params: {},
  answer: {
    status: 200,
    description: 'All subscriptions.',
    schema: webhookList,
    example: { webhook_subscriptions: [example] },
  },
  schemaError: 'webhooks_err',
  errors: [],
  unknownError: 'unknown_list_webhooks',
});

const getWebhook = operation({
  operationId: 'getWebhook',
  method: 'GET',
  path: '/webhooks/{webhook_id}',
  tag: 'Webhooks',
  summary: 'Retrieve a webhook subscription',
  description: 'One subscription.',
  scope: 'webhooks:read',
  params: webhookId,
  answer: { status: 200, description: 'The subscription.', schema: webhookAnswer, example: shown },
  schemaError: 'webhooks_err',
  errors: ['webhook_dne'],
  unknownError: 'unknown_get_webhook',
});

const updateWebhook = operation({
  operationId: 'updateWebhook',
  confirmed: true,
  method: 'PATCH',
  path: '/webhooks/{webhook_id}',
  tag: 'Webhooks',
  summary: 'Update a webhook subscription',
  description:
    'Changes the fields that are sent; events replaces the whole list. A re-enabled subscription gets new events and its pending deliveries; events from the disabled time can be replayed. The key that changes a subscription answers for it from then on, and a stopped one goes on. Any key may disable one.',
  scope: 'webhooks:write',
  params: webhookId,
  body: {
    schema: webhookChange,
    check: checkWebhookChange,
    example: { events: ['kyc.verification.success'] },
  },
  answer: {
    status: 200,
    description: 'The subscription after the change.',
    schema: webhookAnswer,
    example: { webhook_subscription: { ...example, events: ['kyc.verification.success'] } },
  },
  schemaError: 'webhooks_err',
  errors: ['webhook_dne'],
  unknownError: 'unknown_update_webhook',
});

const deleteWebhook = operation({
  operationId: 'deleteWebhook',
  method: 'DELETE',
  path: '/webhooks/{webhook_id}',
  tag: 'Webhooks',
  summary: 'Delete a webhook subscription',
  description: 'Removes the subscription and all its deliveries; pending ones are not sent.',
  scope: 'webhooks:write',
  params: webhookId,
  answer: { status: 200, description: 'The removed subscription.', schema: webhookAnswer, example: shown },
  schemaError: 'webhooks_err',
  errors: ['webhook_dne'],
  unknownError: 'unknown_delete_webhook',
});

const testWebhook = operation({
  operationId: 'testWebhook',
  method: 'POST',
  path: '/webhooks/{webhook_id}/test',
  tag: 'Webhooks',
  summary: 'Send a test event',
  description:
    'Sends an event webhook.test to this subscription only, whatever its event types. The deliveries show the result. One that is unverified gets its challenge webhook.verify instead. A disabled one is answered webhooks_err: enable it first.',
  scope: 'webhooks:write',
  params: webhookId,
  answer: {
    status: 200,
    description: 'The event is queued.',
    schema: testAnswer,
    example: { webhook_id: example.id, event: 'webhook.test' },
  },
  schemaError: 'webhooks_err',
  errors: ['webhook_dne'],
  unknownError: 'unknown_test_webhook',
});

const rotateWebhookSecret = operation({
  operationId: 'rotateWebhookSecret',
  confirmed: true,
  method: 'POST',
  path: '/webhooks/{webhook_id}/rotate-secret',
  tag: 'Webhooks',
  summary: 'Rotate the secret',
  description:
    'Creates a new secret. During the overlap, webhook-signature contains a signature of each secret, and Bond-Signature, which has only one signature, that of the old secret. A rotation during an overlap ends it: only the last secret before this one stays valid.',
  scope: 'webhooks:write',
  params: webhookId,
  body: { schema: rotationBody, check: () => new Problems(), example: { overlap_hours: 24 } },
  answer: {
    status: 200,
    description: 'The subscription, with its new secret.',
    schema: webhookAnswer,
    example: withSecret,
  },
  schemaError: 'webhooks_err',
  errors: ['webhook_dne'],
  unknownError: 'unknown_rotate_webhook_secret',
});

const listDeliveries = operation({
  operationId: 'listDeliveries',
  method: 'GET',
  path: '/webhooks/{webhook_id}/deliveries',
  tag: 'Webhooks',
  summary: 'List the deliveries',
  description: 'The deliveries of the last 30 days with their attempts and answers, the newest event first.',
  scope: 'webhooks:read',
  params: webhookId,
  query: Type.Object(
    { status: Type.Optional(oneOf(deliveryStatuses, { description: 'Only these.' })), ...listQuery() },
    { additionalProperties: false },
  ),
  answer: {
    status: 200,
    description: 'Deliveries with their attempts.',
    schema: listOf('Deliveries', delivery),
    example: {
      data: [deliveryExample],
      next_cursor: null,
    },
  },
  schemaError: 'webhooks_err',
  errors: ['webhook_dne'],
  unknownError: 'unknown_list_deliveries',
});

const getDelivery = operation({
  operationId: 'getDelivery',
  method: 'GET',
  path: '/webhooks/{webhook_id}/deliveries/{delivery_id}',
  tag: 'Webhooks',
  summary: 'Retrieve a delivery',
  description:
    'One delivery with its attempts and the request as it was sent. A body with the whole customer is shown to keys with `customers:read`, and is written into the audit trail as a read of the customer where those are.',
  scope: 'webhooks:read',
  params: { ...webhookId, delivery_id: { description: "The delivery's id.", invalid: 'delivery_dne' } },
  answer: {
    status: 200,
    description: 'The delivery, with its request.',
    schema: wholeDelivery,
    example: {
      ...deliveryExample,
      request: {
        url: example.url,
        headers: {
          'content-type': 'application/json',
          'webhook-id': deliveryExample.event_id,
          'webhook-timestamp': '1777903402',
        },
        body: spacedJson(eventExample('kyc.verification.success')),
      },
    },
  },
  schemaError: 'webhooks_err',
  errors: ['webhook_dne', 'delivery_dne'],
  unknownError: 'unknown_get_delivery',
});

const replayWebhook = operation({
  operationId: 'replayWebhook',
  method: 'POST',
  path: '/webhooks/{webhook_id}/replay',
  tag: 'Webhooks',
  summary: 'Replay events',
  description:
    'Sends events again, with the same webhook-id as before and their whole schedule of retries: one event, a range of numbers or times (only the event types of the subscription), or all deliveries that were given up. At most 10,000 per request; the cursor continues. An event without an earlier delivery to this subscription is sent thin.',
  scope: 'webhooks:write',
  params: webhookId,
  body: { schema: replayBody, check: checkReplay, example: { dead: true } },
  answer: {
    status: 200,
    description: 'The events are queued.',
    schema: replayAnswer,
    example: { webhook_id: example.id, replayed: 12, next_cursor: null },
  },
  schemaError: 'webhooks_err',
  errors: ['webhook_dne'],
  unknownError: 'unknown_replay_webhook',
});

export const webhookOperations = {
  createWebhook,
  listWebhooks,
  getWebhook,
  updateWebhook,
  deleteWebhook,
  testWebhook,
  rotateWebhookSecret,
  listDeliveries,
  getDelivery,
  replayWebhook,
} as const;
