import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serverOwnedFields } from '../../src/domain/fields.ts';
import { instantOfMillis } from '../../src/domain/time.ts';
import { profileSealContext } from '../../src/operations/customers/sealing.ts';
import { readCustomer } from '../../src/store/customers/customers.ts';
import { newCustomer } from '../contract-samples.ts';
import { address, mailing, newSsn, person } from '../people.ts';
import type { BrandClient, Called, World } from '../world.ts';
import { openWorld } from '../world.ts';

/** What a caller hears of a request that does not fit: every bad field, only the bad ones, all at once. */

let ahead = 0;
let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld({ now: () => instantOfMillis(Date.now() + ahead) });
  brand = await world.brand();
});
afterAll(() => world.close());

const missing = 'Missing data for required field.';
const unknown = 'Unknown field.';
const byServer = 'Set by the server; it cannot be sent.';
const post = (body: unknown) => brand.call('POST', '/customers', { body });
const newPath = async (overrides: object = {}) =>
  `/customers/${(await newCustomer(brand, overrides)).json.customer_id}`;
const patch = (path: string, body: unknown) => brand.call('PATCH', path, { body });
const fieldsOf = ({ status, json }: Called) => [status, Object.keys(json.Message).toSorted()];

describe('a create', () => {
  test("names all missing fields at once, in Bond's words", async () => {
    expect((await post({})).json).toEqual({
      Message: { dob: [missing], first_name: [missing], last_name: [missing], addresses: [missing] },
      Status: 400,
      Code: 'create_customer_schema',
      Type: 'Request Error',
    });
  });

  test('names all bad fields at once, down to the field of an address', async () => {
    const { street: _none, ...streetless } = address;
    const answer = await post({
      ...{ dob: '2023-02-29', first_name: 'J', middle_name: 7, ssn: '000-12-3456', phone: '123', email: 'x' },
      ...{ phone_country_code: '+1', brand_person_id: 'x', nonsense: 1, kyc_status: 'passed' },
      addresses: [
        { ...address, zip_code: '1', state: 'XX', is_primary: 'yes' },
        { ...streetless, country: 'ZZ', nonsense: 1, address_type: 'HOME', address_id: 'x' },
        'nowhere',
      ],
    });
    expect(fieldsOf(answer)).toEqual([
      400,
      [
        ...['addresses.0.is_primary', 'addresses.0.state', 'addresses.0.zip_code'],
        ...[
          'addresses.1.address_id',
          'addresses.1.address_type',
          'addresses.1.country',
          'addresses.1.nonsense',
        ],
        ...[
          'addresses.1.street',
          'addresses.2',
          'brand_person_id',
          'dob',
          'email',
          'first_name',
          'kyc_status',
        ],
        ...['last_name', 'middle_name', 'nonsense', 'phone', 'phone_country_code', 'ssn'],
      ],
    ]);
    expect(answer.json.Message).toMatchObject({
      last_name: [missing],
      'addresses.1.street': [missing],
      nonsense: [unknown],
      'addresses.1.nonsense': [unknown],
      kyc_status: [byServer],
      middle_name: ['Not a valid string.'],
      'addresses.0.is_primary': ['Not a valid boolean.'],
      'addresses.2': ['Not a valid object.'],
    });
    for (const sentences of Object.values(answer.json.Message)) expect(sentences).toHaveLength(1);
  });

  test('coerces no type: refuses a number, a word and a list', async () => {
    const wrong = [1, 0, true, [], {}, ['James'], { $gt: '' }];
    for (const field of Object.keys(person()).filter((name) => name !== 'addresses')) {
      for (const value of wrong)
        expect(fieldsOf(await post(person({ [field]: value })))).toEqual([400, [field]]);
    }
    for (const value of ['true', 'false', 1, 0, null]) {
      const addresses = [address, { ...mailing, is_primary: value }];
      expect(fieldsOf(await post(person({ addresses })))).toEqual([400, ['addresses.1.is_primary']]);
    }
  });

  test('takes null for an optional field as absent, and refuses it for a required one', async () => {
    const required = ['dob', 'first_name', 'last_name', 'addresses'];
    for (const field of Object.keys(person())) {
      const answer = await post(person({ ssn: undefined, brand_person_id: null, [field]: null }));
      if (required.includes(field)) expect(fieldsOf(answer)).toEqual([400, [field]]);
      else
        expect([answer.status, answer.json[field] || undefined]).toEqual([
          201,
          field === 'phone_country_code' ? '1' : undefined,
        ]);
    }
    const addresses = [{ ...address, street2: null }];
    const { status, json } = await post(person({ ssn: null, addresses }));
    expect([status, json.addresses[0].street2, json.ssn]).toEqual([201, '', undefined]);
    expect(fieldsOf(await post(person({ nickname: null })))).toEqual([400, ['nickname']]);
  });

  test('refuses fields that only the server sets', async () => {
    for (const field of serverOwnedFields) {
      const answer = await post(person({ [field]: 'x' }));
      expect(answer.json.Message).toEqual({ [field]: [byServer] });
    }
    for (const field of ['address_id', 'deliverability', 'date_created']) {
      const answer = await post(person({ addresses: [{ ...address, [field]: 'x' }] }));
      expect(answer.json.Message).toEqual({ [`addresses.0.${field}`]: [unknown] });
    }
  });

  test('names a parameter of the query beside the fields of the body', async () => {
    const answer = await brand.call('POST', '/customers?page=1', { body: person({ dob: 'x' }) });
    expect(fieldsOf(answer)).toEqual([400, ['dob', 'page']]);
  });

  test('shortens an unknown field name and escapes line breaks', async () => {
    const answer = await post(person({ ['n'.repeat(5_000)]: 1, 'a\u2028"b': 1 }));
    expect(answer.text.length).toBeLessThan(500);
    expect(answer.text).not.toContain('\u2028');
  });
});

