import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiPrefix } from '../../src/contract/table.ts';
import { person } from '../people.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';
import { checkHarmless, checkLoggedOnce } from './hostile-answer.ts';
import type { RawAnswer, Sender } from './raw-socket.ts';
import { rawExchange, requestHead, sendRepeatedly } from './raw-socket.ts';

/** Requests that no client library would send, each with its exact answer. */

const canary = 'Canary4711';
const list = `GET ${apiPrefix}/customers HTTP/1.1`;
const create = `POST ${apiPrefix}/customers HTTP/1.1`;

let world: World;
let brand: BrandClient;
let keyLines: readonly string[];
beforeAll(async () => {
  world = await openWorld();
  brand = await world.brand();
  keyLines = [`Identity: ${brand.key.identity}`, `Authorization: ${brand.key.authorization}`];
});
afterAll(() => world.close());

/** Sends, and holds the answer to all that holds for every hostile one. */
async function ask(send: Sender): Promise<RawAnswer> {
  const answer = await rawExchange(world.url, send);
  checkHarmless(answer, [canary]);
  await checkLoggedOnce(world, answer, [canary]);
  return answer;
}
/** The usual lines around the odd ones. */
const request = (line: string, ...odd: readonly string[]) =>
  requestHead(line, 'Host: localhost', ...keyLines, ...odd);
const jsonBody = (body: string, ...odd: readonly string[]) =>
  `${request(create, 'Content-Type: application/json', ...odd, `Content-Length: ${Buffer.byteLength(body)}`)}${body}`;

describe('an ambiguous request', () => {
  const chunked = 'Transfer-Encoding: chunked';
  test.each<[string, () => string]>([
    [
      'Content-Length and Transfer-Encoding',
      () => `${request(create, 'Content-Length: 5', chunked)}0\r\n\r\n`,
    ],
    [
      'Transfer-Encoding before Content-Length',
      () => `${request(create, chunked, 'Content-Length: 5')}0\r\n\r\n`,
    ],
    [
      'two Content-Lengths that differ',
      () => `${request(create, 'Content-Length: 2', 'Content-Length: 3')}{}`,
    ],
    ['two equal Content-Lengths', () => `${request(create, 'Content-Length: 2', 'Content-Length: 2')}{}`],
    ['a Content-Length that is none', () => request(create, `Content-Length: ${canary}`)],
    ['a negative Content-Length', () => request(create, 'Content-Length: -1')],
    ['a Transfer-Encoding that is none', () => request(create, `Transfer-Encoding: ${canary}`)],
    ['chunked twice', () => `${request(create, 'Transfer-Encoding: chunked, chunked')}0\r\n\r\n`],
    [
      'a chunk of no size',
      () => `${request(create, 'Content-Type: application/json', chunked)}${canary}\r\n`,
    ],
    ['bare line feeds', () => request(list).replaceAll('\r\n', '\n')],
    ['one bare line feed among the headers', () => request(list, `X-One: 1\nX-Two: ${canary}`)],
    ['a bare carriage return', () => request(list, `X-One: 1\rX-Two: ${canary}`)],
    ['a folded header', () => request(list, 'X-One: 1', ` ${canary}`)],
    ['a space before the colon', () => request(list, `Content-Length : 0`)],
    ['a header without a name', () => request(list, `: ${canary}`)],
    ['NUL in a header', () => request(list, `X-One: ${canary}\0`)],
    ['no Host', () => requestHead(list, ...keyLines)],
    ['a line without an address', () => requestHead('GET  HTTP/1.1', 'Host: localhost')],
    ['another protocol', () => requestHead(`GET ${apiPrefix}/customers ${canary}/1.1`, 'Host: localhost')],
    ['a control character in the address', () => request(`GET ${apiPrefix}/\x01${canary} HTTP/1.1`)],
    ['an address that does not decode', () => request(`GET ${apiPrefix}/customers/%${canary} HTTP/1.1`)],
  ])('is refused: %s', async (_what, bytes) => {
    const answer = await ask(bytes());
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text).Code).toBe('input_error');
  });
});

