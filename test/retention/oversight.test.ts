import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  customerPath,
  defaultProgram,
  erasureRequest,
  newCustomer,
  restrictedPath,
} from '../contract-samples.ts';
import { eventually } from '../promises/durability/cpu-contention.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld, settled } from '../world.ts';

let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
  brand = await world.brand();
});
afterAll(() => world.close());

const reason = { body: { reason: 'Case 24-117.' } };
const idIn = (path: string): string => path.split('/')[2] ?? '';
const erasureIdIn = (path: string): string => path.split('/')[4] ?? '';
const holdOn = async (customerId: string, by: BrandClient = brand): Promise<string> =>
  (await by.call('POST', `/customers/${customerId}/legal-holds`, reason)).json.hold_id;

/** All items of a list, page by page. */
async function walk(
  by: BrandClient,
  path: string,
  limit: number,
): Promise<readonly Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  for (let cursor = ''; ; ) {
    const { json } = await by.call('GET', `${path}${path.includes('?') ? '&' : '?'}limit=${limit}${cursor}`);
    found.push(...json.data);
    if (json.next_cursor === null) return found;
    cursor = `&cursor=${json.next_cursor}`;
  }
}

describe('how long a customer would be kept', () => {
  test('is what happens to it when it is deleted, before and after a pass, a closing and a hold', async () => {
    const path = await customerPath(brand);
    const id = idIn(path);
    const retention = async () => (await brand.call('GET', `${path}/retention`)).json;
    expect(await retention()).toMatchObject({ kept_as: 'never_verified', legal_hold: false });
    const program_id = await defaultProgram(brand);
    await brand.call('POST', '/simulate/kyc-pass', { body: { customer_id: id, program_id } });
    await brand.call('POST', `${path}/account-closed`, { body: { closed_on: '2020-10-31' } });
    const before = await retention();
    expect(before).toMatchObject({ kept_as: 'identified', legal_hold: false });
    expect(before.closed_on).toBe('2020-10-31');
    const held = await holdOn(id);
    expect(await retention()).toEqual({
      customer_id: id,
      kept_as: 'identified',
      closed_on: '2020-10-31',
      legal_hold: true,
    });
    const colleague = await brand.colleague();
    await colleague.call('POST', `${path}/legal-holds/${held}/release`, reason);
    await brand.call('DELETE', path);
    const kept = (await brand.call('GET', `/restricted-customers/${id}`)).json;
    expect(kept.kept_as).toBe(before.kept_as);
    // The moment of the pass decides, not the moment of the question.
    expect(kept.erase_after).toBe(before.kept_until);
  });

  test('is not told from a row whose holds were taken away', async () => {
    const path = await customerPath(brand);
    await holdOn(idIn(path));
    await world.sql('delete from legal_holds where customer_id = $1', [idIn(path)]);
    const answer = await brand.call('GET', `${path}/retention`);
    expect([answer.status, answer.json.Code]).toEqual([503, 'record_altered']);
  });
});

describe('the legal holds of a brand', () => {
  test('are listed once each, in the order in which they were set, and by status and customer', async () => {
    const own = await world.brand();
    const [present, deleted] = [await customerPath(own), await customerPath(own)];
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      ids.push(await holdOn(idIn(present), own), await holdOn(idIn(deleted), own));
    }
    await own.call('DELETE', deleted);
    const colleague = await own.colleague();
    await colleague.call('POST', `${present}/legal-holds/${ids[0]}/release`, reason);
    const holdIds = async (query: string) =>
      (await walk(own, `/legal-holds${query}`, 2)).map((one) => one['hold_id']);
    expect(await holdIds('')).toEqual(ids);
    expect(await holdIds('?status=active')).toEqual(ids.slice(1));
    expect(await holdIds('?status=released')).toEqual([ids[0]]);
    expect(await holdIds(`?customer_id=${idIn(deleted)}`)).toEqual([ids[1], ids[3], ids[5]]);
    expect(await holdIds(`?customer_id=${idIn(present)}&status=active`)).toEqual([ids[2], ids[4]]);
    expect(await holdIds(`?customer_id=${randomUUID()}`)).toEqual([]);
    const [first] = (await own.call('GET', '/legal-holds?limit=1')).json.data;
    expect(first).toMatchObject({ reason: 'Case 24-117.', release_reason: 'Case 24-117.' });
  });

  test('are not shown where one was altered', async () => {
    const own = await world.brand();
    await holdOn(idIn(await customerPath(own)), own);
    expect((await own.call('GET', '/legal-holds')).status).toBe(200);
    await world.sql('update legal_holds set set_by = gen_random_uuid() where brand_id = $1', [own.brandId]);
    expect((await own.call('GET', '/legal-holds')).json.Code).toBe('record_altered');
  });

  test('take no cursor of another list, and no unknown status', async () => {
    const cursor = `d1_1_${randomUUID().replaceAll('-', '')}`;
    for (const query of [`cursor=${cursor}`, 'status=standing', 'customer_id=1', 'limit=0'])
      expect((await brand.call('GET', `/legal-holds?${query}`)).json.Code, query).toBe('retention_schema');
  });
});

