import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { instantOfMillis } from '../../src/domain/time.ts';
import { createKey } from '../../src/operations/brands/api-keys.ts';
import { createProgram, setProgram } from '../../src/operations/kyc/programs.ts';
import { customerPath, newCustomer } from '../contract-samples.ts';
import { newSsn, person } from '../people.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld, settled } from '../world.ts';

let world: World;
let brand: BrandClient;
let ahead = 0;
const now = () => instantOfMillis(Date.now() + ahead);

beforeAll(async () => {
  world = await openWorld({ now });
});
afterAll(() => world.close());

// biome-ignore lint/suspicious/noExplicitAny: the entries are what is being looked at.
type Entries = readonly any[];
async function read(path: string): Promise<Entries> {
  await settled(brand);
  return (await brand.call('GET', path)).json.data;
}
const operationsOf = (entries: Entries): readonly string[] => entries.map(({ operation }) => operation);

describe('the audit trail', () => {
  beforeAll(async () => {
    brand = await world.brand();
  });

  test('of a customer lists every change, newest first, and stays after the customer is deleted', async () => {
    const path = await customerPath(brand);
    await brand.call('PATCH', path, { body: { email: 'new@example.com' } });
    await brand.call('DELETE', path);
    expect((await brand.call('GET', path)).status).toBe(404);
    const entries = await read(`${path}/audit`);
    expect(operationsOf(entries)).toEqual(['deleteCustomer', 'updateCustomer', 'createCustomer']);
    expect(operationsOf(await read(`${path}/audit?order=oldest`))).toEqual(
      [...operationsOf(entries)].reverse(),
    );
    expect(entries[1]).toMatchObject({ actor: { kind: 'key', id: brand.key.identity }, fields: ['email'] });
  });

  test('returns each entry once, page by page', async () => {
    const paths = await Promise.all(Array.from({ length: 7 }, () => customerPath(brand)));
    await settled(world);
    for (const order of ['newest', 'oldest']) {
      const met: string[] = [];
      let next = '';
      do {
        const { json } = await brand.call('GET', `/audit?limit=3&order=${order}${next}`);
        met.push(
          ...json.data.map((entry: { request_id?: string; at: string }) => entry.request_id ?? entry.at),
        );
        next = json.next_cursor === null ? '' : `&cursor=${json.next_cursor}`;
      } while (next !== '');
      expect(new Set(met).size).toBe(met.length);
      expect(met.length).toBeGreaterThanOrEqual(paths.length + 2);
    }
  });

  test('filters by operation, actor and time', async () => {
    const other = brand.as(await createKey(world.system, brand.brandId, { scopes: ['customers:write'] }));
    const created = await newCustomer(other);
    ahead += 3_600_000 * 5;
    const later = await newCustomer(brand);
    const ids = (entries: Entries) => entries.map(({ customer_id }) => customer_id);
    expect(ids(await read(`/audit?actor=${other.key.identity.toUpperCase()}`))).toEqual([
      created.json.customer_id,
    ]);
    expect(operationsOf(await read('/audit?actor=operator&operation=keys%20create'))).toEqual([
      'keys create',
      'keys create',
    ]);
    expect(operationsOf(await read('/audit?operation=brands%20create'))).toEqual(['brands create']);
    const since = encodeURIComponent(later.json.date_created);
    expect(ids(await read(`/audit?from=${since}`))).toEqual([later.json.customer_id]);
    expect(ids(await read(`/audit?to=${since}&order=newest&limit=1`))).not.toEqual([later.json.customer_id]);
    expect((await brand.call('GET', `/audit?from=${since}&limit=50`)).json.next_cursor).toBeNull();
    for (const query of [
      'actor=someone',
      'from=yesterday',
      'to=2026-02-30',
      'operation=%22',
      'cursor=a1_',
      'order=up',
    ])
      expect((await brand.call('GET', `/audit?${query}`)).json).toMatchObject({ Code: 'input_error' });
  });

  test('shows only entries of the brand', async () => {
    const stranger = await world.brand();
    const path = await customerPath(brand);
    expect((await stranger.call('GET', `${path}/audit`)).json).toMatchObject({ Code: 'customer_dne' });
    await settled(world);
    expect(operationsOf((await stranger.call('GET', '/audit')).json.data)).toEqual([
      'keys create',
      'brands create',
    ]);
  });
});

