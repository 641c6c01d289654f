import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KeyKind } from '../../src/operations/rotation/brand-rotation.ts';
import { rotateKey } from '../../src/operations/rotation/brand-rotation.ts';
import { newSsn, person } from '../people.ts';
import type { BrandClient, Called, World } from '../world.ts';
import { openWorld, settled, withWorker } from '../world.ts';
import { sealedColumnsIn } from './outdated.ts';
import { populatedBrand } from './populated.ts';

let world: World;
beforeAll(async () => {
  // Rotations run by hand here: the worker would resume those that a test interrupts.
  world = await openWorld({ apiOnly: true });
});
afterAll(() => world.close());

const byOperator = { by: 'operator' } as const;
const kinds = ['brand', 'index'] as const satisfies readonly KeyKind[];

/** What must not change: every row's version and dates, and every answer. */
async function seen(brand: BrandClient) {
  const rows = await world.sql(
    `select customer_id, version, created_at, updated_at from customers where brand_id = $1
      union all select customer_id, version, created_at, updated_at from deleted_customers where brand_id = $1 order by 1`,
    [brand.brandId],
  );
  const list = await brand.call('GET', '/customers?per_page=50');
  const [first] = list.json;
  const one = await brand.call('GET', `/customers/${first.customer_id}`);
  const reviews = await brand.call('GET', '/kyc/reviews');
  const audit = await brand.call('GET', `/customers/${first.customer_id}/audit`);
  const digest = ({ text }: Called) => createHash('sha256').update(text).digest('hex');
  return {
    rows,
    list: digest(list),
    one: digest(one),
    etag: one.headers.get('etag'),
    reviews: digest(reviews),
    audit: digest(audit),
  };
}

async function versionsUsed(brand: BrandClient, kind: KeyKind): Promise<readonly number[]> {
  if (kind === 'brand') {
    const found = await sealedColumnsIn(world, brand.brandId);
    const records = found.filter(
      ({ where }) => where !== 'brand_keys.wrapped' && where !== 'installation.root_proof',
    );
    return [...new Set(records.flatMap(({ versions }) => Object.keys(versions).map(Number)))].sort();
  }
  const rows = await world.sql(
    `select distinct index_version as version from (select brand_id, index_version from customers
       union all select brand_id, index_version from deleted_customers) as rows where brand_id = $1 order by 1`,
    [brand.brandId],
  );
  return rows.map((row) => Number(row['version']));
}

const keysOf = async (brand: BrandClient, kind: KeyKind): Promise<readonly number[]> =>
  (
    await world.sql('select version from brand_keys where brand_id = $1 and kind = $2 order by 1', [
      brand.brandId,
      kind,
    ])
  ).map((row) => Number(row['version']));

const runOutRepeats = (brand: BrandClient) =>
  world.sql("update idempotency set expires_at = 'epoch' where brand_id = $1", [brand.brandId]);

describe('a brand with something in every table', () => {
  test.each(kinds)(
    'changes its %s key without any other visible change',
    { timeout: 180_000 },
    async (kind) => {
      const brand = await withWorker(world, () => populatedBrand(world));
      await settled(world);
      const before = await seen(brand);
      if (kind === 'index') await runOutRepeats(brand);
      const rotated = await rotateKey(world.system, brand.brandId, kind, byOperator);
      expect(rotated).toMatchObject({ version: 2, resumed: false, destroyed: [1], remaining: [] });
      expect(rotated.done).toBeGreaterThan(10);
      expect(await versionsUsed(brand, kind)).toEqual([2]);
      expect(await keysOf(brand, kind)).toEqual([2]);
      expect(await seen(brand)).toEqual(before);
      expect(await rotateKey(world.system, brand.brandId, kind, byOperator)).toMatchObject({
        version: 3,
        destroyed: [2],
      });
      expect(await seen(brand)).toEqual(before);
    },
  );

  test('records the new and the destroyed key in its audit trail', async () => {
    const brand = await world.brand();
    await rotateKey(world.system, brand.brandId, 'brand', byOperator);
    const noted = await world.sql(
      `select body from (select brand_id, body from audit union all select brand_id, body from journal) as entries where brand_id = $1`,
      [brand.brandId],
    );
    const operations = noted.map(({ body }) => JSON.parse(String(body)).operation);
    expect(operations).toEqual(expect.arrayContaining(['rotate brand-key', 'destroy brand-key']));
  });
});