describe('requests for early erasure', () => {
  test('are listed, the oldest first, until they are approved or withdrawn', async () => {
    const own = await world.brand();
    const paths: string[] = [];
    for (let count = 0; count < 3; count += 1)
      paths.push(await erasureRequest(own, await restrictedPath(own)));
    await holdOn(idIn(paths[2] ?? ''), own);
    const listed = async () => walk(own, '/erasure-requests', 1);
    expect((await listed()).map((one) => [one['erasure_id'], one['legal_hold']])).toEqual([
      [erasureIdIn(paths[0] ?? ''), false],
      [erasureIdIn(paths[1] ?? ''), false],
      [erasureIdIn(paths[2] ?? ''), true],
    ]);
    const withdrawn = await own.call('POST', `${paths[0]}/withdrawal`);
    expect(withdrawn.json).toMatchObject({
      erasure_id: erasureIdIn(paths[0] ?? ''),
      reason: 'Created twice.',
    });
    expect((await own.call('POST', `${paths[1]}/approval`)).status).toBe(200);
    expect((await listed()).map((one) => one['erasure_id'])).toEqual([erasureIdIn(paths[2] ?? '')]);
  });

  test('cannot be approved once they are withdrawn, and the record is kept', async () => {
    const record = await restrictedPath(brand);
    const path = await erasureRequest(brand, record);
    expect((await brand.call('POST', `${path}/withdrawal`)).status).toBe(200);
    for (const end of ['approval', 'withdrawal'])
      expect((await brand.call('POST', `${path}/${end}`)).json.Code).toBe('erasure_dne');
    const { json } = await brand.call('GET', record);
    expect(json.customer.customer_id).toBe(idIn(record));
    expect(json.erasure_requests).toEqual([]);
    await settled(world);
    const entries = (await brand.call('GET', `/customers/${idIn(record)}/audit`)).json.data;
    expect(entries.find((one: { operation: string }) => one.operation === 'withdrawErasure')).toMatchObject({
      erasure_id: erasureIdIn(path),
      actor: { id: brand.key.identity },
    });
  });

  test('are withdrawn once under an Idempotency-Key', async () => {
    const path = await erasureRequest(brand, await restrictedPath(brand));
    const headers = { 'Idempotency-Key': randomUUID() };
    const first = await brand.call('POST', `${path}/withdrawal`, { headers });
    const second = await brand.call('POST', `${path}/withdrawal`, { headers });
    expect([second.status, second.text]).toEqual([200, first.text]);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
  });

  test('are either approved or withdrawn where both are asked for at once, in 40 rounds', async () => {
    const outcomes: string[] = [];
    for (let round = 0; round < 40; round += 1) {
      const record = await restrictedPath(brand);
      const path = await erasureRequest(brand, record);
      const [approved, withdrawn] = await Promise.all([
        brand.call('POST', `${path}/approval`),
        brand.call('POST', `${path}/withdrawal`),
      ]);
      const isErased = (await brand.call('GET', record)).json.date_erased !== undefined;
      outcomes.push(`${approved.status} ${withdrawn.status} ${isErased ? 'erased' : 'kept'}`);
    }
    expect(outcomes.filter((one) => !['200 404 erased', '404 200 kept'].includes(one))).toEqual([]);
  });

  test('are not carried out where they are withdrawn while the approval waits for the record', async () => {
    const record = await restrictedPath(brand);
    const path = await erasureRequest(brand, record);
    const holder = new pg.Client({ connectionString: world.databaseUrl });
    await holder.connect();
    try {
      await holder.query('begin');
      await holder.query('select from deleted_customers where customer_id = $1 for update', [idIn(record)]);
      // The approval has read the request, and waits for the row of the record.
      const approval = brand.call('POST', `${path}/approval`);
      await eventually(async () => (await world.sql('select from pg_locks where not granted')).length > 0);
      await holder.query('delete from erasure_requests where customer_id = $1', [idIn(record)]);
      await holder.query('commit');
      expect((await approval).json.Code).toBe('erasure_dne');
    } finally {
      await holder.end();
    }
    expect((await brand.call('GET', record)).json.date_erased).toBeUndefined();
  });
});

describe('the list of deleted customers', () => {
  test('says how long each is kept and whether its erasure was requested, as the record does', async () => {
    const own = await world.brand();
    const plain = await restrictedPath(own);
    const asked = await restrictedPath(own);
    await erasureRequest(own, asked);
    const held = await restrictedPath(own);
    await holdOn(idIn(held), own);
    const listed = await walk(own, '/restricted-customers', 2);
    for (const one of listed) {
      const { json } = await own.call('GET', `/restricted-customers/${one['customer_id']}`);
      expect([one['kept_as'], one['erase_after']]).toEqual([json.kept_as, json.erase_after]);
    }
    expect(listed.map((one) => [one['customer_id'], one['legal_hold'], one['erasure_requested']])).toEqual([
      [idIn(plain), false, false],
      [idIn(asked), false, true],
      [idIn(held), true, false],
    ]);
    const newest = await walk(own, '/restricted-customers?order=newest', 2);
    expect(newest).toEqual(listed.toReversed());
  });

  test('is not shown where a record was altered', async () => {
    const own = await world.brand();
    const { customer_id } = (await newCustomer(own)).json;
    await own.call('DELETE', `/customers/${customer_id}`);
    const earlier =
      "update deleted_customers set deleted_at = deleted_at - interval '9 years' where customer_id = $1";
    await world.sql(earlier, [customer_id]);
    expect((await own.call('GET', '/restricted-customers')).json.Code).toBe('record_altered');
  });
});
