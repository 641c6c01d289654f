import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NumberedRequest, RecentRequest } from '../../src/domain/requests/recent.ts';
import { keptRequests, RecentRequests } from '../../src/domain/requests/recent.ts';
import type { Instant } from '../../src/domain/time.ts';
import { createKey } from '../../src/operations/brands/api-keys.ts';
import { newCustomer } from '../contract-samples.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';

let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
  brand = await world.brand();
});
afterAll(() => world.close());

const list = async (query = '') => (await brand.call('GET', `/requests${query}`)).json;

describe('the requests of a brand', () => {
  test('are listed with route, status, code and key, newest first, and without any value', async () => {
    const { customer_id } = (await newCustomer(brand)).json;
    await brand.call('GET', `/customers/${customer_id}`);
    const unknown = randomUUID();
    const refused = await brand.call('GET', `/customers/${unknown}?nonsense=secretvalue`);
    await brand.call('POST', '/customers/search', { body: { email: 'anyone@example.com' } });
    const { data, since } = await list('?limit=4');
    expect(data.map((one: RecentRequest) => [one.method, one.path, one.operation, one.status])).toEqual([
      ['POST', '/customers/search', 'searchCustomers', 200],
      ['GET', '/customers/{customer_id}', 'getCustomer', 400],
      ['GET', '/customers/{customer_id}', 'getCustomer', 200],
      ['POST', '/customers', 'createCustomer', 201],
    ]);
    expect(data[1]).toMatchObject({
      code: 'get_customer_schema',
      request_id: refused.headers.get('x-request-id'),
      actor: { kind: 'key', id: brand.key.identity },
    });
    expect(data[0].code).toBeUndefined();
    expect(Date.parse(since)).toBeLessThan(Date.now());
    const { text } = await brand.call('GET', '/requests?limit=100');
    for (const value of [customer_id, unknown, 'secretvalue', 'anyone@example.com'])
      expect(text).not.toContain(value);
  });

  test('are found by status, operation and key, and continue from a cursor', async () => {
    const other = brand.as(await createKey(world.system, brand.brandId, { scopes: ['kyc:read'] }));
    await other.call('GET', '/customers');
    await other.call('GET', '/programs');
    const by = (await list(`?actor=${other.key.identity.toUpperCase()}`)).data;
    expect(by.map((one: RecentRequest) => [one.operation, one.status])).toEqual([
      ['listPrograms', 200],
      ['listCustomers', 403],
    ]);
    expect(by[1].code).toBe('scope_err');
    const refused = (await list('?status=4xx&limit=100')).data;
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.every(({ status }: RecentRequest) => status >= 400 && status < 500)).toBe(true);
    expect((await list('?status=403&operation=listCustomers')).data).toHaveLength(1);
    const first = await list('?limit=2&operation=listRequests');
    const second = await list(`?limit=1&operation=listRequests&cursor=${first.next_cursor}`);
    const ids = [...first.data, ...second.data].map((one) => one.request_id);
    expect(new Set(ids).size).toBe(3);
    expect((await brand.call('GET', '/requests?status=600')).status).toBe(400);
  });

  test('are not those of another brand, nor those without a valid key', async () => {
    const stranger = await world.brand();
    await newCustomer(brand);
    expect((await stranger.call('GET', '/requests')).json.data).toEqual([]);
    await brand.call('GET', '/customers', { headers: { Authorization: 'wrong' } });
    expect((await list('?status=401')).data).toEqual([]);
  });
});

describe('the memory of requests', () => {
  const request = (more: Partial<RecentRequest> = {}): RecentRequest => ({
    requestId: 'r',
    at: '2026-05-04T14:03:21.907113' as Instant,
    method: 'GET',
    path: '/customers',
    operation: 'listCustomers',
    status: 200,
    milliseconds: 1,
    actor: { kind: 'key', id: 'k' },
    isOfConsole: false,
    code: undefined,
    ...more,
  });
  const all = { status: undefined, operation: undefined, actor: undefined, withConsole: true };
  const numbers = (rows: readonly NumberedRequest[]) => rows.map(({ number }) => number);

  test('has the last ones of each brand, and forgets the brand that began first', () => {
    const recent = new RecentRequests('2026-05-04T09:02:00.000000' as Instant);
    for (let count = 0; count < keptRequests + 7; count += 1) recent.note('one', request());
    const kept = numbers(recent.newest('one', all, undefined, 5_000));
    expect([kept.length, kept[0], kept.at(-1)]).toEqual([keptRequests, keptRequests + 7, 8]);
    expect(numbers(recent.newest('one', all, 10, 5_000))).toEqual([9, 8]);
    for (let count = 0; count < 100; count += 1) recent.note(`brand ${count}`, request());
    expect(recent.newest('one', all, undefined, 1)).toEqual([]);
    expect(numbers(recent.newest('brand 99', all, undefined, 9))).toEqual([1]);
  });

  test('leaves out those of the console unless they are asked for', () => {
    const recent = new RecentRequests('2026-05-04T09:02:00.000000' as Instant);
    recent.note('one', request({ isOfConsole: true }));
    recent.note('one', request());
    expect(numbers(recent.newest('one', { ...all, withConsole: false }, undefined, 9))).toEqual([2]);
    expect(numbers(recent.newest('one', all, undefined, 9))).toEqual([2, 1]);
  });
});
