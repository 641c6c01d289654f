import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PagePosition } from '../../src/domain/paging.ts';
import { instantOfMillis } from '../../src/domain/time.ts';
import type { Database, Statement, Value } from '../../src/store/connection/database.ts';
import type { CustomerFilter } from '../../src/store/customers/pages.ts';
import { pageOfSearch } from '../../src/store/customers/pages.ts';
import { newCustomer } from '../contract-samples.ts';
import { newSsn, person } from '../people.ts';
import { rewrite } from '../rewrite.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';

/** Search: exact values only, found by keyed digests, everything asked together holding together. */

let at = Date.UTC(2026, 0, 1);
let world: World;
let brand: BrandClient;
/** Two people who share much, a third who shares nothing. */
let one: string;
let two: string;
let three: string;
const shared = { email: 'shared@example.com', phone: '650-123-4567', last_name: 'Bond', dob: '1997-12-25' };
const ssns = [newSsn(), newSsn(), newSsn()];
beforeAll(async () => {
  world = await openWorld({ now: () => instantOfMillis(at) });
  brand = await world.brand();
  const made: string[] = [];
  for (const more of [
    { ...shared, ssn: ssns[0], first_name: 'James' },
    { ...shared, ssn: ssns[1], first_name: 'Jane' },
    { ssn: ssns[2], email: 'q@example.com', phone: '7654321', last_name: "O'Brien", dob: '1950-05-05' },
  ]) {
    made.push((await newCustomer(brand, more)).json.customer_id);
    at += 86_400_000;
  }
  [one = '', two = '', three = ''] = made;
});
afterAll(() => world.close());

type Shown = { readonly customer_id: string };
async function found(body: object, tenant = brand): Promise<readonly string[]> {
  const answer = await tenant.call('POST', '/customers/search', { body });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('x-total-count')).toBe(String(answer.json.length));
  return answer.json.map(({ customer_id }: Shown) => customer_id);
}

describe('by one field', () => {
  test('finds the customers with exactly this value, in order of arrival', async () => {
    expect(await found({ ssn: ssns[1] })).toEqual([two]);
    expect(await found({ email: shared.email })).toEqual([one, two]);
    expect(await found({ phone: shared.phone })).toEqual([one, two]);
    expect(await found({ last_name: 'Bond', dob: shared.dob })).toEqual([one, two]);
    const { brand_person_id } = (await brand.call('GET', `/customers/${three}`)).json;
    expect(await found({ brand_person_id })).toEqual([three]);
    expect(await found({ brand_person_id: brand_person_id.toUpperCase() })).toEqual([three]);
  });

  test('finds a value in any accepted form', async () => {
    expect(await found({ ssn: ssns[0]?.replaceAll('-', '') })).toEqual([one]);
    expect(await found({ email: 'SHARED@Example.COM' })).toEqual([one, two]);
    for (const phone of ['6501234567', '650-1234567', '6-5-0-1-2-3-4-5-6-7']) {
      expect(await found({ phone })).toEqual([one, two]);
      expect(await found({ phone, phone_country_code: '1' })).toEqual([one, two]);
    }
    for (const last_name of ["O'Brien", 'O’Brien', "o'brien", "O'BRIEN"]) {
      expect(await found({ last_name, dob: '1950-05-05' })).toEqual([three]);
    }
  });

  test('finds no customer by a part of a value or by another value', async () => {
    for (const body of [
      ...[{ email: 'shared@example.co' }, { email: 'hared@example.com' }, { email: 'shared%@example.com' }],
      ...[{ phone: '650123456' }, { phone: '1234567' }, { phone: shared.phone, phone_country_code: '44' }],
      ...[
        { last_name: 'Bon', dob: shared.dob },
        { last_name: 'Bond', dob: '1997-12-26' },
      ],
      ...[{ ssn: newSsn() }, { brand_person_id: randomUUID() }, { last_name: '%', dob: shared.dob }],
    ]) {
      expect(await found(body)).toEqual([]);
    }
  });
});

describe('by several fields', () => {
  test('finds the customers that match all of them', async () => {
    expect(await found({ email: shared.email, ssn: ssns[0] })).toEqual([one]);
    expect(await found({ ...shared, phone_country_code: '1', ssn: ssns[1] })).toEqual([two]);
    expect(await found({ email: shared.email, ssn: ssns[2] })).toEqual([]);
    expect(await found({ ...shared, dob: '1950-05-05' })).toEqual([]);
  });

  test('every combination of fields finds exactly the customer with all of them', async () => {
    const { json } = await brand.call('GET', `/customers/${three}`);
    const questions = [
      { ssn: ssns[2] },
      { email: json.email },
      { phone: json.phone },
      { last_name: json.last_name, dob: json.dob },
      { brand_person_id: json.brand_person_id },
      { created_from: '2026-01-03' },
      { created_before: '2026-01-04' },
    ];
    for (let set = 1; set < 2 ** questions.length; set += 1) {
      // The two bounds of time alone do not single anybody out.
      if ((set & 0b11111) === 0) continue;
      const asked = questions.filter((_question, index) => set & (1 << index));
      expect(await found(Object.assign({}, ...asked))).toEqual([three]);
    }
  });
});

