import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { plusSeconds } from '../../../src/domain/time.ts';
import type { NewKey } from '../../../src/operations/brands/api-keys.ts';
import { createKey, enableKey, revokeBrandKey } from '../../../src/operations/brands/api-keys.ts';
import { wallClock } from '../../../src/runtime.ts';
import { createRootKeyFile } from '../../../src/vault/key-source.ts';
import { newCustomer } from '../../contract-samples.ts';
import type { Receiver } from '../../fakes/receiver.ts';
import { openReceiver } from '../../fakes/receiver.ts';
import { rewrite } from '../../rewrite.ts';
import type { BrandClient, World } from '../../world.ts';
import { openWorld } from '../../world.ts';
import { eventually } from '../durability/cpu-contention.ts';
import { entriesOf, eventsOf } from './guessing.ts';

// A key made a subscription and was taken away from its holder. The subscription is still there.

let ahead = 0;
let world: World;
let brand: BrandClient;
let receiver: Receiver;
beforeAll(async () => {
  world = await openWorld({ now: () => plusSeconds(wallClock(), ahead) });
});
beforeEach(async () => {
  ahead = 0;
  brand = await world.brand();
  receiver = await openReceiver();
});
afterAll(() => world.close());

const scopes = ['webhooks:write', 'webhooks:read', 'events:read', 'customers:read'];

async function scene() {
  const key = await createKey(world.system, brand.brandId, { scopes, days: 1 });
  const holder = brand.as(key);
  const body = { url: receiver.url, events: ['customer*'], payload: 'full' };
  const { id } = (await holder.call('POST', '/webhooks', { body })).json.webhook_subscription;
  await newCustomer(brand);
  await eventually(() => receiver.arrived.length === 1);
  const subscription = async () => (await brand.call('GET', `/webhooks/${id}`)).json.webhook_subscription;
  expect(await subscription()).toMatchObject({ state: 'active', key: key.identity });
  return { key, id, subscription };
}

const narrow = (key: NewKey) =>
  rewrite(brand, "update api_keys set scopes = array_remove(scopes, 'customers:read') where identity = $1", [
    key.identity,
  ]);

const expire = async () => {
  ahead = 86_401;
};

describe.each([
  [
    'revoked',
    'The key that answers for it was revoked.',
    (key: NewKey) => revokeBrandKey(world.system, brand.brandId, key.identity),
  ],
  ['expired', 'The key that answers for it has expired.', expire],
  ['narrowed', 'The key that answers for it does not have every scope any more.', narrow],
] as const)('a subscription whose key was %s', (because, sentence, end) => {
  test('gets nothing more, says why, and goes on under another key with all that happened', async () => {
    const { key, id, subscription } = await scene();
    await end(key);
    const { customer_id } = (await newCustomer(brand)).json;
    await eventually(async () => (await subscription()).state === 'stopped');
    const shown = await subscription();
    expect(shown.status).toBe('STATUS_ENABLED');
    expect(shown.because).toBe(
      `${sentence} Nothing is sent until updateWebhook is called with a key that has the scopes webhooks:write, events:read and customers:read.`,
    );
    const tested = await brand.call('POST', `/webhooks/${id}/test`);
    expect(tested.json).toMatchObject({ Status: 400, Code: 'webhooks_err', Message: shown.because });
    await newCustomer(brand);
    expect(await eventsOf(world, brand, 'webhook.stopped')).toMatchObject([{ webhook_id: id }]);
    const stops = (await entriesOf(world, brand)).filter(({ operation }) => operation === 'stopWebhook');
    expect(stops).toMatchObject([{ webhook_id: id, because, key: key.identity }]);
    const logged = world.log
      .map((line) => JSON.parse(line))
      .filter((line) => line.security_event === 'webhook_stopped' && line.key === key.identity);
    expect(logged).toMatchObject([
      { outcome: 'detected', brand_id: brand.brandId, operation: 'stopWebhook' },
    ]);
    expect(receiver.arrived).toHaveLength(1);

    // A key without the scopes does not start it; one with them does, and answers for it from then on.
    const weak = brand.as(
      await createKey(world.system, brand.brandId, { scopes: ['webhooks:write', 'events:read'] }),
    );
    const body = { status: 'STATUS_ENABLED' };
    expect((await weak.call('PATCH', `/webhooks/${id}`, { body })).json.Code).toBe('scope_err');
    const started = await brand.call('PATCH', `/webhooks/${id}`, { body });
    expect(started.json.webhook_subscription).toMatchObject({ state: 'active', key: brand.key.identity });
    // The delivery at which it was stopped is held for as long as its worker might be at it.
    ahead += 31;
    await eventually(() => receiver.arrived.length === 3);
    expect(receiver.arrived.map(({ json }) => json.customer_id)).toContain(customer_id);
  });
});

