import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isKeyed } from '../../src/contract/operation.ts';
import { operations } from '../../src/contract/table.ts';
import { OperatorError } from '../../src/domain/operator-error.ts';
import { defaultScopes, keyScopes } from '../../src/domain/scopes.ts';
import { instantOfMillis } from '../../src/domain/time.ts';
import { payloadScopes } from '../../src/domain/webhooks/subscription.ts';
import type { RunningServer } from '../../src/main.ts';
import { startServer } from '../../src/main.ts';
import type { NewKey } from '../../src/operations/brands/api-keys.ts';
import { createKey, replaceSecret, revokeBrandKey } from '../../src/operations/brands/api-keys.ts';
import { prepare, send } from '../contract-samples.ts';
import type { BrandClient, World } from '../world.ts';
import { brandClient, openWorld } from '../world.ts';

const hour = 3_600_000;
let ahead = 0;
const now = () => instantOfMillis(Date.now() + ahead);

let world: World;
/** A second process of the same installation. */
let second: RunningServer;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld({ now });
  second = await startServer(world.config, { now, logger: pino({ level: 'silent' }) });
  brand = await world.brand();
});
afterAll(async () => {
  await second.close();
  await world.close();
});

const newKey = (options: Parameters<typeof createKey>[2] = {}) =>
  createKey(world.system, brand.brandId, options);
/** Clients of both processes that use one key. */
const both = (key: NewKey) =>
  [world.url, second.url].map((url) => brandClient(url, brand.brandId, brand.name, key, world));
const list = async (client: BrandClient) => (await client.call('GET', '/customers')).status;
const answers = (key: NewKey) => Promise.all(both(key).map(list));

/** All of an answer but what differs between any two. */
const comparable = (status: number, headers: Headers, text: string): string =>
  JSON.stringify([status, [...headers].filter(([name]) => !['date', 'x-request-id'].includes(name)), text]);

test('a missing, unknown, wrong, revoked or expired key gets the same answer', async () => {
  const revoked = await newKey();
  await revokeBrandKey(world.system, brand.brandId, revoked.identity);
  const expired = await newKey({ days: 1 });
  const other = await world.brand();
  const { identity, authorization } = await newKey();
  ahead += 25 * hour;
  const presented: readonly Readonly<Record<string, string>>[] = [
    {},
    { Identity: identity },
    { Authorization: authorization },
    { Identity: '', Authorization: '' },
    { Identity: identity, Authorization: '' },
    { Identity: 'nobody', Authorization: authorization },
    { Identity: "' OR 1=1--", Authorization: authorization },
    { Identity: `{${identity}}`, Authorization: authorization },
    { Identity: identity.replaceAll('-', ''), Authorization: authorization },
    { Identity: randomUUID(), Authorization: authorization },
    { Identity: identity, Authorization: 'wrong' },
    { Identity: identity, Authorization: `${authorization}A` },
    { Identity: identity, Authorization: authorization.slice(0, -1) },
    { Identity: identity, Authorization: authorization.toLowerCase() },
    { Identity: identity, Authorization: `Bearer ${authorization}` },
    { Identity: identity, Authorization: other.key.authorization },
    { Identity: other.key.identity, Authorization: authorization },
    { Identity: revoked.identity, Authorization: revoked.authorization },
    { Identity: expired.identity, Authorization: expired.authorization },
  ];
  const seen = new Set<string>();
  for (const headers of presented) {
    const response = await fetch(`${world.url}/api/v0.1/customers`, { headers });
    seen.add(comparable(response.status, response.headers, await response.text()));
  }
  expect([...seen]).toHaveLength(1);
  expect([...seen][0]).toContain('auth_err');
  expect(await list(brand)).toBe(200);
});

test('a new key works at once in every process, with its Identity in any case', async () => {
  const key = await newKey();
  expect(await answers(key)).toEqual([200, 200]);
  expect(await answers({ ...key, identity: key.identity.toUpperCase() as NewKey['identity'] })).toEqual([
    200, 200,
  ]);
});

test('every process refuses a revoked key after one second, even if it is in use', async () => {
  const key = await newKey();
  expect(await answers(key)).toEqual([200, 200]);
  const revoking = revokeBrandKey(world.system, brand.brandId, key.identity);
  const end = performance.now() + 1_000;
  await revoking;
  while (performance.now() < end) {
    await answers(key);
    await wait(20);
  }
  expect(await answers(key)).toEqual([401, 401]);
  await expect(replaceSecret(world.system, brand.brandId, key, 1)).rejects.toThrow(OperatorError);
});

