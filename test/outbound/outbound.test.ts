import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import type { Server } from 'node:net';
import { createServer, Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Place, TargetRefusal } from '../../src/providers/outbound/target.ts';
import type { Dial, Outbound, OutboundOptions } from '../../src/providers/outbound.ts';
import { openOutbound } from '../../src/providers/outbound.ts';
import type { Internet } from '../fakes/internet.ts';
import { openInternet, portOf, publicAddress } from '../fakes/internet.ts';

import { soon } from './soon.ts';
import { forbiddenHosts, hostileNames, hostileUrls } from './urls.ts';

/** Generous where a deadline is not what is tested: the machine may be loaded. */
const patient = { timeoutMs: 10_000, maxResponseBytes: 1_000 };
const loopback = ['127.0.0.0/8', '::1/128'];

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of opened.splice(0)) await thing.close();
});

function outbound(options: Partial<OutboundOptions>): Outbound {
  const made = openOutbound({ allow: [], ...patient, ...options });
  opened.push(made);
  return made;
}

const refusalOf = (found: Place | TargetRefusal) => (typeof found === 'string' ? undefined : found);
const reasonOf = (found: Place | TargetRefusal) => refusalOf(found)?.reason;

/** A server on loopback that counts who connects. */
interface Listener {
  readonly port: number;
  readonly connects: () => number;
  /** Connections that are still there. */
  readonly open: () => number;
  close(): Promise<void>;
}

async function listen(serve: (socket: Socket) => void, host = '127.0.0.1'): Promise<Listener> {
  let connects = 0;
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    connects += 1;
    sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
    serve(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, host, resolve);
  });
  const listener = {
    port: portOf(server),
    connects: () => connects,
    open: () => sockets.size,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  opened.push(listener);
  return listener;
}

