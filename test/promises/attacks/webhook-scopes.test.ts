import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { operations } from '../../../src/contract/table.ts';
import { eventSchema } from '../../../src/contract/webhooks/events.ts';
import { auditedAddress, payloadKinds, payloadScopes } from '../../../src/domain/webhooks/subscription.ts';
import { newCustomer, newWebhook } from '../../contract-samples.ts';
import type { Receiver } from '../../fakes/receiver.ts';
import { openReceiver } from '../../fakes/receiver.ts';
import type { BrandClient, World } from '../../world.ts';
import { openWorld } from '../../world.ts';
import { eventually } from '../durability/cpu-contention.ts';
import { entriesOf, keyWith } from './guessing.ts';

// A key that may manage subscriptions and read nothing tries to have customers sent to it.

let world: World;
let brand: BrandClient;
let own: Receiver;
let evil: Receiver;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(async () => {
  brand = await world.brand();
  [own, evil] = await Promise.all([openReceiver(), openReceiver()]);
});
afterAll(() => world.close());

const subscribe = (who: BrandClient, more: object) =>
  who.call('POST', '/webhooks', { body: { url: evil.url, events: ['*'], ...more } });
const change = (who: BrandClient, id: string, body: object) => who.call('PATCH', `/webhooks/${id}`, { body });

test('each form of payload needs the scopes of the operations that answer the same', () => {
  const scopeOf = (id: string) => operations.find(({ operationId }) => operationId === id)?.scope;
  for (const payload of payloadKinds) {
    const members = Object.keys(eventSchema('customer.updated', payload).properties);
    const shows = ['listEvents', ...(members.includes('customer') ? ['getCustomer'] : [])];
    expect(payloadScopes[payload]).toEqual(shows.map(scopeOf));
  }
});

test.each([
  ['thin', ['webhooks:write'], 'events:read'],
  ['full', ['webhooks:write', 'events:read'], 'customers:read'],
  ['full', ['webhooks:write', 'customers:read'], 'events:read'],
])('a subscription with the payload %s is refused to a key of %j', async (payload, scopes, missing) => {
  const key = await keyWith(brand, scopes);
  const refused = await subscribe(key, { payload });
  expect(refused.json).toMatchObject({ Status: 403, Code: 'scope_err' });
  expect(refused.json.Message).toBe(
    `A subscription with the payload ${payload} also needs the scope ${missing}.`,
  );
  expect((await brand.call('GET', '/webhooks')).json.webhook_subscriptions).toEqual([]);
  const events = world.log
    .map((line) => JSON.parse(line))
    .filter((line) => line.key === key.key.identity && line.security_event === 'scope_refused');
  expect(events).toMatchObject([{ security_event: 'scope_refused', operation: 'createWebhook' }]);
});

test('a subscription of another key is not turned round: not its payload, its URL, nor what it is sent', async () => {
  const key = await keyWith(brand, ['webhooks:write', 'events:read']);
  const { id } = (await newWebhook(brand, { url: own.url, events: ['*'], payload: 'full' })).json
    .webhook_subscription;
  for (const body of [
    { url: evil.url },
    { events: ['*'] },
    { description: 'x' },
    { status: 'STATUS_ENABLED' },
  ])
    expect((await change(key, id, body)).json.Code).toBe('scope_err');
  // A full delivery waits. Made thin, the subscription may be moved; what waits goes with it, and is thin, too.
  own.answer(() => 500);
  await newCustomer(brand);
  await eventually(() => own.arrived.length === 1);
  expect(own.arrived[0]?.json.customer).toBeDefined();
  expect((await change(key, id, { payload: 'thin', url: evil.url })).status).toBe(200);
  await brand.sql('update deliveries set due_at = now(), claim = null where webhook_id = $1', [id]);
  await eventually(() => evil.arrived.length === 1);
  expect(evil.arrived[0]?.json.event).toBe('customer.created');
  expect(evil.arrived[0]?.json.customer).toBeUndefined();
  // Every key that may manage subscriptions may end one.
  expect((await change(key, id, { status: 'STATUS_DISABLED' })).json.webhook_subscription.state).toBe(
    'disabled',
  );
});

test('the deliveries name no customer to a key that may not read events', async () => {
  const { id } = (await newWebhook(brand, { url: own.url, events: ['customer*'] })).json.webhook_subscription;
  const { customer_id } = (await newCustomer(brand)).json;
  await eventually(() => own.arrived.length === 1);
  const seenBy = async (scopes: readonly string[]) =>
    (await (await keyWith(brand, scopes)).call('GET', `/webhooks/${id}/deliveries`)).json.data[0];
  expect((await seenBy(['webhooks:read', 'events:read'])).customer_id).toBe(customer_id);
  const shown = await seenBy(['webhooks:read', 'webhooks:write']);
  expect(shown).toMatchObject({ event: 'customer.created', number: expect.any(Number) });
  expect(shown.customer_id).toBeUndefined();
});

test('the audit trail names the address and the payload, and nothing that may be a secret or a person', async () => {
  const url = `${evil.url}/T024BE7LD/james.bond@example.com/v1?token=qwerty`;
  const { id } = (await newWebhook(brand, { url, events: ['*'], payload: 'full' })).json.webhook_subscription;
  await change(brand, id, { payload: 'thin' });
  const port = new URL(evil.url).port;
  const address = `http://127.0.0.1:${port}/hooks/*/*/v1`;
  const entries = (await entriesOf(world, brand)).filter(({ operation }) => operation.endsWith('Webhook'));
  expect(entries).toMatchObject([
    { operation: 'createWebhook', webhook_id: id, address, payload: 'full' },
    { operation: 'updateWebhook', webhook_id: id, address, payload: 'thin' },
  ]);
  expect(auditedAddress('https://user:word@hooks.example.com/services/TOKEN/abc1#part')).toBe(
    'https://hooks.example.com/services/*/*',
  );
});

test('a key with the scopes gets whole customers, so the attack would work without the check', async () => {
  const key = await keyWith(brand, ['webhooks:write', 'events:read', 'customers:read']);
  expect((await subscribe(key, { payload: 'full' })).status).toBe(201);
  await newCustomer(brand);
  await eventually(() => evil.arrived.length === 1);
  expect(evil.arrived[0]?.json.customer.first_name).toBeDefined();
});
