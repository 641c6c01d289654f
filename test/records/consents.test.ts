import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKey } from '../../src/operations/brands/api-keys.ts';
import { rotateKey } from '../../src/operations/rotation/brand-rotation.ts';
import { erasureRequest, newCustomer } from '../contract-samples.ts';
import { newConsent } from '../samples/consents.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld, settled } from '../world.ts';

// What a customer agreed to can be shown later, as it was recorded, and by no one who may not see the customer.

let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
  brand = await world.brand();
});
afterAll(() => world.close());

const customer = async (): Promise<string> => String((await newCustomer(brand)).json.customer_id);
const record = (id: string, body: object = {}, headers: Readonly<Record<string, string>> = {}) =>
  brand.call('POST', `/customers/${id}/consents`, { body: { ...newConsent, ...body }, headers });
const listed = async (id: string, query = '') =>
  (await brand.call('GET', `/customers/${id}/consents${query}`)).json;
const rowsOf = (id: string) => world.sql('select * from consents where customer_id = $1', [id]);

describe('a consent', () => {
  test('is answered and listed as it was recorded, the newest first', async () => {
    const id = await customer();
    const agreed = await record(id);
    expect(agreed.json).toMatchObject({
      ...newConsent,
      customer_id: id,
      date_given: '2026-03-02T09:30:00.000000+00:00',
      recorded_by: brand.key.identity,
    });
    const withdrawn = await record(id, { kind: 'withdrawal', date_given: undefined });
    expect(withdrawn.json.date_given).toBe(withdrawn.json.date_recorded);
    expect((await listed(id)).data).toEqual([withdrawn.json, agreed.json]);
    const { data, next_cursor } = await listed(id, '?limit=1');
    expect(data).toEqual([withdrawn.json]);
    expect(await listed(id, `?cursor=${next_cursor}`)).toEqual({ data: [agreed.json], next_cursor: null });
  });

  test('is one more version of the customer, with an entry in the trail', async () => {
    const id = await customer();
    const { consent_id } = (await record(id)).json;
    expect((await brand.call('GET', `/customers/${id}`)).headers.get('etag')).toBe('"2"');
    await settled(world);
    const { data } = (await brand.call('GET', `/customers/${id}/audit`)).json;
    const entry = data.find((one: { operation: string }) => one.operation === 'recordConsent');
    expect(entry).toMatchObject({ consent_id, record_version: 2, customer_id: id });
    expect(JSON.stringify(entry)).not.toContain(newConsent.document);
  });

  test('is kept once under one Idempotency-Key', async () => {
    const id = await customer();
    const headers = { 'Idempotency-Key': 'agreed-1' };
    const [first, second] = [await record(id, {}, headers), await record(id, {}, headers)];
    expect(second.json).toEqual(first.json);
    expect(await rowsOf(id)).toHaveLength(1);
  });

  test.each([
    [{ digest: 'ABCDEF0123456789'.repeat(4) }, 'digest'],
    [{ digest: '0'.repeat(63) }, 'digest'],
    [{ date_given: '2999-01-01' }, 'date_given'],
    [{ date_given: '1899-12-31' }, 'date_given'],
    [{ date_given: 'yesterday' }, 'date_given'],
    [{ kind: 'approval' }, 'kind'],
    [{ channel: 'pigeon' }, 'channel'],
    [{ document: ' ' }, 'document'],
    [{ document: 'a'.repeat(121) }, 'document'],
    [{ version: '' }, 'version'],
    [{ version: 'a'.repeat(41) }, 'version'],
    [{ consent_id: '7d3c5a1e-0b7e-4a58-9f0e-3b1d6c2a9e44' }, 'consent_id'],
  ])('%j is refused', async (change, field) => {
    const id = await customer();
    const refused = await record(id, change);
    expect(refused.status).toBe(400);
    expect(refused.json).toMatchObject({ Code: 'consent_schema', Message: { [field]: expect.anything() } });
    expect(await rowsOf(id)).toEqual([]);
  });

  test('needs the scopes of customers', async () => {
    const id = await customer();
    const key = (scopes: ['customers:read' | 'customers:write']) =>
      createKey(world.system, brand.brandId, { scopes });
    const [reader, writer] = [
      brand.as(await key(['customers:read'])),
      brand.as(await key(['customers:write'])),
    ];
    const path = `/customers/${id}/consents`;
    expect((await reader.call('POST', path, { body: newConsent })).json.Code).toBe('scope_err');
    expect((await writer.call('GET', path)).json.Code).toBe('scope_err');
    expect((await writer.call('POST', path, { body: newConsent })).status).toBe(201);
    expect((await reader.call('GET', path)).json.data).toHaveLength(1);
  });

  test('reads the same after its key was replaced', async () => {
    const id = await customer();
    const { json } = await record(id);
    await rotateKey(world.system, brand.brandId, 'brand', { by: 'operator' });
    const [row] = await rowsOf(id);
    const versionOf = (sealed: unknown) => Buffer.from(String(sealed), 'base64').readUInt32BE(1);
    expect(versionOf(row?.['details'])).toBeGreaterThan(1);
    expect((await listed(id)).data).toEqual([json]);
  });

  test('stays with a deleted customer until that is erased', async () => {
    const id = await customer();
    const { json } = await record(id);
    await brand.call('DELETE', `/customers/${id}`);
    expect((await record(id)).json.Code).toBe('customer_dne');
    expect((await listed(id)).Code).toBe('customer_dne');
    const path = `/restricted-customers/${id}`;
    expect((await brand.call('GET', `${path}/consents`)).json.data).toEqual([json]);
    await settled(world);
    const { data } = (await brand.call('GET', `/customers/${id}/audit`)).json;
    expect(data[0]).toMatchObject({ operation: 'listRestrictedConsents', customer_id: id });
    const erasure = await erasureRequest(brand, path);
    expect((await brand.call('POST', `${erasure}/approval`)).status).toBe(200);
    expect(await rowsOf(id)).toEqual([]);
  });
});

test('concurrent consents are all kept', async () => {
  const id = await customer();
  const answers = await Promise.all(Array.from({ length: 8 }, (_, at) => record(id, { version: `${at}` })));
  expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(201));
  expect(new Set((await listed(id)).data.map((one: { version: string }) => one.version)).size).toBe(8);
});

test.each([
  ['an earlier time', "recorded_at = recorded_at - interval '1 day'"],
  ['another recorder', 'recorded_by = gen_random_uuid()'],
  ['another version', 'version = version + 7'],
  ['another customer', 'customer_id = $2'],
])('a row with %s is not believed', async (_, change) => {
  const [id, other] = [await customer(), await customer()];
  await record(id);
  const moved = change.includes('$2');
  await world.sql(`update consents set ${change} where customer_id = $1`, moved ? [id, other] : [id]);
  expect((await listed(moved ? other : id)).Code).toBe('record_altered');
});
