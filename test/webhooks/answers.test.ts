import { afterAll, beforeAll, expect, test } from 'vitest';
import { createKey } from '../../src/operations/brands/api-keys.ts';
import { newCustomer, newWebhook } from '../contract-samples.ts';
import type { Receiver } from '../fakes/receiver.ts';
import { openPublicReceiver } from '../fakes/receiver.ts';
import { eventually } from '../promises/durability/cpu-contention.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';

// What receivers on the public internet answer, and who may read it.

let world: World;
let brand: BrandClient;
let receiver: Receiver;
beforeAll(async () => {
  const receiving = await openPublicReceiver();
  receiver = receiving;
  world = await openWorld({ outbound: receiving.outbound });
});
afterAll(async () => {
  await world.close();
  await receiver.close();
});

/** The attempts at the delivery of a new customer, as another key sees them. */
async function attemptsAt(answer: (body: string) => string) {
  brand = await world.brand();
  const { id } = (await newWebhook(brand, { url: receiver.url, events: ['*'], payload: 'full' })).json
    .webhook_subscription;
  receiver.answer(({ body }, response) => {
    response.writeHead(500).end(answer(body));
    return undefined;
  });
  await newCustomer(brand);
  const attempts = async (who: BrandClient) =>
    (await who.call('GET', `/webhooks/${id}/deliveries`)).json.data[0]?.attempts ?? [];
  await eventually(async () => (await attempts(brand)).length === 1);
  return attempts;
}

test('an answer is stored with one kilobyte, sealed', async () => {
  const attempts = await attemptsAt(() => 'James Bond was here.'.padEnd(100_000, 'x'));
  expect((await attempts(brand))[0].answer).toBe('James Bond was here.'.padEnd(1_024, 'x'));
  const rows = await world.sql('select answer from delivery_attempts where brand_id = $1', [brand.brandId]);
  expect(JSON.stringify(rows)).not.toContain('Bond');
});

test('an answer that may repeat a customer is for keys that may read customers', async () => {
  const attempts = await attemptsAt((body) => body);
  expect((await attempts(brand))[0].answer).toContain('"customer": {');
  const scopes = ['webhooks:read', 'events:read'];
  const reader = brand.as(await createKey(world.system, brand.brandId, { scopes }));
  const [shown] = await attempts(reader);
  expect([shown.status_code, shown.answer]).toEqual([500, undefined]);
});
