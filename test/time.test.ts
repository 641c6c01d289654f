import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Instant } from '../src/domain/time.ts';
import {
  dayOf,
  instantOfMillis,
  instantOfPostgres,
  isCalendarDay,
  millisOf,
  naiveUtc,
  parseInstant,
  plusSeconds,
  toPostgres,
  withOffset,
} from '../src/domain/time.ts';

const [first, last] = [Date.parse('0001-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59.999Z')];
const millis = fc.integer({ min: first, max: last });
const micros = fc.integer({ min: 0, max: 999 });
/** Any moment that the wire can show, with microseconds. */
const instant = fc
  .tuple(millis, micros)
  .map(([ms, us]) => `${instantOfMillis(ms).slice(0, 23)}${String(us).padStart(3, '0')}` as Instant);

const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/;

describe('a time', () => {
  test('always has microseconds and no offset, and sorts as text in order of time', () => {
    fc.assert(
      fc.property(millis, millis, (one, other) => {
        expect(instantOfMillis(one)).toMatch(form);
        expect(instantOfMillis(one) < instantOfMillis(other)).toBe(one < other);
      }),
    );
  });

  test('converts from milliseconds to the same millisecond', () => {
    fc.assert(
      fc.property(millis, (ms) => {
        expect(millisOf(instantOfMillis(ms))).toBe(ms);
      }),
    );
  });

  test('keeps the microseconds of a clock that has them', () => {
    expect(instantOfMillis(1_603_748_937_287.5)).toBe('2020-10-26T21:48:57.287500');
    expect(instantOfMillis(1_603_748_937_287)).toBe('2020-10-26T21:48:57.287000');
  });

  test("is read from PostgreSQL's text, which drops trailing zeros", () => {
    fc.assert(
      fc.property(instant, (at) => {
        const written = at.replace('T', ' ').replace(/0+$/, '').replace(/\.$/, '');
        expect(instantOfPostgres(`${written}+00`)).toBe(at);
      }),
    );
    expect(instantOfPostgres('2020-10-26 21:48:57+00')).toBe('2020-10-26T21:48:57.000000');
    expect(toPostgres('2020-10-26T21:48:57.287919' as Instant)).toBe('2020-10-26T21:48:57.287919Z');
  });

  test.each(['2020-10-26 21:48:57+02', '2020-10-26 21:48:57', '2020-10-26 21:48:57+05:30', 'infinity'])(
    'is not taken from %j, which is not in UTC',
    (text) => expect(() => instantOfPostgres(text)).toThrow(/UTC/),
  );

  test('moves by seconds and back without losing a microsecond', () => {
    const inside = fc.integer({ min: first + 1e12, max: last - 1e12 });
    const moved = fc.tuple(inside, micros, fc.integer({ min: -9e8, max: 9e8 }));
    fc.assert(
      fc.property(moved, ([ms, us, seconds]) => {
        const at = `${instantOfMillis(ms).slice(0, 23)}${String(us).padStart(3, '0')}` as Instant;
        const later = plusSeconds(at, seconds);
        expect(later).toMatch(form);
        expect(millisOf(later) - millisOf(at)).toBe(seconds * 1000);
        expect(plusSeconds(later, -seconds)).toBe(at);
      }),
    );
  });
});

describe('on the wire', () => {
  test('reads have no offset, and changes have one, of the same time', () => {
    fc.assert(
      fc.property(instant, (at) => {
        expect(naiveUtc(at)).toBe(at);
        expect(withOffset(at)).toBe(`${at}+00:00`);
        // A client may send either back: both are read as the moment that they were.
        for (const write of [naiveUtc, withOffset]) expect(parseInstant(write(at))).toBe(at);
      }),
    );
  });

  test.each([
    ['2020-10-26', '2020-10-26T00:00:00.000000'],
    ['2020-10-26T21:48:57', '2020-10-26T21:48:57.000000'],
    ['2020-10-26T21:48:57Z', '2020-10-26T21:48:57.000000'],
    ['2020-10-26T21:48:57.5Z', '2020-10-26T21:48:57.500000'],
    ['2020-10-26T21:48:57.287919-07:00', '2020-10-27T04:48:57.287919'],
    ['2020-03-01T00:30:00+05:30', '2020-02-29T19:00:00.000000'],
    ['2020-01-01T00:00:00-00:00', '2020-01-01T00:00:00.000000'],
    // .NET and Go write more digits than PostgreSQL keeps.
    ['2020-10-26T21:48:57.1234567Z', '2020-10-26T21:48:57.123456'],
    ['2020-10-26T21:48:57.999999999Z', '2020-10-26T21:48:57.999999'],
    ['2020-10-26T21:48:57.0000000000000000001Z', '2020-10-26T21:48:57.000000'],
    // An unescaped plus in a query.
    ['2020-10-26T21:48:57 00:00', '2020-10-26T21:48:57.000000'],
    ['2020-10-26T21:48:57 02:00', '2020-10-26T19:48:57.000000'],
    ['2020-10-26t21:48:57z', '2020-10-26T21:48:57.000000'],
    ['2020-10-26T21:48:57+15:00', '2020-10-26T06:48:57.000000'],
    ['2020-10-26T21:48:57-23:59', '2020-10-27T21:47:57.000000'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000000'],
    ['1990-12-31T15:59:60.5-08:00', '1991-01-01T00:00:00.500000'],
  ])('%s is %s', (text, at) => expect(parseInstant(text)).toBe(at));

  test.each([
    '2020-02-30',
    '2021-02-29T00:00:00Z',
    '2020-10-26 21:48:57',
    '2020-10-26T24:00:00Z',
    '2020-10-26T21:60:00Z',
    '2020-10-26T21:48',
    '2020-10-26T21:48:57.Z',
    '2020-10-26T21:48:61Z',
    '2020-10-26T21:48:57+24:00',
    '2020-10-26T21:48:57 Z',
    '2020-10-26T21:48:57  00:00',
    ' 2020-10-26',
    `2020-10-26T21:48:57.${'0'.repeat(41)}Z`,
    '2020-10-26T21:48:57+0700',
    '0001-01-01T00:00:00+14:00',
    '9999-12-31T23:59:59-01:00',
    '10000-01-01',
    'infinity',
    'now',
    '1603748937',
    '',
  ])('%j is not a time', (text) => expect(parseInstant(text)).toBeUndefined());
});

describe('a calendar day', () => {
  test('is valid exactly if the Gregorian calendar has it', () => {
    const number = (max: number) => fc.integer({ min: 0, max });
    fc.assert(
      fc.property(number(9999), number(13), number(32), (year, month, day) => {
        const two = (value: number) => String(value).padStart(2, '0');
        const text = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
        // `Date` rolls a day over that does not exist, so it then shows another one.
        const rolled = new Date(`${text}T00:00:00Z`);
        const exists = year > 0 && !Number.isNaN(rolled.getTime()) && rolled.toISOString().startsWith(text);
        expect(isCalendarDay(text)).toBe(exists);
      }),
      { numRuns: 2_000 },
    );
  });

  test('of a time is the day in UTC', () => {
    expect(dayOf('2020-10-26T23:59:59.999999' as Instant)).toBe('2020-10-26');
  });
});
