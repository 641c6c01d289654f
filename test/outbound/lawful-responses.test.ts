import type { Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { Outbound, OutboundOptions, OutboundOutcome } from '../../src/providers/outbound.ts';
import { openOutbound } from '../../src/providers/outbound.ts';
import { openInternet, portOf, publicAddress } from '../fakes/internet.ts';
import { soon } from './soon.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of opened.splice(0).reverse()) await thing.close();
});

function outbound(options: Partial<OutboundOptions> = {}): Outbound {
  const made = openOutbound({
    allow: ['127.0.0.0/8'],
    timeoutMs: 10_000,
    maxResponseBytes: 1_000,
    ...options,
  });
  opened.push(made);
  return made;
}

/** A raw server on loopback: `respond` is called once for each request that has arrived whole. */
async function serve(respond: (socket: Socket, request: number) => unknown) {
  const sockets = new Set<Socket>();
  let requests = 0;
  const server: Server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const head = text.indexOf('\r\n\r\n');
      const length = Number(/content-length: ([0-9]+)/i.exec(text)?.[1] ?? 0);
      if (head < 0 || text.length < head + 4 + length) return;
      text = '';
      requests += 1;
      respond(socket, requests);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  let connects = 0;
  server.on('connection', () => {
    connects += 1;
  });
  opened.push({
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  });
  const url = `http://127.0.0.1:${portOf(server)}/`;
  return { url, open: () => sockets.size, connects: () => connects };
}

const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
const call = (out: Outbound, url: string) => out.send({ method: 'POST', url, body: '{"a":1}' });
const said = (sent: OutboundOutcome) =>
  sent.kind === 'answered' ? `${sent.status} ${sent.body.toString()}` : JSON.stringify(sent);

/** undici reuses a connection one turn of the event loop after the response; before that it opens another. */
async function released() {
  await turn();
  await turn();
}

describe('interim responses that were not asked for', () => {
  const continues = 'HTTP/1.1 100 Continue\r\n\r\n';
  const inputs: Readonly<Record<string, string>> = {
    'one 100': continues + ok,
    'a 100 without a reason phrase': `HTTP/1.1 100 \r\n\r\n${ok}`,
    'a 100 with fields, as IIS sends it': `HTTP/1.1 100 Continue\r\nServer: x\r\nContent-Length: 284\r\n\r\n${ok}`,
    'three 100': continues.repeat(3) + ok,
    'a 100 of HTTP/1.0': `HTTP/1.0 100 Continue\r\n\r\n${ok}`,
    '102, 100 and 103': `HTTP/1.1 102 Processing\r\n\r\n${continues}HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${ok}`,
    'an unknown interim status': `HTTP/1.1 199 X\r\n\r\n${ok}`,
  };

  test.each(Object.entries(inputs))('%s is skipped, in one packet and byte by byte', async (_, text) => {
    const whole = await serve((socket) => socket.write(text));
    expect(said(await call(outbound(), whole.url))).toBe('200 ok');
    const slow = await serve(async (socket) => {
      socket.setNoDelay(true);
      for (const byte of text) {
        socket.write(byte);
        await turn();
      }
    });
    expect(said(await call(outbound(), slow.url))).toBe('200 ok');
  });

  test('are skipped for every request of a connection, which stays open', async () => {
    const server = await serve((socket, request) =>
      socket.write(request % 2 === 0 ? ok : `${continues}${ok}`),
    );
    const out = outbound();
    for (let request = 0; request < 6; request += 1) {
      expect(said(await call(out, server.url))).toBe('200 ok');
      await released();
    }
    expect(server.connects()).toBe(1);
  });

  test('are skipped over TLS', async () => {
    const internet = await openInternet((_, response) => {
      response.writeContinue();
      response.end('ok');
    });
    opened.push({ close: async () => void (await internet.close()) });
    internet.names.set('hooks.example.com', [publicAddress]);
    const out = outbound({ allow: [], lookup: internet.lookup, dial: internet.dial });
    expect(said(await call(out, 'https://hooks.example.com/'))).toBe('200 ok');
  });

  test('do not replace the response, and are bounded', async () => {
    const broken = { kind: 'failed', reason: 'broken' };
    const only = await serve((socket) => socket.end(continues));
    expect(await call(outbound(), only.url)).toEqual(broken);
    const flood = await serve((socket) => socket.write(continues.repeat(4_000) + ok));
    expect(await call(outbound(), flood.url)).toEqual(broken);
    const upgrade = await serve((socket) =>
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n${ok}`),
    );
    expect(await call(outbound(), upgrade.url)).toEqual(broken);
    const silent = await serve((socket) => socket.write(continues));
    expect(await call(outbound({ timeoutMs: 300 }), silent.url)).toEqual({
      kind: 'failed',
      reason: 'timeout',
    });
    await expect.poll(silent.open).toBe(0);
  });

  test('are not searched in the body', async () => {
    const body = `\r\n\r\n${continues}${continues}`;
    const server = await serve((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n`);
      socket.write(body);
    });
    const out = outbound();
    expect(said(await call(out, server.url))).toBe(`200 ${body}`);
    expect(said(await call(out, server.url))).toBe(`200 ${body}`);
  });
});

