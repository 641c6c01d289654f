import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { migrateDatabase } from '../../src/migration.ts';
import type { Database, DatabaseOptions } from '../../src/store/connection/database.ts';
import { openDatabase, statement } from '../../src/store/connection/database.ts';
import { migrate, migrationStatus } from '../../src/store/migrate.ts';
import { createRootKeyFile } from '../../src/vault/key-source.ts';
import { buildServe, newDataDir, serve } from '../promises/durability/serving.ts';
import type { World } from '../world.ts';
import { openWorld, settled } from '../world.ts';

const toClose: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
});

/** A new database without anything in it, and a way to open it as often as wanted. */
async function empty(): Promise<{
  readonly url: string;
  open(options?: Partial<DatabaseOptions>): Database;
}> {
  const { host, port, user } = inject('server');
  const name = `migrations_${randomUUID().replaceAll('-', '')}`;
  const admin = openDatabase({ address: { host, port, user, database: 'postgres' } });
  toClose.push(() => admin.close());
  await admin.script(`create database ${name} template template0`);
  toClose.push(() => admin.script(`drop database ${name} with (force)`));
  return {
    url: `postgresql://${user}@localhost:${port}/${name}?host=${encodeURIComponent(host)}`,
    open(options) {
      const database = openDatabase({ address: { host, port, user, database: name }, ...options });
      toClose.push(() => database.close());
      return database;
    },
  };
}

async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'clientele-migrations-'));
  toClose.push(() => rm(folder, { recursive: true, force: true }));
  for (const [name, sql] of Object.entries(files)) await writeFile(join(folder, `${name}.sql`), sql);
  return folder;
}

const entries = statement('entries', 'select name, digest from migrations order by name');
const tables = statement('tables', "select tablename from pg_tables where schemaname = 'public' order by 1");
const tablesOf = async (database: Database) =>
  (await database.run(tables, [])).map((row) => String(row['tablename']));

describe('processes that migrate at once', () => {
  test('apply each migration once, and all of them succeed', async () => {
    const { open } = await empty();
    const folder = await folderOf({
      '0001_one': 'create table one (id int); select pg_sleep(0.1)',
      '0002_two': 'create table two (id int); insert into one values (1)',
      '0003_three': 'create table three (id int); insert into one values (2)',
    });
    const done = await Promise.all(Array.from({ length: 6 }, () => migrate(open(), folder)));
    expect(done.flat().sort()).toEqual(['0001_one', '0002_two', '0003_three']);
    const database = open();
    expect(await database.run(statement('ids', 'select id from one order by id'), [])).toEqual([
      { id: 1 },
      { id: 2 },
    ]);
    expect((await database.run(entries, [])).map(({ name }) => name)).toEqual(done.flat().sort());
  });

  test('wait for one that takes longer than the request timeout', { timeout: 60_000 }, async () => {
    const { open } = await empty();
    // Longer than a statement may take, and than a statement waits for a lock.
    const folder = await folderOf({ '0001_slow': 'create table slow (id int); select pg_sleep(5.5)' });
    const patient = { statementTimeoutMs: 1_000 };
    const done = await Promise.all([migrate(open(patient), folder), migrate(open(patient), folder)]);
    expect(done.flat()).toEqual(['0001_slow']);
  });

  test('as servers on one empty database all start', { timeout: 120_000 }, async () => {
    const { url, open } = await empty();
    const program = await buildServe();
    toClose.push(() => rm(program, { recursive: true, force: true }));
    const dataDir = await newDataDir();
    toClose.push(() => rm(dataDir, { recursive: true, force: true }));
    createRootKeyFile(`${dataDir}/one.key`);
    const env = { CLIENTELE_DATABASE_URL: url, CLIENTELE_ROOT_KEY_FILE: `${dataDir}/one.key` };
    const all = await Promise.all([1, 2, 3].map(() => serve(program, dataDir, { env })));
    for (const served of all) toClose.push(() => served.stop());
    for (const { url } of all) expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const status = await migrationStatus(open());
    expect(status.pending).toEqual([]);
    expect(
      await open().run(statement('births', 'select count(*)::int as births from installation'), []),
    ).toEqual([{ births: 1 }]);
  });
});

