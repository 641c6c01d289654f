import { Ajv } from 'ajv';
import type { TSchema } from 'typebox';
import Type from 'typebox';
import { describe, expect, test } from 'vitest';
import { oneOf, text, uuid } from '../../src/contract/shapes.ts';
import { operations } from '../../src/contract/table.ts';
import {
  checkTexts,
  checkVisible,
  readQuery,
  shapeCheck,
  withoutNulls,
} from '../../src/contract/validate.ts';
import { serverOwnedFields } from '../../src/domain/fields.ts';
import { Problems } from '../../src/domain/problems.ts';
import { harmfulText } from '../../src/domain/text.ts';
import { settings } from '../../src/settings.ts';

/** What a request learns about a body that its schema does not allow: the place, and a sentence. */

const closed = (properties: Record<string, TSchema>) =>
  Type.Object(properties, { additionalProperties: false, minProperties: 1 });
const schema = closed({
  name: text('A name.'),
  kind: Type.Optional(oneOf(['A', 'B'])),
  id: Type.Optional(uuid('An id.')),
  count: Type.Optional(Type.Integer({ minimum: 1, maximum: 9 })),
  list: Type.Optional(Type.Array(Type.String(), { minItems: 1, maxItems: 2 })),
  pairs: Type.Optional(Type.Array(Type.Integer(), { minItems: 2 })),
  code: Type.Optional(Type.String({ pattern: '^[a-z]+$' })),
  inner: Type.Optional(closed({ flag: Type.Boolean() })),
});
const check = shapeCheck(schema);
const told = (change: object) => check({ name: 'x', ...change }).toObject();

describe('the shape of a body', () => {
  test('is right', () => {
    const inner = { flag: true };
    const id = '2F1F0D0C-6F0E-4F64-9D5C-0D0A3A1F5B0E';
    expect(told({ kind: 'B', id, count: 9, list: ['a', 'b'], pairs: [1, 2], code: 'ab', inner })).toEqual({});
  });

  test.each<[object, string, string]>([
    [{ name: 1 }, 'name', 'Not a valid string.'],
    [{ name: null }, 'name', 'Not a valid string.'],
    [{ count: '1' }, 'count', 'Not a valid integer.'],
    [{ count: 1.5 }, 'count', 'Not a valid integer.'],
    [{ list: {} }, 'list', 'Not a valid list.'],
    [{ list: [1] }, 'list.0', 'Not a valid string.'],
    [{ inner: [] }, 'inner', 'Not a valid object.'],
    [{ inner: { flag: 'true' } }, 'inner.flag', 'Not a valid boolean.'],
    [{ inner: {} }, 'inner.flag', 'Missing data for required field.'],
    [{ inner: { flag: true, flags: 1 } }, 'inner.flags', 'Unknown field.'],
    [{ name: undefined, kind: 'A' }, 'name', 'Missing data for required field.'],
    [{ nickname: 'x' }, 'nickname', 'Unknown field.'],
    [{ kind: 'C' }, 'kind', 'Must be one of: A, B.'],
    [{ list: [] }, 'list', 'Must have at least 1 item.'],
    [{ pairs: [1] }, 'pairs', 'Must have at least 2 items.'],
    [{ list: ['a', 'b', 'c'] }, 'list', 'Must have at most 2 items.'],
    [{ name: 'x'.repeat(1_001) }, 'name', 'Must be at most 1000 characters.'],
    [{ count: 0 }, 'count', 'Must be at least 1.'],
    [{ count: 10 }, 'count', 'Must be at most 9.'],
    [{ code: 'A1' }, 'code', 'Not a valid value.'],
    [{ id: '2f1f0d0c6f0e4f649d5c0d0a3a1f5b0e' }, 'id', 'Not a valid UUID.'],
    [{ brand_person_id: 'x' }, 'brand_person_id', 'Set when the customer is created; it cannot be changed.'],
    [{ [`${'n'.repeat(65)}`]: 1 }, `${'n'.repeat(64)}…`, 'Unknown field.'],
    [{ ['n'.repeat(64)]: 1 }, 'n'.repeat(64), 'Unknown field.'],
  ])('is wrong in %j', (change, path, sentence) => {
    expect(told(change)).toMatchObject({ [path]: [sentence] });
  });

  test('is wrong as a whole', () => {
    expect(check([]).toObject()).toEqual({ body: ['Not a valid object.'] });
    expect(check({}).toObject()).toMatchObject({ body: ['Send at least one field.'] });
    expect(shapeCheck(uuid('An id.'))('x').toObject()).toEqual({ body: ['Not a valid UUID.'] });
  });

  test('names every wrong place in one answer', () => {
    const wrong = { name: 1, kind: 'C', count: 0, inner: { flag: 1, more: 2 } };
    expect(Object.keys(told(wrong)).sort()).toEqual(['count', 'inner.flag', 'inner.more', 'kind', 'name']);
  });

  test('tells once of an id that is too long', () => {
    expect(told({ id: 'x'.repeat(40) })).toEqual({ id: ['Must be at most 36 characters.'] });
  });

  test('says which fields are the server’s, at the top only', () => {
    for (const field of serverOwnedFields) {
      expect(told({ [field]: 'x' })).toEqual({ [field]: ['Set by the server; it cannot be sent.'] });
      const below = told({ inner: { flag: true, [field]: 'x' } });
      expect(below).toEqual({ [`inner.${field}`]: ['Unknown field.'] });
    }
  });

  test('knows the other formats by name and leaves them to the rules of values', () => {
    const formats = { day: Type.String({ format: 'date' }), small: Type.Integer({ format: 'int32' }) };
    const big = { big: Type.Integer({ format: 'int64' }) };
    expect(shapeCheck(closed({ ...formats, ...big }))({ day: 'x', small: 1, big: 2 }).any).toBe(false);
  });
});

