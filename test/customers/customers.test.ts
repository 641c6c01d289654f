import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { customerPath, newCustomer } from '../contract-samples.ts';
import { address, mailing, newSsn, person } from '../people.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';

type Fields = Readonly<Record<string, unknown>>;

let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld();
  brand = await world.brand();
});
afterAll(() => world.close());

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const customerKeys = [
  ...['customer_id', 'brand_person_id', 'bond_brand_id', 'date_created', 'dob', 'first_name', 'middle_name'],
  ...['last_name', 'ssn', 'phone', 'phone_country_code', 'email', 'kyc_requests_available', 'addresses'],
  'date_updated',
];
const addressKeys = [
  ...[
    'address_id',
    'address_type',
    'street',
    'street2',
    'city',
    'state',
    'zip_code',
    'country',
    'is_primary',
  ],
  'date_created',
];
const keysBut = (object: object, ...left: readonly string[]) =>
  Object.keys(object).filter((key) => !left.includes(key));
/** Every date in an answer, as text. */
const datesIn = (text: string): readonly string[] => text.match(/\d{4}-\d{2}-\d{2}T[^"]*/g) ?? [];
const ids = (list: readonly Fields[]) => list.map((one) => one['address_id']);

describe('a created customer', () => {
  test('is returned with the sent fields and the fields that the service adds', async () => {
    const body = person();
    const { json, headers } = await brand.call('POST', '/customers', { body });
    const { addresses, ssn, ...fields } = body;
    expect(json).toMatchObject(fields);
    expect(json.ssn).toBe(`XXX-XX-${ssn.slice(-4)}`);
    expect(json.bond_brand_id).toBe(brand.brandId);
    expect(json.kyc_requests_available).toBe(3);
    expect(json).not.toHaveProperty('kyc_status');
    expect(json.addresses).toMatchObject(addresses);
    expect([json.customer_id, json.brand_person_id, ...ids(json.addresses)]).toEqual(
      Array(4).fill(expect.stringMatching(uuid)),
    );
    expect(new Set([json.customer_id, json.brand_person_id, ...ids(json.addresses)]).size).toBe(4);
    expect(json.date_updated).toBe(json.date_created);
    expect(headers.get('etag')).toBe('"1"');
  });

  test('is read back as it was created', async () => {
    const created = await newCustomer(brand);
    const read = await brand.call('GET', `/customers/${created.json.customer_id}`);
    expect(read.status).toBe(200);
    expect(created.text.replaceAll('+00:00', '')).toBe(read.text);
  });

  test('has its keys in the order of the document in every answer', async () => {
    const path = await customerPath(brand);
    const { email } = (await brand.call('PATCH', path, { body: { email: `${randomUUID()}@example.com` } }))
      .json;
    const answers = [
      (await newCustomer(brand)).json,
      (await brand.call('GET', path)).json,
      (await brand.call('PATCH', path, { body: { first_name: 'Jane' } })).json,
      (await brand.call('GET', '/customers')).json[0],
      (await brand.call('POST', '/customers/search', { body: { email } })).json[0],
    ];
    for (const answer of answers) {
      expect(keysBut(answer)).toEqual(customerKeys);
      for (const one of answer.addresses) expect(keysBut(one, 'deliverability')).toEqual(addressKeys);
    }
  });

  test('shows times in microseconds, without an offset in reads and with +00:00 in changes', async () => {
    const created = await newCustomer(brand);
    const path = `/customers/${created.json.customer_id}`;
    const patched = await brand.call('PATCH', path, { body: { first_name: 'Jane' } });
    const noChange = await brand.call('PATCH', path, { body: { first_name: 'Jane' } });
    for (const { text } of [created, patched, noChange]) {
      expect(datesIn(text)).toHaveLength(4);
      for (const date of datesIn(text))
        expect(date).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/);
    }
    const { customer_id, brand_person_id } = created.json;
    const reads = [
      await brand.call('GET', path),
      await brand.call('POST', '/customers/search', { body: { brand_person_id } }),
    ];
    const listed = (await brand.call('GET', '/customers?per_page=50')).json as readonly Fields[];
    const inList = JSON.stringify(listed.find((one) => one['customer_id'] === customer_id));
    for (const text of [...reads.map((read) => read.text), inList]) {
      expect(datesIn(text)).toHaveLength(4);
      for (const date of datesIn(text)) expect(date).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
    }
  });

  test("may bring the brand's own id, in either case of letters", async () => {
    const own = randomUUID();
    const { json } = await newCustomer(brand, { brand_person_id: own.toUpperCase() });
    expect(json.brand_person_id).toBe(own);
    const again = await brand.call('POST', '/customers', { body: person({ brand_person_id: own }) });
    expect(again.json.Code).toBe('person_id_dup');
  });
});

test('an id in upper case is the same customer, answered in lower case', async () => {
  const { customer_id: id } = (await newCustomer(brand)).json;
  const read = await brand.call('GET', `/customers/${id.toUpperCase()}`);
  expect(read.json.customer_id).toBe(id);
  const patched = await brand.call('PATCH', `/customers/${id.toUpperCase()}`, {
    body: { first_name: 'Jane' },
  });
  expect(patched.json).toMatchObject({ customer_id: id, first_name: 'Jane' });
  expect((await brand.call('DELETE', `/customers/${id.toUpperCase()}`)).status).toBe(200);
});

test('every path is served with a slash at its end', async () => {
  const created = await brand.call('POST', '/customers/', { body: person() });
  const path = `/customers/${created.json.customer_id}/`;
  const { email } = person();
  expect([
    created.status,
    (await brand.call('GET', '/customers/?page=1')).status,
    (await brand.call('GET', path)).status,
    (await brand.call('PATCH', path, { body: { first_name: 'Jane' } })).status,
    (await brand.call('POST', '/customers/search/', { body: { email } })).status,
    (await brand.call('GET', `/auth/key/${brand.key.identity}/`)).status,
    (await brand.call('DELETE', path)).status,
  ]).toEqual([201, 200, 200, 200, 200, 200, 200]);
});

describe('an update', () => {
  test('changes the sent fields, keeps the others and sets the date', async () => {
    const before = (await newCustomer(brand)).json;
    const path = `/customers/${before.customer_id}`;
    const ssn = newSsn();
    const change = {
      dob: '1961-03-03',
      first_name: 'Sam',
      last_name: 'McKorkindale',
      phone: '555-111-2222',
      ssn,
    };
    const after = (await brand.call('PATCH', path, { body: change })).json;
    const { date_updated, ...rest } = after;
    expect(rest).toEqual({
      ...keep(before, 'date_updated'),
      ...change,
      ssn: `XXX-XX-${ssn.slice(-4)}`,
    });
    expect(date_updated > before.date_updated).toBe(true);
    const read = (await brand.call('GET', path)).text;
    expect(read).toBe(JSON.stringify(after).replaceAll('+00:00', ''));
  });

  test('works with the request of the document, including the masked SSN', async () => {
    const created = await newCustomer(brand, { ssn: '219-01-9999' });
    const body = {
      addresses: [{ ...address, street: '345 California Ave.', zip_code: '12345-1234' }],
      ...{ dob: '1997-12-25', first_name: 'James', last_name: 'Bond', middle_name: 'Herbert' },
      ...{ ssn: 'XXX-XX-9999', phone: '555-111-2222', phone_country_code: '1', email: 'james@example.com' },
    };
    const patched = await brand.call('PATCH', `/customers/${created.json.customer_id}`, { body });
    expect(patched.status).toBe(200);
    expect(patched.json).toMatchObject(body);
    const found = await brand.call('POST', '/customers/search', { body: { ssn: '219-01-9999' } });
    expect(found.json.map((one: Fields) => one['customer_id'])).toEqual([created.json.customer_id]);
  });

  test('makes search find the new values and no longer the old ones', async () => {
    const [before, after] = [
      { ssn: newSsn(), email: 'old@example.com', phone: '111-2222', last_name: 'Alt', dob: '1970-01-01' },
      { ssn: newSsn(), email: 'new@example.com', phone: '333-4444', last_name: 'Neu', dob: '1980-01-01' },
    ];
    const tenant = await world.brand();
    const path = `/customers/${(await newCustomer(tenant, before)).json.customer_id}`;
    await tenant.call('PATCH', path, { body: after });
    const search = async (body: object) =>
      (await tenant.call('POST', '/customers/search', { body })).json.length;
    const parts = ({ ssn, email, phone, last_name, dob }: typeof before) => [
      { ssn },
      { email },
      { phone },
      { last_name, dob },
    ];
    for (const asked of parts(before)) expect(await search(asked)).toBe(0);
    for (const asked of parts(after)) expect(await search(asked)).toBe(1);
    const freed = await tenant.call('POST', '/customers', { body: person({ ssn: before.ssn }) });
    expect(freed.status).toBe(201);
  });

  test('adds fields that were never set', async () => {
    const { ssn, phone, phone_country_code, email, ...bare } = person();
    const created = await brand.call('POST', '/customers', { body: bare });
    const path = `/customers/${created.json.customer_id}`;
    const patched = await brand.call('PATCH', path, { body: { ssn, phone, email } });
    expect(patched.json).toMatchObject({ phone, phone_country_code, email, ssn: `XXX-XX-${ssn.slice(-4)}` });
    expect(keysBut(patched.json)).toEqual(customerKeys);
  });
});

describe('addresses in an update', () => {
  test('replace the whole set; an address with a known id or equal content keeps its id and date', async () => {
    const created = await newCustomer(brand);
    const path = `/customers/${created.json.customer_id}`;
    const [home, post] = created.json.addresses;
    const changed = { ...mailing, address_id: post.address_id.toUpperCase(), street: '7 Lake Rd.' };
    const { street2: _absent, ...work } = { ...address, street: '1 Work Way', is_primary: false };
    const patched = (await brand.call('PATCH', path, { body: { addresses: [work, changed, address] } })).json;
    expect(patched.addresses[1]).toMatchObject({ ...post, street: '7 Lake Rd.' });
    expect(keep(patched.addresses[2], 'deliverability')).toEqual(keep(home, 'deliverability'));
    expect(ids(created.json.addresses)).not.toContain(patched.addresses[0].address_id);
    expect(patched.addresses[0].date_created > home.date_created).toBe(true);

    const fewer = (await brand.call('PATCH', path, { body: { addresses: [address] } })).json;
    expect(ids(fewer.addresses)).toEqual([home.address_id]);
    const gone = await brand.call('PATCH', path, { body: { addresses: [address, changed] } });
    expect(gone.json.Message).toEqual({ 'addresses.1.address_id': [expect.any(String)] });
  });

  test('equal to the stored ones are no change, also with their ids and without an empty unit', async () => {
    const created = await newCustomer(brand);
    const path = `/customers/${created.json.customer_id}`;
    const [home, post] = ids(created.json.addresses);
    const { street2: _empty, ...bare } = mailing;
    for (const addresses of [
      [address, mailing],
      [address, bare],
      [
        { ...address, address_id: home },
        { ...bare, address_id: post },
      ],
      [address, { ...mailing, address_id: post }],
    ]) {
      const answer = await brand.call('PATCH', path, { body: { addresses } });
      expect([answer.status, answer.headers.get('etag')]).toEqual([200, '"1"']);
    }
  });

  test('with an unknown, repeated or foreign id are refused at that item', async () => {
    const created = await newCustomer(brand);
    const path = `/customers/${created.json.customer_id}`;
    const [home] = ids(created.json.addresses);
    const [foreign] = ids((await newCustomer(brand)).json.addresses);
    for (const id of [randomUUID(), foreign, 'none', '']) {
      const addresses = [address, { ...mailing, address_id: id }];
      const answer = await brand.call('PATCH', path, { body: { addresses } });
      expect(answer.json.Message).toEqual({ 'addresses.1.address_id': ['Not an address of this customer.'] });
    }
    const twice = [
      { ...address, address_id: home },
      { ...mailing, address_id: home },
    ];
    const answer = await brand.call('PATCH', path, { body: { addresses: twice } });
    expect(answer.json.Message).toEqual({ 'addresses.1.address_id': ['Appears twice.'] });
  });
});

describe('a deleted customer', () => {
  test('is reported as JSON, or as plain text if the client prefers it', async () => {
    for (const [accept, type, text] of [
      ['application/json', 'application/json; charset=utf-8', '"Customer resource deleted"'],
      ['*/*', 'application/json; charset=utf-8', '"Customer resource deleted"'],
      ['text/plain, application/json', 'application/json; charset=utf-8', '"Customer resource deleted"'],
      ['text/plain', 'text/plain; charset=utf-8', 'Customer resource deleted'],
      ['application/json;q=0.5, text/plain', 'text/plain; charset=utf-8', 'Customer resource deleted'],
    ] as const) {
      const answer = await brand.call('DELETE', await customerPath(brand), { headers: { Accept: accept } });
      expect([answer.headers.get('content-type'), answer.text]).toEqual([type, text]);
    }
  });

  test('is in no answer any more, and its SSN and ids are free again', async () => {
    const tenant = await world.brand();
    const body = { ...person(), brand_person_id: randomUUID() };
    const created = await tenant.call('POST', '/customers', { body });
    const path = `/customers/${created.json.customer_id}`;
    expect((await tenant.call('DELETE', path)).status).toBe(200);
    for (const method of ['GET', 'DELETE', 'PATCH']) {
      const answer = await tenant.call(
        method,
        path,
        method === 'PATCH' ? { body: { first_name: 'Jane' } } : {},
      );
      expect(answer.json).toMatchObject({ Status: 404, Code: 'customer_dne' });
    }
    const list = await tenant.call('GET', '/customers');
    expect([list.text, list.headers.get('x-total-count')]).toEqual(['[]', '0']);
    const { ssn, email, phone, last_name, dob, brand_person_id } = body;
    for (const asked of [{ ssn }, { email }, { phone }, { last_name, dob }, { brand_person_id }]) {
      const found = await tenant.call('POST', '/customers/search', { body: asked });
      expect([found.text, found.headers.get('x-total-count')]).toEqual(['[]', '0']);
    }
    const again = await tenant.call('POST', '/customers', { body });
    expect(again.status).toBe(201);
    expect(again.json.customer_id).not.toBe(created.json.customer_id);
    expect(again.json.brand_person_id).toBe(brand_person_id);
  });

  test('is moved with its sealed records to deleted_customers only', async () => {
    const { customer_id: id } = (await newCustomer(brand)).json;
    const columns = 'brand_id, customer_id, seq, version, profile, ssn, ssn_index';
    const [before] = await world.sql(`select ${columns} from customers where customer_id = $1`, [id]);
    await brand.call('DELETE', `/customers/${id}`);
    expect(await world.sql('select 1 from customers where customer_id = $1', [id])).toEqual([]);
    const kept = await world.sql(
      `select ${columns}, now() - deleted_at < '1 minute' as recent from deleted_customers where customer_id = $1`,
      [id],
    );
    expect(kept).toEqual([{ ...before, recent: true }]);
  });
});

function keep(object: Fields, ...left: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !left.includes(key)));
}