describe('a method that an address does not take', () => {
  const methods = ['TRACE', 'PUT', 'OPTIONS', 'QUERY', 'PURGE', 'LINK', 'PROPFIND', 'FOO', 'get'];
  test.each(methods)('%s is answered 405 with the ones it takes', async (method) => {
    const answer = await ask(request(`${method} ${apiPrefix}/customers HTTP/1.1`));
    expect(answer.status).toBe(405);
    expect(JSON.parse(answer.text).Code).toBe('method_not_allowed');
    const allowed = answer.headers.get('allow')?.split(', ') ?? [];
    expect(allowed).toEqual(expect.arrayContaining(['GET', 'HEAD', 'POST']));
    expect(allowed).not.toContain(method);
  });

  test('CONNECT is refused', async () => {
    expect((await ask(request(`CONNECT ${canary}:443 HTTP/1.1`))).status).toBe(405);
  });

  test('each address lists its own methods', async () => {
    const put = async (path: string) =>
      (await ask(request(`PUT ${apiPrefix}${path} HTTP/1.1`))).headers.get('allow')?.split(', ').toSorted();
    const id = brand.brandId;
    expect(await put(`/customers/${id}`)).toEqual(['DELETE', 'GET', 'HEAD', 'PATCH']);
    expect(await put(`/customers/${id}/`)).toEqual(['DELETE', 'GET', 'HEAD', 'PATCH']);
    expect(await put(`/auth/key/${id}`)).toEqual(['GET', 'HEAD']);
  });

  test('an unknown address is 404 for every method', async () => {
    for (const method of ['GET', 'PUT', 'TRACE']) {
      expect((await ask(request(`${method} ${apiPrefix}/${canary} HTTP/1.1`))).status).toBe(404);
    }
  });
});

describe('headers', () => {
  test.each([
    ['one of 17 kB', () => [`X-Long: ${'a'.repeat(17 * 1024)}`]],
    ['2,000 small ones', () => Array.from({ length: 2_000 }, (_, index) => `X-${index}: 123456789`)],
  ])('beyond 16 KiB are refused: %s', async (_what, lines) => {
    const answer = await ask(request(list, ...lines()));
    expect([answer.status, JSON.parse(answer.text).Code]).toEqual([431, 'header_too_large']);
  });

  test('that never end are refused, and the memory stays flat', async () => {
    const before = process.memoryUsage().rss;
    const first = request(list).slice(0, -2);
    const answer = await ask(
      sendRepeatedly(first, Buffer.from(`X: ${'a'.repeat(1_000)}\r\n`.repeat(60)), 256 * 2 ** 20),
    );
    expect(answer.status).toBe(431);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 2 ** 20);
  });

  test.each(['Identity', 'Authorization'])('with two of %s are no key, be they equal', async (name) => {
    const value = brand.headers[name] ?? '';
    for (const other of [value, 'x', canary]) {
      for (const lines of [
        [`${name}: ${other}`, ...keyLines],
        [...keyLines, `${name.toLowerCase()}: ${other}`],
      ]) {
        const answer = await ask(requestHead(list, 'Host: localhost', ...lines));
        expect([answer.status, JSON.parse(answer.text).Code]).toEqual([401, 'auth_err']);
      }
    }
  });

  test('with two of Host name no server, be they equal', async () => {
    for (const other of ['localhost', 'x', canary, '127.0.0.1']) {
      const answer = await ask(requestHead(list, 'Host: localhost', `host: ${other}`, ...keyLines));
      expect([answer.status, JSON.parse(answer.text).Code]).toEqual([400, 'input_error']);
    }
  });

  test('with an unknown expectation are served', async () => {
    expect((await ask(request(list, `Expect: ${canary}`))).status).toBe(200);
  });

  test('are never reflected in an answer, whichever has the value', async () => {
    const names = [
      'Accept',
      'Accept-Language',
      'If-Match',
      'Origin',
      'Referer',
      'User-Agent',
      'X-Request-Id',
    ];
    for (const name of [...names, 'Range', 'Cookie', 'X-Forwarded-For', 'Forwarded', 'Upgrade', 'TE']) {
      expect([name, (await ask(request(list, `${name}: ${canary}`))).status]).toEqual([name, 200]);
    }
    expect((await ask(jsonBody('{}', `Content-Encoding: ${canary}`))).status).toBe(415);
    expect((await ask(jsonBody('{}').replace('application/json', `text/${canary}`))).status).toBe(415);
    expect((await ask(jsonBody('{}').replace('application/json', canary))).status).toBe(415);
  });
});