describe('a repeated Content-Length', () => {
  const response = (...fields: string[]) => `HTTP/1.1 200 OK\r\n${fields.join('\r\n')}\r\n\r\nok`;

  test.each([
    ['two equal fields', response('Content-Length: 2', 'Content-Length: 2')],
    [
      'three, of different case and blanks',
      response('content-length:2', 'x: y', 'CONTENT-LENGTH:  2 ', 'Content-Length: 2'),
    ],
    ['one list', response('Content-Length: 2, 2')],
    ['after a 100', `HTTP/1.1 100 Continue\r\n\r\n${response('Content-Length: 2', 'Content-Length: 2')}`],
  ])('counts once if the values are equal: %s', async (_, text) => {
    const server = await serve((socket) => socket.write(text));
    const out = outbound();
    for (let request = 0; request < 6; request += 1) {
      expect(said(await call(out, server.url))).toBe('200 ok');
      await released();
    }
    expect(server.connects()).toBe(1);
  });

  test.each([
    ['different values', response('Content-Length: 2', 'Content-Length: 3')],
    ['a list of different values', response('Content-Length: 2, 3')],
    ['two spellings', response('Content-Length: 2', 'Content-Length: 02')],
    ['no number', response('Content-Length: two', 'Content-Length: two')],
    ['beside chunks', response('Content-Length: 2', 'Content-Length: 2', 'Transfer-Encoding: chunked')],
  ])('breaks the response otherwise: %s', async (_, text) => {
    const server = await serve((socket) => socket.end(text));
    expect(await call(outbound(), server.url)).toEqual({ kind: 'failed', reason: 'broken' });
  });
});

