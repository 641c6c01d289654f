import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { afterEach, describe, expect, inject, test } from 'vitest';
import type { Database, DatabaseOptions } from '../../src/store/connection/database.ts';
import { openDatabase, statement } from '../../src/store/connection/database.ts';
import { person } from '../people.ts';
import { cpuContention, eventually } from '../promises/durability/cpu-contention.ts';
import {
  buildServe,
  type DeploymentKey,
  newDataDir,
  removeDataDir,
  serve,
} from '../promises/durability/serving.ts';
import { openWorld } from '../world.ts';
import { startLoad } from './outage/load.ts';
import { type BadProxy, openProxy } from './outage/proxy.ts';

const toClose: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
});

describe('a slow database does not count as unreachable', () => {
  test('with more clients than processors and other busy programs', {
    timeout: 180_000,
  }, async () => {
    const [program, dataDir] = await Promise.all([buildServe(), newDataDir()]);
    toClose.push(() => rm(program, { recursive: true, force: true }));
    toClose.push(() => removeDataDir(dataDir));
    const served = await serve(program, dataDir, { wantsKey: true });
    toClose.push(() => served.stop());
    for (let busy = 1; busy <= 3; busy++) {
      const child = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
      toClose.push(() => child.kill('SIGKILL'));
    }
    const { identity, authorization } = served.key as DeploymentKey;
    const load = await startLoad(served.url, { Identity: identity, Authorization: authorization }, 16);
    // A machine that is busier still answers fewer requests in this time. That is no outage, either.
    const until = performance.now() + 40_000;
    await eventually(() => load.seen.length >= 3_000 || performance.now() > until);
    await load.stop();
    expect(load.seen.length).toBeGreaterThan(100);
    expect(load.seen.filter(({ status }) => status !== 200 && status !== 201)).toEqual([]);
  });

  test('while our own process is blocked', async () => {
    const world = await openWorld();
    toClose.push(() => world.close());
    const brand = await world.brand();
    const load = await startLoad(world.url, brand.headers, 8);
    for (let stop = 1; stop <= 3; stop++) {
      await eventually(() => load.seen.length > stop * 50);
      for (const until = performance.now() + 1_500; performance.now() < until; );
    }
    await load.stop();
    expect(load.seen.filter(({ status }) => status > 201)).toEqual([]);
  });

  test('when the heartbeat loses its connection', async () => {
    const world = await openWorld();
    toClose.push(() => world.close());
    const brand = await world.brand();
    const load = await startLoad(world.url, brand.headers, 8);
    let ended = 0;
    for (let round = 1; round <= 10; round++) {
      // A new connection takes its place with the next beat; until then there is none to end.
      await eventually(async () => {
        const found = await world.sql(
          `select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid() and query like '%transaction_read_only%'`,
        );
        ended += found.length;
        return found.length > 0;
      });
      const { length } = load.seen;
      await eventually(() => load.seen.length > length + 20);
    }
    await load.stop();
    expect(ended).toBeGreaterThanOrEqual(10);
    expect(load.seen.filter(({ status }) => status > 201)).toEqual([]);
  });

  test('when more requests queue than there are connections', async () => {
    const world = await openWorld();
    toClose.push(() => world.close());
    const brand = await world.brand();
    const slow = world.sql('begin; lock table customers in exclusive mode; select pg_sleep(2.5); commit');
    await eventually(
      async () =>
        (
          await world.sql(
            "select from pg_locks where mode = 'ExclusiveLock' and granted and relation = 'customers'::regclass",
          )
        ).length > 0,
    );
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => brand.call('POST', '/customers', { body: person() })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect((await fetch(`${world.url}/readyz`)).status).toBe(200);
    await slow;
  });
});

const sleep = statement('sleep', 'select pg_sleep($1::float8)');
const insert = statement('insert', 'insert into written values ($1) returning 1 as one');
const one = statement('one', 'select 1 as one');

/** A small database behind a proxy that can be as bad as a network. */
async function openBehindProxy(
  options: Omit<DatabaseOptions, 'address'>,
): Promise<{ readonly database: Database; readonly proxy: BadProxy; readonly direct: Database }> {
  const { host, port, user } = inject('server');
  const proxy = await openProxy({ host, port });
  toClose.push(() => proxy.close());
  const name = `patience_${Date.now()}_${Math.floor(Math.random() * 1e6)}`;
  const admin = openDatabase({ address: { host, port, user, database: 'postgres' } });
  toClose.push(() => admin.close());
  await admin.script(`create database ${name}`);
  toClose.push(() => admin.script(`drop database ${name} with (force)`));
  const direct = openDatabase({ address: { host, port, user, database: name } });
  toClose.push(() => direct.close());
  await direct.script('create table written (id int)');
  const database = openDatabase({
    ...options,
    address: { host: proxy.host, port: proxy.port, user, database: name },
  });
  toClose.push(() => database.close());
  return { database, proxy, direct };
}

