import { randomUUID } from 'node:crypto';
import { request as open } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiPrefix, operations } from '../../../src/contract/table.ts';
import { shapeCheck } from '../../../src/contract/validate.ts';
import { prefersText, wantsProblem } from '../../../src/http/headers.ts';
import { checkAnswer } from '../../contract-check.ts';
import { person } from '../../people.ts';
import type { BrandClient, Called, World } from '../../world.ts';
import { openWorld } from '../../world.ts';
import { rawExchange, requestHead } from '../raw-socket.ts';

/** The document and the wire agree, also about ids, numbers and headers that few clients send. */

let world: World;
let brand: BrandClient;

beforeAll(async () => {
  world = await openWorld();
  brand = await world.brand();
});
afterAll(() => world.close());

const newCustomer = async (): Promise<Called> => brand.call('POST', '/customers', { body: person() });

describe('ids and numbers in queries and bodies are read like those in paths', () => {
  const braces = '{00000000-0000-0000-0000-000000000000}';
  test.each(['abc', 'null', "' OR 1=1--", braces, '0'.repeat(32), '%00', 'x'.repeat(36)])(
    '%s is not an id',
    async (text) => {
      const sent = encodeURIComponent(text);
      const kyc = `/customers/${randomUUID()}/verification-kyc?program_id=${sent}`;
      for (const path of [`/change-requests?customer_id=${sent}`, `/events?customer_id=${sent}`, kyc])
        expect([path, (await brand.call('GET', path)).status]).toEqual([path, 400]);
      const body = { customer_id: text, program_id: text };
      expect((await brand.call('POST', '/simulate/kyc-pass', { body })).status).toBe(400);
    },
  );

  test('an id in upper case is the same id', async () => {
    const id = String((await newCustomer()).json.customer_id).toUpperCase();
    expect((await brand.call('GET', `/change-requests?customer_id=${id}`)).status).toBe(200);
  });

  test.each([1e21, 2 ** 63, 2 ** 53, 1e300, -1, 0, 1.5])('%s is no number of an event', async (number) => {
    const hook = { url: 'http://127.0.0.1:9099/', events: ['*'] };
    const { json } = await brand.call('POST', '/webhooks', { body: hook });
    const path = `/webhooks/${json.webhook_subscription.id}/replay`;
    for (const [first, last] of [
      [number, 5],
      [1, number],
    ])
      expect((await brand.call('POST', path, { body: { from_number: first, to_number: last } })).status).toBe(
        400,
      );
  });

  test('no schema of the contract accepts an invalid id or an unbounded number', () => {
    const found: string[] = [];
    const walk = (where: string, node: unknown): void => {
      if (typeof node !== 'object' || node === null) return;
      const { type, format, maximum, enum: listed } = node as Readonly<Record<string, unknown>>;
      const isNumber = type === 'integer' || type === 'number';
      if (isNumber && maximum === undefined && listed === undefined) found.push(where);
      if (format === 'uuid' && !shapeCheck(node as never)('abc').any) found.push(where);
      for (const [name, inner] of Object.entries(node)) walk(`${where}.${name}`, inner);
    };
    for (const row of operations) {
      walk(`${row.operationId} query`, row.query);
      walk(`${row.operationId} body`, row.body?.schema);
    }
    expect(found).toEqual([]);
  });
});

describe('Accept', () => {
  test.each<[string | undefined, boolean]>([
    [undefined, false],
    ['*/*', false],
    ['application/problem+json', true],
    ['application/problem+json, application/json', true],
    ['application/problem+json; q=0.1, application/json', false],
    ['application/json;q=0.2, application/problem+json;q=0.9', true],
    ['application/problem+json;q=0, */*', false],
    ['application/json;q=0, application/*', true],
    ['text/html', false],
  ])('%s asks for problem details: %s', (accept, wanted) => {
    expect(wantsProblem(accept)).toBe(wanted);
  });

  test.each<[string | undefined, boolean]>([
    [undefined, false],
    ['text/plain', true],
    ['text/*', true],
    ['text/*;q=0.9, application/json;q=0.1', true],
    ['text/plain;q=0.1, */*', false],
    ['text/plain, application/json', false],
  ])('%s prefers text: %s', (accept, wanted) => {
    expect(prefersText(accept)).toBe(wanted);
  });

  const list = `GET ${apiPrefix}/customers HTTP/1.1`;
  const accept = 'Accept: application/problem+json';
  test.each([
    ['a header that is none', requestHead(list, 'Host: localhost', accept, ': x')],
    [
      'an address that does not decode',
      requestHead(list.replace('customers', '%zz'), 'Host: localhost', accept),
    ],
    ['no Host', requestHead(list, 'accept:application/problem+json')],
    ['too many headers', requestHead(list, accept, `X: ${'a'.repeat(17_000)}`)],
  ])('decides the form of an error before the route: %s', async (_what, bytes) => {
    const answer = await rawExchange(world.url, bytes);
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(JSON.parse(answer.text)).toMatchObject({ status: answer.status });
  });
});

test.each(['GET', 'HEAD', 'PATCH', 'DELETE', 'PUT'])(
  '%s /customers/search is answered 405',
  async (method) => {
    const answer = await fetch(`${world.url}${apiPrefix}/customers/search`, {
      method,
      headers: brand.headers,
    });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  },
);

