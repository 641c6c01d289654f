import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kycTriggers } from '../../src/domain/trigger-numbers.ts';
import { createRootKeyFile } from '../../src/vault/key-source.ts';
import { newCustomer } from '../contract-samples.ts';
import { address, mailing, newSsn, person } from '../people.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';
import { checkHarmless } from './hostile-answer.ts';

/** Every rule for a value, on both sides of its line, for a create and for a PATCH. */

// Noon in UTC, so that no test runs into midnight.
const today = '2026-03-10';
let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld({ now: () => `${today}T12:00:00.000000` as never });
  brand = await world.brand();
});
afterAll(() => world.close());

type Fields = Readonly<Record<string, unknown>>;

/** Takes the values in a create and in a PATCH, and shows them as `shown` (or as sent). */
async function taken(fields: Fields, shown: Fields = fields): Promise<void> {
  const created = await brand.call('POST', '/customers', { body: person(fields) });
  expect(created.text).toContain('customer_id');
  expect(created.json).toMatchObject(shown);
  const other = await newCustomer(brand);
  if (typeof fields['ssn'] === 'string' && !kycTriggers.has(fields['ssn'].replaceAll('-', ''))) {
    await brand.call('DELETE', `/customers/${created.json.customer_id}`);
  }
  const patched = await brand.call('PATCH', `/customers/${other.json.customer_id}`, { body: fields });
  expect(patched.json).toMatchObject(shown);
}

/** Every text in a value, and those that are no secret: the sample's own. */
const textsOf = (value: unknown): readonly string[] =>
  typeof value === 'object' && value !== null
    ? Object.values(value).flatMap(textsOf)
    : [value].filter(isText);
const isText = (value: unknown): value is string => typeof value === 'string';
const lawful = new Set(textsOf(address));

/** Refuses the values in a create and in a PATCH, names exactly these fields, and has changed nothing. */
async function refused(fields: Fields, ...paths: readonly string[]): Promise<void> {
  const canaries = textsOf(fields).filter((text) => text.length > 5 && !lawful.has(text));
  const created = await brand.call('POST', '/customers', { body: person(fields) });
  expect(created.json).toMatchObject({ Status: 400, Code: 'create_customer_schema' });
  expect(Object.keys(created.json.Message).toSorted()).toEqual([...paths].toSorted());
  checkHarmless(created, canaries);
  const stored = await newCustomer(brand);
  const path = `/customers/${stored.json.customer_id}`;
  const patched = await brand.call('PATCH', path, { body: fields });
  expect(patched.json).toMatchObject({ Status: 400, Code: 'edit_customer_schema' });
  expect(Object.keys(patched.json.Message).toSorted()).toEqual([...paths].toSorted());
  checkHarmless(patched, canaries);
  expect((await brand.call('GET', path)).headers.get('etag')).toBe('"1"');
}

describe('dob', () => {
  test.each(['2024-02-29', '2000-02-29', today, '1906-03-10', '1997-12-31'])('%s is taken', (dob) =>
    taken({ dob }),
  );
  test.each([
    ...['2023-02-29', '1900-02-29', '0000-01-01', '10000-01-01', '2024-02-30', '2024-04-31', '2024-13-01'],
    ...['2024-00-10', '2024-01-00', 'infinity', '-infinity', 'epoch', 'today', '2026-03-11', '9999-12-31'],
    ...[
      '1906-03-09',
      '1905-03-10',
      '1997-12-25T00:00:00',
      '1997-12-25T00:00:00Z',
      '12/25/1997',
      '25.12.1997',
    ],
    ...[
      '1997-12-5',
      '97-12-25',
      '19971225',
      ' 1997-12-25',
      '1997-12-25 ',
      '',
      '１９９７-12-25',
      '+1997-12-25',
    ],
    '-1997-12-25',
  ])('%j is refused', (dob) => refused({ dob }, 'dob'));
});

