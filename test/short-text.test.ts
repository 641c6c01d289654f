import Type from 'typebox';
import { describe, expect, test } from 'vitest';
import { shortTextField } from '../src/contract/shapes.ts';
import { checkTexts } from '../src/contract/validate.ts';
import { Problems } from '../src/domain/problems.ts';
import { checkShortTexts, cleanText, harmfulText, shortText } from '../src/domain/text.ts';

describe('a short text', () => {
  const rules = { reason: shortText(5, { minLength: 3 }), note: shortText(4, { minLength: 0 }) };
  const problemsOf = (body: unknown) => checkShortTexts(rules)(body).toObject();

  test('is measured and stored composed and without white space at its ends', () => {
    const fiveAccents = 'e\u0301'.repeat(5);
    expect(problemsOf({ reason: `  ${fiveAccents}  `, note: '' })).toEqual({});
    expect(cleanText(` ${fiveAccents}\r\nx `)).toBe(`${'\u00e9'.repeat(5)}\nx`);
    expect(problemsOf({ reason: '  ab  ', note: 'abcde' })).toEqual({
      reason: ['Must be between 3 and 5 characters.'],
      note: ['Must be at most 4 characters.'],
    });
  });

  test('may hold line breaks where its rule says so, and no other control character', () => {
    const schema = Type.Object({
      lines: shortTextField('With line breaks.', shortText(500, { lines: true })),
      line: shortTextField('Without.', shortText(500)),
    });
    const problemsIn = (body: object) => {
      const problems = new Problems();
      checkTexts(body, schema, problems);
      return problems.toObject();
    };
    expect(problemsIn({ lines: 'one\ntwo\r\nthree', line: 'one' })).toEqual({});
    expect(problemsIn({ lines: 'one\ttwo', line: 'one\ntwo', other: 'one\ntwo' })).toEqual({
      lines: [harmfulText],
      line: [harmfulText],
      other: [harmfulText],
    });
    expect(problemsIn({ lines: 'one\rtwo' })).toEqual({ lines: [harmfulText] });
  });
});
