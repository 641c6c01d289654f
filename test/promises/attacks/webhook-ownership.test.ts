import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { plusSeconds } from '../../../src/domain/time.ts';
import { wallClock } from '../../../src/runtime.ts';
import { newCustomer, newWebhook } from '../../contract-samples.ts';
import type { Answering, Receiver } from '../../fakes/receiver.ts';
import { openPublicReceiver } from '../../fakes/receiver.ts';
import { rewrite } from '../../rewrite.ts';
import type { BrandClient, World } from '../../world.ts';
import { openWorld } from '../../world.ts';
import { eventually } from '../durability/cpu-contention.ts';
import { entriesOf } from './guessing.ts';

// A subscription names a URL whose owner never asked for events: by mistake, or to send it customers, or to
// flood a server.

let ahead = 0;
let world: World;
let brand: BrandClient;
let receiver: Receiver;
beforeAll(async () => {
  const receiving = await openPublicReceiver();
  receiver = receiving;
  world = await openWorld({ now: () => plusSeconds(wallClock(), ahead), outbound: receiving.outbound });
});
beforeEach(async () => {
  brand = await world.brand();
  receiver.answerChallenges(undefined);
});
afterAll(async () => {
  await world.close();
  await receiver.close();
});

async function subscribe(more: object = {}) {
  const path = `/${Math.random().toString(36).slice(2)}`;
  const body = { url: `${receiver.url}${path}`, events: ['customer*'], payload: 'full', ...more };
  const { id, secret } = (await newWebhook(brand, body)).json.webhook_subscription;
  const subscription = async () => (await brand.call('GET', `/webhooks/${id}`)).json.webhook_subscription;
  const challenges = () => receiver.challenges.filter(({ json }) => json.webhook_id === id);
  return { id, secret, subscription, challenges };
}

const reply =
  (status: number, body: (challenge: string, sent: string) => string): Answering =>
  ({ json, body: sent }, response) =>
    void response.writeHead(status).end(body(json.challenge, sent));

describe('a URL whose server', () => {
  test.each<readonly [string, string, Answering]>([
    ['says yes to everything', 'with a 2xx, but not with the challenge', () => 200],
    ['returns what it is sent', 'with a 2xx, but not with the challenge', reply(200, (_, sent) => sent)],
    [
      'shows what it is sent in a page',
      'with a 2xx, but not with the challenge',
      reply(200, (challenge) => `<p>${challenge}</p>`),
    ],
    [
      'repeats an earlier challenge',
      'with a 2xx, but not with the challenge',
      reply(200, () => 'W'.repeat(43)),
    ],
    ['refuses', 'with a status other than 2xx', reply(404, (challenge) => challenge)],
  ])('%s gets no event, and the subscription says why', async (_, words, how) => {
    receiver.answerChallenges(how);
    const before = receiver.arrived.length;
    const { id, subscription, challenges } = await subscribe();
    await newCustomer(brand);
    await eventually(async () => (await subscription()).because.includes(words));
    expect(await subscription()).toMatchObject({ state: 'unverified', status: 'STATUS_ENABLED' });
    expect(challenges()).toHaveLength(1);
    // On the schedule of deliveries, and at once where it is asked for.
    ahead += 6;
    world.system.db.wake();
    await eventually(() => challenges().length === 2);
    const tested = await brand.call('POST', `/webhooks/${id}/test`);
    expect(tested.json).toEqual({ webhook_id: id, event: 'webhook.verify' });
    await eventually(() => challenges().length === 3);
    expect(await world.sql('select 1 from deliveries where webhook_id = $1', [id])).toEqual([]);
    expect(receiver.arrived).toHaveLength(before);
  });
});

describe('a URL that answers', () => {
  test.each([
    ['text', (challenge: string) => ` ${challenge}\n`],
    ['JSON', (challenge: string) => JSON.stringify({ challenge })],
  ])('with the challenge as %s gets everything since it was subscribed', async (_, answer) => {
    receiver.answerChallenges(() => 503);
    const { id, secret, subscription, challenges } = await subscribe();
    const { customer_id } = (await newCustomer(brand)).json;
    await eventually(() => challenges().length === 1);
    const [{ headers, body } = { headers: {}, body: '' }] = challenges();
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({
      event: 'webhook.verify',
      webhook_id: id,
    });
    receiver.answerChallenges(reply(200, answer));
    await brand.call('POST', `/webhooks/${id}/test`);
    await eventually(() => receiver.arrived.some(({ json }) => json.customer_id === customer_id));
    expect((await subscription()).state).toBe('active');
    const verified = (await entriesOf(world, brand)).filter(({ operation }) => operation === 'verifyWebhook');
    expect(verified).toMatchObject([{ webhook_id: id, payload: 'full' }]);
  });

  test('proves nothing for the next URL of the subscription', async () => {
    const { id, subscription, challenges } = await subscribe();
    await eventually(async () => (await subscription()).state === 'active');
    receiver.answerChallenges(() => 200);
    const body = { url: `${receiver.url}/elsewhere` };
    const changed = await brand.call('PATCH', `/webhooks/${id}`, { body });
    expect(changed.json.webhook_subscription.state).toBe('unverified');
    await eventually(() => challenges().length === 2);
    const [first, second] = challenges().map(({ json }) => json.challenge);
    expect(first).not.toBe(second);
    const { customer_id } = (await newCustomer(brand)).json;
    await eventually(async () => (await subscription()).because.includes('The last one was'));
    expect(receiver.arrived.filter(({ json }) => json.customer_id === customer_id)).toEqual([]);
    // The same URL again is no other one.
    receiver.answerChallenges(undefined);
    await brand.call('PATCH', `/webhooks/${id}`, { body });
    await eventually(async () => (await subscription()).state === 'active');
    await brand.call('PATCH', `/webhooks/${id}`, { body });
    expect((await subscription()).state).toBe('active');
  });
});

test('a URL that is said to be verified gets events, and only the service can write that', async () => {
  receiver.answerChallenges(() => 200);
  const { id, subscription } = await subscribe();
  await eventually(async () => (await subscription()).because.includes('The last one was'));
  await rewrite(brand, "update webhooks set ownership = 'verified' where webhook_id = $1", [id]);
  const { customer_id } = (await newCustomer(brand)).json;
  await eventually(() => receiver.arrived.some(({ json }) => json.customer_id === customer_id));
  await world.sql('update webhooks set ownership = null where webhook_id = $1', [id]);
  expect((await brand.call('GET', `/webhooks/${id}`)).json.Code).toBe('record_altered');
});