describe('while requests flow', () => {
  test('2,000 customers change both keys, and not one request fails or is lost', {
    timeout: 600_000,
  }, async () => {
    const brand = await world.brand();
    const ids: string[] = [];
    await pool(16, 2_000, async (number) => {
      const created = await brand.call('POST', '/customers', {
        body: person({ email: `p${number}@example.com` }),
      });
      ids[number] = created.json.customer_id;
    });
    const failed: string[] = [];
    const names = new Map<string, string>();
    let flowing = true;
    let count = 0;
    const flow = async (lane: number) => {
      for (let step = 0; flowing; step += 1) {
        const at = (lane * 499 + step * 7) % ids.length;
        const id = ids[at] ?? '';
        const called = await oneOf(lane % 4, id, at, step);
        count += 1;
        if (called.status >= 400) failed.push(`${called.status} ${called.text}`);
      }
    };
    const oneOf = async (what: number, id: string, at: number, step: number): Promise<Called> => {
      if (what === 0) return brand.call('GET', `/customers/${id}`);
      if (what === 1) {
        // Each lane changes customers of its own, so that the last name that was acknowledged is known.
        const name = `Name${letters(step)}`;
        const called = await brand.call('PATCH', `/customers/${id}`, {
          body: { first_name: name, email: `p${at}@example.com`, phone: `650-${String(1_000_000 + step)}` },
          headers: { 'Idempotency-Key': randomUUID() },
        });
        if (called.status === 200) names.set(id, name);
        return called;
      }
      if (what === 2) return brand.call('POST', '/customers', { body: person() });
      const found = await brand.call('POST', '/customers/search', { body: { email: `p${at}@example.com` } });
      return found.json.length === 1 ? found : { ...found, status: 599, text: `found ${found.json.length}` };
    };
    const lanes = [0, 1, 2, 3].map(flow);
    const brandKey = await rotateKey(world.system, brand.brandId, 'brand', byOperator);
    const indexKey = await rotateKey(world.system, brand.brandId, 'index', byOperator);
    flowing = false;
    await Promise.all(lanes);
    expect(failed).toEqual([]);
    expect(count).toBeGreaterThan(50);
    expect(brandKey.destroyed).toEqual([1]);
    expect(indexKey.remaining.every(({ until }) => until !== undefined)).toBe(true);
    await runOutRepeats(brand);
    expect(await rotateKey(world.system, brand.brandId, 'index', byOperator)).toMatchObject({
      resumed: true,
      destroyed: [1],
    });
    expect(await versionsUsed(brand, 'brand')).toEqual([2]);
    expect(await versionsUsed(brand, 'index')).toEqual([2]);
    expect(names.size).toBeGreaterThan(5);
    for (const [id, name] of names) {
      const read = await brand.call('GET', `/customers/${id}`);
      expect(read.json.first_name).toBe(name);
      const byEmail = await brand.call('POST', '/customers/search', {
        body: { phone: read.json.phone, email: read.json.email },
      });
      expect(byEmail.json.map((one: { customer_id: string }) => one.customer_id)).toEqual([id]);
    }
  });
});

