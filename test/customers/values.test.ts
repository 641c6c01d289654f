import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkCustomer } from '../../src/domain/customers/customer.ts';
import type { Instant } from '../../src/domain/time.ts';
import { kycTriggers } from '../../src/domain/trigger-numbers.ts';
import type { ValidationContext } from '../../src/domain/values.ts';
import { uspsStates } from '../../src/domain/values.ts';
import { address } from '../people.ts';

const now = '2026-11-22T13:00:00.000000' as Instant;
const live: ValidationContext = { now, sandbox: false };
const sandbox: ValidationContext = { now, sandbox: true };

/** The fields of a body in which something is wrong. */
const wrong = (body: object, validationContext = live): readonly string[] =>
  Object.keys(checkCustomer(body, validationContext).toObject());
const wrongInAddress = (fields: object): readonly string[] =>
  wrong({ addresses: [{ ...address, ...fields }] });

describe('a dob', () => {
  test.each(['2024-02-29', '1997-12-25', '2000-02-29', '1906-11-22', '2026-11-22'])('may be %s', (dob) => {
    expect(wrong({ dob })).toEqual([]);
  });

  test.each([
    '2023-02-29',
    '1900-02-29',
    '1997-02-30',
    '1997-04-31',
    '1997-00-10',
    '1997-13-01',
    '1997-01-00',
    '1997-01-32',
    '0000-01-01',
    '10000-01-01',
    '-1997-01-01',
    '1906-11-21',
    '1905-11-22',
    '2026-11-23',
    'infinity',
    '-infinity',
    'today',
    'epoch',
    '12/25/1997',
    '1997-12-25T00:00:00',
    '1997-12-25 00:00',
    '1997-12-25Z',
    ' 1997-12-25',
    '1997-12-25\n',
    '19971225',
    '97-12-25',
    '1997-1-5',
    '１９９７-12-25',
    '',
  ])('may not be %j', (dob) => {
    expect(wrong({ dob })).toEqual(['dob']);
  });

  test('on 29 February may be exactly 120 years ago', () => {
    const leapDay = { now: '2024-02-29T10:00:00.000000' as Instant, sandbox: false };
    expect(wrong({ dob: '1904-02-29' }, leapDay)).toEqual([]);
    expect(wrong({ dob: '1904-02-28' }, leapDay)).toEqual(['dob']);
  });
});

describe('an ssn', () => {
  test.each(['123-45-6789', '123456789', '001-01-0001', '899-99-9999', '665-12-3456', '667-12-3456'])(
    'may be %s',
    (ssn) => expect(wrong({ ssn })).toEqual([]),
  );

  test.each([
    '000-12-3456',
    '666-12-3456',
    '900-12-3456',
    '987-65-4321',
    '999-99-9999',
    '123-00-6789',
    '123-45-0000',
    '078-05-1120',
    '078051120',
    '000123456',
    '12345678',
    '1234567890',
    '123-456789',
    '12345-6789',
    '123 45 6789',
    '123–45–6789',
    '１２３-45-6789',
    '１２３４５６７８９',
    '٠١٢-٣٤-٥٦٧٨',
    'XXX-XX-6789',
    'xxx-xx-6789',
    '123-45-678a',
    '123-45-6789\n',
    '',
  ])('may not be %j', (ssn) => {
    expect(wrong({ ssn })).toEqual(['ssn']);
    expect(wrong({ ssn }, sandbox)).toEqual(['ssn']);
  });

  test('may be a forbidden trigger number only in a sandbox', () => {
    expect(kycTriggers.size).toBe(7);
    for (const digits of kycTriggers.keys()) {
      const dashed = `${digits.slice(0, 3)}-${digits.slice(3, 5)}-${digits.slice(5)}`;
      for (const ssn of [digits, dashed]) expect(wrong({ ssn }, sandbox)).toEqual([]);
    }
    for (const ssn of ['000-00-0000', '999-99-0000']) expect(wrong({ ssn })).toEqual(['ssn']);
  });
});

const nameFields = ['first_name', 'middle_name', 'last_name'] as const;

describe.each(nameFields)('a %s', (field) => {
  test.each([
    'José',
    'Jose\u0301',
    'Nguyễn',
    'Nguyễn'.normalize('NFD'),
    'O’Brien',
    "D'Arcy",
    'Éa',
    'E\u0301a',
    'van den Berg',
    'sam',
    '李小龍',
    'Мария',
    'محمد',
    'Al',
    'a'.repeat(50),
    'é'.repeat(50).normalize('NFD'),
  ])('may be %j', (name) => expect(wrong({ [field]: name })).toEqual([]));

  test.each([
    'J',
    'é',
    'e\u0301',
    'a'.repeat(51),
    'Mary-Jane',
    'John3',
    '3John',
    'Ann😀',
    '😀😀',
    ' Ann',
    "'Ann",
    '\u0301Ann',
    'Ann.',
    'Ann,Lee',
    'Ann_Lee',
    'Ann\tLee',
    'Ann\u00a0Lee',
    'Ann\n',
    '<b>Ann</b>',
    '10',
  ])('may not be %j', (name) => {
    expect(wrong({ [field]: name })).toEqual([field]);
  });

  test('may be empty only for the middle name', () => {
    expect(wrong({ [field]: '' })).toEqual(field === 'middle_name' ? [] : [field]);
  });
});

