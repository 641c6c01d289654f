import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { formatSyslog, octetCounted } from '../../src/providers/security/syslog-message.ts';
import type { SyslogReceiver } from '../fakes/syslog.ts';
import { freePort, openDatagramReceiver, openStreamReceiver } from '../fakes/syslog.ts';
import type { World } from '../world.ts';
import { openWorld } from '../world.ts';

const pem = (name: string) =>
  readFileSync(new URL(`../installation/cli/localhost-${name}.pem`, import.meta.url));
const certificate = { cert: pem('cert'), key: pem('key') };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clientele-push-'));
  await writeFile(join(folder, 'ca.pem'), certificate.cert);
  await writeFile(join(folder, 'token'), 'Splunk c0ffee\n');
});
afterAll(() => rm(folder, { recursive: true }));

async function withWorld<Result>(
  env: Readonly<Record<string, string>>,
  work: (world: World) => Promise<Result>,
): Promise<Result> {
  const world = await openWorld({ apiOnly: true, env });
  try {
    return await work(world);
  } finally {
    await world.close();
  }
}

/** So many requests without a key, and the ids of their events as the log has them. */
async function fail(world: World, times: number): Promise<readonly string[]> {
  for (let time = 0; time < times; time += 1) await fetch(`${world.url}/api/v0.1/customers`);
  return loggedIds(world);
}

const loggedIds = ({ log }: World): readonly string[] =>
  log.flatMap((line) => JSON.parse(line).event_id ?? []);

describe('the form of a message', () => {
  test('is that of the examples of RFC 5424 without structured data', () => {
    const first = {
      facility: 4,
      severity: 2,
      at: '2003-10-11T22:14:15.003Z',
      hostname: 'mymachine.example.com',
      appName: 'su',
      msgId: 'ID47',
      message: "\u{feff}'su root' failed for lonvick on /dev/pts/8",
    };
    expect(formatSyslog(first)).toBe(
      "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \u{feff}'su root' failed for lonvick on /dev/pts/8",
    );
    const second = {
      facility: 20,
      severity: 5,
      at: '2003-08-24T05:14:15.000003-07:00',
      hostname: '192.0.2.1',
      appName: 'myproc',
      procId: '8710',
      message: "%% It's time to make the do-nuts.",
    };
    expect(formatSyslog(second)).toBe(
      "<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time to make the do-nuts.",
    );
  });

  test('keeps a field from breaking the header', () => {
    const parts = { facility: 10, severity: 4, at: '2026-01-01T00:00:00Z', message: '{}' };
    expect(formatSyslog({ ...parts, hostname: 'a b\n<1>é', appName: '', msgId: 'x'.repeat(40) })).toBe(
      `<84>1 2026-01-01T00:00:00Z ab<1> - - ${'x'.repeat(32)} - {}`,
    );
  });

  test('is counted in octets on a stream', () => {
    expect(octetCounted('é')).toBe('2 é');
  });
});

describe('syslog', () => {
  test.each<
    [string, (receiver: SyslogReceiver) => Readonly<Record<string, string>>, () => Promise<SyslogReceiver>]
  >([
    ['UDP', ({ port }) => ({ CLIENTELE_SYSLOG_URL: `udp://127.0.0.1:${port}` }), openDatagramReceiver],
    ['TCP', ({ port }) => ({ CLIENTELE_SYSLOG_URL: `tcp://localhost:${port}` }), openStreamReceiver],
    [
      'TLS',
      ({ port }) => ({
        CLIENTELE_SYSLOG_URL: `tls://localhost:${port}`,
        CLIENTELE_PUSH_CA_FILE: join(folder, 'ca.pem'),
      }),
      () => openStreamReceiver(certificate),
    ],
  ])('over %s brings every event of the log once, in order', async (_name, env, open) => {
    const receiver = await open();
    try {
      await withWorld(env(receiver), async (world) => {
        const ids = await fail(world, 30);
        expect(ids).toHaveLength(30);
        await expect.poll(() => receiver.messages.length, { timeout: 10_000 }).toBe(30);
        expect(receiver.messages.map(({ json }) => json.event_id)).toEqual(ids);
      });
      expect(receiver.messages[0]).toMatchObject({
        // Facility 10 (authorization), severity 4 (warning).
        priority: 84,
        appName: 'clientele',
        msgId: 'authentication_failed',
        json: { security_event: 'authentication_failed', source: '127.0.0.1', operation: 'listCustomers' },
      });
      expect(receiver.messages[0]?.at).toBe(receiver.messages[0]?.json.at);
    } finally {
      await receiver.close();
    }
  });

  test('over TLS sends nothing to a receiver whose certificate cannot be trusted', async () => {
    const receiver = await openStreamReceiver(certificate);
    try {
      const env = { CLIENTELE_SYSLOG_URL: `tls://localhost:${receiver.port}` };
      await withWorld(env, async (world) => {
        await fail(world, 3);
        const spooled = () => world.system.security.usage().targets[0]?.spooledBytes;
        expect(spooled()).toBeGreaterThan(500);
      });
      expect(receiver.messages).toEqual([]);
    } finally {
      await receiver.close();
    }
  });
});

