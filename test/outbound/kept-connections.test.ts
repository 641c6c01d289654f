import type { Socket } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { OutboundOptions, OutboundRequest } from '../../src/providers/outbound.ts';
import { openOutbound } from '../../src/providers/outbound.ts';
import { portOf } from '../fakes/internet.ts';

// Connections are kept open between calls. The remote may close one at any time, also while the next call is sent.

const opened: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const thing of opened.splice(0)) await thing.close();
});

function outbound(options: Partial<OutboundOptions> = {}) {
  const made = openOutbound({
    allow: ['127.0.0.0/8'],
    timeoutMs: 10_000,
    maxResponseBytes: 1_000,
    ...options,
  });
  opened.push(made);
  return {
    /** Sends when the connection of the call before is free again, so that it is used. */
    async send(request: OutboundRequest) {
      await sleep(50);
      return made.send(request);
    },
  };
}

const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** A server that gives each request of a connection, by its place in it, to `respond`. */
async function serve(respond: (socket: Socket, request: number) => void) {
  const sockets: Socket[] = [];
  const received: string[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
    let requests = 0;
    socket.on('data', (bytes) => {
      received.push(bytes.toString());
      requests += 1;
      respond(socket, requests);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  opened.push({
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    },
  });
  return { port: portOf(server), received, connects: () => sockets.length };
}

const to = (port: number, more: object = {}) =>
  ({
    method: 'POST',
    url: `http://127.0.0.1:${port}/`,
    body: '{}',
    only: 'inside',
    mayRepeat: true,
    ...more,
  }) as const;

const closings = [
  ['in order', (socket: Socket) => socket.end()],
  ['with a reset', (socket: Socket) => socket.resetAndDestroy()],
] as const;

describe.each(closings)('a kept connection that is closed %s while the next call is sent', (_, close) => {
  const open = () =>
    serve((socket, request) => {
      if (request === 1) socket.write(answer);
      else close(socket);
    });

  test('does not fail the call: it is sent once more, over a new connection', async () => {
    const { port, received, connects } = await open();
    const out = outbound();
    expect(await out.send(to(port))).toMatchObject({ kind: 'answered', status: 200 });
    const second = await out.send(to(port, { body: '{"second": true}' }));
    expect(second).toMatchObject({ kind: 'answered', status: 200 });
    expect(connects()).toBe(2);
    expect(received.map((text) => text.slice(text.indexOf('{')))).toEqual([
      '{}',
      '{"second": true}',
      '{"second": true}',
    ]);
  });

  test('fails a call that may not be repeated', async () => {
    const { port, connects } = await open();
    const out = outbound();
    expect(await out.send(to(port))).toMatchObject({ kind: 'answered' });
    expect(await out.send(to(port, { mayRepeat: false }))).toEqual({ kind: 'failed', reason: 'broken' });
    expect(connects()).toBe(1);
  });

  test('fails the call if the new connection ends like that, too', async () => {
    let isFirst = true;
    const { port, connects } = await serve((socket) => {
      if (isFirst) socket.write(answer);
      else close(socket);
      isFirst = false;
    });
    const out = outbound();
    expect(await out.send(to(port))).toMatchObject({ kind: 'answered' });
    expect(await out.send(to(port))).toEqual({ kind: 'failed', reason: 'broken' });
    expect(connects()).toBe(2);
  });

  test('is not what a new connection is, nor one on which an answer has begun', async () => {
    const silent = await serve((socket) => close(socket));
    const out = outbound();
    expect(await out.send(to(silent.port))).toEqual({ kind: 'failed', reason: 'broken' });
    expect(silent.connects()).toBe(1);
    const begun = await serve((socket, request) => {
      if (request === 1) socket.write(answer);
      else socket.write('HTTP/1.1 200 OK\r\n', () => setTimeout(() => close(socket), 50));
    });
    expect(await out.send(to(begun.port))).toMatchObject({ kind: 'answered' });
    expect(await out.send(to(begun.port))).toEqual({ kind: 'failed', reason: 'broken' });
    expect(begun.received).toHaveLength(2);
  });
});

test('a kept connection gets no call longer than ten seconds after it was opened, so a name that leads elsewhere is noticed', async () => {
  const { port, connects } = await serve((socket) => socket.write(answer));
  let address = '127.0.0.1';
  const looked: string[] = [];
  const out = outbound({
    lookup: async () => {
      looked.push(address);
      return [address];
    },
  });
  vi.useFakeTimers({ toFake: ['Date'] });
  const call = () => out.send(to(port, { url: `http://hooks.example.com:${port}/` }));
  expect(await call()).toMatchObject({ kind: 'answered' });
  address = '127.0.0.2';
  vi.setSystemTime(Date.now() + 9_000);
  expect(await call()).toMatchObject({ kind: 'answered' });
  expect([looked, connects()]).toEqual([['127.0.0.1'], 1]);
  vi.setSystemTime(Date.now() + 2_000);
  expect(await call()).toMatchObject({ kind: 'answered' });
  expect([looked, connects()]).toEqual([['127.0.0.1', '127.0.0.2'], 2]);
  // An address that may not be reached is refused then, too.
  address = '10.0.0.1';
  vi.setSystemTime(Date.now() + 11_000);
  expect(await call()).toMatchObject({ kind: 'refused' });
});

test('an answer that nobody asked for is not taken for the next one', async () => {
  const { port } = await serve((socket, request) => {
    socket.write(request === 1 ? answer + answer.replace('ok', 'no') : answer);
  });
  const out = outbound();
  const bodies: string[] = [];
  for (let call = 0; call < 3; call += 1) {
    const got = await out.send(to(port));
    bodies.push(got.kind === 'answered' ? got.body.toString() : got.kind);
  }
  expect(bodies).toEqual(['ok', 'ok', 'ok']);
});