describe('a full SSN', () => {
  const reason = 'Compared with the paper form, case Zanzibar.';

  test('is shown after the audit trail has the key and the reason', async () => {
    brand = await world.brand();
    const ssn = newSsn();
    const path = `/customers/${(await newCustomer(brand, { ssn })).json.customer_id}`;
    const shown = await brand.call('POST', `${path}/ssn`, { body: { reason } });
    expect(shown.json).toEqual({ customer_id: path.slice(11), ssn });
    const [entry] = await read(`${path}/audit`);
    expect(entry).toMatchObject({ operation: 'revealSsn', fields: ['ssn'], has_reason: true, reason });
    expect(entry.request_id).toBe(shown.headers.get('x-request-id'));
  });

  test('is not shown if its entry cannot be written', async () => {
    brand = await world.brand();
    const path = await customerPath(brand);
    await world.sql(
      `alter table journal add constraint nothing_shown check (body not like '%revealSsn%') not valid`,
    );
    const answer = await brand.call('POST', `${path}/ssn`, { body: { reason } });
    await world.sql('alter table journal drop constraint nothing_shown');
    expect(answer.status).toBe(500);
    expect(answer.text).not.toMatch(/\d{3}-\d{2}-\d{4}/);
  });

  test('is never stored as an answer, and every call writes its own entry', async () => {
    brand = await world.brand();
    const path = await customerPath(brand);
    const headers = { 'Idempotency-Key': randomUUID() };
    for (let time = 0; time < 2; time += 1) {
      const answer = await brand.call('POST', `${path}/ssn`, { body: { reason }, headers });
      expect([answer.status, answer.headers.get('idempotent-replayed')]).toEqual([200, null]);
    }
    const entries = await read(`${path}/audit`);
    expect(operationsOf(entries)).toEqual(['revealSsn', 'revealSsn', 'createCustomer']);
    expect(await world.sql('select 1 from idempotency where brand_id = $1', [brand.brandId])).toEqual([]);
  });

  test('is not shown without a valid reason', async () => {
    brand = await world.brand();
    const path = await customerPath(brand);
    for (const body of [
      {},
      { reason: '' },
      { reason: '  a  ' },
      { reason: 'x'.repeat(501) },
      { reason: 7 },
      { reason, ssn: '1' },
    ])
      expect((await brand.call('POST', `${path}/ssn`, { body })).status).toBe(400);
    expect(operationsOf(await read(`${path}/audit`))).toEqual(['createCustomer']);
  });

  test('has a reason that opens only with its own entry', async () => {
    brand = await world.brand();
    const path = await customerPath(brand);
    await brand.call('POST', `${path}/ssn`, { body: { reason: 'The first reason.' } });
    await brand.call('POST', `${path}/ssn`, { body: { reason: 'The second reason.' } });
    await settled(world);
    const stored = await world.sql('select body, reason from audit where brand_id = $1', [brand.brandId]);
    expect(JSON.stringify(stored)).not.toContain('reason.');
    await world.sql(
      `update audit set reason = (select max(reason) from audit where brand_id = $1) where brand_id = $1 and reason is not null`,
      [brand.brandId],
    );
    expect((await brand.call('GET', `${path}/audit`)).json.Code).toBe('record_altered');
  });
});

test('no entry contains a personal value', async () => {
  brand = await world.brand();
  const body = person({ first_name: 'Quixotina', email: 'canary.bird@example.com', phone: '650-987-1234' });
  const { customer_id } = (await brand.call('POST', '/customers', { body })).json;
  await brand.call('PATCH', `/customers/${customer_id}`, { body: { last_name: 'Zabriskie', ssn: newSsn() } });
  await brand.call('POST', `/customers/${customer_id}/ssn`, { body: { reason: 'Wombat business.' } });
  await settled(world);
  const stored = JSON.stringify(
    await world.sql('select body, reason from audit where brand_id = $1', [brand.brandId]),
  );
  expect(stored).toContain('createCustomer');
  for (const value of [
    'Quixotina',
    'Zabriskie',
    'canary.bird',
    '987-1234',
    '9871234',
    body.ssn,
    body.ssn.replaceAll('-', ''),
    'Wombat',
    '1997-12-25',
    'California',
  ])
    expect(stored).not.toContain(value);
});

describe('reads', () => {
  const reading = async (client: BrandClient, path: string) => {
    await client.call('GET', path);
    await client.call('GET', `${path}/addresses`);
    await client.call('GET', '/customers');
    await client.call('POST', '/customers/search', { body: { email: 'nobody@example.com' } });
  };

  test('of customers write no entries by default, except searches by personal values', async () => {
    brand = await world.brand();
    const path = await customerPath(brand);
    await reading(brand, path);
    const written = ['searchCustomers', 'createCustomer', 'keys create', 'brands create'];
    expect(operationsOf(await read('/audit'))).toEqual(written);
    expect((await read('/audit'))[0]).toMatchObject({
      asked: { email: expect.stringMatching(/^[\w+/]{43}=$/) },
      outcome: 'not found',
    });
  });

  test('write entries with the shown customers if the operator enables it', async () => {
    const watched = await openWorld({ env: { CLIENTELE_AUDIT_READS: '1' } });
    try {
      brand = await watched.brand();
      const path = await customerPath(brand);
      await reading(brand, path);
      const id = path.slice(11);
      const entries = (await read('/audit')).slice(0, 4);
      expect(
        entries.map(({ operation, customer_id, count, customers }) => [
          operation,
          customer_id,
          count,
          customers,
        ]),
      ).toEqual([
        ['searchCustomers', undefined, 0, []],
        ['listCustomers', id, undefined, undefined],
        ['listAddresses', id, undefined, undefined],
        ['getCustomer', id, undefined, undefined],
      ]);
      await customerPath(brand);
      await brand.call('GET', '/customers');
      expect((await read('/audit'))[0]).toMatchObject({ count: 2, customers: [id, expect.any(String)] });
    } finally {
      await watched.close();
    }
  });
});

test('a change of a program by an operator writes an entry with the operator', async () => {
  brand = await world.brand();
  const { programId } = await createProgram(world.system, brand.brandId, 'Lending', { provider: 'manual' });
  await setProgram(world.system, brand.brandId, 'Lending', { provider: 'sandbox' });
  const entries = (await read('/audit')).filter(({ program_id }) => program_id === programId);
  expect(entries.map(({ operation, provider, actor }) => [operation, provider, actor.kind])).toEqual([
    ['programs set', 'sandbox', 'operator'],
    ['programs create', 'manual', 'operator'],
  ]);
});
