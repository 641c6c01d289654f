import { chmod, cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { startServer } from '../../src/main.ts';
import { openDatabase } from '../../src/store/connection/database.ts';
import { findDataLayout } from '../../src/store/embedded/data-layout.ts';
import { prepareLaunch } from '../../src/store/embedded/launch-plan.ts';
import { launch } from '../../src/store/embedded/privileges.ts';
import { serverArguments } from '../../src/store/embedded/settings.ts';
import { migrate } from '../../src/store/migrate.ts';
import { eventually } from './embedded/actors.ts';
import { superuserOf } from './embedded/superuser.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

const socket = (dataDir: string) => ({ host: join(dataDir, 'socket'), port: 5432, ssl: false });

/** A data directory as versions before the roles left it: `trust`, and a superuser who owns everything. */
async function oldDataDirectory(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'clientele-old-'));
  folders.push(dataDir);
  const layout = await findDataLayout(dataDir, true);
  if (!layout) throw new Error('there is no data directory');
  const { launcher, binaries, socketDirectory } = await prepareLaunch(layout, {}, () => undefined);
  await writeFile(join(layout.data, 'pg_hba.conf'), 'local all all trust\nhost all all all reject\n');
  const child = launch(launcher, {
    file: join(binaries.folder, 'bin/postgres'),
    args: serverArguments(layout, { data: layout.data, socketDirectory }),
    deathSignal: 'INT',
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const superuser = { ...socket(dataDir), user: 'clientele' };
  const admin = () => new pg.Client({ ...superuser, database: 'postgres' });
  await eventually(async () => {
    const client = admin();
    client.on('error', () => undefined);
    return client.connect().then(
      async () => {
        await client.query('create database clientele');
        await client.end();
        return true;
      },
      () => false,
    );
  });
  const older = await mkdtemp(join(tmpdir(), 'clientele-older-'));
  folders.push(older);
  await cp('src/store/migrations', older, {
    recursive: true,
    filter: (path) => !/00(1[1-9]|[2-9]\d)_/.test(path),
  });
  const database = openDatabase({ address: { ...superuser, database: 'clientele' } });
  await migrate(database, older);
  await database.script(
    "insert into brands values (gen_random_uuid(), 'Old brand', now()); create sequence arrivals_old",
  );
  await database.close();
  child.kill('SIGINT');
  await ended;
  return dataDir;
}

test('a data directory of an older version gets its roles and passwords at the next start', async () => {
  const dataDir = await oldDataDirectory();
  const config = readConfig({ CLIENTELE_DATA_DIR: dataDir, CLIENTELE_PORT: '0', CLIENTELE_DEMO: '0' });
  const start = () => startServer(config, { logger: pino({ level: 'silent' }) }, { apiOnly: true });
  const running = await start();
  try {
    for (const user of ['clientele', 'clientele_owner', 'clientele_app', 'postgres']) {
      const stranger = new pg.Client({ ...socket(dataDir), user, password: 'guess', database: 'clientele' });
      await expect(stranger.connect(), user).rejects.toMatchObject({ code: '28P01' });
    }
    const supervisor = new pg.Client(superuserOf(dataDir));
    await supervisor.connect();
    const { rows } = await supervisor.query(
      `select distinct relowner::regrole::text as owner from pg_class where relnamespace = 'public'::regnamespace
       union select distinct proowner::regrole::text from pg_proc where pronamespace = 'public'::regnamespace`,
    );
    expect(rows).toEqual([{ owner: 'clientele_owner' }]);
    const rules = await supervisor.query('select type, auth_method from pg_hba_file_rules');
    expect(rules.rows).toEqual([
      { type: 'local', auth_method: 'scram-sha-256' },
      { type: 'host', auth_method: 'reject' },
    ]);
    await supervisor.end();
    const app = running.system.db;
    expect(await app.run({ name: '', text: 'select name from brands' }, [])).toEqual([{ name: 'Old brand' }]);
    expect(await app.run({ name: '', text: "select nextval('arrivals_old') as next" }, [])).toEqual([
      { next: '1' },
    ]);
    expect((await stat(join(dataDir, 'database.secret'))).mode & 0o777).toBe(0o600);
  } finally {
    await running.close();
  }
});

test('a secret that others could read is replaced, and one of another database is refused', async () => {
  const dataDir = await oldDataDirectory();
  const config = readConfig({ CLIENTELE_DATA_DIR: dataDir, CLIENTELE_PORT: '0', CLIENTELE_DEMO: '0' });
  const start = () => startServer(config, { logger: pino({ level: 'silent' }) }, { apiOnly: true });
  const path = join(dataDir, 'database.secret');
  await (await start()).close();
  const first = await readFile(path, 'utf8');
  await chmod(path, 0o644);
  await (await start()).close();
  const second = await readFile(path, 'utf8');
  expect(second).not.toBe(first);
  await writeFile(path, first);
  await expect(start()).rejects.toThrow(/database\.secret.*Remove the file and start again/);
  await rm(path);
  await (await start()).close();
});
