import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isKeyed } from '../../src/contract/operation.ts';
import { operations } from '../../src/contract/table.ts';
import type { Prepared } from '../contract-samples.ts';
import { newCustomer, prepare, send } from '../contract-samples.ts';
import { address, person } from '../people.ts';
import type { BrandClient, Called, World } from '../world.ts';
import { openWorld } from '../world.ts';
import { checkHarmless, checkLoggedOnce } from './hostile-answer.ts';

/** Bodies that are no JSON, or JSON that parsers disagree about, sent to every operation that takes one. */

const canary = 'Canary4711';
let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld();
  brand = await world.brand();
});
afterAll(() => world.close());

async function checked(answer: Called): Promise<Called> {
  checkHarmless(answer, [canary]);
  await checkLoggedOnce(world, answer, [canary]);
  return answer;
}

const bodyText = ({ options }: Prepared): string => JSON.stringify(options.body);
/** The sample's body with one more member, as text. */
const withMember = (prepared: Prepared, member: string): string =>
  `${bodyText(prepared).slice(0, -1)},${member}}`;
const nested = (levels: number, inner = '1') => `${'['.repeat(levels)}${inner}${']'.repeat(levels)}`;

const malformed: readonly (readonly [string, (prepared: Prepared) => string | Buffer])[] = [
  ['a brace too few', (prepared) => bodyText(prepared).slice(0, -1)],
  ['a brace too many', (prepared) => `${bodyText(prepared)}}`],
  ['two bodies', (prepared) => bodyText(prepared).repeat(2)],
  ['a comma at the end', (prepared) => `${bodyText(prepared).slice(0, -1)},}`],
  ['single quotes', () => `{'${canary}':1}`],
  ['a name without quotes', () => `{${canary}:1}`],
  ['a comment', (prepared) => `/* ${canary} */ ${bodyText(prepared)}`],
  ['NaN', (prepared) => withMember(prepared, '"x":NaN')],
  ['a line end inside a string', (prepared) => withMember(prepared, `"x":"${canary}\n"`)],
  ['NUL between members', (prepared) => withMember(prepared, '\0"x":1')],
  ['a form', () => `first_name=${canary}`],
  ['words', () => canary],
  ['an open string', () => `{"${canary}`],
  ['a backslash at the end', () => `{"${canary}\\`],
  ['bytes that are not UTF-8', (prepared) => Buffer.from(withMember(prepared, '"x":"\xff\xfe"'), 'latin1')],
  ['a cut multi-byte character', (prepared) => Buffer.from(withMember(prepared, '"x":"\xc3"'), 'latin1')],
  ['an overlong slash', (prepared) => Buffer.from(withMember(prepared, '"x":"\xc0\xaf"'), 'latin1')],
  ['a surrogate in UTF-8', (prepared) => Buffer.from(withMember(prepared, '"x":"\xed\xa0\x80"'), 'latin1')],
  ['UTF-16', (prepared) => Buffer.from(bodyText(prepared), 'utf16le')],
  ['5,000 levels', (prepared) => withMember(prepared, `"x":${nested(5_000)}`)],
  ['17 levels', (prepared) => withMember(prepared, `"x":${nested(16)}`)],
  ['30,000 brackets that never close', () => '['.repeat(30_000)],
  ['a name twice', (prepared) => withMember(prepared, '"x":1,"x":2')],
  ['a name twice, once escaped', (prepared) => withMember(prepared, '"x":1,"\\u0078":2')],
  ['a name twice with the same value', (prepared) => withMember(prepared, '"x":1 , "x" : 1')],
  ['a name twice, deeper down', (prepared) => withMember(prepared, '"x":[{"y":1,"y":1}]')],
  ['an empty name twice', (prepared) => withMember(prepared, '"":1,"":1')],
];

/** JSON, but not what any operation takes. */
const unfit: readonly (readonly [string, (prepared: Prepared) => string])[] = [
  ['null', () => 'null'],
  ['a list', () => '[]'],
  ['a list of bodies', (prepared) => `[${bodyText(prepared)}]`],
  ['a string', () => `"${canary}"`],
  ['a number', () => '1'],
  ['true', () => 'true'],
  ['nothing', () => ''],
  ['spaces', () => '  '],
  ['an empty object', () => '{}'],
  ['__proto__', (prepared) => withMember(prepared, '"__proto__":{"admin":true}')],
  ['constructor.prototype', (prepared) => withMember(prepared, '"constructor":{"prototype":{"admin":true}}')],
  ['toString', (prepared) => withMember(prepared, '"toString":1')],
  ['an empty name', (prepared) => withMember(prepared, '"":1')],
  ['a lone surrogate', (prepared) => withMember(prepared, '"x":"\\ud800"')],
  ['a lone surrogate in a name', (prepared) => withMember(prepared, '"\\udc00":1')],
  ['NUL in a name', (prepared) => withMember(prepared, '"\\u0000":1')],
  ['16 levels', (prepared) => withMember(prepared, `"x":${nested(15)}`)],
  ['a number beyond all bounds', (prepared) => withMember(prepared, '"x":1e999')],
  [
    '5,000 unknown fields',
    (prepared) =>
      withMember(prepared, Array.from({ length: 5_000 }, (_, index) => `"x${index}":1`).join(',')),
  ],
];

