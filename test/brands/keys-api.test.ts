import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyScopes } from '../../src/domain/scopes.ts';
import { millisOf } from '../../src/domain/time.ts';
import type { KeyOptions } from '../../src/operations/brands/api-keys.ts';
import { createKey } from '../../src/operations/brands/api-keys.ts';
import { noteKeyUses } from '../../src/store/brands/api-keys.ts';
import { restrictedPath } from '../contract-samples.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld, settled } from '../world.ts';
import { madeKey } from './key-samples.ts';

let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
  brand = await world.brand();
});
afterAll(() => world.close());

/** A key that an operator makes. */
const operatorKey = async (options: KeyOptions): Promise<BrandClient> =>
  brand.as(await createKey(world.system, brand.brandId, { name: randomUUID(), ...options }));
const usedBy = (client: BrandClient, key: { identity: string; authorization: string }) =>
  client.as({ ...client.key, ...key } as BrandClient['key']);
const listed = async (identity: string) =>
  (await brand.call('GET', '/keys')).json.data.find((one: { identity: string }) => one.identity === identity);

describe('a key that was made by the API', () => {
  test('works at once, shows its secret once, and is listed without it', async () => {
    const made = await madeKey(brand, { name: ' crm  2 ', scopes: ['customers:read', 'customers:read'] });
    expect(made).toMatchObject({ name: 'crm 2', scopes: ['customers:read'], created_by: brand.key.identity });
    expect((await usedBy(brand, made).call('GET', '/customers')).status).toBe(200);
    const { authorization, ...rest } = made;
    expect(authorization).toHaveLength(64);
    expect(await listed(made.identity)).toEqual(rest);
    await settled(world);
    const { json, text } = await brand.call('GET', '/audit?operation=createKey&limit=1');
    expect(json.data[0]).toMatchObject({ key: made.identity, scopes: ['customers:read'] });
    expect(text).not.toContain(authorization);
  });

  test('is repeated under an Idempotency-Key without its secret, and is made once', async () => {
    const headers = { 'Idempotency-Key': randomUUID() };
    const body = { name: randomUUID(), scopes: ['keys:read'] };
    const first = await brand.call('POST', '/keys', { body, headers });
    const second = await brand.call('POST', '/keys', { body, headers });
    const { authorization: _, ...rest } = first.json;
    expect(second.status).toBe(201);
    expect(second.json).toEqual(rest);
  });

  test('is listed with its last use', async () => {
    const { identity } = await madeKey(brand);
    await noteKeyUses({ brandId: brand.brandId, db: world.system.db }, [
      { identity, usedAt: world.system.now(), usedFrom: '192.0.2.7' },
    ]);
    expect(await listed(identity)).toMatchObject({ last_used_from: '192.0.2.7' });
  });

  test('keeps its old secret for the overlap only, and none once it is revoked', async () => {
    const made = await madeKey(brand, { scopes: ['customers:read'] });
    const path = `/keys/${made.identity}`;
    const statusOf = async (key: { identity: string; authorization: string }) =>
      (await usedBy(brand, key).call('GET', '/customers')).status;
    const second = (await brand.call('POST', `${path}/rotation`, { body: {} })).json;
    expect([await statusOf(made), await statusOf(second)]).toEqual([200, 200]);
    const third = (await brand.call('POST', `${path}/rotation`, { body: { overlap_hours: 0 } })).json;
    await expect.poll(() => statusOf(second), { timeout: 2_000 }).toBe(401);
    expect(await statusOf(third)).toBe(200);
    const revoked = (await brand.call('POST', `${path}/revocation`)).json;
    await expect.poll(() => statusOf(third), { timeout: 2_000 }).toBe(401);
    expect((await brand.call('POST', `${path}/revocation`)).json.date_revoked).toBe(revoked.date_revoked);
  });
});

describe('nobody gets a key that can do more than they can', () => {
  test('neither a new one nor the secret of an existing one with a further scope', async () => {
    const maker = await operatorKey({ scopes: ['keys:write', 'customers:read'] });
    const more = await operatorKey({ scopes: ['ssn:reveal', 'customers:read'] });
    const body = { name: randomUUID(), scopes: ['customers:read', 'ssn:reveal'] };
    const made = await maker.call('POST', '/keys', { body });
    expect(made.json).toMatchObject({ Code: 'scope_err', Message: expect.stringContaining('ssn:reveal') });
    const rotated = await maker.call('POST', `/keys/${more.key.identity}/rotation`, { body: {} });
    expect(rotated.json).toMatchObject({ Code: 'scope_err', Message: expect.stringContaining('ssn:reveal') });
    expect((await more.call('GET', '/customers')).status).toBe(200);
    // The counterpart: with all of the scopes, both succeed.
    expect((await brand.call('POST', '/keys', { body })).status).toBe(201);
    expect((await brand.call('POST', `/keys/${more.key.identity}/rotation`, { body: {} })).status).toBe(200);
  });

  test.each(['settings:read', 'settings:write', 'nonsense'])('no key has the scope %s', async (scope) => {
    const body = { name: randomUUID(), scopes: ['customers:read', scope] };
    const refused = await brand.call('POST', '/keys', { body });
    expect([refused.status, Object.keys(refused.json.Message)]).toEqual([400, ['scopes.1']]);
  });

  test('one that ends earlier than its maker, or is bound to its networks, is all that it can make', async () => {
    const networks = ['127.0.0.0/8', '192.0.2.7/32'];
    const maker = await operatorKey({ scopes: keyScopes, days: 30, networks });
    const make = async (body: object) => {
      const { status, json } = await maker.call('POST', '/keys', {
        body: { name: randomUUID(), scopes: ['keys:read'], ...body },
      });
      return status === 201 ? json : [status, Object.keys(json.Message)];
    };
    const end = await listed(maker.key.identity);
    expect(await make({})).toMatchObject({ date_expires: end.date_expires, networks });
    const earlier = await make({ expires_days: 7, networks: ['192.0.2.7/32'] });
    expect(earlier.networks).toEqual(['192.0.2.7/32']);
    expect(millisOf(earlier.date_expires.slice(0, 26))).toBeLessThan(millisOf(end.date_expires.slice(0, 26)));
    expect(await make({ expires_days: 31 })).toEqual([400, ['expires_days']]);
    expect(await make({ no_expiry: true })).toEqual([400, ['no_expiry']]);
    expect(await make({ no_expiry: true, expires_days: 3 })).toEqual([400, ['no_expiry']]);
    expect(await make({ networks: [] })).toEqual([400, ['networks']]);
    expect(await make({ networks: ['0.0.0.0/0'] })).toEqual([400, ['networks']]);
    expect(await make({ networks: ['here'] })).toEqual([400, ['networks']]);
  });
});