describe('by time of creation', () => {
  test('the first bound is included, the second is not', async () => {
    expect(await found({ created_from: '2026-01-02' })).toEqual([two, three]);
    expect(await found({ created_before: '2026-01-02' })).toEqual([one]);
    expect(await found({ created_from: '2026-01-02', created_before: '2026-01-03' })).toEqual([two]);
    expect(await found({ created_from: '2026-01-03', created_before: '2026-01-02' })).toEqual([]);
  });

  test('a time is exact to the microsecond, and in UTC by default', async () => {
    expect(await found({ created_from: '2026-01-03T00:00:00' })).toEqual([three]);
    expect(await found({ created_from: '2026-01-03T00:00:00.000001' })).toEqual([]);
    expect(await found({ created_from: '2026-01-03T00:00:00Z' })).toEqual([three]);
    expect(await found({ created_from: '2026-01-03T01:00:00+01:00' })).toEqual([three]);
    expect(await found({ created_from: '2026-01-02T23:00:00-01:00' })).toEqual([three]);
    expect(await found({ created_from: '2026-01-03T00:00:00-00:01' })).toEqual([]);
    const { date_created } = (await brand.call('GET', `/customers/${three}`)).json;
    expect(await found({ created_from: date_created })).toEqual([three]);
    expect(await found({ created_before: date_created })).toEqual([one, two]);
  });

  test('an impossible date is refused and is no fault', async () => {
    for (const created_from of [
      ...['0001-01-01T00:00:00+14:00', '9999-12-31T23:59:59-14:00', '0000-01-01', '2026-01-01T24:00:00'],
      ...['2026-01-01T00:00:61', '2026-01-01T00:00', '2026-01-01 00:00:00', '2026-01-01T00:00:00.'],
      ...['2026-01-01T00:00:00+24:00', '20260101', 'infinity', 'now', '+010000-01-01'],
    ]) {
      const answer = await brand.call('POST', '/customers/search', { body: { created_from } });
      expect([created_from, answer.status, Object.keys(answer.json.Message)]).toEqual([
        ...[created_from, 400],
        ['created_from'],
      ]);
    }
    expect(
      await found({ created_from: '0001-01-01', created_before: '9999-12-31T23:59:59.999999' }),
    ).toHaveLength(3);
  });
});

test('by state finds the customers in that state', async () => {
  const tenant = await world.brand();
  const [first, second] = [await newCustomer(tenant), await newCustomer(tenant)];
  const set = 'update customers set kyc_status = $2, deliverability = $3 where customer_id = $1';
  await rewrite(tenant, set, [first.json.customer_id, 'passed', 'undeliverable']);
  await rewrite(tenant, set, [second.json.customer_id, 'failed', 'undeliverable']);
  expect(await found({ kyc_status: 'passed' }, tenant)).toEqual([first.json.customer_id]);
  expect(await found({ deliverability: 'undeliverable' }, tenant)).toHaveLength(2);
  const both = { kyc_status: 'failed', deliverability: 'undeliverable' };
  expect(await found(both, tenant)).toEqual([second.json.customer_id]);
  expect(await found({ kyc_status: 'submitted' }, tenant)).toEqual([]);
});