describe('ssn', () => {
  test.each([
    '219-09-9999',
    '219099998',
    '001-01-0001',
    '899-99-9999',
    '665-01-0001',
    '667-01-0001',
    '772-01-0001',
  ])('%s is taken and shown masked', (ssn) => taken({ ssn }, { ssn: `XXX-XX-${ssn.slice(-4)}` }));
  test.each([...kycTriggers.keys()])('the trigger number %s is taken, by many', async (ssn) => {
    const dashed = `${ssn.slice(0, 3)}-${ssn.slice(3, 5)}-${ssn.slice(5)}`;
    await taken({ ssn }, { ssn: `XXX-XX-${ssn.slice(-4)}` });
    await taken({ ssn: dashed }, { ssn: `XXX-XX-${ssn.slice(-4)}` });
  });
  test.each([
    ...[
      '000-12-3456',
      '666-12-3456',
      '900-12-3456',
      '999-12-3456',
      '219-00-9999',
      '219-09-0000',
      '078-05-1120',
    ],
    ...[
      '078051120',
      '000000001',
      '666121234',
      '21909999',
      '2190999999',
      '219-099-999',
      '219-09-999',
      '21-909-9999',
    ],
    ...[
      '219 09 9999',
      '219099-999',
      '-219099999',
      '２１９-09-9999',
      '219-09-9999 ',
      'XXX-XX-XXXX',
      'xxx-xx-9999',
    ],
    ...['XXX-XX-9999', '***-**-9999', '', 'none', '219-09-999９'],
  ])('%j is refused', (ssn) => refused({ ssn }, 'ssn'));

  test('in live the trigger numbers are refused like other numbers that are never issued', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'clientele-values-'));
    createRootKeyFile(join(directory, 'root.key'));
    const env = { CLIENTELE_ENVIRONMENT: 'live', CLIENTELE_ROOT_KEY_FILE: join(directory, 'root.key') };
    const live = await openWorld({ env });
    const tenant = await live.brand();
    // 111-11-1111 and its like look like issued numbers; those with an area or group of zeros do not.
    const never = [...kycTriggers.keys()].filter((ssn) => /^(000|9)/.test(ssn));
    expect(never).toHaveLength(2);
    for (const ssn of never) {
      const answer = await tenant.call('POST', '/customers', { body: person({ ssn }) });
      expect(answer.json).toMatchObject({
        Code: 'create_customer_schema',
        Message: { ssn: [expect.any(String)] },
      });
    }
    const twice = { ssn: '111-11-1111' };
    expect((await tenant.call('POST', '/customers', { body: person(twice) })).status).toBe(201);
    expect((await tenant.call('POST', '/customers', { body: person(twice) })).json.Code).toBe('ssn_dup');
    await live.close();
    rmSync(directory, { recursive: true });
  });
});

describe('names', () => {
  const names = ['first_name', 'middle_name', 'last_name'] as const;
  test.each([
    ...['éa', 'José', 'Nguyễn', 'O’Brien', "D'Arcy", 'Al', 'de la Cruz', 'Nuñez', 'Łukasz'],
    ...['李小龍', 'Владимир', 'Αλέξης', 'محمد', 'שרה', 'Jo\u0301se', 'A'.repeat(50), 'é'.repeat(50)],
    'e\u0301'.repeat(50),
  ])('%s is taken, composed', async (name) => {
    for (const field of names) await taken({ [field]: name }, { [field]: name.normalize('NFC') });
  });
  test.each([
    ...[
      'J',
      'é',
      'e\u0301',
      'A'.repeat(51),
      'Mary-Jane',
      'J4mes',
      'Jam3s',
      '007',
      '😀😀',
      'Jim😀',
      ' James',
      "'Arcy",
    ],
    ...[
      '’Brien',
      '-James',
      'James.',
      'James, Jr',
      'James_Bond',
      'James;',
      'J<b>',
      '\u0301e',
      'Ⅷth',
      '½James',
    ],
    ...['Jim\u200d', 'Jim\u00ad', 'Jim\u2800', '\u3164\u3164', 'Jim\uffa0'],
  ])('%j is refused', async (name) => {
    for (const field of names) await refused({ [field]: name }, field);
  });
  test('only the middle name may be empty', async () => {
    await taken({ middle_name: '' });
    await refused({ first_name: '', last_name: '' }, 'first_name', 'last_name');
  });
  test('composed and decomposed spellings are the same name', async () => {
    const created = await newCustomer(brand, { last_name: 'Nguye\u0302\u0303n', dob: '1988-01-01' });
    const path = `/customers/${created.json.customer_id}`;
    expect(created.json.last_name).toBe('Nguyễn');
    const patched = await brand.call('PATCH', path, { body: { last_name: 'Nguyễn' } });
    expect(patched.headers.get('etag')).toBe('"1"');
    for (const last_name of ['Nguyễn', 'NGUYE\u0302\u0303N']) {
      const body = { last_name, dob: '1988-01-01' };
      const found = await brand.call('POST', '/customers/search', { body });
      expect(found.json.map((one: Fields) => one['customer_id'])).toEqual([created.json.customer_id]);
    }
  });
});

