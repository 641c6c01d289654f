import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OperatorError } from '../../../src/domain/operator-error.ts';
import { createKey, replaceSecret } from '../../../src/operations/brands/api-keys.ts';
import { openKeyUses } from '../../../src/operations/key-use.ts';
import { networkCheck } from '../../../src/operations/networks.ts';
import { keyUses } from '../../../src/store/brands/api-keys.ts';
import { rewrite } from '../../rewrite.ts';
import type { BrandClient, World } from '../../world.ts';
import { openWorld } from '../../world.ts';

// A thief has a key and its secret, and uses it from elsewhere. The planted fault is the same key without its networks:
// then it works from everywhere.

let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld({ env: { CLIENTELE_TRUST_PROXY: '127.0.0.1/32' } });
  brand = await world.brand();
});
afterAll(() => world.close());

/** Milliseconds after which a process reads a key again. */
const keyCacheMs = 600;
const home = ['198.51.100.0/24', '2001:db8:1::/48'];
const from = (client: BrandClient, address: string) =>
  client.call('GET', '/customers', { headers: { 'X-Forwarded-For': address, 'X-Forwarded-Proto': 'https' } });
const newKey = () => createKey(world.system, brand.brandId, { networks: home, scopes: ['customers:read'] });

test.each(['198.51.100.7', '2001:db8:1::9'])('a key works from inside its networks: %s', async (address) => {
  expect((await from(brand.as(await newKey()), address)).status).toBe(200);
});

test.each(['203.0.113.9', '2001:db8:2::9', '::ffff:203.0.113.9'])(
  'from outside it gets the answer of a wrong key, and the log an alert: %s',
  async (address) => {
    const key = await newKey();
    const refused = await from(brand.as(key), address);
    const wrong = await from(brand.as({ ...key, authorization: 'wrong' }), address);
    expect(refused.status).toBe(401);
    expect(refused.text).toBe(wrong.text);
    const events = world.log
      .map((line) => JSON.parse(line))
      .filter((line) => line.key === key.identity && line.outcome === 'refused');
    expect(events.map((event) => event.security_event)).toEqual(['network_refused', 'authentication_failed']);
    expect(events[0].source).toBe(address.replace('::ffff:', ''));
  },
);

test('the networks stay with a key that gets a new secret', async () => {
  const key = await newKey();
  const renewed = await replaceSecret(world.system, brand.brandId, key, 0);
  expect((await from(brand.as(renewed), '203.0.113.9')).status).toBe(401);
  expect((await from(brand.as(renewed), '198.51.100.7')).status).toBe(200);
});

test('a writer of the table cannot take the networks away; the service itself could', async () => {
  const key = await newKey();
  const everywhere = 'update api_keys set networks = null where identity = $1';
  await world.sql(everywhere, [key.identity]);
  expect((await from(brand.as(key), '203.0.113.9')).json.Code).toBe('record_altered');
  await world.sql('update api_keys set networks = $2 where identity = $1', [key.identity, home]);
  await rewrite(brand, everywhere, [key.identity]);
  await wait(keyCacheMs);
  expect((await from(brand.as(key), '203.0.113.9')).status).toBe(200);
});

test.each(['10.0.0.0', '10.0.0.0/33', '10/8', '2001:db8::/129', '*', '', '10.0.0.1/8 '])(
  'a network that is none is refused when the key is made: "%s"',
  async (network) => {
    await expect(createKey(world.system, brand.brandId, { networks: [network] })).rejects.toThrow(
      OperatorError,
    );
  },
);

test('an address that is none is inside no network', () => {
  const check = networkCheck(['0.0.0.0/0', '::/0']);
  expect(['unknown', '', '1.2.3'].map(check)).toEqual([false, false, false]);
  expect(['1.2.3.4', 'fe80::1%eth0'].map(check)).toEqual([true, true]);
});

test('the last use of a key is written in one go, and an earlier one never replaces a later one', async () => {
  const { db } = world.system;
  const key = await newKey();
  const used = { brandId: brand.brandId, identity: key.identity };
  const last = async () => (await keyUses({ brandId: brand.brandId, db })).get(key.identity);
  let now = '2026-11-24T10:00:00.000000';
  const open = () => openKeyUses(db, () => now as never);
  const [first, second] = [open(), open()];
  first.note(used, '198.51.100.7');
  now = '2026-11-24T10:05:00.000000';
  second.note(used, '198.51.100.7');
  now = '2026-11-24T10:06:00.000000';
  second.note(used, '198.51.100.8');
  expect(await last()).toBeUndefined();
  await second.close();
  await first.close();
  expect(await last()).toEqual({ usedAt: now, usedFrom: '198.51.100.8' });
});