test('a key that a restore has disabled sends nothing until it is enabled, and then what waited', async () => {
  const { key, id, subscription } = await scene();
  const held = async () =>
    (await world.sql('select from deliveries where webhook_id = $1 and claim is not null', [id])).length;
  await rewrite(brand, 'update api_keys set disabled_at = now() where identity = $1', [key.identity]);
  await newCustomer(brand);
  await newCustomer(brand);
  await eventually(async () => (await held()) === 2);
  expect(receiver.arrived).toHaveLength(1);
  expect(await subscription()).toMatchObject({ state: 'active' });
  await enableKey(world.system, brand.brandId, key.identity);
  ahead += 31;
  await eventually(() => receiver.arrived.length === 3);
});

test('a key whose row was altered sends nothing', async () => {
  const { key, id } = await scene();
  await revokeBrandKey(world.system, brand.brandId, key.identity);
  await world.sql('update api_keys set revoked_at = null where identity = $1', [key.identity]);
  await newCustomer(brand);
  await eventually(
    async () =>
      (await world.sql('select from deliveries where webhook_id = $1 and claim is not null', [id])).length >
      0,
  );
  expect(receiver.arrived).toHaveLength(1);
  await world.sql('delete from webhooks where webhook_id = $1', [id]);
});

test('with another key on record the attack works, and only the service can write that', async () => {
  const { key, id } = await scene();
  await revokeBrandKey(world.system, brand.brandId, key.identity);
  await rewrite(brand, 'update webhooks set key_id = $2 where webhook_id = $1', [id, brand.key.identity]);
  await newCustomer(brand);
  await eventually(() => receiver.arrived.length === 2);
  await world.sql('update webhooks set key_id = null where webhook_id = $1', [id]);
  expect((await brand.call('GET', `/webhooks/${id}`)).json.Code).toBe('record_altered');
});

describe('a subscription without a key on record, as versions before made them', () => {
  const forget = (id: string) =>
    rewrite(brand, 'update webhooks set key_id = null, ownership = null where webhook_id = $1', [id]);

  test('opens without being sealed again, and goes on in a sandbox', async () => {
    const { id, subscription } = await scene();
    await forget(id);
    await newCustomer(brand);
    await eventually(() => receiver.arrived.length === 2);
    expect(await subscription()).toMatchObject({ state: 'active' });
    expect((await subscription()).key).toBeUndefined();
  });

  test('goes on in live if it is thin, and stops if it is full', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'clientele-webhook-key-'));
    createRootKeyFile(join(folder, 'root.key'));
    const env = { CLIENTELE_ENVIRONMENT: 'live', CLIENTELE_ROOT_KEY_FILE: join(folder, 'root.key') };
    const live = await openWorld({ env });
    try {
      const owner = await live.brand();
      const thin = await openReceiver();
      const subscribe = async (url: string, payload: string) =>
        (await owner.call('POST', '/webhooks', { body: { url, events: ['customer*'], payload } })).json
          .webhook_subscription.id as string;
      await subscribe(thin.url, 'thin');
      const id = await subscribe(receiver.url, 'full');
      await rewrite(owner, 'update webhooks set key_id = null, ownership = null');
      await newCustomer(owner);
      await eventually(() => thin.arrived.length === 1);
      const read = async () => (await owner.call('GET', `/webhooks/${id}`)).json.webhook_subscription;
      await eventually(async () => (await read()).state === 'stopped');
      expect((await read()).because).toContain('An older version made it, and recorded no key');
      expect(receiver.arrived).toHaveLength(0);
      await thin.close();
    } finally {
      await live.close();
      rmSync(folder, { recursive: true });
    }
  });
});