describe('a rotated key', () => {
  test('works at once with its new secret, and with the old one during the overlap', async () => {
    const old = await newKey();
    expect(await answers(old)).toEqual([200, 200]);
    const renewed = await replaceSecret(world.system, brand.brandId, old, 2);
    expect(renewed.identity).toBe(old.identity);
    expect(renewed.authorization).not.toBe(old.authorization);
    expect(await answers(renewed)).toEqual([200, 200]);
    expect(await answers(old)).toEqual([200, 200]);
    ahead += 2 * hour;
    expect(await answers(old)).toEqual([401, 401]);
    expect(await answers(renewed)).toEqual([200, 200]);
  });

  test('loses its old secret within a second without an overlap', async () => {
    const old = await newKey();
    expect(await answers(old)).toEqual([200, 200]);
    const renewed = await replaceSecret(world.system, brand.brandId, old, 0);
    expect(await answers(renewed)).toEqual([200, 200]);
    await wait(1_000);
    expect(await answers(old)).toEqual([401, 401]);
  });

  test('keeps only the two newest secrets when it is rotated twice', async () => {
    const first = await newKey();
    await replaceSecret(world.system, brand.brandId, first, 24);
    await replaceSecret(world.system, brand.brandId, first, 24);
    expect(await answers(first)).toEqual([401, 401]);
  });
});

describe('scopes', () => {
  test.each(operations.filter(isKeyed).map((row) => [row.operationId, row] as const))(
    '%s runs with its own scope alone and with no other',
    async (_id, row) => {
      const prepared = await prepare(row, brand);
      if (row.scope === 'any key') {
        // It tells a key about itself, so each key asks about its own identity.
        const weakest = brand.as(await newKey({ scopes: ['audit:read'] }));
        const answer = await send(weakest, await prepare(row, weakest));
        expect(answer.status).toBe(row.answer.status);
        return;
      }
      const others = brand.as(await newKey({ scopes: keyScopes.filter((scope) => scope !== row.scope) }));
      expect((await send(others, prepared)).json.Code).toBe('scope_err');
      // A subscription shows events, so its key also needs what reads them.
      const shown = ['createWebhook', 'updateWebhook'].includes(row.operationId) ? payloadScopes.thin : [];
      const further = row.furtherScope ? [row.furtherScope] : [];
      const alone = brand.as(await newKey({ scopes: [row.scope, ...shown] }));
      if (row.furtherScope) expect((await send(alone, prepared)).json.Code).toBe('scope_err');
      const exact = brand.as(await newKey({ scopes: [row.scope, ...further, ...shown] }));
      expect((await send(exact, prepared)).status).toBe(row.answer.status);
    },
  );

  test('beyond the default are granted only on request', async () => {
    const asked = ['ssn:reveal', 'kyc:review', 'compliance:read'];
    expect((await newKey()).scopes).toEqual(defaultScopes);
    expect(defaultScopes.filter((scope) => asked.includes(scope))).toEqual([]);
  });
});

describe('GET /auth/key', () => {
  test('describes the key without its secret', async () => {
    const key = await newKey({ name: 'ledger', scopes: ['customers:read'], days: 30 });
    const told = await brand.as(key).call('GET', `/auth/key/${key.identity}`);
    expect(told.json).toEqual({
      identity: key.identity,
      name: 'ledger',
      bond_brand_id: brand.brandId,
      brand: brand.name,
      scopes: ['customers:read'],
      environment: 'sandbox',
      date_created: `${key.createdAt}+00:00`,
      date_expires: `${key.expiresAt}+00:00`,
    });
    expect(told.text).not.toContain(key.authorization);
  });

  test('shows no other key, not even of the same brand', async () => {
    const other = await newKey();
    const told = await brand.call('GET', `/auth/key/${other.identity}`);
    expect(told.json).toMatchObject({ Status: 404, Code: 'not_found' });
  });
});

test('the database contains only a digest of the secret', async () => {
  const key = await newKey();
  const renewed = await replaceSecret(world.system, brand.brandId, key, 1);
  expect(key.authorization).toMatch(/^[A-Za-z0-9+/]{64}$/);
  const tables = await world.sql(
    "select quote_ident(relname) as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'",
  );
  let everything = '';
  for (const { name } of tables) {
    const rows = await world.sql(`select t::text as line from ${name} as t`);
    everything += rows.map(({ line }) => line).join('\n');
  }
  for (const { authorization } of [key, renewed]) {
    const digest = createHash('sha256').update(authorization).digest('hex');
    expect(everything).toContain(digest);
    const forms = [
      authorization,
      Buffer.from(authorization).toString('hex'),
      Buffer.from(authorization, 'base64').toString('hex'),
    ];
    for (const form of forms) expect(everything).not.toContain(form);
  }
});
