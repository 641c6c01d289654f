import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Instant } from '../../src/domain/time.ts';
import { instantOfMillis, plusSeconds } from '../../src/domain/time.ts';
import { createKey } from '../../src/operations/brands/api-keys.ts';
import { newCustomer } from '../contract-samples.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld, settled } from '../world.ts';
import { headersFor, newPerson, password, signedIn } from './people.ts';

// What a session is worth: where it counts, what it may do, and when it has ended.

let world: World;
let brand: BrandClient;
let other: BrandClient;
let ahead = 0;
const now = (): Instant => plusSeconds(instantOfMillis(Date.now()), ahead);
beforeAll(async () => {
  world = await openWorld({ now, apiOnly: true });
  brand = await world.brand();
  other = await world.brand();
});
afterAll(() => world.close());

const statusWith = async (headers: Readonly<Record<string, string>>, path = '/customers') =>
  (await brand.call('GET', path, { headers })).status;
const codeWith = async (headers: Readonly<Record<string, string>>, path = '/customers') =>
  (await brand.call('GET', path, { headers })).json.Code;
const soon = () => new Promise((resolve) => setTimeout(resolve, 1_000));

describe('a session', () => {
  test('does in its brand what the roles of its person allow, and is named in the trail', async () => {
    const { headers, operator } = await signedIn(world.system, brand.brandId, { roles: ['viewer', 'agent'] });
    const { customer_id } = (await newCustomer(brand)).json;
    const body = { email: 'new@example.com' };
    const path = `/customers/${customer_id}`;
    expect((await brand.call('PATCH', path, { body, headers })).status).toBe(200);
    expect((await brand.call('DELETE', path, { headers })).json.Code).toBe('scope_err');
    await settled(world);
    const [entry] = (await brand.call('GET', `/audit?actor=${operator.operatorId}`)).json.data;
    expect(entry).toMatchObject({
      operation: 'updateCustomer',
      actor: { kind: 'operator', id: operator.operatorId, user: operator.email },
    });
    const { data } = (await brand.call('GET', '/actors')).json;
    expect(data).toContainEqual({ id: operator.operatorId, kind: 'operator', name: 'Maria Chen' });
  });

  test('does nothing in a brand where its person has no role, and in none that does not exist', async () => {
    const { token } = await signedIn(world.system, brand.brandId);
    const foreign = await brand.call('GET', '/customers', { headers: headersFor(token, other.brandId) });
    const unknown = await brand.call('GET', '/customers', {
      headers: headersFor(token, '00000000-0000-4000-8000-000000000000'),
    });
    expect(foreign.status).toBe(403);
    expect(foreign.text).toBe(unknown.text);
  });

  test('counts for nothing beside the headers of a key', async () => {
    const { headers } = await signedIn(world.system, brand.brandId, { roles: ['viewer'] });
    const key = await createKey(world.system, brand.brandId, { name: 'narrow', scopes: ['webhooks:read'] });
    const both = { ...headers, Identity: key.identity, Authorization: key.authorization };
    expect(await codeWith(both)).toBe('scope_err');
    expect(await codeWith({ ...headers, Authorization: 'wrong' })).toBe('auth_err');
    expect(await statusWith(headers)).toBe(200);
  });

  test('ends after 12 hours, used or not', async () => {
    const { headers } = await signedIn(world.system, brand.brandId);
    ahead += 12 * 3_600 - 60;
    expect(await statusWith(headers)).toBe(200);
    ahead += 61;
    expect(await codeWith(headers)).toBe('session_err');
  });

  test('that is closed is refused within a second, and the others of its person as they wish', async () => {
    const operator = await newPerson(world.system, brand.brandId);
    const open = async () => {
      const body = { email: operator.email, password };
      const answer = await brand.call('POST', '/session', { body });
      return /clientele=([\w-]+)/.exec(answer.headers.get('set-cookie') ?? '')?.[1] ?? '';
    };
    const [first, second, third] = [await open(), await open(), await open()];
    const own = (token: string) => headersFor(token, '-');
    for (const token of [first, second, third])
      expect(await statusWith(headersFor(token, brand.brandId))).toBe(200);
    const closed = await brand.call('DELETE', '/session', { headers: own(first) });
    expect(closed.headers.get('set-cookie')).toMatch(/^clientele=; .*Max-Age=0$/);
    expect(await codeWith(headersFor(first, brand.brandId))).toBe('session_err');
    await brand.call('DELETE', '/session?sessions=others', { headers: own(third) });
    await soon();
    expect(await codeWith(headersFor(second, brand.brandId))).toBe('session_err');
    expect(await statusWith(headersFor(third, brand.brandId))).toBe(200);
  });

  test('is new with each sign-in, and the one before it in the same browser ends', async () => {
    const { operator, token } = await signedIn(world.system, brand.brandId);
    const chosen = 'a'.repeat(43);
    for (const before of [token, chosen]) {
      const body = { email: operator.email, password };
      const headers = { Cookie: `clientele=${before}` };
      const answer = await brand.call('POST', '/session', { body, headers });
      const [, after] = /clientele=([\w-]+)/.exec(answer.headers.get('set-cookie') ?? '') ?? [];
      expect(after).not.toBe(before);
      expect(await codeWith(headersFor(before, brand.brandId))).toBe('session_err');
    }
  });

  test('takes other roles within a second', async () => {
    const { headers, operator } = await signedIn(world.system, brand.brandId, { roles: ['viewer'] });
    const admin = await signedIn(world.system, brand.brandId);
    expect(await statusWith(headers)).toBe(200);
    const path = `/operators/${operator.operatorId}`;
    await brand.call('PATCH', path, { body: { roles: ['developer'] }, headers: admin.headers });
    await soon();
    expect(await codeWith(headers)).toBe('scope_err');
    expect(await statusWith(headers, '/webhooks')).toBe(200);
  });

  test('proves its person again with the password alone', async () => {
    const { ownHeaders: headers } = await signedIn(world.system, brand.brandId);
    ahead += 400;
    const before = await brand.call('GET', '/session', { headers });
    expect(before.json.confirmed_until).toBeNull();
    const confirm = (text: string) =>
      brand.call('POST', '/session/confirmation', { body: { password: text }, headers });
    expect((await confirm('some other plain words')).json.Code).toBe('sign_in_err');
    const confirmed = await confirm(password);
    expect(confirmed.status).toBe(200);
    const after = await brand.call('GET', '/session', { headers });
    expect(after.json.confirmed_until).toBe(confirmed.json.confirmed_until);
  });
});