describe('a malformed response head', () => {
  test.each([
    ['lines that end without CR', 'HTTP/1.1 200 OK\ncontent-length: 2\n\nok'],
    ['one line that ends without CR', 'HTTP/1.1 200 OK\r\nx: y\ncontent-length: 2\r\n\r\nok'],
    ['an empty line without CR', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\nok'],
    ['a folded length', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n 3\r\ncontent-length: 2\r\n\r\nok'],
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
  ])('fails at once: %s', async (_, text) => {
    const server = await serve((socket) => socket.write(text));
    expect(await call(outbound(), server.url)).toEqual({ kind: 'failed', reason: 'broken' });
    await expect.poll(server.open).toBe(0);
  });
});

describe('a request of several megabytes', () => {
  const body = Buffer.alloc(8_000_000, 'x');

  test('arrives complete on a reused connection, also if 100 comes before the body', async () => {
    const sizes: number[] = [];
    const server = createServer((socket) => {
      let size = 0;
      socket.on('error', () => undefined).setNoDelay(true);
      socket.on('data', (chunk: Buffer) => {
        if (size === 0) {
          socket.write('HTTP/1.1 100 Continue\r\n\r\n');
          size -= chunk.indexOf('\r\n\r\n') + 4;
        }
        size += chunk.length;
        if (size < body.length) return;
        sizes.push(size);
        size = 0;
        socket.write(`HTTP/1.1 100 Continue\r\n\r\n${chunked}`);
      });
    });
    let connects = 0;
    server.on('connection', () => {
      connects += 1;
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const out = outbound();
    opened.push({ close: async () => void server.close() });
    for (let request = 0; request < 3; request += 1) {
      const sent = await out.send({ method: 'POST', url: `http://127.0.0.1:${portOf(server)}/`, body });
      expect(said(sent)).toBe(`200 ${inner}`);
      await released();
    }
    expect(sizes).toEqual([body.length, body.length, body.length]);
    expect(connects).toBe(1);
    await out.close();
  });

  const inner = 'HTTP/1.1 100 Continue\r\n\r\n';
  const chunked = `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n19\r\n${inner}\r\n0\r\nx-trailer: 1\r\n\r\n`;
});

describe('a large response head', () => {
  const head = (...fields: string[]) =>
    `HTTP/1.1 200 OK\r\n${fields.join('\r\n')}\r\ncontent-length: 2\r\n\r\nok`;

  test.each([
    ['one field of 17 kB', head(`x: ${'x'.repeat(17_000)}`)],
    ['one field of 60 kB', head(`x: ${'x'.repeat(60_000)}`)],
    ['500 cookies', head(...Array.from({ length: 500 }, (_, n) => `set-cookie: a${n}=${'x'.repeat(80)}`))],
  ])('is read up to 64 kB: %s', async (_, text) => {
    const server = await serve((socket) => socket.write(text));
    expect(said(await call(outbound(), server.url))).toBe('200 ok');
  });

  test.each([
    ['one field', head(`x: ${'x'.repeat(66_000)}`)],
    ['many fields', head(...Array.from({ length: 1_000 }, (_, n) => `x-${n}: ${'x'.repeat(80)}`))],
    ['without an end', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(70_000)}`],
  ])('breaks the response above: %s', async (_, text) => {
    const server = await serve((socket) => socket.write(text));
    expect(await call(outbound(), server.url)).toEqual({ kind: 'failed', reason: 'broken' });
    await expect.poll(server.open).toBe(0);
  });
});

describe('a body that never ends', () => {
  const drip = (start: string) => (socket: Socket) => {
    socket.write(start);
    const timer = setInterval(() => socket.write('1\r\nx\r\n'), 20);
    socket.on('close', () => clearInterval(timer));
  };

  test.each([
    ['a body up to the end of the connection', 200, drip('HTTP/1.1 200 OK\r\n\r\n')],
    ['chunks', 206, drip('HTTP/1.1 206 OK\r\ntransfer-encoding: chunked\r\n\r\n')],
    ['an error status', 503, drip('HTTP/1.1 503 Busy\r\ncontent-length: 1000000\r\n\r\n')],
    ['no byte at all', 200, (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n')],
    ['after a 100', 202, drip('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\n\r\n')],
  ])('keeps the status at the deadline and closes the connection: %s', async (_, status, respond) => {
    const server = await serve(respond);
    const out = outbound({ timeoutMs: 400, maxResponseBytes: 1_000_000 });
    const start = performance.now();
    const sent = await soon(call(out, server.url), 400);
    const took = performance.now() - start;
    expect(sent).toMatchObject({ kind: 'answered', status, truncated: true, timedOut: true });
    expect(took).toBeGreaterThan(350);
    await expect.poll(server.open).toBe(0);
  });

  test('is distinguished from a body that its sender cuts off', async () => {
    const server = await serve((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf'));
    expect(await call(outbound(), server.url)).toEqual({ kind: 'failed', reason: 'broken' });
  });
});