describe('phone', () => {
  test.each(['650-123-4567', '6501234567', '1234567', '123456789012345', '6-5-0-1-2-3-4'])(
    '%s is taken',
    (phone) => taken({ phone }),
  );
  test.each([
    ...[
      '123456',
      '1234567890123456',
      '+16501234567',
      '(650) 123-4567',
      '650.123.4567',
      '650 123 4567',
      '-6501234567',
    ],
    ...['6501234567-', '650--1234567', '６５０1234567', '650-CALL-NOW', '', '1'.repeat(900), '6501234567x1'],
  ])('%j is refused', (phone) => refused({ phone }, 'phone'));
  test.each(['1', '44', '380', '000'])('the country code %s is taken', (code) =>
    taken({ phone_country_code: code }),
  );
  test.each(['', '1234', '+1', 'US', '1 ', '１', '-1', '1.0'])('the country code %j is refused', (code) =>
    refused({ phone_country_code: code }, 'phone_country_code'),
  );
});

describe('email', () => {
  const longest = `${'a'.repeat(64)}@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(57)}.com`;
  test.each(['james.bond@example.com', 'a+b@example.co.uk', "o'brien@example.com", longest])(
    '%s is taken',
    (email) => taken({ email }),
  );
  test.each([
    ...[
      '',
      'james',
      'james@',
      '@example.com',
      'james@@example.com',
      'james@example',
      'james bond@example.com',
    ],
    ...[
      'james@exam ple.com',
      'James Bond <james@example.com>',
      'james@example.com, m@example.com',
      'a@b.c@d.com',
    ],
    ...[
      '.james@example.com',
      'james.@example.com',
      'ja..mes@example.com',
      'james@-example.com',
      'james@[127.0.0.1]',
    ],
    ...[
      `${'a'.repeat(65)}@example.com`,
      `${'a'.repeat(64)}@${'b.'.repeat(94)}com`,
      'mailto:james@example.com',
    ],
  ])('%j is refused', (email) => refused({ email }, 'email'));
});