describe('a null', () => {
  const optional = closed({
    name: Type.String(),
    nick: Type.Optional(Type.String()),
    list: Type.Optional(Type.Array(closed({ a: Type.Optional(Type.String()), b: Type.String() }))),
    words: Type.Optional(Type.Array(Type.String())),
    any: Type.Optional(Type.Unsafe<object>({})),
  });
  test.each<[unknown, unknown]>([
    [{ name: 'x', nick: null }, { name: 'x' }],
    [{ name: null }, { name: null }],
    [{ unknown: null }, { unknown: null }],
    [{ list: [{ a: null, b: null }, null] }, { list: [{ b: null }, null] }],
    [{ words: [null, 'x'] }, { words: [null, 'x'] }],
    [{ unknown: { nick: null } }, { unknown: { nick: null } }],
    [{ any: { nick: null } }, { any: { nick: null } }],
    [{ name: [null] }, { name: [null] }],
    [
      { constructor: null, toString: null },
      { constructor: null, toString: null },
    ],
    [null, null],
    ['x', 'x'],
    [[null], [null]],
  ])('in %j leaves %j', (sent, left) => {
    expect(withoutNulls(sent, optional)).toEqual(left);
  });

  test('is dropped although no member is required', () => {
    expect(withoutNulls({ a: null }, closed({ a: Type.Optional(Type.String()) }))).toEqual({});
  });
});

describe('a query', () => {
  const query = Type.Object({ page: Type.Integer(), word: Type.String() });
  test.each<[string, unknown]>([
    ['0', 0],
    ['7', 7],
    ['-7', -7],
    ['10', 10],
    ['123456789012345', 123_456_789_012_345],
    ['1234567890123456', '1234567890123456'],
    ['01', '01'],
    ['-', '-'],
    ['1.0', '1.0'],
    ['1e3', '1e3'],
    ['+1', '+1'],
    [' 1', ' 1'],
    ['1 ', '1 '],
    ['', ''],
  ])('with page=%j is read as %j', (sent, read) => {
    expect(readQuery(query, { page: sent })).toEqual({ page: read });
  });

  test('keeps all that is no integer of the schema', () => {
    const sent = { word: '7', page: ['1', '2'], other: '7', toString: '7' };
    expect({ ...readQuery(query, sent) }).toEqual(sent);
    expect({ ...readQuery(undefined, { page: '7' }) }).toEqual({ page: '7' });
  });
});

describe('a text', () => {
  const marked = closed({
    plain: Type.String(),
    note: Type.String({ free: true, lines: true }),
    tag: Type.String({ free: true }),
    deep: closed({ note: Type.String({ free: true, lines: true }) }),
  });
  const found = (rule: typeof checkTexts, body: unknown, of: TSchema = marked) => {
    const problems = new Problems();
    rule(body, of, problems);
    return problems.toObject();
  };
  const aboutName = `The name of a field: ${harmfulText}`;

  test.each<[unknown, object]>([
    [{ plain: 'a\u0000b' }, { plain: [harmfulText] }],
    [{ plain: 'a\nb' }, { plain: [harmfulText] }],
    [{ note: 'a\r\nb\nc' }, {}],
    [{ note: 'a\u202eb' }, { note: [harmfulText] }],
    [{ tag: 'a\nb' }, { tag: [harmfulText] }],
    [{ deep: { note: 'a\nb' } }, {}],
    [{ deep: { plain: 'a\nb' } }, { 'deep.plain': [harmfulText] }],
    [{ list: ['x', 'a\nb'] }, { 'list.1': [harmfulText] }],
    [{ toString: 'a\nb' }, { toString: [harmfulText] }],
    [{ 'a\nb': 1 }, { body: [aboutName] }],
    [{ deep: { 'a\nb': 'a\nb' } }, { deep: [aboutName] }],
    ['a\nb', { body: [harmfulText] }],
    [[null, 1, true, 'a b'], {}],
    [null, {}],
  ])('with harmful characters is found in %j', (body, problems) => {
    expect(found(checkTexts, body)).toEqual(problems);
  });

  test('that nobody sees is found where a person would look for it', () => {
    const blank = 'a\u200bb';
    const sentence = [expect.stringMatching(/^Contains U\+200B, /)];
    expect(found(checkVisible, { plain: blank, note: blank, tag: blank, deep: { note: blank } })).toEqual({
      plain: sentence,
    });
    expect(found(checkVisible, { list: [blank], deep: { plain: blank } })).toEqual({
      'list.0': sentence,
      'deep.plain': sentence,
    });
  });

  test('is told of once: harmful characters are not those that nobody sees', () => {
    expect(found(checkVisible, { plain: 'a\nb\u200b', 'a\u202eb\u200b': 1 })).toEqual({});
    expect(found(checkVisible, { plain: 'a b' })).toEqual({});
  });
});

// The program compiles its schemas without checking them first.
test('every schema of requests, and that of the settings, is a valid JSON schema', () => {
  const ajv = new Ajv({ strict: false });
  const wrong = (named: readonly (readonly [string, object | undefined])[]) =>
    named.flatMap(([name, one]) => (one && ajv.validateSchema(one) !== true ? [name] : []));
  const schemas = operations.flatMap(({ operationId, query, body }) => [
    [`${operationId} query`, query] as const,
    [`${operationId} body`, body?.schema] as const,
  ]);
  expect(wrong([['settings', settings], ...schemas])).toEqual([]);
  expect(wrong([['planted', { type: 'object', properties: { name: { minLength: 'one' } } }]])).toEqual([
    'planted',
  ]);
});