const json = { 'Content-Type': 'application/json' };
const withBody = operations
  .filter((row) => row.body && isKeyed(row))
  .map((row) => [row.operationId, row] as const);

describe.each(withBody)('%s', (_id, row) => {
  test.each(malformed)('refuses as unreadable: %s', async (_what, raw) => {
    const prepared = await prepare(row, brand);
    const answer = await checked(await send(brand, prepared, { raw: raw(prepared), headers: json }));
    expect(answer.json).toMatchObject({ Status: 400, Code: 'input_error' });
  });

  // Where every member may be left out, nothing at all is a lawful body.
  const { required = [], minProperties = 0 } = (row.body?.schema ?? {}) as {
    readonly required?: readonly string[];
    readonly minProperties?: number;
  };
  const mayBeEmpty = required.length === 0 && minProperties === 0;

  test.each(unfit.filter(([what]) => !(mayBeEmpty && what === 'an empty object')))(
    'refuses: %s',
    async (what, raw) => {
      const prepared = await prepare(row, brand);
      const answer = await checked(await send(brand, prepared, { raw: raw(prepared), headers: json }));
      const code = what === 'spaces' ? 'input_error' : row.schemaError;
      expect(answer.json).toMatchObject({ Status: 400, Code: code });
    },
  );

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/jsonp',
    'application/problem+json',
    'application/json; charset=iso-8859-1',
    'application/json; charset=utf-16',
    'application/json; charset=',
    'application/json, text/plain',
    'json',
    '/',
  ])('refuses a body of the type %s', async (type) => {
    const prepared = await prepare(row, brand);
    const answer = await checked(await send(brand, prepared, { headers: { 'Content-Type': type } }));
    expect(answer.json).toMatchObject({ Status: 415, Code: 'unsupported_media_type' });
  });

  test.each(['application/json', 'application/json;charset=utf-8', 'APPLICATION/JSON; Charset="UTF-8"'])(
    'takes a body of the type %s',
    async (type) => {
      const answer = await send(brand, await prepare(row, brand), { headers: { 'Content-Type': type } });
      expect(answer.status).toBe(row.answer.status);
    },
  );

  test.each(['gzip', 'deflate', 'br', 'identity, gzip', 'x'])(
    'refuses a body encoded as %s',
    async (encoding) => {
      const prepared = await prepare(row, brand);
      const raw = gzipSync(bodyText(prepared));
      const headers = { ...json, 'Content-Encoding': encoding };
      const answer = await checked(await send(brand, prepared, { raw, headers }));
      expect(answer.json).toMatchObject({ Status: 415, Code: 'unsupported_media_type' });
    },
  );
});

describe('where no body is needed', () => {
  test('a DELETE without a body may have a JSON content type, as older clients send', async () => {
    for (const headers of [
      json,
      { ...json, 'Content-Length': '0' },
      { 'Content-Encoding': 'identity' },
      {},
    ]) {
      const { customer_id } = (await newCustomer(brand)).json;
      const answer = await brand.call('DELETE', `/customers/${customer_id}`, { headers });
      expect([answer.status, answer.json]).toEqual([200, 'Customer resource deleted']);
    }
  });

  test('a DELETE with a body is refused and deletes nothing', async () => {
    const path = `/customers/${(await newCustomer(brand)).json.customer_id}`;
    for (const raw of ['{}', 'null', '0', `"${canary}"`]) {
      const answer = await checked(await brand.call('DELETE', path, { raw }));
      expect(answer.json).toMatchObject({ Status: 400, Code: 'delete_customer_schema' });
      expect(Object.keys(answer.json.Message)).toEqual(['body']);
    }
    expect((await brand.call('GET', path)).status).toBe(200);
  });
});

test('a refused body leaves no data and does not pollute objects', async () => {
  const tenant = await world.brand();
  const bodies = [
    `${JSON.stringify(person()).slice(0, -1)},"__proto__":{"polluted":1}}`,
    JSON.stringify(person({ addresses: [{ ...address, constructor: { prototype: { polluted: 1 } } }] })),
    `[${JSON.stringify(person())}]`,
  ];
  for (const raw of bodies) expect((await tenant.call('POST', '/customers', { raw })).status).toBe(400);
  expect((await tenant.call('GET', '/customers')).text).toBe('[]');
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});