describe('addresses', () => {
  const where = (fields: Fields) => ({ addresses: [{ ...address, ...fields }] });
  const abroad = { country: 'DE', state: 'Bayern', zip_code: '80331' };

  test.each<Fields>([
    ...['1', '345 California St.', 'Calle Ñuñoa 12', '1-2_3 #4, B.', 'é'.repeat(40)].map((street) => ({
      street,
    })),
    ...['', "Suite 600 / O'Hare & Sons", 'x'.repeat(40)].map((street2) => ({ street2 })),
    ...['Rome', 'San Francisco', 'x'.repeat(40), "L'Aquila", 'Saint-Étienne'].map((city) => ({ city })),
    ...['CA', 'DC', 'PR', 'GU', 'AA', 'AE', 'AP', 'FM', 'MH', 'PW'].map((state) => ({ state })),
    ...['94104', '94104-2657', '00501'].map((zip_code) => ({ zip_code })),
    ...['', 'Bayern', 'x'.repeat(20)].map((state) => ({ ...abroad, state })),
    ...['D1', '80331', 'SW1A 2AA', 'x'.repeat(20)].map((zip_code) => ({ ...abroad, zip_code })),
    { address_type: 'MAILING' },
  ])('%j is taken', (fields) => taken(where(fields)));

  test.each<[Fields, ...string[]]>([
    ...[
      "1 O'Hare St",
      '1/2 Main St',
      '1 Main St\n',
      'x'.repeat(41),
      '',
      '   ',
      '.,-#',
      '1 Main St @ 2nd',
      '1 Main;',
    ].map((street): [Fields, string] => [{ street }, 'street']),
    ...['x'.repeat(41), 'Suite\t600'].map((street2): [Fields, string] => [{ street2 }, 'street2']),
    ...['', 'X', '  ', 'x'.repeat(41)].map((city): [Fields, string] => [{ city }, 'city']),
    ...['XX', 'ca', 'California', '', 'C', 'PQ', 'UM'].map((state): [Fields, string] => [{ state }, 'state']),
    ...['1234', '123456', '54321-', '54321-123', '123456789', '12345 1234', 'ABCDE', '', '１2345'].map(
      (zip_code): [Fields, string] => [{ zip_code }, 'zip_code'],
    ),
    ...['1', 'x'.repeat(21)].map((zip_code): [Fields, string] => [{ ...abroad, zip_code }, 'zip_code']),
    [{ ...abroad, state: 'x'.repeat(21) }, 'state'],
    ...['ZZ', 'de', 'DEU', 'Germany', '', 'D', 'EU', 'UK', '__'].map((country): [Fields, string] => [
      { ...abroad, country },
      'country',
    ]),
    ...['us', 'USA'].map((country): [Fields, string] => [{ country }, 'country']),
    ...['HOME', 'mailing', ''].map((type): [Fields, string] => [{ address_type: type }, 'address_type']),
  ])('%j is refused', (fields, ...names) =>
    refused(where(fields), ...names.map((name) => `addresses.0.${name}`)),
  );

  test.each([
    ['none', []],
    ['none that is primary', [mailing, { ...address, is_primary: false }]],
    ['21', Array.from({ length: 21 }, (_, index) => ({ ...address, street: `${index} Main St` }))],
    ['no list', address],
    ['a list of a list', [[address]]],
    ['a list with null', [address, null]],
  ])('%s are refused', async (_what, addresses) => {
    const created = await brand.call('POST', '/customers', { body: person({ addresses }) });
    expect(created.json.Code).toBe('create_customer_schema');
    const path = `/customers/${(await newCustomer(brand)).json.customer_id}`;
    const patched = await brand.call('PATCH', path, { body: { addresses } });
    expect(patched.json.Code).toBe('edit_customer_schema');
    for (const { json } of [created, patched]) {
      expect(Object.keys(json.Message).every((name) => name.startsWith('addresses'))).toBe(true);
    }
  });

  test('20 are taken, several of them primary, and equal ones each have an id', async () => {
    const addresses = Array.from({ length: 20 }, () => address);
    const created = await newCustomer(brand, { addresses });
    expect(new Set(created.json.addresses.map((one: Fields) => one['address_id'])).size).toBe(20);
  });
});

test('optional fields of a create may be left out, and are then absent', async () => {
  const { dob, first_name, last_name, addresses } = person();
  const { street2: _without, ...bare } = address;
  const body = { dob, first_name, last_name, addresses: [bare] };
  const { json } = await brand.call('POST', '/customers', { body });
  expect(json).toMatchObject({ middle_name: '', addresses: [{ street2: '' }] });
  for (const field of ['ssn', 'phone', 'phone_country_code', 'email']) expect(json).not.toHaveProperty(field);
  expect(addresses).toHaveLength(2);
  const phoned = await brand.call('POST', '/customers', {
    body: { ...body, phone: '6501234567', ssn: newSsn() },
  });
  expect(phoned.json.phone_country_code).toBe('1');
});