describe('the outbound client', () => {
  let internet: Internet;
  let answer: Parameters<typeof openInternet>[0];

  beforeAll(async () => {
    internet = await openInternet((request, response) => answer(request, response));
    for (const [name, addresses] of hostileNames) internet.names.set(name, addresses);
    internet.names.set('hooks.example.com', [publicAddress]);
  });
  afterAll(() => internet.close());
  afterEach(() => {
    internet.dialled.length = 0;
    internet.lookups.length = 0;
  });

  /** Writes down what it is asked to dial, and gets nowhere. */
  const deadEnd: Dial = (to) => {
    internet.dialled.push(to.hostname);
    return Promise.reject(new Error('This line is dead.'));
  };

  /** How many of the hostile URLs were let through, at registration and at a call. */
  async function tryHostile(options: Partial<OutboundOptions>) {
    const out = outbound({ lookup: internet.lookup, dial: deadEnd, ...options });
    let accepted = 0;
    let sent = 0;
    for (const url of hostileUrls) {
      if (typeof (await out.locate(url)) === 'string') accepted += 1;
      if ((await out.send({ method: 'POST', url, body: '{}' })).kind !== 'refused') sent += 1;
    }
    return { accepted, sent, dialled: internet.dialled.length };
  }

  test('connects to nothing for a hostile URL, at registration or at a call', async () => {
    expect(new Set(hostileUrls).size).toBeGreaterThanOrEqual(80);
    expect(await tryHostile({})).toEqual({ accepted: 0, sent: 0, dialled: 0 });
  });

  test('fails when the guard is removed', async () => {
    const unguarded = await tryHostile({ allow: ['0.0.0.0/0', '::/0'] });
    expect(unguarded.accepted).toBeGreaterThan(forbiddenHosts.length);
    expect(unguarded.sent).toBeGreaterThan(forbiddenHosts.length);
    expect(unguarded.dialled).toBeGreaterThan(forbiddenHosts.length);
  });

  test('reaches no listener on this machine, in any spelling', async () => {
    const v4 = await listen((socket) => socket.end());
    const v6 = await listen((socket) => socket.end(), '::1').catch(() => undefined);
    const tryAll = async (out: Outbound) => {
      const port = v4.port;
      const hosts = ['127.0.0.1', '127.1', '0x7f.1', '2130706433', '0', '0.0.0.0', 'localhost', 'LOCALHOST'];
      const urls = [
        ...[...hosts, '[::ffff:7f00:1]', 'hooks.example.com@127.0.0.1'].flatMap((host) => [
          `https://${host}:${port}/`,
          `http://${host}:${port}/`,
        ]),
        ...(v6 ? [`https://[::1]:${v6.port}/`, `https://localhost:${v6.port}/`] : []),
      ];
      for (const url of urls) await out.send({ method: 'GET', url });
      return v4.connects() + (v6?.connects() ?? 0);
    };
    expect(await tryAll(outbound({}))).toBe(0);
    expect(await tryAll(outbound({ allow: loopback }))).toBeGreaterThan(2);
  });

  test('dials the checked address, even if the name resolves differently later', async () => {
    let turn = 0;
    internet.names.set('rebinding.example.net', () => {
      turn += 1;
      return [['10.0.0.1', publicAddress, '::1', publicAddress, '169.254.169.254'][turn % 5] ?? ''];
    });
    const out = outbound({ lookup: internet.lookup, dial: deadEnd });
    const rounds = 500;
    let checked = 0;
    for (let round = 0; round < rounds; round += 1) {
      const url = 'https://rebinding.example.net/hook';
      if (typeof (await out.locate(url)) === 'string') checked += 1;
      await out.send({ method: 'GET', url });
    }
    expect(turn).toBe(2 * rounds);
    expect(checked).toBeGreaterThan(rounds / 5);
    expect(internet.dialled.length).toBeGreaterThan(rounds / 5);
    expect(new Set(internet.dialled)).toEqual(new Set([publicAddress]));
  });

  test('reaches a public host under its own name, with a certificate that is checked', async () => {
    answer = (request, response) => {
      response.setHeader('x-seen', `${request.method} ${request.headers.host} ${request.url}`);
      request.pipe(response.writeHead(202));
    };
    const out = outbound({ lookup: internet.lookup, dial: internet.dial });
    const url = 'https://hooks.example.com/in?token=1';
    expect(await out.locate(url)).toBe('public');
    const sent = await out.send({ method: 'POST', url, headers: { 'x-id': '1' }, body: 'héllo' });
    expect(sent).toMatchObject({ kind: 'answered', status: 202, truncated: false });
    if (sent.kind !== 'answered') throw new Error('It was not answered.');
    expect(sent.headers['x-seen']).toBe('POST hooks.example.com /in?token=1');
    expect(sent.body.toString()).toBe('héllo');
    expect(internet.dialled).toEqual([publicAddress]);

    internet.names.set('elsewhere.example.org', [publicAddress]);
    const untrusted = await out.send({ method: 'GET', url: 'https://elsewhere.example.org/' });
    expect(untrusted).toEqual({ kind: 'failed', reason: 'untrusted' });
  });

  test('tries the next address of a host when one does not answer', async () => {
    answer = (_, response) => response.end('ok');
    internet.names.set('hooks.example.com', ['2606:2800:220:1::1', publicAddress]);
    const out = outbound({
      lookup: internet.lookup,
      dial: (to) =>
        to.hostname === publicAddress
          ? internet.dial(to)
          : Promise.reject(Object.assign(new Error(), { code: 'ENETUNREACH', syscall: 'connect' })),
    });
    const sent = await out.send({ method: 'GET', url: 'https://hooks.example.com/' });
    expect(sent.kind).toBe('answered');
    internet.names.set('hooks.example.com', [publicAddress]);
  });

  test('follows no redirect', async () => {
    const trap = await listen((socket) => socket.end());
    const out = outbound({ lookup: internet.lookup, dial: internet.dial, allow: loopback });
    for (const status of [301, 302, 303, 307, 308]) {
      answer = (_, response) =>
        response.writeHead(status, { location: `http://127.0.0.1:${trap.port}/` }).end();
      const sent = await out.send({ method: 'POST', url: 'https://hooks.example.com/', body: '{}' });
      expect(sent).toMatchObject({ kind: 'answered', status });
    }
    expect(trap.connects()).toBe(0);
    expect(new Set(internet.dialled)).toEqual(new Set([publicAddress]));
  });

  test('speaks plain HTTP, and on other ports, only to addresses that the operator has named', async () => {
    answer = (_, response) => response.end('ok');
    internet.names.set('inside.example.net', ['10.1.2.3']);
    const out = outbound({ lookup: internet.lookup, dial: internet.dial, allow: ['10.1.0.0/16'] });
    const reasonFor = async (url: string) => reasonOf(await out.locate(url));
    expect(await reasonFor('http://10.1.2.3:81/')).toBeUndefined();
    expect(await reasonFor('http://inside.example.net/')).toBeUndefined();
    expect(await reasonFor('https://inside.example.net:22/')).toBeUndefined();
    expect(await reasonFor('https://hooks.example.com:8443/')).toBeUndefined();
    expect(await reasonFor('https://hooks.example.com:22/')).toBe('port');
    expect(await reasonFor('http://hooks.example.com/')).toBe('scheme');
    expect(await reasonFor('http://10.2.2.3/')).toBe('address');
    expect(await reasonFor('https://user@hooks.example.com/')).toBe('user_info');
    expect(await reasonFor('https://0x5db8d822/')).toBe('spelling');
    expect(await reasonFor('https://nobody.example.net/')).toBe('unresolved');
    const sent = await out.send({ method: 'GET', url: 'http://inside.example.net/' });
    expect(sent.kind).toBe('answered');
    expect(internet.dialled).toEqual(['10.1.2.3']);
  });

  test('goes inside where an entry of the allow-list names a range, an address or a host, and its port', async () => {
    answer = (_, response) => response.end('ok');
    internet.names.set('kyc.internal', ['10.1.2.3']);
    internet.names.set('metadata.internal', ['169.254.169.254']);
    internet.names.set('mixed.internal', ['10.1.2.3', publicAddress]);
    const allow = ['10.9.0.0/16:8443', '10.8.0.1', 'kyc.internal:81', 'metadata.internal', '[fd00::/8]:81'];
    const out = outbound({
      lookup: internet.lookup,
      dial: internet.dial,
      allow: [...allow, 'hooks.example.com'],
    });
    const placeFor = async (url: string) => {
      const found = await out.locate(url);
      return typeof found === 'string' ? found : found.reason;
    };
    for (const url of [
      'http://10.9.1.1:8443/',
      'http://10.8.0.1/',
      'http://kyc.internal:81/',
      'http://[fd00::1]:81/',
    ])
      expect(await placeFor(url), url).toBe('inside');
    for (const url of [
      'http://10.9.1.1/',
      'http://10.1.2.3:81/',
      'http://kyc.internal/',
      'http://[fd00::1]/',
    ])
      expect(await placeFor(url), url).toBe('address');
    // A host of the list opens internal networks only, and no name is in two places.
    expect(await placeFor('http://metadata.internal/')).toBe('address');
    expect(await placeFor('https://hooks.example.com/')).toBe('public');
    expect(await placeFor('http://hooks.example.com/')).toBe('scheme');
    expect(
      await outbound({ ...internet, allow: ['10.0.0.0/8'] }).locate('https://mixed.internal/'),
    ).toMatchObject({
      reason: 'address',
    });
    const sent = await out.send({ method: 'GET', url: 'http://kyc.internal:81/' });
    expect(sent).toMatchObject({ kind: 'answered', from: 'inside' });
  });

  test('limited to what is inside never goes to the public internet, even over a connection that is open', async () => {
    answer = (_, response) => response.end('ok');
    internet.names.set('hooks.example.com', [publicAddress]);
    const out = outbound({ lookup: internet.lookup, dial: internet.dial, allow: ['10.0.0.0/8'] });
    const url = 'https://hooks.example.com/';
    expect(await out.send({ method: 'GET', url })).toMatchObject({ kind: 'answered', from: 'public' });
    const refused = await out.send({ method: 'GET', url, only: 'inside' });
    expect(refused).toMatchObject({ kind: 'refused', refusal: { reason: 'moved' } });
    expect(internet.dialled).toEqual([publicAddress]);
  });

  test('reports a problem without any part of the URL', async () => {
    const out = outbound({ lookup: internet.lookup, dial: internet.dial });
    for (const url of hostileUrls) {
      const found = refusalOf(await out.locate(url));
      expect(found?.sentence).toMatch(/^(?:Must|The host) .{10,}\.$/);
      expect(found?.sentence).not.toContain('hooks.example.com@');
      expect(found?.sentence).not.toContain('secret@');
    }
  });
});

