import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiPrefix } from '../../src/contract/table.ts';
import { person } from '../people.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';
import { checkHarmless, checkLoggedOnce } from './hostile-answer.ts';
import { rawExchange, requestHead } from './raw-socket.ts';

/** How connections end: a client reads the answer to everything that it sent, and nothing waits for a timeout. */

const path = `${apiPrefix}/customers`;
const tooMuch = 36 * 2 ** 20;
const repetitions = 12;

let world: World;
let brand: BrandClient;
let lines: readonly string[];
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
  brand = await world.brand();
  lines = ['Host: localhost', ...Object.entries(brand.headers).map(([name, value]) => `${name}: ${value}`)];
});
afterAll(() => world.close());

const list = () => requestHead(`GET ${path} HTTP/1.1`, ...lines);
const createHead = (...more: readonly string[]) =>
  requestHead(`POST ${path} HTTP/1.1`, ...lines, 'Content-Type: application/json', ...more);
function create(...more: readonly string[]): string {
  const body = JSON.stringify(person());
  return createHead(...more, `Content-Length: ${Buffer.byteLength(body)}`) + body;
}

interface Received {
  readonly text: string;
  readonly statuses: readonly number[];
}

/** Sends all of it at once, half-closes where wanted, and reads until the server closes. */
async function converse(text: string, { halfClose = false } = {}): Promise<Received> {
  const socket = connect(Number(new URL(world.url).port), '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (bytes) => chunks.push(bytes));
  if (halfClose) socket.end(text);
  else socket.write(text);
  await once(socket, 'close');
  const received = Buffer.concat(chunks).toString();
  const statuses = [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  return { text: received, statuses };
}

/** The status that a client has after it sent a body of so many bytes. */
type Client = (bytes: number, path: string) => Promise<number>;

const headers = () => ({ ...brand.headers, 'Content-Type': 'application/json' });

const byFetch: Client = async (bytes, at) => {
  const body = Buffer.alloc(bytes, ' ');
  const response = await fetch(world.url + at, { method: 'POST', headers: headers(), body });
  expect(await response.json()).toMatchObject({ Code: 'payload_too_large' });
  return response.status;
};

const byStream: Client = async (bytes, at) => {
  const chunk = Buffer.alloc(64 * 1024, ' ');
  const parts = Array.from({ length: bytes / chunk.length }, () => chunk);
  const options = {
    method: 'POST',
    headers: headers(),
    body: ReadableStream.from(parts),
    duplex: 'half',
  } as const;
  return (await fetch(world.url + at, options as RequestInit)).status;
};

const byNodeHttp: Client = (bytes, at) =>
  new Promise((resolve, reject) => {
    const sent = httpRequest(world.url + at, { method: 'POST', headers: headers() }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    });
    sent.on('error', reject).end(Buffer.alloc(bytes, ' '));
  });

/** Sends everything before it reads anything, as many clients do. */
const byWriteThenRead: Client = (bytes, at) =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(world.url).port), '127.0.0.1');
    socket.on('error', reject).pause();
    socket.write(createHead(`Content-Length: ${bytes}`).replace(path, at));
    socket.write(Buffer.alloc(bytes, ' '), () => {
      socket.once('data', (answer) => {
        socket.destroy();
        resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(answer.toString())?.[1]));
      });
      socket.resume();
    });
  });

const pythonProgram = `
import http.client, json, sys
asked = json.load(sys.stdin)
for _ in range(asked["repetitions"]):
    connection = http.client.HTTPConnection(asked["host"], timeout=60)
    connection.request("POST", asked["path"], b" " * asked["bytes"], asked["headers"])
    answer = connection.getresponse()
    print(answer.status, json.load(answer)["Code"])
    connection.close()
`;
const hasPython = spawnSync('python3', ['--version']).status === 0;

describe('a body too large is answered 413, and the client reads it', () => {
  const clients: readonly [string, Client][] = [
    ['fetch', byFetch],
    ['fetch with a stream', byStream],
    ['node:http', byNodeHttp],
    ['a socket that writes everything before it reads', byWriteThenRead],
  ];
  const cases = clients.flatMap(([name, client]) =>
    [256 * 1024, 8 * 2 ** 20].map((bytes) => [name, bytes, client] as const),
  );

  test.each(cases)('each time: %s, %i bytes', async (_name, bytes, client) => {
    for (let count = 0; count < repetitions; count += 1) expect(await client(bytes, path)).toBe(413);
  });

  test.each(clients)('each time: %s, more than documents may have', async (_name, client) => {
    const started = await brand.call('POST', '/customers', { body: person() });
    const documents = `${path}/${started.json.customer_id}/verification-kyc/documents`;
    expect(await client(tooMuch, path)).toBe(413);
    expect(await client(tooMuch, documents)).toBe(413);
  });

  test.runIf(hasPython)("each time: Python's http.client", async () => {
    const python = spawn('python3', ['-c', pythonProgram]);
    const asked = { host: new URL(world.url).host, path, headers: headers(), bytes: 2 ** 20, repetitions };
    python.stdin.end(JSON.stringify(asked));
    let printed = '';
    python.stdout.on('data', (bytes) => {
      printed += bytes.toString();
    });
    const [code] = await once(python, 'close');
    expect(code).toBe(0);
    expect(printed).toBe('413 payload_too_large\n'.repeat(repetitions));
  });

  test('with one line in the log, of that status', async () => {
    const answer = await rawExchange(world.url, createHead('Content-Length: 70000') + ' '.repeat(70_000));
    expect(answer.status).toBe(413);
    expect(answer.headers.get('connection')).toBe('close');
    checkHarmless(answer);
    await checkLoggedOnce(world, answer);
  });

  test('as is a body of a media type that no operation takes', async () => {
    const chunk = Buffer.alloc(64 * 1024, ' ');
    for (let count = 0; count < repetitions; count += 1) {
      const options = {
        method: 'POST',
        headers: { ...brand.headers, 'Content-Type': 'application/xml' },
        body: ReadableStream.from(Array.from({ length: 64 }, () => chunk)),
        duplex: 'half',
      } as const;
      expect((await fetch(world.url + path, options as RequestInit)).status).toBe(415);
    }
  });
});