describe('a schema that does not match is refused with a message and stays unchanged', () => {
  const files = { '0001_one': 'create table one (id int)', '0002_two': 'create table two (id int)' };

  test('if a file was edited after it had been applied', async () => {
    const { open } = await empty();
    const database = open();
    await migrate(database, await folderOf(files));
    const before = await database.run(entries, []);
    const edited = await folderOf({
      ...files,
      '0001_one': 'create table one (id bigint)',
      '0003_three': 'create table three ()',
    });
    await expect(migrate(database, edited)).rejects.toThrow(
      /0001_one was edited after it had been applied\. Restore the file/,
    );
    await expect(migrationStatus(database, edited)).rejects.toThrow(/0001_one was edited/);
    expect(await database.run(entries, [])).toEqual(before);
    expect(await tablesOf(database)).toEqual(['migrations', 'one', 'two']);
  });

  test('if a newer version has written it', async () => {
    const { open } = await empty();
    const database = open();
    await migrate(database, await folderOf({ ...files, '0009_newer': 'create table nine (id int)' }));
    const older = await folderOf({ ...files, '0003_three': 'create table three (id int)' });
    await expect(migrate(database, older)).rejects.toThrow(
      /migration 0009_newer.*written by a newer version\. Start that version/,
    );
    expect(await tablesOf(database)).not.toContain('three');
  });
});

describe('a migration that fails', () => {
  test('leaves no change and no lock, and is applied once it is corrected', async () => {
    const { open } = await empty();
    const database = open({ connections: 2 });
    const one = 'create table one (id int)';
    const broken = await folderOf({ '0001_one': one, '0002_two': 'create table two (id int); select 1 / 0' });
    for (let attempt = 1; attempt <= 3; attempt++)
      await expect(migrate(database, broken)).rejects.toThrow('division by zero');
    expect(await tablesOf(database)).toEqual(['migrations', 'one']);
    expect(await migrationStatus(database, broken)).toMatchObject({
      applied: ['0001_one'],
      pending: ['0002_two'],
    });
    const mended = await folderOf({ '0001_one': one, '0002_two': 'create table two (id int)' });
    expect(await migrate(database, mended)).toEqual(['0002_two']);
    expect(await tablesOf(database)).toEqual(['migrations', 'one', 'two']);
  });

  test('because its process was killed leaves no change either', async () => {
    const { open } = await empty();
    const folder = await folderOf({ '0001_one': 'create table one (id int); select pg_sleep(20)' });
    const [victim, witness] = [open(), open()];
    const migrating = migrate(victim, folder).catch((error: Error) => error);
    const sleepers = statement(
      'sleepers',
      "select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()",
    );
    await expect.poll(async () => (await witness.run(sleepers, [])).length, { timeout: 10_000 }).toBe(1);
    expect(await migrating).toBeInstanceOf(Error);
    expect(await tablesOf(witness)).toEqual(['migrations']);
    expect(await migrate(witness, await folderOf({ '0001_one': 'create table one (id int)' }))).toEqual([
      '0001_one',
    ]);
  });
});

describe('the audit trail of each brand', () => {
  const migrateEntries = async (world: World) => {
    const rows = await world.sql(`select body from audit where body like '%"operation":"migrate"%'`);
    return rows.map(({ body }) => JSON.parse(String(body)) as Record<string, unknown>);
  };
  /** The schema as it was before the newest migration that only adds a table. */
  const goBack = (world: World) =>
    world.sql("drop table customer_history; delete from migrations where name = '0033_customer_history'");

  test('has an entry of what an operator migrates, and none where nothing was pending', async () => {
    const world = await openWorld();
    try {
      await world.brand();
      await world.brand();
      await migrateDatabase(world.config);
      await settled(world);
      expect(await migrateEntries(world)).toEqual([]);
      await goBack(world);
      expect(await migrateDatabase(world.config)).toMatchObject({ applied: ['0033_customer_history'] });
      await settled(world);
      const entry = {
        operation: 'migrate',
        actor: { kind: 'operator' },
        migrations: ['0033_customer_history'],
      };
      expect(await migrateEntries(world)).toMatchObject([entry, entry]);
    } finally {
      await world.close();
    }
  });

  test('is left as it is, with a notice, where the root key is not at hand', async () => {
    const world = await openWorld();
    const notices: string[] = [];
    try {
      await world.brand();
      await goBack(world);
      const config = { ...world.config, rootKeyFile: '/nowhere/root.key' };
      await migrateDatabase(config, { notice: (sentence) => notices.push(sentence) });
      await settled(world);
      expect(await migrateEntries(world)).toEqual([]);
      expect(notices).toEqual([expect.stringContaining('The root key is not here')]);
    } finally {
      await world.close();
    }
  });
});