const unavailable = { name: 'Refusal', code: 'unavailable', retryAfter: 1 };

describe('a statement', () => {
  test('waits for a connection until the timeout of its caller', async () => {
    const { database } = await openBehindProxy({ connections: 1, statementTimeoutMs: 2_000 });
    const first = database.run(sleep, [1]);
    const second = database.run(one, []);
    expect(await second).toEqual([{ one: 1 }]);
    await first;
    const began = performance.now();
    const [tooLong, behind] = await Promise.allSettled([database.run(sleep, [30]), database.run(one, [])]);
    expect(tooLong).toMatchObject({ status: 'rejected', reason: unavailable });
    // It gets the connection only where the first one has given it back before its own time is up.
    if (behind.status === 'rejected') expect(behind.reason).toMatchObject(unavailable);
    expect(performance.now() - began).toBeLessThan(4_000 * cpuContention());
    expect(await database.run(one, [])).toEqual([{ one: 1 }]);
  });

  test('on a dead connection is given up without affecting other statements', async () => {
    const { database, proxy } = await openBehindProxy({ connections: 2, statementTimeoutMs: 600 });
    for (let round = 1; round <= 4; round++) {
      proxy.freezeAt('pg_sleep');
      await expect(database.run(sleep, [0])).rejects.toMatchObject(unavailable);
      expect(database.state).toBe('ready');
      expect(await database.run(one, [])).toEqual([{ one: 1 }]);
    }
    await expect(database.read(sleep, [0])).rejects.toMatchObject(unavailable);
    for (let read = 1; read <= 4; read++) expect(await database.read(one, [])).toEqual([{ one: 1 }]);
    expect(database.usage.total).toBeLessThanOrEqual(2);
  });

  test('is never sent after its caller has given up', async () => {
    const { database, proxy, direct } = await openBehindProxy({ connections: 1 });
    const [first, second] = [database.run(insert, [1]), database.run(insert, [2])];
    proxy.freeze();
    await Promise.all([
      expect(first).rejects.toMatchObject(unavailable),
      expect(second).rejects.toMatchObject(unavailable),
    ]);
    proxy.thaw();
    await eventually(() => database.state === 'ready');
    expect(await database.run(insert, [3])).toEqual([{ one: 1 }]);
    const rows = await direct.run(statement('all', 'select id from written order by id'), []);
    expect(rows.map(({ id }) => id)).not.toContain(2);
  });

  test('is refused while the database closes, and running statements finish first', async () => {
    const { database } = await openBehindProxy({});
    const [slow, read] = [database.run(sleep, [0.5]), database.read(sleep, [0.5])];
    await new Promise((resolve) => setTimeout(resolve, 100));
    const closed = database.close();
    await expect(database.run(one, [])).rejects.toMatchObject(unavailable);
    expect(await slow).toHaveLength(1);
    expect(await read).toHaveLength(1);
    await closed;
  });
});

describe('closing', () => {
  test('does not wait for a server that has fallen silent', async () => {
    const { database, proxy } = await openBehindProxy({});
    await Promise.all([database.run(one, []), database.read(one, []), database.read(one, [])]);
    const running = [database.run(sleep, [5]), database.read(sleep, [5])].map((work) =>
      expect(work).rejects.toMatchObject(unavailable),
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    proxy.freeze();
    const began = performance.now();
    await database.close();
    expect(performance.now() - began).toBeLessThan(3_000 * cpuContention());
    await Promise.all(running);
    // What a program has left, a network that stands still does not tell.
    proxy.thaw();
    await eventually(() => proxy.connections() === 0);
  });

  test('leaves no connection behind and may be called twice', async () => {
    const { database, proxy } = await openBehindProxy({});
    await Promise.all([database.run(one, []), database.read(one, []), database.read(one, [])]);
    expect(proxy.connections()).toBeGreaterThan(2);
    await Promise.all([database.close(), database.close()]);
    await eventually(() => proxy.connections() === 0);
  });
});
