import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { requestHead } from '../http/raw-socket.ts';
import type { ProcessResult, RunningServe } from '../installation/cli/program.ts';
import { cleanUp, clientele, printedDemoKey, serve, temporaryFolder } from '../installation/cli/program.ts';
import { person } from '../people.ts';

// A service that is told to stop while clients are connected.

vi.setConfig({ maxConcurrency: 2 });
beforeAll(() => clientele(['--version']), 120_000);
afterAll(cleanUp);

const drainSeconds = 2;

async function start(settings: Readonly<Record<string, string>>, options: readonly string[] = []) {
  const place = { CLIENTELE_DATA_DIR: join(await temporaryFolder(), 'data') };
  const server = await serve({ ...place, ...settings }, { options });
  return { server, headers: printedDemoKey(server.stderr) };
}

async function timed(stopped: Promise<ProcessResult>) {
  const began = performance.now();
  const result = await stopped;
  return { code: result.code, stderr: result.stderr, ms: performance.now() - began };
}

/** A connection on which these bytes were sent, and what came back so far. */
async function open({ url }: RunningServe, bytes = ''): Promise<{ socket: Socket; readonly text: string }> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.setEncoding('latin1').on('data', (part) => {
    text += part;
  });
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write(bytes);
  return {
    socket,
    get text() {
      return text;
    },
  };
}

type Keys = Readonly<Record<string, string>>;

/** A create whose body has begun and does not go on. */
const stalledUpload = (keys: Keys) =>
  `${requestHead(
    'POST /api/v0.1/customers HTTP/1.1',
    'Host: localhost',
    ...Object.entries(keys).map(([name, value]) => `${name}: ${value}`),
    'Content-Type: application/json',
    'Content-Length: 200',
  )}{"first_name":`;

describe('SIGTERM', { timeout: 180_000 }, () => {
  test.each([
    ['serve', []],
    ['serve --processes 2', ['--processes', '2']],
    ['serve --api-only', ['--api-only']],
  ] as const)(
    'lets %s answer for the time of the drain, with every answer ending its connection',
    async (_, options) => {
      const { server, headers } = await start({ CLIENTELE_DRAIN_SECONDS: String(drainSeconds) }, options);
      const idle = await open(server, 'GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await vi.waitFor(() => expect(idle.text).toContain('200 OK'));
      expect(idle.text).not.toMatch(/connection: close/i);
      expect((await fetch(`${server.url}/readyz`)).status).toBe(200);

      const stopped = timed(server.stop());
      // One process may hear of it a moment before the other: ten answers in a row come from both.
      await vi.waitFor(async () => {
        for (let asked = 0; asked < 10; asked += 1) {
          const ready = await fetch(`${server.url}/readyz`);
          expect([ready.status, await ready.json()]).toEqual([
            503,
            { status: 'unavailable', reason: 'The process is stopping. Send requests to another one.' },
          ]);
        }
      });
      // Both new connections and those from before are served, and told to go.
      const { ssn: _ssn, ...body } = person();
      const created = await fetch(`${server.url}/api/v0.1/customers`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      expect([created.status, created.headers.get('connection')]).toEqual([201, 'close']);
      expect((await fetch(`${server.url}/livez`)).headers.get('connection')).toBe('close');
      idle.socket.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await vi.waitFor(() => expect(idle.text).toMatch(/connection: close/i));

      const { code, ms, stderr } = await stopped;
      expect(code).toBe(0);
      expect(stderr).toContain(`Answering requests for another ${drainSeconds} seconds`);
      expect(ms).toBeGreaterThan(drainSeconds * 1_000 - 50);
      expect(ms).toBeLessThan(drainSeconds * 1_000 + 6_000);
    },
  );

  test.concurrent.each([
    ['serve', []],
    ['serve --processes 2', ['--processes', '2']],
  ] as const)('ends %s in order although clients stall: each has its deadline', async (_, options) => {
    const { server, headers } = await start({}, options);
    const upload = await open(server, stalledUpload(headers));
    const head = await open(server, 'GET /livez HTTP/1.1\r\nHost: local');
    await open(server);
    await sleep(300);
    const { code, ms, stderr } = await timed(server.stop());
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('did not close')]);
    expect(upload.text).toMatch(/^HTTP\/1.1 408 /);
    expect(head.text).toMatch(/^HTTP\/1.1 408 /);
    // The body has 15 seconds without a byte, and what follows the refusal another three.
    expect(ms).toBeLessThan(22_000);
  });

  test('waits for no connection on which nothing was asked', async () => {
    const { server } = await start({});
    for (let count = 0; count < 20; count += 1) await open(server);
    const { code, ms } = await timed(server.stop());
    expect(code).toBe(0);
    expect(ms).toBeLessThan(5_000);
  });
});

test('localhost is one address, whose listener waits for the drain', () => {
  expect(readConfig({ CLIENTELE_HOST: 'localhost' }).host).toBe('127.0.0.1');
});

describe('Ctrl-C', { timeout: 60_000 }, () => {
  test('does not wait for the drain, and a second signal ends the wait at once', async () => {
    const first = await start({ CLIENTELE_DRAIN_SECONDS: '60' });
    first.server.signal('SIGINT');
    const stopped = await timed(first.server.ended);
    expect(stopped.code).toBe(0);
    expect(stopped.ms).toBeLessThan(5_000);

    const second = await start({ CLIENTELE_DRAIN_SECONDS: '60' });
    second.server.signal('SIGTERM');
    await vi.waitFor(() => expect(second.server.stderr).toContain('another 60 seconds'));
    second.server.signal('SIGINT');
    const ended = await timed(second.server.ended);
    expect(ended.stderr).toContain('Stopping at once.');
    expect(ended.ms).toBeLessThan(3_000);
  });
});