test('nobody gets the secret of a key that lasts longer, or may be used from more networks, than their own', async () => {
  const scopes = ['keys:write', 'customers:read'];
  const bound = await operatorKey({ scopes, networks: ['127.0.0.0/8'] });
  const ending = await operatorKey({ scopes, days: 30 });
  const lasting = await operatorKey({ scopes: ['customers:read'] });
  const rotated = async (by: BrandClient, { identity }: { readonly identity: string }) =>
    (await by.call('POST', `/keys/${identity}/rotation`, { body: {} })).status;
  expect(await rotated(bound, lasting.key)).toBe(403);
  expect(await rotated(ending, lasting.key)).toBe(403);
  expect(await rotated(ending, ending.key)).toBe(200);
  const within = await operatorKey({ scopes: ['customers:read'], days: 7, networks: ['127.0.0.0/8'] });
  expect(await rotated(bound, within.key)).toBe(200);
});

describe('nobody becomes a second person by making keys', () => {
  const granted = async (asks: BrandClient, grants: BrandClient) => {
    const path = `${await restrictedPath(asks)}/erasure-requests`;
    const { erasure_id } = (await asks.call('POST', path, { body: { reason: 'Created twice.' } })).json;
    return (await grants.call('POST', `${path}/${erasure_id}/approval`)).json.Code ?? 'granted';
  };
  const childOf = async (maker: BrandClient) => usedBy(maker, await madeKey(maker, { scopes: keyScopes }));

  test.each([
    ['without an owner', {}],
    ['with an owner', { owner: 'mallory@example.com' }],
  ])(
    'a key that a key %s has made counts as the same person, and so do those that it makes',
    async (_, options) => {
      const maker = await operatorKey({ scopes: keyScopes, ...options });
      const child = await childOf(maker);
      const grandchild = await childOf(child);
      const sibling = await childOf(maker);
      for (const [asks, grants] of [
        [maker, child],
        [child, maker],
        [maker, grandchild],
        [sibling, grandchild],
      ] as const)
        expect(await granted(asks, grants)).toBe('second_approver');
      // The planted fault: a second key that an operator gave to nobody.
      expect(await granted(maker, await operatorKey({ scopes: keyScopes }))).toBe('granted');
    },
  );

  test('a key counts as the person who rotated it', async () => {
    const maker = await operatorKey({ scopes: keyScopes });
    const service = await operatorKey({ scopes: keyScopes });
    const rotated = await maker.call('POST', `/keys/${service.key.identity}/rotation`, { body: {} });
    expect(rotated.json.rotated_by).toBe(maker.key.identity);
    expect(await granted(maker, usedBy(service, rotated.json))).toBe('second_approver');
  });

  test("the secret of another person's key is not given to anybody else", async () => {
    const mo = await operatorKey({ scopes: keyScopes, owner: 'mo@example.com' });
    const mallory = await operatorKey({ scopes: keyScopes, owner: 'mallory@example.com' });
    const made = await childOf(await operatorKey({ scopes: keyScopes }));
    for (const victim of [mo, made]) {
      const path = `/keys/${victim.key.identity}/rotation`;
      expect((await mallory.call('POST', path, { body: {} })).json.Code).toBe('key_person');
      expect((await brand.call('POST', path, { body: {} })).json.Code).toBe('key_person');
      expect((await victim.call('POST', path, { body: {} })).status).toBe(200);
    }
    // It can be ended by everybody who manages keys.
    expect((await mallory.call('POST', `/keys/${mo.key.identity}/revocation`)).status).toBe(200);
  });

  test('a maker that was altered in the database is not believed', async () => {
    const child = await childOf(brand);
    for (const column of ['created_by', 'rotated_by']) {
      await world.sql(`update api_keys set ${column} = gen_random_uuid() where identity = $1`, [
        child.key.identity,
      ]);
      await expect
        .poll(async () => (await child.call('GET', '/customers')).json.Code, { timeout: 2_000 })
        .toBe('record_altered');
      expect((await brand.call('GET', '/keys')).json.Code).toBe('record_altered');
    }
  });
});
