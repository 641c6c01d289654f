import { appendFile, chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { findDataLayout } from '../../src/store/embedded/data-layout.ts';
import { trimLog } from '../../src/store/embedded/log.ts';
import { EmbeddedError, openEmbedded } from '../../src/store/embedded/server.ts';
import {
  cleanUp,
  dataDirectory,
  eventually,
  log,
  queryServer,
  remainingProcesses,
  temporaryFolder,
} from './embedded/actors.ts';

afterEach(async () => {
  expect(await cleanUp()).toEqual([]);
});

test('a first start creates the data and a later start finds them', async () => {
  const dataDir = join(await temporaryFolder(), 'not/there yet');
  const beganFirst = performance.now();
  const first = await openEmbedded({ dataDir, role: 'serve' });
  const tookFirst = performance.now() - beganFirst;
  expect(first).toMatchObject({ port: 5432, user: 'clientele_app', database: 'clientele', started: true });
  // Rules of text that no upgrade of a system library can change.
  expect(
    await queryServer(
      first.host,
      `select pg_encoding_to_char(encoding) as encoding, datlocprovider as provider, datlocale as locale,
         lower('É') as lower from pg_database where datname = current_database()`,
    ),
  ).toEqual([{ encoding: 'UTF8', provider: 'b', locale: 'C.UTF-8', lower: 'é' }]);
  await queryServer(first.host, "create table kept as select 'still here' as what");
  await first.stop();

  const began = performance.now();
  const second = await openEmbedded({ dataDir, role: 'serve' });
  const took = performance.now() - began;
  expect(await queryServer(second.host, 'select what from kept')).toEqual([{ what: 'still here' }]);
  await second.stop();
  // A first start creates the cluster, which takes ten times as long.
  expect(took).toBeLessThan(tookFirst);
  expect(await remainingProcesses()).toEqual([]);
});

test('nobody else can reach the server: no network, and a private socket directory', async () => {
  const dataDir = await temporaryFolder();
  const server = await openEmbedded({ dataDir, role: 'serve' });
  const [settings] = await queryServer(
    server.host,
    "select current_setting('listen_addresses') as network, current_setting('unix_socket_directories') as socket",
  );
  expect(settings).toEqual({ network: '', socket: `"${server.host}"` });
  expect((await stat(server.host)).mode & 0o777).toBe(0o700);
  expect((await stat(join(dataDir, 'postgres'))).mode & 0o777).toBe(0o700);
  await server.stop();
});

test('a server that could lose an acknowledged write is refused', async () => {
  const dataDir = await dataDirectory();
  const server = await openEmbedded({ dataDir, role: 'serve' });
  await queryServer(server.host, 'alter database clientele set synchronous_commit = off');
  await server.stop();
  await expect(openEmbedded({ dataDir, role: 'serve' })).rejects.toThrow('synchronous_commit=off');
  for (const name of ['fsync', 'full_page_writes']) {
    const refused = openEmbedded({ dataDir, role: 'serve', settings: { [name]: 'off' } });
    await expect(refused).rejects.toThrow(EmbeddedError);
    await expect(refused).rejects.toThrow(
      `PostgreSQL runs with ${name}=off, which can lose acknowledged writes`,
    );
  }
  expect(await remainingProcesses()).toEqual([]);
});

test('no value of a row and no parameter reaches the log', async () => {
  const dataDir = await dataDirectory();
  const server = await openEmbedded({ dataDir, role: 'serve' });
  await queryServer(
    server.host,
    'create table person (ssn text primary key check (length(ssn) < 20), age int)',
  );
  await queryServer(server.host, "insert into person values ('canary-1', 1)");
  for (const sql of [
    "insert into person values ('canary-1', 1)",
    "insert into person values ('canary-2-which-is-too-long', 1)",
    "insert into person values ('canary-3', 'canary-4')",
    "select 'canary-5'::uuid",
    "select canary_6 from person where ssn = 'canary-7'",
    "do $$ begin raise exception 'canary-8'; end $$",
    "do $$ begin raise warning 'canary-9'; end $$",
    "select 1/0 from person where ssn = 'canary-1'",
  ]) {
    await queryServer(server.host, sql).catch(() => {});
  }
  await server.stop();
  const text = await log(dataDir);
  expect(text).toContain('ready to accept connections');
  expect(text).not.toMatch(/canary/);
});

test('the log is bounded, also while the server runs: a large one replaces the older copy', async () => {
  const dataDir = await dataDirectory();
  const place = await findDataLayout(dataDir, true);
  if (!place) throw new Error('no place');
  for (let round = 0; round < 2; round++) {
    const server = await openEmbedded({ dataDir, role: 'serve' });
    await appendFile(place.log, '#'.repeat(9 * 1024 * 1024));
    await trimLog(place);
    await server.stop();
    expect(await log(dataDir)).toMatch(/^[^#]*database system is shut down\n$/);
  }
  expect((await readdir(dataDir)).filter((name) => name.startsWith('postgres.log')).sort()).toEqual([
    'postgres.log',
    'postgres.log.1',
  ]);
});

test('a path too long for a socket gets a short private directory, and commands find it', async () => {
  const dataDir = join(await temporaryFolder(), 'é'.repeat(60), 'a, "quoted" name');
  const server = await openEmbedded({ dataDir, role: 'serve' });
  expect(Buffer.byteLength(`${server.host}/.s.PGSQL.5432`)).toBeLessThanOrEqual(103);
  expect((await stat(server.host)).mode & 0o777).toBe(0o700);
  const command = await openEmbedded({ dataDir, role: 'command' });
  expect(command).toMatchObject({ host: server.host, started: false });
  await command.stop();
  await server.stop();
  await expect(stat(server.host)).rejects.toThrow('ENOENT');
});

test('a path with a comma and quotes is used as one socket directory', async () => {
  const dataDir = join(await temporaryFolder(), 'a, "b" c');
  const server = await openEmbedded({ dataDir, role: 'serve' });
  expect(server.host).toBe(join(dataDir, 'socket'));
  expect(await queryServer(server.host, 'select 1 as one')).toEqual([{ one: 1 }]);
  await server.stop();
});

test('data of another PostgreSQL version are refused and stay unchanged', async () => {
  const dataDir = await dataDirectory();
  await writeFile(join(dataDir, 'postgres/PG_VERSION'), '17\n');
  await expect(openEmbedded({ dataDir, role: 'serve' })).rejects.toThrow(
    /written by PostgreSQL 17, and this release of Clientele contains PostgreSQL 18.*CLIENTELE_DATABASE_URL/,
  );
});

test('a directory with other files in it is not overwritten', async () => {
  const dataDir = await temporaryFolder();
  await mkdir(join(dataDir, 'postgres'));
  await writeFile(join(dataDir, 'postgres/precious'), 'data');
  await expect(openEmbedded({ dataDir, role: 'serve' })).rejects.toThrow(
    'holds files but no PostgreSQL data',
  );
  expect(await readFile(join(dataDir, 'postgres/precious'), 'utf8')).toBe('data');
});

test('a data directory that others can read is closed before the start', async () => {
  const dataDir = await dataDirectory();
  await chmod(join(dataDir, 'postgres'), 0o755);
  await (await openEmbedded({ dataDir, role: 'serve' })).stop();
  expect((await stat(join(dataDir, 'postgres'))).mode & 0o777).toBe(0o700);
});

test('a failed start reports PostgreSQL’s own message', async () => {
  const failed = openEmbedded({
    dataDir: await dataDirectory(),
    role: 'serve',
    settings: { shared_buffers: 'much' },
  });
  await expect(failed).rejects.toThrow(EmbeddedError);
  await expect(failed).rejects.toThrow('invalid value for parameter "shared_buffers": "much"');
});

test('stop may be called repeatedly and concurrently', async () => {
  const server = await openEmbedded({ dataDir: await dataDirectory(), role: 'serve' });
  await Promise.all([server.stop(), server.stop()]);
  await server.stop();
  expect(await remainingProcesses()).toEqual([]);
});

test('a stop does not wait for open connections, and the next start needs no recovery', async () => {
  const dataDir = await dataDirectory();
  const server = await openEmbedded({ dataDir, role: 'serve' });
  const sleeping = queryServer(server.host, 'select pg_sleep(60)').catch((error: Error) => error.message);
  await eventually(async () => {
    const rows = await queryServer(
      server.host,
      "select from pg_stat_activity where query like 'select pg_sleep%'",
    );
    return rows.length > 0;
  });
  await server.stop();
  expect(await sleeping).toContain('terminat');
  await (await openEmbedded({ dataDir, role: 'serve' })).stop();
  expect(await log(dataDir)).not.toContain('not properly shut down');
});