describe('a rotation that was interrupted', () => {
  const stopAtOnce = { ...byOperator, isStopped: () => true };

  test.each(kinds)('of a %s key is open throughout, and goes on from where it was', async (kind) => {
    const brand = await world.brand();
    const ssn = newSsn();
    const made = await brand.call('POST', '/customers', { body: person({ ssn }) });
    const path = `/customers/${made.json.customer_id}`;
    const begun = await rotateKey(world.system, brand.brandId, kind, stopAtOnce);
    expect(begun).toMatchObject({ version: 2, resumed: false, done: 0, destroyed: [] });
    expect(await keysOf(brand, kind)).toEqual([1, 2]);
    expect((await brand.call('GET', path)).status).toBe(200);
    expect((await brand.call('POST', '/customers/search', { body: { ssn } })).json).toHaveLength(1);
    expect((await brand.call('POST', '/customers', { body: person({ ssn }) })).status).toBe(409);
    const other = await brand.call('POST', '/customers', { body: person() });
    expect(
      (await brand.call('PATCH', `/customers/${other.json.customer_id}`, { body: { ssn } })).json.Code,
    ).toBe('ssn_dup');
    const changed = await brand.call('PATCH', path, { body: { last_name: 'Moneypenny' } });
    expect(changed.status).toBe(200);
    const found = await brand.call('POST', '/customers/search', {
      body: { ssn, last_name: 'Moneypenny', dob: '1997-12-25' },
    });
    expect(found.json).toHaveLength(1);
    expect(await rotateKey(world.system, brand.brandId, kind, byOperator)).toMatchObject({
      version: 2,
      resumed: true,
      destroyed: [1],
    });
    expect((await brand.call('POST', '/customers/search', { body: { ssn } })).json).toHaveLength(1);
  });

  test('keeps the old key of records that do not open, reports where they are, and continues with the rest', async () => {
    const brand = await world.brand();
    const [sound, damaged] = [
      await brand.call('POST', '/customers', { body: person() }),
      await brand.call('POST', '/customers', { body: person() }),
    ];
    await world.sql(
      `update customers set profile = overlay(profile placing case when substr(profile, 60, 1) = 'A' then 'B' else 'A' end from 60) where customer_id = $1`,
      [damaged?.json.customer_id],
    );
    const rotated = await rotateKey(world.system, brand.brandId, 'brand', byOperator);
    expect(rotated).toMatchObject({ destroyed: [], remaining: [{ where: 'customers.profile', count: 1 }] });
    expect((await brand.call('GET', `/customers/${sound?.json.customer_id}`)).status).toBe(200);
    expect(await keysOf(brand, 'brand')).toEqual([1, 2]);
  });
});

describe('a planted fault is noticed', () => {
  test('a table that a rotation skips keeps the old key and is reported', async () => {
    const brand = await world.brand();
    await brand.call('POST', '/customers', { body: person() });
    await rotateKey(world.system, brand.brandId, 'brand', { ...byOperator, isStopped: () => true });
    // As if the walk had left out customers.ssn: it is the only thing that is still under the old key.
    await rotateKey(world.system, brand.brandId, 'brand', byOperator);
    await world.sql('alter table customers disable trigger customers_update_current');
    await world.sql("update customers set ssn = 'AQAAAAE' || substr(ssn, 8) where brand_id = $1", [
      brand.brandId,
    ]);
    await world.sql('alter table customers enable trigger customers_update_current');
    expect(await versionsUsed(brand, 'brand')).toEqual([1, 2]);
  });

  test('a key that is destroyed too early makes its records unreadable', async () => {
    const brand = await world.brand();
    const made = await brand.call('POST', '/customers', { body: person() });
    await rotateKey(world.system, brand.brandId, 'brand', { ...byOperator, isStopped: () => true });
    await world.sql("delete from brand_keys where brand_id = $1 and kind = 'brand' and version = 1", [
      brand.brandId,
    ]);
    await world.system.keyrings.reload(brand.brandId);
    const read = await fetch(`${world.url}/api/v0.1/customers/${made.json.customer_id}`, {
      headers: brand.headers,
    });
    expect(read.status).toBe(503);
  });
});

async function pool(width: number, count: number, work: (number: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) {
      next += 1;
      await work(next - 1);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
}

/** A number as letters, since names have no digits. */
const letters = (number: number): string =>
  [...String(number)].map((digit) => String.fromCharCode(97 + Number(digit))).join('');
