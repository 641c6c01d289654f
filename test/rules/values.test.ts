import { describe, expect, test } from 'vitest';
import { checkAddress } from '../../src/domain/customers/address.ts';
import { territoriesOfUs, withoutPostalCodes } from '../../src/domain/customers/countries.ts';
import { parseId } from '../../src/domain/ids.ts';
import { lastPage, linksOf } from '../../src/domain/paging.ts';
import { InvalidInput, invalidField, Problems } from '../../src/domain/problems.ts';
import type { Instant } from '../../src/domain/time.ts';
import { defaultValidation, validations } from '../../src/domain/validation.ts';
import type { ValidationContext } from '../../src/domain/values.ts';
import { limits, uspsStates, valueRules } from '../../src/domain/values.ts';
import { address } from '../people.ts';

/** The sentences about single values, and what a brand takes that has asked for more than Bond's tables. */

const now = '2026-11-22T13:00:00.000000' as Instant;
const bond: ValidationContext = { now, sandbox: false };
const wide: ValidationContext = { ...bond, validation: 'wide' };
const itin: ValidationContext = { ...bond, validation: 'wide-itin' };

const letters = 'Must start with a letter and can only be letters, spaces, and apostrophes.';
const wideLetters =
  'Must start with a letter and can only be letters, spaces, apostrophes, hyphens, and full stops.';
const streetChars = 'May contain only letters, digits, spaces and . , _ - #';
const wideStreetChars = "May contain only letters, digits, spaces and . , _ - # ' / & ¼ ½ ¾";
const never = 'Not a number that the Social Security Administration issues.';
const between = (least: number, most: number) => `Must be between ${least} and ${most} characters.`;

describe('the sentence about a value', () => {
  test.each<[keyof typeof valueRules, string, string]>([
    ['name', 'J', between(2, 50)],
    ['name', 'J0', letters],
    ['name', 'Jo\u3164', letters],
    ['middleName', '9x', letters],
    ['dob', 'x', 'Not a valid date: use YYYY-MM-DD, for example 1994-03-20.'],
    ['dob', '2026-11-23', 'Must not be in the future.'],
    ['dob', '1906-11-21', 'Must not be more than 120 years ago.'],
    ['ssn', 'x', 'Not a valid SSN: use nine digits, or ###-##-####.'],
    ['ssn', '666-12-3456', never],
    ['ssn', '912-70-3456', never],
    ['phone', '+1650', 'Must be only numbers or dash-separated.'],
    ['phone', '123456', 'Must have between 7 and 15 digits.'],
    ['phoneCountryCode', '+1', 'Must be between one and three digits.'],
    ['email', 'x', 'Not a valid email address.'],
    ['email', `${'a'.repeat(64)}@${`${'b'.repeat(60)}.`.repeat(3)}example.com`, 'Not a valid email address.'],
    ['email', 'a\ud800@example.com', 'Not a valid email address.'],
    ['street', '', between(1, 40)],
    ['street', '1/2 Elm', streetChars],
    ['street2', 'x'.repeat(41), 'Must be at most 40 characters.'],
    ['city', 'x', between(2, 40)],
    ['country', 'zz', 'Must be an ISO 3166-1 alpha-2 country code, two capital letters.'],
  ])('%s %j: %s', (rule, text, sentence) => {
    expect(valueRules[rule](text, bond)).toBe(sentence);
  });

  test.each<[object, string, string]>([
    [{ state: 'XX' }, 'state', 'Must be a two-letter US state code.'],
    [{ state: 'x'.repeat(21), country: 'GB' }, 'state', 'Must be at most 20 characters.'],
    [{ zip_code: '1' }, 'zip_code', 'Must be a US zip code: 12345 or 12345-1234.'],
    [{ zip_code: '123456' }, 'zip_code', 'Must be a US zip code: 12345 or 12345-1234.'],
    [{ zip_code: 'x12345' }, 'zip_code', 'Must be a US zip code: 12345 or 12345-1234.'],
    [{ zip_code: '1', country: 'GB' }, 'zip_code', between(2, 20)],
  ])('of an address with %j', (change, field, sentence) => {
    const problems = new Problems();
    checkAddress({ ...address, ...change }, '', bond, problems);
    expect(problems.toObject()).toEqual({ [field]: [sentence] });
  });

  test('on the oldest lawful day is none, also in the first centuries', () => {
    const early = { now: '0100-01-01T00:00:00.000000' as Instant, sandbox: false };
    expect(valueRules.dob('0099-05-05', early)).toBe(undefined);
  });

  test('is within the limits that the reference shows', () => {
    expect(limits).toEqual({
      name: { minLength: 2, maxLength: 50 },
      middleName: { maxLength: 50 },
      ssn: { minLength: 9, maxLength: 11, pattern: '^(?:[0-9]{9}|[0-9]{3}-[0-9]{2}-[0-9]{4})$' },
      phone: { minLength: 7, maxLength: 29, pattern: '^[0-9]+(?:-[0-9]+)*$' },
      phoneCountryCode: { minLength: 1, maxLength: 3, pattern: '^[0-9]{1,3}$' },
      email: { maxLength: 254 },
      street: { minLength: 1, maxLength: 40 },
      street2: { maxLength: 40 },
      city: { minLength: 2, maxLength: 40 },
      state: { maxLength: 20 },
      zip: { minLength: 2, maxLength: 20 },
      country: { minLength: 2, maxLength: 2 },
    });
    expect([defaultValidation, validations]).toEqual(['bond', ['bond', 'wide', 'wide-itin', 'wide-foreign']]);
  });
});