describe('a call to a server that misbehaves', () => {
  const url = (port: number) => `http://127.0.0.1:${port}/`;
  const hurried = { allow: loopback, timeoutMs: 300 };

  const inTime = <Result>(work: Promise<Result>) => soon(work, hurried.timeoutMs);

  test('keeps only the allowed size of the answer, and closes the connection', async () => {
    const server = createHttpServer((_, response) => {
      const pour = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
        response.once('drain', pour);
      };
      pour();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const hungUp = new Promise<void>((resolve) => {
      server.on('connection', (socket) => socket.on('close', () => resolve()));
    });
    const sent = await outbound({ allow: loopback }).send({ method: 'GET', url: url(portOf(server)) });
    expect(sent).toMatchObject({ kind: 'answered', status: 200, truncated: true });
    expect(sent.kind === 'answered' && sent.body.length).toBe(1_000);
    await hungUp;
    await new Promise((resolve) => server.close(resolve));
  });

  test('keeps an answer of exactly the limit completely', async () => {
    const body = 'x'.repeat(1_000);
    const listener = await listen((socket) =>
      socket.end(`HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n${body}`),
    );
    const sent = await outbound({ allow: loopback }).send({ method: 'GET', url: url(listener.port) });
    expect(sent).toMatchObject({ kind: 'answered', truncated: false, body: Buffer.from(body) });
  });

  test('ends at its deadline in every phase, and leaves no socket behind', async () => {
    // A socket that is not read would not notice that it was closed.
    const silent = await listen((socket) => void socket.resume());
    const drip = (start: string) => (socket: Socket) => {
      socket.write(start);
      const timer = setInterval(() => socket.write('x'), 20);
      socket.on('close', () => clearInterval(timer));
    };
    const slowHead = await listen(drip('HTTP/1.1 200 OK\r\nx-slow: '));
    for (const server of [silent, slowHead]) {
      const out = outbound({ ...hurried, maxResponseBytes: 1_000_000 });
      const sent = await inTime(out.send({ method: 'GET', url: url(server.port) }));
      expect(sent).toEqual({ kind: 'failed', reason: 'timeout' });
      await expect.poll(server.open).toBe(0);
    }

    const never = new Promise<never>(() => undefined);
    const noName = outbound({ ...hurried, lookup: () => never });
    const name = 'https://hooks.example.com/';
    expect(await inTime(noName.send({ method: 'GET', url: name }))).toEqual({
      kind: 'failed',
      reason: 'timeout',
    });
    expect(reasonOf(await inTime(noName.locate(name)))).toBe('unresolved');

    let arrive: (socket: Socket) => void = () => undefined;
    const late = new Promise<Socket>((resolve) => {
      arrive = resolve;
    });
    const slowDial = outbound({ ...hurried, dial: () => late });
    expect(await inTime(slowDial.send({ method: 'GET', url: url(1) }))).toEqual({
      kind: 'failed',
      reason: 'timeout',
    });
    // Whether undici has given the connection up already or takes it now, its socket does not outlive the client.
    const socket = new Socket();
    const closed = once(socket, 'close');
    arrive(socket);
    await slowDial.close();
    await closed;
  });

  test('distinguishes no connection, no such name, no TLS and no HTTP', async () => {
    const closed = await listen(() => undefined);
    await closed.close();
    const garbage = await listen((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'));
    const torn = await listen((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf'));
    const bigHead = await listen((socket) =>
      socket.end(`HTTP/1.1 200 OK\r\nx-big: ${'x'.repeat(70_000)}\r\n\r\n`),
    );
    const out = outbound({ allow: loopback, lookup: () => Promise.reject(new Error('SERVFAIL')) });
    const reasonOf = async (target: string) => {
      const sent = await out.send({ method: 'POST', url: target, body: '{}' });
      return sent.kind === 'failed' ? sent.reason : sent.kind;
    };
    expect(await reasonOf(url(closed.port))).toBe('unreachable');
    expect(await reasonOf('https://nobody.example.net/')).toBe('unresolved');
    expect(await reasonOf(`https://127.0.0.1:${garbage.port}/`)).toBe('untrusted');
    expect(await reasonOf(url(garbage.port))).toBe('broken');
    expect(await reasonOf(url(torn.port))).toBe('broken');
    expect(await reasonOf(url(bigHead.port))).toBe('broken');
  });
});