describe('a page of another site', () => {
  test('gets nothing with the cookie of a session: it cannot send the header', async () => {
    const { headers, token } = await signedIn(world.system, brand.brandId);
    const { 'Clientele-Brand': _, ...cookie } = headers as Record<string, string>;
    expect(await codeWith(cookie)).toBe('foreign_page');
    expect(await codeWith(headersFor(token, 'nonsense'))).toBe('foreign_page');
    expect(await codeWith(headersFor(token, '-'))).toBe('foreign_page');
    for (const site of ['cross-site', 'same-site', 'none'])
      expect(await codeWith({ ...headers, 'Sec-Fetch-Site': site })).toBe('foreign_page');
    expect(await statusWith({ ...headers, 'Sec-Fetch-Site': 'same-origin' })).toBe(200);
  });

  test('cannot sign anybody in, and is allowed no request by a preflight', async () => {
    const { email } = await newPerson(world.system, brand.brandId);
    const body = { email, password };
    const headers = { 'Sec-Fetch-Site': 'cross-site' };
    expect((await brand.call('POST', '/session', { body, headers })).json.Code).toBe('foreign_page');
    const preflight = await fetch(`${world.url}/api/v0.1/session`, {
      method: 'OPTIONS',
      headers: { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' },
    });
    expect(preflight.status).toBe(405);
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
  });
});
