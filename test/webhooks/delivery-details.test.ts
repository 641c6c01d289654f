import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKey } from '../../src/operations/brands/api-keys.ts';
import { newCustomer, newWebhook } from '../contract-samples.ts';
import type { Receiver } from '../fakes/receiver.ts';
import { openReceiver } from '../fakes/receiver.ts';
import { eventually } from '../promises/durability/cpu-contention.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld, settled } from '../world.ts';
import { deliveryPath } from './delivery-samples.ts';

let world: World;
let brand: BrandClient;
let receiver: Receiver;
beforeAll(async () => {
  receiver = await openReceiver();
  world = await openWorld({ env: { CLIENTELE_AUDIT_READS: '1' } });
  brand = await world.brand();
});
afterAll(async () => {
  await world.close();
  await receiver.close();
});

/** A customer and the delivery of its creation, once it has been delivered. */
async function delivered(payload: 'thin' | 'full') {
  const { id } = (await newWebhook(brand, { url: receiver.url, events: ['customer.created'], payload })).json
    .webhook_subscription;
  const { customer_id } = (await newCustomer(brand)).json;
  const list = `/webhooks/${id}/deliveries`;
  await eventually(async () => (await brand.call('GET', `${list}?status=delivered`)).json.data.length > 0);
  const [{ delivery_id, event_id }] = (await brand.call('GET', list)).json.data;
  return { path: `${list}/${delivery_id}`, customer_id, event_id };
}
const keyWith = async (scopes: readonly string[]) =>
  brand.as(await createKey(world.system, brand.brandId, { scopes }));

describe('a delivery', () => {
  test('shows the request as the receiver got it', async () => {
    const { path, event_id } = await delivered('thin');
    const { json } = await brand.call('GET', path);
    const got = receiver.arrived.find(({ headers }) => headers['webhook-id'] === event_id);
    expect(json.request).toEqual({
      url: receiver.url,
      headers: {
        'content-type': got?.headers['content-type'],
        'webhook-id': got?.headers['webhook-id'],
        'webhook-timestamp': got?.headers['webhook-timestamp'],
      },
      body: got?.body,
    });
    expect(json.attempts).toHaveLength(1);
  });

  test('shows the body to a key with the scopes of what is in it, and records the read of a whole customer', async () => {
    const { path, customer_id } = await delivered('full');
    const bodyFor = async (scopes: readonly string[]) =>
      (await (await keyWith(scopes)).call('GET', path)).json.request.body;
    expect(await bodyFor(['webhooks:read'])).toBeUndefined();
    expect(await bodyFor(['webhooks:read', 'events:read'])).toBeUndefined();
    const recorded = async () => {
      await settled(world);
      const { data } = (await brand.call('GET', `/customers/${customer_id}/audit`)).json;
      return data.filter(({ operation }: { operation: string }) => operation === 'getDelivery').length;
    };
    expect(await recorded()).toBe(0);
    const body = await bodyFor(['webhooks:read', 'events:read', 'customers:read']);
    expect(JSON.parse(body)).toMatchObject({
      customer: { customer_id, ssn: expect.stringMatching(/^XXX-XX-\d{4}$/) },
    });
    expect(await recorded()).toBe(1);
    await brand.call('DELETE', `/customers/${customer_id}`);
    expect((await brand.call('GET', path)).json.request.body).toBeUndefined();
  });

  test('of a thin payload shows it to a key that reads events', async () => {
    const path = await deliveryPath(brand);
    const bodyFor = async (scopes: readonly string[]) =>
      (await (await keyWith(scopes)).call('GET', path)).json.request.body;
    expect(await bodyFor(['webhooks:read', 'customers:read'])).toBeUndefined();
    expect(JSON.parse(await bodyFor(['webhooks:read', 'events:read'])).event).toBe('webhook.test');
  });

  test('whose event was altered is not shown', async () => {
    const path = await deliveryPath(brand);
    const { event_id } = (await brand.call('GET', path)).json;
    await world.sql(
      "update events set payload = replace(payload, 'webhook.test', 'webhook.tost') where event_id = $1",
      [event_id],
    );
    expect((await brand.call('GET', path)).json.Code).toBe('record_altered');
  });
});