describe('a phone', () => {
  test.each(['650-123-4567', '6501234567', '1234567', '123456789012345', '1-2-3-4-5-6-7'])(
    'may be %s',
    (phone) => expect(wrong({ phone })).toEqual([]),
  );
  test.each([
    '123456',
    '1234567890123456',
    '+16501234567',
    '(650) 123-4567',
    '650--123-4567',
    '-650-123-4567',
    '650-123-4567-',
    '650 123 4567',
    '650.123.4567',
    '６５０-123-4567',
    '',
  ])('may not be %j', (phone) => expect(wrong({ phone })).toEqual(['phone']));

  test('has a country code of one to three digits', () => {
    for (const phone_country_code of ['1', '44', '998']) expect(wrong({ phone_country_code })).toEqual([]);
    for (const phone_country_code of ['', '1234', '+1', 'US', '１'])
      expect(wrong({ phone_country_code }), phone_country_code).toEqual(['phone_country_code']);
  });
});

describe('an email', () => {
  test.each(['james.bond@example.com', 'a@example.org', 'james+mi6@example.co.uk', 'josé@example.com'])(
    'may be %s',
    (email) => expect(wrong({ email })).toEqual([]),
  );
  test.each([
    'james.bond',
    '@example.com',
    'james@',
    'james@example',
    'james bond@example.com',
    'james@@example.com',
    'James <james@example.com>',
    'james@example.com\n',
    `${'a'.repeat(64)}@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(62)}.com`,
    '',
  ])('may not be %j', (email) => expect(wrong({ email })).toEqual(['email']));
});

describe('an address', () => {
  test.each([
    { street: '345 California St.' },
    { street: 'A' },
    { street: '#4, Bldg_2 - N. 5th' },
    { street: 'Calle Peña 12' },
    { street: 'x'.repeat(40) },
    { street: 'é'.repeat(40).normalize('NFD') },
    { street2: '' },
    { street2: 'c/o Moneypenny (3rd floor)' },
    { street2: '👍'.repeat(40) },
    { zip_code: '12345' },
    { zip_code: '12345-1234' },
    { country: 'GB', state: 'Greater London', zip_code: 'SW1A 1AA' },
    { country: 'DE', state: '', zip_code: '10119' },
    { country: 'FR', state: 'x'.repeat(20), zip_code: '9'.repeat(20) },
  ])('may have %j', (fields) => expect(wrongInAddress(fields)).toEqual([]));

  test.each([
    ['street', "12 O'Connell St"],
    ['street', '12/14 Main St'],
    ['street', '12 Main St\nApt 4'],
    ['street', 'x'.repeat(41)],
    ['street', ''],
    ['street', ' '],
    ['street', '---'],
    ['street', '12 Main St; drop'],
    ['street2', 'x'.repeat(41)],
    ['city', 'x'],
    ['city', '   '],
    ['city', 'x'.repeat(41)],
    ['zip_code', '1234'],
    ['zip_code', '123456'],
    ['zip_code', '12345-123'],
    ['zip_code', '12345 1234'],
    ['zip_code', '１２３４５'],
    ['zip_code', ''],
    ['state', 'XX'],
    ['state', 'ca'],
    ['state', 'California'],
    ['state', ''],
  ])('may not have the %s %j', (field, value) => {
    expect(wrongInAddress({ [field]: value })).toEqual([`addresses.0.${field}`]);
  });

  test.each(['ZZ', 'us', 'USA', '', 'toString', '__proto__'])('may not be in the country %j', (country) => {
    expect(wrongInAddress({ country })).toContain('addresses.0.country');
  });

  test('abroad has a state of at most 20 and a code of 2 to 20 characters', () => {
    expect(wrongInAddress({ country: 'GB', state: 'x'.repeat(21) })).toEqual(['addresses.0.state']);
    expect(wrongInAddress({ country: 'GB', zip_code: 'x' })).toEqual(['addresses.0.zip_code']);
    expect(wrongInAddress({ country: 'GB', zip_code: 'x'.repeat(21) })).toEqual(['addresses.0.zip_code']);
  });

  test('may be in every place that the Postal Service serves', () => {
    expect(uspsStates.size).toBe(50 + 1 + 5 + 3 + 3);
    for (const state of uspsStates) expect(wrongInAddress({ state })).toEqual([]);
  });

  test('must include a primary one, and every wrong field of every address is reported at once', () => {
    const secondary = { ...address, is_primary: false };
    expect(wrong({ addresses: [secondary, secondary] })).toEqual(['addresses']);
    expect(wrong({ addresses: [secondary, address] })).toEqual([]);
    expect(
      wrong({
        last_name: 'X',
        addresses: [
          { ...address, state: 'XX', zip_code: '1' },
          { ...secondary, street: '/' },
        ],
      }),
    ).toEqual(['last_name', 'addresses.0.state', 'addresses.0.zip_code', 'addresses.1.street']);
  });
});

test('no message about a wrong value repeats the value', () => {
  const canary = fc.string({ maxLength: 60 }).map((text) => `§canary§${text}`);
  const fields = [
    'dob',
    'first_name',
    'middle_name',
    'last_name',
    'ssn',
    'phone',
    'phone_country_code',
    'email',
  ];
  const texts = ['street', 'street2', 'city', 'state', 'zip_code', 'country'];
  fc.assert(
    fc.property(canary, (value) => {
      const all = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, value]));
      const body = { ...all(fields), brand_person_id: value, addresses: [{ ...address, ...all(texts) }] };
      const problems = checkCustomer(body, live).toObject();
      expect(Object.keys(problems)).toEqual(expect.arrayContaining([...fields, 'addresses.0.street']));
      expect(JSON.stringify(problems)).not.toContain('canary');
    }),
  );
});