describe('a PATCH', () => {
  test('needs at least one field', async () => {
    const answer = await patch(await newPath(), {});
    expect(answer.json).toMatchObject({
      Code: 'edit_customer_schema',
      Message: { body: ['Send at least one field.'] },
    });
  });

  test('refuses null for every field', async () => {
    const path = await newPath();
    for (const field of Object.keys(person())) {
      expect(fieldsOf(await patch(path, { [field]: null }))).toEqual([400, [field]]);
    }
    for (const field of Object.keys(address)) {
      const answer = await patch(path, { addresses: [{ ...address, [field]: null }] });
      expect(Object.keys(answer.json.Message)).toContain(`addresses.0.${field}`);
    }
    expect((await brand.call('GET', path)).headers.get('etag')).toBe('"1"');
  });

  test("refuses fields that only the server sets and the brand's own id, even with the present value", async () => {
    const stored = (await newCustomer(brand)).json;
    const path = `/customers/${stored.customer_id}`;
    for (const field of [...serverOwnedFields, 'brand_person_id']) {
      const answer = await patch(path, { first_name: 'Jane', [field]: stored[field] ?? 'passed' });
      expect(fieldsOf(answer)).toEqual([400, [field]]);
    }
    const { first_name } = (await brand.call('GET', path)).json;
    expect(first_name).toBe('James');
  });

  test('accepts every input field as it was read, without a change', async () => {
    const path = await newPath();
    const { dob, first_name, middle_name, last_name, ssn, phone, phone_country_code, email, addresses } = (
      await brand.call('GET', path)
    ).json;
    const echo = {
      ...{ dob, first_name, middle_name, last_name, ssn, phone, phone_country_code, email },
      addresses: addresses.map(
        ({ date_created: _one, deliverability: _other, ...sendable }: Record<string, unknown>) => sendable,
      ),
    };
    const answer = await patch(path, echo);
    expect([answer.status, answer.headers.get('etag')]).toEqual([200, '"1"']);
  });

  test('names all bad fields at once and changes nothing, not even the good ones', async () => {
    const path = await newPath();
    const answer = await patch(path, {
      ...{ first_name: 'Jane', dob: 'x', email: 7, nonsense: 1, kyc_requests_available: 3 },
      addresses: [{ ...address, zip_code: '1', deliverability: 'deliverable' }],
    });
    expect(fieldsOf(answer)).toEqual([
      400,
      [
        'addresses.0.deliverability',
        'addresses.0.zip_code',
        'dob',
        'email',
        'kyc_requests_available',
        'nonsense',
      ],
    ]);
    expect((await brand.call('GET', path)).json.first_name).toBe('James');
  });
});

describe('a masked SSN', () => {
  test('of the stored number means unchanged; any other is refused; none is ever stored', async () => {
    const path = await newPath({ ssn: '219-03-4567' });
    const good = await patch(path, { ssn: 'XXX-XX-4567', first_name: 'Jane' });
    expect(good.json).toMatchObject({ ssn: 'XXX-XX-4567', first_name: 'Jane' });
    for (const ssn of ['XXX-XX-4568', 'XXX-XX-0000']) {
      const answer = await patch(path, { ssn, first_name: 'Joan' });
      expect(answer.json.Message).toEqual({
        ssn: ['Not the mask of the stored number; send the full number to change it.'],
      });
    }
    const found = await brand.call('POST', '/customers/search', { body: { ssn: '219-03-4567' } });
    expect(found.json[0]).toMatchObject({ ssn: 'XXX-XX-4567', first_name: 'Jane' });
  });

  test('matches no customer without an SSN, and sets none', async () => {
    const { ssn: _none, ...body } = person();
    const path = `/customers/${(await post(body)).json.customer_id}`;
    expect(fieldsOf(await patch(path, { ssn: 'XXX-XX-4567' }))).toEqual([400, ['ssn']]);
    expect(fieldsOf(await post(person({ ssn: 'XXX-XX-4567' })))).toEqual([400, ['ssn']]);
  });

  test('and the full number in either form are the same number', async () => {
    const path = await newPath({ ssn: '219-03-4569' });
    for (const ssn of ['219-03-4569', '219034569', 'XXX-XX-4569']) {
      expect((await patch(path, { ssn })).headers.get('etag')).toBe('"1"');
    }
    // The same last four digits, another number.
    const other = await patch(path, { ssn: '219-04-4569' });
    expect([other.status, other.headers.get('etag')]).toEqual([200, '"2"']);
  });
});