describe('an id in the path', () => {
  const id = '8559dec0-2edb-4c3c-a3c5-32de10174c34';
  test.each([
    ['braces', `{${id}}`],
    ['no dashes', id.replaceAll('-', '')],
    ['a urn', `urn:uuid:${id}`],
    ['SQL', "'%20OR%201=1--"],
    ['raw quotes', `'";${canary}`],
    ['NUL', `${id.slice(0, 35)}%00`],
    ['a slash, encoded', `${id}%2f..%2f${canary}`],
    ['a parent directory', '%2e%2e%2f%2e%2e%2fetc%2fpasswd'],
    ['line ends', `${id}%0d%0aX-${canary}:%201`],
    ['full-width digits', encodeURIComponent('８559dec0-2edb-4c3c-a3c5-32de10174c34')],
    ['10 kB', 'a'.repeat(10_000)],
    ['one character too many', `${id}0`],
    ['a letter that is no hexadecimal digit', id.replace('8', 'g')],
    ['a name of JavaScript', '__proto__'],
  ])('that is invalid (%s) is refused', async (_what, text) => {
    for (const method of ['GET', 'DELETE']) {
      const answer = await ask(request(`${method} ${apiPrefix}/customers/${text} HTTP/1.1`));
      expect([answer.status, JSON.parse(answer.text).Code]).toEqual([400, 'customer_invalid_uuid4']);
    }
  });

  test.each([
    ['not version 4', '8559dec0-2edb-1c3c-03c5-32de10174c34'],
    ['nil', '00000000-0000-0000-0000-000000000000'],
  ])('that is a UUID (%s) is looked up', async (_what, text) => {
    const answer = await ask(request(`GET ${apiPrefix}/customers/${text} HTTP/1.1`));
    expect([answer.status, JSON.parse(answer.text).Code]).toEqual([404, 'customer_dne']);
  });
});

describe('a body', () => {
  const megabyte = Buffer.alloc(2 ** 20, ' ');

  test('that never ends is refused, and the memory stays flat', async () => {
    const chunk = Buffer.concat([Buffer.from('100000\r\n'), megabyte, Buffer.from('\r\n')]);
    const before = process.memoryUsage().rss;
    const answer = await ask(
      sendRepeatedly(
        request(create, 'Content-Type: application/json', 'Transfer-Encoding: chunked'),
        chunk,
        512 * 2 ** 20,
      ),
    );
    expect([answer.status, JSON.parse(answer.text).Code]).toEqual([413, 'payload_too_large']);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 2 ** 20);
  });

  test('that announces too many bytes is refused before it arrives', async () => {
    const answer = await ask(request(create, 'Content-Type: application/json', `Content-Length: ${2 ** 40}`));
    // No byte of the body is ever sent. A server that waited for it would answer 408.
    expect(answer.status).toBe(413);
  });

  test('is not read from a client without a key', async () => {
    const lines = ['Content-Type: application/json', 'Content-Length: 60000'];
    expect((await ask(requestHead(create, 'Host: localhost', ...lines))).status).toBe(401);
  });

  test('of exactly 64 KiB is accepted, and one byte more is refused', async () => {
    const padded = (size: number) => JSON.stringify(person()).padEnd(size, ' ');
    expect((await ask(jsonBody(padded(64 * 1024)))).status).toBe(201);
    expect((await ask(jsonBody(padded(64 * 1024 + 1)))).status).toBe(413);
  });

  test('that breaks off leaves a line in the log and no fault', async () => {
    const before = world.log.length;
    const socket = connect(Number(new URL(world.url).port), '127.0.0.1');
    socket.end(jsonBody(JSON.stringify(person())).slice(0, -20));
    socket.on('error', () => undefined);
    await expect.poll(() => world.log.length, { timeout: 60_000 }).toBe(before + 1);
    expect(JSON.parse(world.log[before] ?? '')).toMatchObject({ level: 30, operation: 'createCustomer' });
  });

  test('of a GET is ignored', async () => {
    expect((await ask(`${request(list, 'Content-Length: 2')}{}`)).status).toBe(200);
  });
});

test('the answer may not be stored by a cache, in any spelling of the address', async () => {
  for (const target of [
    `/%61pi/v0.1/customers`,
    `http://localhost${apiPrefix}/customers`,
    `${apiPrefix}/customers/`,
    `${apiPrefix}//customers`,
    `${apiPrefix}/customers;x=1`,
    '/API/V0.1/CUSTOMERS',
    `*`,
  ]) {
    expect((await ask(request(`GET ${target} HTTP/1.1`))).headers.get('cache-control')).toBe('no-store');
  }
});

test('bytes after a complete request on the same connection do not become part of it', async () => {
  const smuggled = `${jsonBody(JSON.stringify(person()))}GET /${canary} HTTP/1.1\r\nHost: x\r\n\r\n`;
  const answer = await ask(smuggled);
  expect(answer.status).toBe(201);
});
