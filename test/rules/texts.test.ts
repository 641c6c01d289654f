import { describe, expect, test } from 'vitest';
import { OperatorError } from '../../src/domain/operator-error.ts';
import {
  asciiJson,
  checkShortTexts,
  cleanText,
  lengthOf,
  normalForm,
  shortText,
  shortTextProblem,
  spacedJson,
  textProblem,
  visible,
  withoutLines,
} from '../../src/domain/text.ts';
import { instantOfMicros, instantOfPostgres, microsOf, UnreadableTime } from '../../src/domain/time.ts';

/** Text from outside: what is taken, how it is stored, and how it is written. */

describe('a text', () => {
  const harmful = 'Contains a character that is not allowed (control, direction or line mark).';
  const unseen = (point: string) =>
    `Contains U+${point}, which is invisible or an unusual blank. Leave it out, or send an ordinary space.`;
  test.each([
    ['Grüße 李', undefined],
    ['a\u0000', harmful],
    ['a\u202eb', harmful],
    ['a\ud800b', harmful],
    ['a\u2028b', harmful],
    ['a\u00adb', unseen('00AD')],
    ['a\u200bb', unseen('200B')],
    ['a\u00a0b', unseen('00A0')],
    ['a\u2800b', unseen('2800')],
    ['a\u{e0001}b', unseen('E0001')],
  ])('%j is told: %s', (text, sentence) => expect(textProblem(text)).toBe(sentence));

  test('is stored composed, with single spaces, and counted in code points', () => {
    expect(normalForm('  Jose\u0301   Maria ')).toBe('José Maria');
    expect([lengthOf('👍👍'), lengthOf('é'), lengthOf('')]).toEqual([2, 1, 0]);
    expect(visible('a\u200b b\u00ad\u2800')).toBe('a b');
  });
});

describe('a short text', () => {
  test('is stored with ordinary spaces and line breaks, and none at the ends', () => {
    expect(cleanText(' a\u00a0b\r\nc\u2003 ')).toBe('a b\nc');
    expect(withoutLines('a\r\nb\nc\rd')).toBe('abc\rd');
  });

  test.each([
    ['ab', undefined],
    ['a', 'Must be between 2 and 4 characters.'],
    ['abcde', 'Must be between 2 and 4 characters.'],
    ['\u200b\u200b\u200b', 'Must be between 2 and 4 characters.'],
    ['a\u200b', 'Must be between 2 and 4 characters.'],
    // Another check reports harmful characters, and one problem of a text is enough.
    ['\u0000', undefined],
    ['a\nb\nc\nd', undefined],
  ])('%j is told: %s', (text, sentence) => {
    expect(shortTextProblem(shortText(4, { minLength: 2 }), text)).toBe(sentence);
  });

  test('may have lines, which count', () => {
    const rule = shortText(4, { lines: true });
    expect(shortTextProblem(rule, 'a\nb')).toBeUndefined();
    expect(shortTextProblem(rule, 'a\nb\nc')).toBe('Must be between 1 and 4 characters.');
    expect(shortText(4).limits).toEqual({ minLength: 1, maxLength: 4 });
    expect(shortText(4, { minLength: 0 }).limits).toStrictEqual({ maxLength: 4 });
  });

  test('is checked where it is one', () => {
    const check = checkShortTexts({ a: shortText(1) });
    for (const body of [null, 'x', 7, {}, { a: 7 }, { b: 'long' }]) expect(check(body).any).toBe(false);
    expect(Object.keys(check({ a: 'long' }).toObject())).toEqual(['a']);
  });
});

describe('JSON', () => {
  const value = { a: [1, 'é', { b: null }, []], c: {}, d: undefined, e: 'x', '👍': true };
  test('is ASCII', () => {
    expect(asciiJson({ a: 'x' })).toBe('{"a":"x"}');
    expect(asciiJson('\u007fé👍')).toBe('"\\u007f\\u00e9\\ud83d\\udc4d"');
  });

  test('with spaces is what json.dumps of Python writes', () => {
    const written = '{"a": [1, "\\u00e9", {"b": null}, []], "c": {}, "e": "x", "\\ud83d\\udc4d": true}';
    expect(spacedJson(value)).toBe(written);
    expect([spacedJson(null), spacedJson('x'), spacedJson([])]).toEqual(['null', '"x"', '[]']);
    expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(value)));
  });
});

describe('a time', () => {
  test.each(['2020-10-26+00', '12020-10-26 21:48:57+00', '0044-03-15 00:00:00+00 BC', '-infinity'])(
    '%j of the database is none that the service wrote',
    (text) => {
      expect(() => instantOfPostgres(text)).toThrow(UnreadableTime);
      expect(() => instantOfPostgres(text)).toThrow('not of a four-digit year');
    },
  );

  test('is read from microseconds since 1970, and from nothing else', () => {
    for (const micros of [0, 1, 999_999, 1_000_000, 1_603_748_937_287_919])
      expect(microsOf(instantOfMicros(micros) as Parameters<typeof microsOf>[0])).toBe(micros);
    for (const micros of [-1, 0.5, Number.NaN, 2 ** 53]) expect(instantOfMicros(micros)).toBeUndefined();
  });
});

test('an error for the operator, and a time that cannot be read, say what they are', () => {
  expect([new OperatorError('x').name, new UnreadableTime('x').name]).toEqual([
    'OperatorError',
    'UnreadableTime',
  ]);
});