/** A request with its headers as they stand, so that one name can come twice. */
const withLines = (method: string, path: string, lines: readonly string[], body?: string): Promise<Called> =>
  new Promise((resolve, reject) => {
    const { hostname, port, host } = new URL(world.url);
    const headers = ['Host', host, ...Object.entries(brand.headers).flat(), ...lines];
    const outgoing = open({ hostname, port, method, path: `${apiPrefix}${path}`, headers });
    outgoing.on('error', reject);
    outgoing.on('response', async (incoming) => {
      let text = '';
      for await (const chunk of incoming) text += chunk;
      const received = Object.entries(incoming.headers).map(([name, value]): [string, string] => [
        name,
        String(value),
      ]);
      const called = {
        status: incoming.statusCode ?? 0,
        headers: new Headers(received),
        text,
        json: JSON.parse(text),
      };
      resolve(called);
    });
    outgoing.end(body);
  });
const json = ['Content-Type', 'application/json'] as const;

describe('headers that come twice', () => {
  test('two If-Match lines are one list', async () => {
    const { json: made, headers } = await newCustomer();
    const path = `/customers/${made.customer_id}`;
    const body = JSON.stringify({ first_name: 'Jane' });
    const stale = await withLines('PATCH', path, [...json, 'If-Match', '"98"', 'If-Match', '"99"'], body);
    expect(stale.status).toBe(412);
    const etag = headers.get('etag') ?? '';
    const matching = await withLines('PATCH', path, [...json, 'If-Match', '"99"', 'If-Match', etag], body);
    expect(matching.status).toBe(200);
  });

  test('two Idempotency-Key lines are refused', async () => {
    const keys = ['Idempotency-Key', randomUUID(), 'Idempotency-Key', randomUUID()];
    const answer = await withLines('POST', '/customers', [...json, ...keys], JSON.stringify(person()));
    expect([answer.status, JSON.stringify(answer.json)]).toEqual([
      400,
      expect.stringContaining('Idempotency-Key'),
    ]);
  });
});

describe('a request without content needs no media type', () => {
  const empty = [
    ['no header at all', []],
    ['no length', ['Content-Type', 'text/plain']],
    ['a form', ['Content-Type', 'application/x-www-form-urlencoded', 'Content-Length', '0']],
    ['plain text', ['Content-Type', 'text/plain', 'Content-Length', '0']],
    ['JSON', [...json, 'Content-Length', '0']],
    ['another charset', ['Content-Type', 'application/json; charset=utf-16', 'Content-Length', '0']],
    ['no media type', ['Content-Type', 'whatever', 'Content-Length', '0']],
    ['a media type without a name', ['Content-Type', '', 'Content-Length', '0']],
    ['an empty chunked body', ['Transfer-Encoding', 'chunked']],
    ['JSON, an empty chunked body', [...json, 'Transfer-Encoding', 'chunked']],
    [
      'a form, an empty chunked body',
      ['Content-Type', 'multipart/form-data', 'Transfer-Encoding', 'chunked'],
    ],
    ['no media type, an empty chunked body', ['Content-Type', 'a b/c', 'Transfer-Encoding', 'chunked']],
  ] as const;

  test.each(empty)('where none is wanted: %s', async (_what, lines) => {
    const { json: made } = await newCustomer();
    const path = `/customers/${made.customer_id}`;
    expect((await withLines('GET', path, [...lines])).status).toBe(200);
    // No such webhook: the request was read up to there.
    const test = await withLines('POST', `/webhooks/${randomUUID()}/test`, [...lines]);
    expect([test.status, test.json.Code]).toEqual([404, 'webhook_dne']);
    expect((await withLines('DELETE', path, [...lines])).status).toBe(200);
  });

  test.each(empty)('where some is wanted, its fields are: %s', async (_what, lines) => {
    const { json: made } = await newCustomer();
    const create = await withLines('POST', '/customers', [...lines]);
    expect([create.status, create.json.Code]).toEqual([400, 'create_customer_schema']);
    const change = await withLines('PATCH', `/customers/${made.customer_id}`, [...lines]);
    expect([change.status, change.json.Code]).toEqual([400, 'edit_customer_schema']);
    const search = await withLines('POST', '/customers/search', [...lines]);
    expect(search.status).toBe(400);
  });

  test.each([
    ['text/plain', 415],
    ['application/json; charset=utf-16', 415],
    ['application/json-patch+json', 415],
    ['application/json; version=1', 201],
    ['application/json;charset=UTF-8; profile="x"', 201],
  ])('content as %s is answered %i', async (type, status) => {
    const sent = JSON.stringify(person());
    expect((await withLines('POST', '/customers', ['Content-Type', type], sent)).status).toBe(status);
  });

  test('a byte order mark before JSON is passed over', async () => {
    expect((await withLines('POST', '/customers', json, `\ufeff${JSON.stringify(person())}`)).status).toBe(
      201,
    );
  });
});

test('the check of every answer refuses additional members', async () => {
  const { status, headers, json: made } = await newCustomer();
  const check = (body: object) => () =>
    checkAnswer('POST', '/customers', { status, headers, json: body, text: '' });
  expect(check(made)).not.toThrow();
  expect(check({ ...made, nickname: 'Jim' })).toThrow('additional properties');
  expect(check({ ...made, addresses: [{ ...made.addresses[0], floor: 7 }] })).toThrow(
    'additional properties',
  );
});
