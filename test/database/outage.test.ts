import { rm } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { EmbeddedServer } from '../../src/store/embedded/server.ts';
import { openEmbedded } from '../../src/store/embedded/server.ts';
import { cpuContention, eventually } from '../promises/durability/cpu-contention.ts';
import { databasePids, newDataDir } from '../promises/durability/serving.ts';
import { superuserOf } from './embedded/superuser.ts';
import type { Deployment } from './outage/deployment.ts';
import { deploy } from './outage/deployment.ts';
import type { LoadClients, ObservedRequest } from './outage/load.ts';
import { startLoad } from './outage/load.ts';
import type { BadProxy } from './outage/proxy.ts';
import { openProxy } from './outage/proxy.ts';

// Every wait below is stretched where the machine is shared.
vi.setConfig({ testTimeout: 120_000 });

let dataDir: string;
let server: EmbeddedServer;
let proxy: BadProxy;
let app: Deployment;
let load: LoadClients;

beforeAll(async () => {
  dataDir = await newDataDir();
  server = await openEmbedded({ dataDir, role: 'serve', settings: { max_connections: '30' } });
  proxy = await openProxy(server);
  app = await deploy(server, proxy);
});
afterAll(async () => {
  await app?.close();
  await proxy?.close();
  await server?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

beforeEach(async () => {
  load = await startLoad(app.url, app.headers, 8);
  await eventually(() => load.seen.length > 60);
});
afterEach(() => load.stop());

/** A session beside ours, in a database where nothing of ours is. */
async function admin(database = 'postgres'): Promise<pg.Client> {
  const client = new pg.Client({ ...superuserOf(dataDir), database });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Runs statements one by one, as the administrator of a server that takes no writes has to. */
async function sql(...statements: readonly string[]): Promise<void> {
  const client = await admin();
  try {
    for (const text of statements) await client.query(text);
  } finally {
    await client.end();
  }
}

const ours = "from pg_stat_activity where application_name like 'clientele serve%'";

interface Fault {
  strike(): unknown;
  heal(): unknown;
  /** The requests that cannot be served during the outage. */
  readonly hits?: readonly ObservedRequest['what'][];
}

const everything = ['read', 'create', 'change'] as const;

/** Lets a fault strike in the middle of work, and holds what the clients saw against what is promised. */
async function suffer({ strike, heal, hits = everything }: Fault): Promise<void> {
  const isHit = ({ what }: ObservedRequest) => hits.includes(what);
  await strike();
  const struck = performance.now();
  const stretch = cpuContention();
  await new Promise((resolve) => setTimeout(resolve, 1_000 * stretch));
  expect(await app.probe('/readyz')).toBe(503);
  expect(await app.probe('/livez')).toBe(200);
  const noticed = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 500));

  // Nobody waits for more than a second: not those who were waiting when it struck, nor those who came later.
  const now = performance.now();
  const since = (began: number, ended: number) => ended - Math.max(began, struck);
  const waits = [
    ...load.waiting().map((began) => since(began, now)),
    ...load.seen.map(({ began, ended }) => since(began, ended)),
  ];
  expect(Math.max(...waits)).toBeLessThan(1_000 * stretch);
  const during = load.seen.filter((one) => one.ended > noticed && isHit(one));
  expect(during.length).toBeGreaterThan(0);
  for (const one of during) expect(one).toMatchObject({ status: 503, code: 'unavailable', retryAfter: '1' });

  await heal();
  const healed = performance.now();
  await eventually(() => load.seen.some((one) => one.began > healed && one.status < 300 && isHit(one)));
  expect(performance.now() - healed).toBeLessThan(2_000 * Math.max(stretch, cpuContention()));
  await eventually(async () => (await app.probe('/readyz')) === 200);
  await load.stop();
  const refused = load.seen.filter((one) => one.status !== 503 && one.status >= 300);
  expect(refused).toEqual([]);
  expect(load.seen.filter((one) => one.status === 0)).toEqual([]);
  expect(await load.lost()).toEqual([]);
}

describe('503 within a second, no lost write, and service within two seconds after the return of a database that', () => {
  test('is gone', () => suffer({ strike: () => proxy.vanish(), heal: () => proxy.appear() }));

  test('was stopped', () =>
    suffer({
      strike: () => server.stop(),
      heal: async () => {
        server = await openEmbedded({ dataDir, role: 'serve', settings: { max_connections: '30' } });
      },
    }));

  test('is half-open', () => suffer({ strike: () => proxy.freeze(), heal: () => proxy.thaw() }));

  test('is half-open, and whose connections are gone when it is back', () =>
    suffer({
      strike: () => proxy.freeze(),
      heal: async () => {
        await proxy.vanish();
        proxy.thaw();
        await proxy.appear();
      },
    }));

  test('has been stopped in the middle of everything', async () => {
    let pids: readonly number[] = [];
    const signal = (name: NodeJS.Signals) => {
      for (const pid of pids) process.kill(pid, name);
    };
    await suffer({
      strike: async () => {
        // The first process before the others: from then on no connection gets a process that was not counted.
        pids = (await databasePids(dataDir)).slice(0, 1);
        signal('SIGSTOP');
        pids = await databasePids(dataDir);
        signal('SIGSTOP');
      },
      heal: () => signal('SIGCONT'),
    });
  });

  test('answers each query seconds later', () =>
    suffer({ strike: () => proxy.delay(3_000), heal: () => proxy.delay(0) }));

  test('is read-only', () =>
    suffer({
      strike: () => sql('alter system set default_transaction_read_only = on', 'select pg_reload_conf()'),
      heal: () =>
        sql(
          'set default_transaction_read_only = off',
          'alter system reset default_transaction_read_only',
          'select pg_reload_conf()',
        ),
      hits: ['create', 'change'],
    }));

  test('is read-only for new sessions, and whose old sessions have ended', () =>
    suffer({
      strike: () =>
        sql(
          'alter database clientele set default_transaction_read_only = on',
          `select pg_terminate_backend(pid) ${ours}`,
        ),
      heal: () => sql('alter database clientele reset default_transaction_read_only'),
      hits: ['create', 'change'],
    }));

  test('is out of connections', async () => {
    const others: pg.Client[] = [];
    await suffer({
      strike: async () => {
        // Ours lose their places, and others have taken all of them when ours come back.
        await proxy.vanish();
        for (;;) {
          const other = await admin().catch((error) => error.code);
          if (other === '53300') break;
          others.push(other);
        }
        await proxy.appear();
      },
      heal: () => Promise.all(others.map((other) => other.end())),
    });
  });
});

test('a request that waits too long for locked rows gets a 503, and other requests are served', async () => {
  const blocker = await admin('clientele');
  await blocker.query('begin; lock table customers in exclusive mode');
  const began = performance.now();
  // The clients of the crowd write too; each of them waits for its turn.
  await eventually(() => load.seen.some(({ status }) => status === 503));
  expect(performance.now() - began).toBeGreaterThan(4_000);
  expect(await app.probe('/readyz')).toBe(200);
  await blocker.query('rollback');
  await blocker.end();
  const released = performance.now();
  await eventually(() => load.seen.some((one) => one.began > released && one.status === 201));
  await load.stop();
  const refused = load.seen.filter(({ status }) => status > 201);
  for (const one of refused) expect(one).toMatchObject({ status: 503, retryAfter: '1' });
  expect(await load.lost()).toEqual([]);
});