test('by no state finds the customers without a verification, also with other values and the newest first', async () => {
  const tenant = await world.brand();
  const ids: string[] = [];
  for (let count = 0; count < 4; count += 1) ids.push((await newCustomer(tenant)).json.customer_id);
  await rewrite(tenant, "update customers set kyc_status = 'failed' where customer_id = $1", [ids[1]]);
  const none = [ids[0], ids[2], ids[3]];
  expect(await found({ kyc_status: 'none' }, tenant)).toEqual(none);
  expect(await found({ kyc_status: 'none', created_before: '2020-01-01' }, tenant)).toEqual([]);
  const walked: string[] = [];
  for (let query = '?order=newest&per_page=2'; query !== ''; ) {
    const page = await tenant.call('POST', `/customers/search${query}`, { body: { kyc_status: 'none' } });
    walked.push(...page.json.map(({ customer_id }: Shown) => customer_id));
    expect(page.headers.get('x-total-count')).toBe('3');
    query = /search(\?[^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1] ?? '';
  }
  expect(walked).toEqual(none.toReversed());
  expect((await tenant.call('POST', '/customers/search', { body: { kyc_status: null } })).status).toBe(400);
});

test('a trigger number of the sandbox finds all customers that share it', async () => {
  const tenant = await world.brand();
  const ids: string[] = [];
  for (const ssn of ['111-11-1111', '111111111', '111-11-1111', '222-22-2222']) {
    ids.push((await newCustomer(tenant, { ssn })).json.customer_id);
  }
  expect(await found({ ssn: '111-11-1111' }, tenant)).toEqual(ids.slice(0, 3));
  // From a shared number to an own one, and the other way about.
  const ssn = newSsn();
  await tenant.call('PATCH', `/customers/${ids[0]}`, { body: { ssn } });
  await tenant.call('PATCH', `/customers/${ids[3]}`, { body: { ssn: '111111111' } });
  expect(await found({ ssn: '111-11-1111' }, tenant)).toEqual(ids.slice(1));
  expect(await found({ ssn }, tenant)).toEqual([ids[0]]);
  const taken = await tenant.call('POST', '/customers', { body: person({ ssn }) });
  expect(taken.json.Code).toBe('ssn_dup');
});

/** What the database would be asked: the statement and its values. */
async function askedOf(
  filter: CustomerFilter,
  place: PagePosition,
): Promise<readonly [string, readonly Value[]]> {
  let asked: readonly [string, readonly Value[]] = ['', []];
  const read = async ({ text }: Statement, values: readonly Value[]) => {
    asked = [text, values];
    return [];
  };
  const scope = { brandId: brand.brandId, db: { read } as unknown as Database };
  await pageOfSearch(scope, filter, 1, { order: 'oldest', perPage: 20, place });
  return asked;
}

test('search sends only digests to the database, never a personal value', async () => {
  const keyring = await world.system.keyrings.of(brand.brandId);
  const email = keyring.index('email', shared.email);
  const [text, values] = await askedOf({ email: [email] }, { kind: 'page', page: 1 });
  expect(email).toHaveLength(32);
  expect(values).toContain(email);
  expect([text, ...values].map(String).join()).not.toContain('shared');
});

describe('among 3,000 customers', () => {
  let tenant: BrandClient;
  beforeAll(async () => {
    tenant = await world.brand();
    await newCustomer(tenant);
    // Rows that no key opens, which is no matter: they are never found.
    await world.sql(
      `insert into customers
       select (jsonb_populate_record(c, jsonb_build_object(
         'customer_id', gen_random_uuid(), 'brand_person_id', gen_random_uuid(), 'seq', c.seq + n,
         'ssn_index', sha256(convert_to('s' || n, 'UTF8')), 'email_index', sha256(convert_to('e' || n, 'UTF8')),
         'phone_index', sha256(convert_to('p' || n, 'UTF8')), 'name_dob_index', sha256(convert_to('d' || n, 'UTF8'))
       ))).* from customers c, generate_series(1, 3000) n where brand_id = $1`,
      [tenant.brandId],
    );
    await world.sql('analyze customers');
  });

  const value = Buffer.alloc(32, 1);
  test.each<[string, CustomerFilter, RegExp]>([
    ['ssn', { ssn: [value] }, /customers_ssn|customers_by_trigger_ssn/],
    ['email', { email: [value] }, /customers_by_email/],
    ['phone', { phone: [value] }, /customers_by_phone/],
    ['last_name and dob', { nameAndDob: [value] }, /customers_by_name_dob/],
    ['ssn under two keys', { ssn: [value, value] }, /customers_ssn|customers_by_trigger_ssn/],
    ['email under two keys', { email: [value, value] }, /customers_by_email/],
    ['brand_person_id', { brandPersonId: randomUUID() as never }, /customers_brand_person_id/],
  ])('a search by %s uses its index, by page and by cursor', async (_by, filter, index) => {
    const places: readonly PagePosition[] = [
      { kind: 'page', page: 1 },
      { kind: 'cursor', after: 5n },
    ];
    for (const place of places) {
      const [asked] = await askedOf(filter, place);
      const plan = await world.sql(`explain (generic_plan, format json) ${asked}`);
      const text = JSON.stringify(plan);
      expect(text).toMatch(index);
      expect(text).not.toMatch(/"Seq Scan"[^{}]*"Relation Name":"customers"/);
      expect(text, 'no walk over everybody in order of arrival').not.toContain('customers_by_arrival');
    }
  });
});