interface Posted {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A SIEM that answers with a status. */
async function openSiem(status: () => number) {
  const posts: Posted[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    const code = status();
    if (code < 300) posts.push({ headers: request.headers, body });
    response.writeHead(code).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/collector`,
    posts,
    ids: () =>
      posts.flatMap(({ body }) =>
        body
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line).event_id),
      ),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('a SIEM', () => {
  test('gets every event as a line of JSON, with the token, and again until it takes it', async () => {
    let status = 503;
    const siem = await openSiem(() => status);
    const env = { CLIENTELE_SIEM_URL: siem.url, CLIENTELE_SIEM_TOKEN_FILE: join(folder, 'token') };
    try {
      await withWorld(env, async (world) => {
        const ids = await fail(world, 5);
        const usage = () => world.system.security.usage().targets[0];
        expect(usage()).toMatchObject({ target: 'siem', dropped: 0 });
        expect(usage()?.spooledBytes).toBeGreaterThan(1_000);
        status = 200;
        await expect.poll(() => siem.ids().length, { timeout: 10_000 }).toBe(5);
        expect(siem.ids()).toEqual(ids);
        await expect.poll(() => usage()?.spooledBytes).toBe(0);
        const metrics = await (await fetch(`${world.url}/metrics`)).text();
        expect(metrics).toContain('clientele_security_spool_bytes{target="siem"} 0');
        expect(metrics).toContain('clientele_security_dropped_total{target="siem"} 0');
      });
      expect(siem.posts[0]?.headers).toMatchObject({
        authorization: 'Splunk c0ffee',
        'content-type': 'application/x-ndjson',
      });
    } finally {
      await siem.close();
    }
  });

  test('that does not answer delays no request', async () => {
    const siem = createServer(() => undefined);
    await once(siem.listen(0, '127.0.0.1'), 'listening');
    const { port } = siem.address() as AddressInfo;
    const env = {
      CLIENTELE_SIEM_URL: `http://127.0.0.1:${port}`,
      CLIENTELE_SYSLOG_URL: `tcp://127.0.0.1:${await freePort()}`,
    };
    try {
      await withWorld(env, async (world) => {
        const requested = once(siem, 'request');
        await fail(world, 1);
        // The target holds its request from here on; 20 answers come while it does.
        const [, response] = await requested;
        expect(await fail(world, 20)).toHaveLength(21);
        expect(response.headersSent).toBe(false);
        expect(world.system.security.usage().targets.map(({ target }) => target)).toEqual(['syslog', 'siem']);
      });
    } finally {
      siem.closeAllConnections();
      siem.close();
    }
  });
});

describe('a setting', () => {
  test.each([
    ['CLIENTELE_SYSLOG_URL', 'http://127.0.0.1'],
    ['CLIENTELE_SYSLOG_URL', 'logs.example.com:6514'],
    ['CLIENTELE_SYSLOG_URL', 'tls://logs.example.com/path'],
    ['CLIENTELE_SIEM_URL', 'http://logs.example.com'],
    ['CLIENTELE_SIEM_URL', 'https://user:password@logs.example.com'],
    ['CLIENTELE_SIEM_TOKEN_FILE', '/a/token'],
  ])('%s=%s is refused with the next step', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(name);
  });
});