describe('a brand with wide validation', () => {
  test.each<[keyof typeof valueRules, string, string | undefined]>([
    ['name', 'J', undefined],
    ['name', 'Smith-Jones', undefined],
    ['name', 'St. John', undefined],
    ['name', "'t Hooft", undefined],
    ['name', 'Jose\u0301-Maria', undefined],
    ['name', '', between(1, 50)],
    ['name', 'x'.repeat(51), between(1, 50)],
    ['name', '-Ann', wideLetters],
    ['name', 'Ann3', wideLetters],
    ['name', 'Ann\u115f', wideLetters],
    ['middleName', '', undefined],
    ['middleName', 'Q', undefined],
    ['street', "12 1/2 O'Hara & Sons ½", undefined],
    ['street', 'x'.repeat(64), undefined],
    ['street', '--4 Elm', undefined],
    ['street', 'x'.repeat(65), between(1, 64)],
    ['street', '///', wideStreetChars],
    ['street', '1 Elm;', wideStreetChars],
    ['street', ';1 Elm', wideStreetChars],
    ['street2', 'x'.repeat(64), undefined],
    ['street2', 'x'.repeat(65), 'Must be at most 64 characters.'],
  ])('told of %s %j: %s', (rule, text, sentence) => {
    expect(valueRules[rule](text, wide)).toBe(sentence);
    expect(valueRules[rule](text, itin)).toBe(sentence);
  });

  test('takes a taxpayer number exactly where it asked for them', () => {
    const middles = Array.from({ length: 100 }, (_, middle) => String(middle).padStart(2, '0'));
    const taken = (validationContext: ValidationContext) =>
      middles.filter((middle) => valueRules.ssn(`900-${middle}-0000`, validationContext) === undefined);
    const range = (from: number, to: number) => middles.slice(from, to + 1);
    expect(taken(itin)).toEqual([...range(50, 65), ...range(70, 88), ...range(90, 92), ...range(94, 99)]);
    expect([taken(wide), taken(bond)]).toEqual([[], []]);
    expect(valueRules.ssn('000-70-0000', itin)).toBe(never);
  });

  const problemsOf = (change: object, validationContext = wide) => {
    const problems = new Problems();
    checkAddress({ ...address, ...change }, 'addresses.0', validationContext, problems);
    return problems.toObject();
  };

  test('sends the territories as states of the country US', () => {
    const sentence = 'Part of the United States here: send the country US, and this code as the state.';
    expect([...territoriesOfUs]).toEqual(['AS', 'GU', 'MP', 'PR', 'VI']);
    for (const country of territoriesOfUs) {
      expect(uspsStates.has(country)).toBe(true);
      expect(problemsOf({ country })['addresses.0.country']).toEqual([sentence]);
      expect(problemsOf({ country }, bond)).toEqual({});
      expect(problemsOf({ state: country })).toEqual({});
    }
  });

  test('needs no postal code where a country has none', () => {
    expect(withoutPostalCodes.size).toBe(67);
    const abroad = { state: '', zip_code: '' };
    for (const country of withoutPostalCodes) {
      expect(valueRules.country(country, wide)).toBeUndefined();
      expect(problemsOf({ ...abroad, country })).toEqual({});
      expect(problemsOf({ ...abroad, country }, bond)).toEqual({ 'addresses.0.zip_code': [between(2, 20)] });
    }
    expect(problemsOf({ ...abroad, country: 'DE' })).toEqual({ 'addresses.0.zip_code': [between(2, 20)] });
    expect(problemsOf({ ...abroad, country: 'HK', zip_code: 'x' })).toEqual({
      'addresses.0.zip_code': [between(2, 20)],
    });
  });
});