describe('Expect: 100-continue', () => {
  const expecting = 'Expect: 100-continue';

  test('is answered with the refusal itself, before any of the body', async () => {
    const large = await rawExchange(world.url, createHead(expecting, 'Content-Length: 70000'));
    expect([large.status, JSON.parse(large.text).Code]).toEqual([413, 'payload_too_large']);
    expect(large.headers.get('connection')).toBe('close');
    await checkLoggedOnce(world, large);
    const stranger = await rawExchange(
      world.url,
      requestHead(`POST ${path} HTTP/1.1`, 'Host: localhost', expecting, 'Content-Length: 10'),
    );
    expect(stranger.status).toBe(401);
  });

  test('is told to go on where the body may come, and the connection stays open', async () => {
    const whole = create(expecting, 'X-Last: 1');
    const bodyAt = whole.indexOf('\r\n\r\n') + 4;
    const socket = connect(Number(new URL(world.url).port), '127.0.0.1');
    socket.write(whole.slice(0, bodyAt));
    expect(String((await once(socket, 'data'))[0])).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    socket.write(whole.slice(bodyAt));
    expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 201 /);
    socket.write(list());
    expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 200 /);
    socket.destroy();
  });
});

describe('bytes that are no request', () => {
  const malformed = 'GET / HTTP/1.1\r\nno header\r\n\r\n';

  test.each([
    ['one request', 1],
    ['three requests', 3],
  ])('leave the answers to %s before them, and get one of their own', async (_name, count) => {
    const { statuses, text } = await converse(list().repeat(count) + malformed);
    expect(statuses).toEqual([...Array.from({ length: count }, () => 200), 400]);
    expect(text.slice(text.lastIndexOf('HTTP/1.1'))).toContain('Connection: close');
  });

  test('leave a change before them done and answered', async () => {
    const before = Number((await brand.call('GET', '/customers')).headers.get('x-total-count'));
    const { statuses } = await converse(create() + malformed + 'x'.repeat(100_000));
    expect(statuses).toEqual([201, 400]);
    expect((await brand.call('GET', '/customers')).headers.get('x-total-count')).toBe(String(before + 1));
  });

  test('in a body take the place of the answer to that request only', async () => {
    const broken = `${createHead('Transfer-Encoding: chunked')}zz\r\n`;
    expect((await converse(list() + broken)).statuses).toEqual([200, 400]);
    const refused = requestHead(`POST ${path} HTTP/1.1`, 'Host: localhost', 'Transfer-Encoding: chunked');
    const socket = connect(Number(new URL(world.url).port), '127.0.0.1');
    socket.write(refused);
    expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 401 /);
    const more: Buffer[] = [];
    socket.on('data', (bytes) => more.push(bytes));
    socket.write('zz\r\n');
    await once(socket, 'close');
    expect(Buffer.concat(more).toString()).toBe('');
  });
});

describe('a client that closes its side', () => {
  test('after a request gets the answer, and then the connection ends', async () => {
    expect((await converse(list(), { halfClose: true })).statuses).toEqual([200]);
    expect((await converse(create(), { halfClose: true })).statuses).toEqual([201]);
    expect((await converse(list() + create(), { halfClose: true })).statuses).toEqual([200, 201]);
  });

  test('without a request, or within one, does not leave a connection behind', async () => {
    expect((await converse('', { halfClose: true })).statuses).toEqual([]);
    expect((await converse(create().slice(0, -10), { halfClose: true })).statuses).toEqual([400]);
  });
});

describe('an ignored Upgrade', () => {
  const upgrade = (request: string) =>
    request.replace('\r\n', '\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n');

  test.each([
    ['nothing', () => ''],
    ['a request', list],
    ['bytes that are no request', () => 'GET / HTTP/1.1\r\nno header\r\n\r\n'],
  ])('is answered, and the connection ends at once where %s follows', async (_name, next) => {
    for (const [request, status] of [
      [list(), 200],
      [create(), 201],
    ] as const) {
      const { statuses, text } = await converse(upgrade(request) + next());
      expect(statuses).toEqual([status]);
      expect(text.toLowerCase()).toContain('connection: close');
    }
  });
});
