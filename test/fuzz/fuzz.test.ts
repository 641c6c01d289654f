import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { portOf } from '../fakes/internet.ts';
import type { FakeWatchman } from '../fakes/watchman.ts';
import { openFakeWatchman } from '../fakes/watchman.ts';
import type { World } from '../world.ts';
import { openWorld } from '../world.ts';
import { acceptedAnswers } from './accepted-answers.ts';
import type { Api } from './document.ts';
import { readDocument } from './document.ts';
import { faultOf } from './oracle.ts';
import { fuzz, reportText } from './run.ts';
import { listedName } from './sequences.ts';
import { canaryMarker, fakeOutbound, foreignIds, newTenant } from './target.ts';
import { Pool } from './values.ts';

/**
 * Generated requests, every answer held to openapi.json. `npm run fuzz` sends more of them, from another seed
 * each time; here the seed stands, so that a change that goes red is at fault and not chance.
 */

const seed = 20_260_504;

let watchman: FakeWatchman;
let world: World;
let text: string;
let api: Api;

beforeAll(async () => {
  watchman = await openFakeWatchman([{ id: '22790', lastName: listedName }]);
  const env = { CLIENTELE_SCREENING: 'watchman', CLIENTELE_SCREENING_URL: watchman.url };
  world = await openWorld({ outbound: fakeOutbound(), env });
  text = await readFile(new URL('../../openapi.json', import.meta.url), 'utf8');
  api = readDocument(text);
});
afterAll(async () => {
  await world.close();
  await watchman.close();
});

const lanes = async (count: number) => {
  const foreign = await foreignIds(world);
  return Promise.all(
    Array.from({ length: count }, async () => {
      const pool = new Pool();
      return { pool, tenant: await newTenant(world.system, pool, foreign) };
    }),
  );
};

const run = async (document: Api, url: string, requests: number) =>
  fuzz({ api: document, url, seed, requests, lanes: await lanes(3), mostSeconds: 40, acceptedAnswers });

test('every answer to generated requests conforms to the document', { timeout: 180_000 }, async () => {
  const report = await run(api, world.url, 3_500);
  expect(report.faults, reportText(report)).toEqual([]);
  expect(report.sent).toBeGreaterThan(100);
  // A busy machine does not get to the end within the time that the suite has for this.
  if (report.sent >= 3_500) expect(report.unreached).toEqual([]);
  expect(world.log.filter((line) => line.toLowerCase().includes(canaryMarker))).toEqual([]);
});

test('a run that is stopped reports what was sent until then', async () => {
  const signal = AbortSignal.abort();
  const report = await fuzz({ api, url: world.url, seed, requests: 3_500, lanes: await lanes(1), signal });
  expect([report.sent, report.faults]).toEqual([0, []]);
  expect(report.unreached.length).toBeGreaterThan(10);
});

test('null counts as absent only for an optional member of a POST', () => {
  const fits = (operationId: string, change: object): boolean => {
    const body = api.operations.find((one) => one.operationId === operationId)?.body;
    return body?.fits({ ...(body.example as object), ...change }) ?? false;
  };
  expect(fits('createCustomer', { middle_name: null })).toBe(true);
  expect(fits('createCustomer', { first_name: null })).toBe(false);
  expect(fits('createCustomer', { nothing_known: null })).toBe(false);
  expect(fits('createWebhook', { description: null })).toBe(true);
  expect(fits('createWebhook', { events: [null] })).toBe(false);
  expect(fits('updateCustomer', { middle_name: null })).toBe(false);
});

test('an answer without a body in the document must have none', () => {
  const operation = api.operations.find((one) => one.operationId === 'getCustomer');
  const named = [...(operation?.answers.get(304)?.headers ?? [])].map((name) => [name, 'x'] as const);
  const kept = [...named, ['cache-control', 'no-store'], ['x-content-type-options', 'nosniff']] as const;
  const sent = { operationId: 'getCustomer', method: 'GET', path: '', headers: [], body: undefined };
  const judged = (body: string, more: readonly (readonly [string, string])[] = []) =>
    faultOf(
      api,
      operation,
      { ...sent, marker: canaryMarker, mustFail: false },
      {
        status: 304,
        headers: new Map([...kept, ...more]),
        text: body,
      },
    );
  expect(judged('')).toBeUndefined();
  expect(judged('{}')).toBe('getCustomer 304: the document has no body for this status');
  expect(judged('', [['content-type', 'application/json']])).toBe(judged('{}'));
});

interface Spoilt {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}
type Change = (answer: Spoilt, sent: string) => Partial<Spoilt>;

const shown: Change = ({ body }, sent) => ({ body: JSON.stringify({ ...JSON.parse(body), Message: sent }) });

describe('a planted fault is found', { timeout: 120_000 }, () => {
  const found = async (document: Api, url = world.url) =>
    (await run(document, url, 150)).faults.map(({ kind }) => kind);

  test('a member that the document does not list', async () => {
    const document = JSON.parse(text);
    delete document.components.schemas.Customer.properties.kyc_requests_available;
    document.components.schemas.Customer.required = [];
    const kinds = await found(readDocument(JSON.stringify(document)));
    expect(kinds).toContainEqual(expect.stringContaining('additional properties kyc_requests_available'));
  });

  test.each<[string, Change, string]>([
    ['a fault of the server', () => ({ status: 500 }), 'a fault of the server'],
    ['a value that is shown in an error', shown, 'an error shows a value that was sent'],
    ['a header that nobody documents', () => ({ headers: { 'X-Powered-By': 'us' } }), 'x-powered-by is not'],
  ])('%s', async (_what, change, kind) => {
    const proxy = await spoiling(world.url, change);
    try {
      const kinds = await found(api, `http://127.0.0.1:${portOf(proxy)}`);
      expect(kinds).toContainEqual(expect.stringContaining(kind));
    } finally {
      proxy.closeAllConnections();
      proxy.close();
    }
  });
});

const hopByHop = /^(?:host|connection|keep-alive|content-length|transfer-encoding|expect)$/;
const passedOn = (headers: Iterable<[string, unknown]>): Record<string, string> =>
  Object.fromEntries(
    [...headers].filter(([name]) => !hopByHop.test(name)).map(([name, value]) => [name, String(value)]),
  );

/** A proxy that changes every error. */
async function spoiling(url: string, change: Change): Promise<Server> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const sent = Buffer.concat(chunks);
    const got = await fetch(`${url}${request.url}`, {
      method: request.method === 'TRACE' ? 'PUT' : (request.method ?? 'GET'),
      headers: passedOn(Object.entries(request.headers)),
      ...(sent.length > 0 && request.method !== 'GET' && { body: sent }),
    });
    const answer = { status: got.status, body: await got.text(), headers: passedOn(got.headers.entries()) };
    const other = got.status >= 400 ? change(answer, sent.toString()) : {};
    const body = other.body ?? answer.body;
    const headers = {
      ...answer.headers,
      ...other.headers,
      'content-length': String(Buffer.byteLength(body)),
    };
    response.writeHead(other.status ?? answer.status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