describe('problems', () => {
  const of = (entries: Readonly<Record<string, string>>) => {
    const problems = new Problems();
    for (const [path, sentence] of Object.entries(entries)) problems.add(path, sentence);
    return problems;
  };

  test('are collected once each by field', () => {
    const problems = of({ a: 'x' });
    problems.add('a', 'x');
    problems.add('a', 'y');
    problems.add('b', undefined);
    expect([problems.toObject(), problems.any, new Problems().any]).toEqual([{ a: ['x', 'y'] }, true, false]);
  });

  test('are taken over where a field has none, or below a field', () => {
    const problems = of({ one: 'x' });
    problems.addMissing(of({ one: 'y', two: 'z' }));
    problems.addBelow('three', of({ four: 'w' }));
    expect(problems.toObject()).toEqual({ one: ['x'], two: ['z'], 'three.four': ['w'] });
    expect([...problems.topFields()]).toEqual(['one', 'two', 'three']);
  });

  test('are withdrawn with everything below, and from no copy', () => {
    const problems = of({ a: 'x', 'a.b': 'x', ab: 'x', 'c.a': 'x' });
    const copy = problems.copy();
    problems.withdraw('a');
    copy.add('a', 'y');
    expect(Object.keys(problems.toObject())).toEqual(['ab', 'c.a']);
    expect(copy.toObject()['a']).toEqual(['x', 'y']);
  });

  test('that an operation finds are an error of one field', () => {
    const error = invalidField('a');
    expect([error.problems, error.name, error.message]).toEqual([
      { a: ['Not a valid value.'] },
      'InvalidInput',
      'invalid input',
    ]);
    expect(invalidField('a', 'x').problems).toEqual({ a: ['x'] });
    expect(error).toBeInstanceOf(InvalidInput);
  });
});

test('an id has one form', () => {
  const id = '2f1f0d0c-6f0e-4f64-9d5c-0d0a3a1f5b0e';
  expect([parseId(id), parseId(id.toUpperCase())]).toEqual([id, id]);
  for (const text of [
    '',
    id.slice(1),
    `${id}0`,
    id.replaceAll('-', '0'),
    id.replace('f', 'g'),
    `{${id.slice(2)}}`,
  ])
    expect(parseId(text)).toBeUndefined();
  // Each of the 36 places counts.
  for (const place of Array.from(id).keys())
    expect(parseId(`${id.slice(0, place)}_${id.slice(place + 1)}`)).toBeUndefined();
});

test('the last page is the last number of an int32, and neither the first page nor a cursor has one before it', () => {
  expect(lastPage).toBe(2_147_483_647);
  const first = linksOf({ place: { kind: 'page', page: 1 }, perPage: 10, order: 'oldest' }, 30, undefined);
  expect(first.map(([rel]) => rel)).toEqual(['first', 'last']);
  const place = { kind: 'cursor', after: 7n, page: 3 } as const;
  expect(linksOf({ place, perPage: 10, order: 'oldest' }, 30, undefined).map(([rel]) => rel)).toEqual([
    'first',
    'last',
  ]);
});