describe("a stored value that today's rules would refuse", () => {
  /** A customer whose stored profile was written under older, laxer rules. */
  async function oldCustomer(): Promise<string> {
    const ssn = newSsn();
    const { customer_id: id } = (await newCustomer(brand, { ssn })).json;
    const keyring = await world.system.keyrings.of(brand.brandId);
    const row = await readCustomer({ brandId: brand.brandId, db: world.system.db }, id);
    if (!row) throw new Error('The customer is gone.');
    const place = profileSealContext(row);
    const profile = keyring
      .open(place, row.profile)
      .replace('"James"', '"J4mes"')
      .replace('"zip_code":"12345"', '"zip_code":"BAD ZIP"');
    await world.sql('update customers set profile = $1 where customer_id = $2', [
      keyring.seal(place, profile),
      id,
    ]);
    return `/customers/${id}`;
  }

  test('may be sent back: it is no change', async () => {
    const path = await oldCustomer();
    const odd = { ...mailing, zip_code: 'BAD ZIP' };
    const echo = await patch(path, { first_name: 'J4mes', addresses: [address, odd] });
    expect([echo.status, echo.headers.get('etag')]).toEqual([200, '"1"']);
    const other = await patch(path, { first_name: 'J4mes', email: 'new@example.com' });
    expect(other.json).toMatchObject({ first_name: 'J4mes', email: 'new@example.com' });
  });

  test('is refused as soon as it is new', async () => {
    const path = await oldCustomer();
    expect(fieldsOf(await patch(path, { first_name: 'Jam3s' }))).toEqual([400, ['first_name']]);
    const odd = { ...mailing, zip_code: 'BAD ZIP', street: '9 Lake Rd.' };
    expect(fieldsOf(await patch(path, { addresses: [address, odd] }))).toEqual([
      400,
      ['addresses.1.zip_code'],
    ]);
  });

  test('is not reported beside invalid fields', async () => {
    const path = await oldCustomer();
    const { ssn, addresses } = (await brand.call('GET', path)).json;
    const [, { address_id }] = addresses;
    const answer = await patch(path, {
      ...{ first_name: 'J4mes', ssn, nonsense: 1, dob: '2023-02-29', last_name: 'Bond' },
      addresses: [address, { ...mailing, address_id, zip_code: 'BAD ZIP', city: 'X' }],
    });
    expect(fieldsOf(answer)).toEqual([400, ['addresses.1.city', 'dob', 'nonsense']]);
  });

  test('may be the birthday of a person older than a new customer may be', async () => {
    const at = new Date();
    const dob = `${at.getUTCFullYear() - 120}${at.toISOString().slice(4, 10)}`;
    const path = await newPath({ dob: dob.endsWith('02-29') ? `${dob.slice(0, 4)}-03-01` : dob });
    ahead += 40 * 86_400_000;
    const stored = (await brand.call('GET', path)).json.dob;
    expect(fieldsOf(await post(person({ dob: stored })))).toEqual([400, ['dob']]);
    expect((await patch(path, { dob: stored, first_name: 'Jane' })).json).toMatchObject({
      first_name: 'Jane',
    });
  });
});

test('a search reports the same problems of its fields', async () => {
  const search = (body: object) => brand.call('POST', '/customers/search', { body });
  const answer = await search({
    ...{ ssn: '000', email: 'x', phone: 'x', brand_person_id: 'x', last_name: 'Bond', kyc_status: 'x' },
    ...{
      deliverability: 'x',
      created_from: 'x',
      created_before: '2023-02-29',
      nonsense: 1,
      first_name: 'James',
    },
  });
  expect(fieldsOf(answer)).toEqual([
    400,
    [
      ...['brand_person_id', 'created_before', 'created_from', 'deliverability', 'email', 'first_name'],
      ...['kyc_status', 'last_name', 'nonsense', 'phone', 'ssn'],
    ],
  ]);
  expect(fieldsOf(await search({}))).toEqual([400, ['body']]);
  expect(fieldsOf(await search({ dob: '1997-12-25' }))).toEqual([400, ['dob']]);
  expect(fieldsOf(await search({ phone_country_code: '1' }))).toEqual([400, ['phone_country_code']]);
  expect(fieldsOf(await search({ ssn: 'XXX-XX-1234' }))).toEqual([400, ['ssn']]);
});
