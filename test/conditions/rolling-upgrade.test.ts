import { cp, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { appRole } from '../../src/store/embedded/passwords.ts';
import { freePorts } from '../fakes/ports.ts';
import type { RunningServe } from '../installation/cli/program.ts';
import { cleanUp, clientele, repository, serve, temporaryFolder } from '../installation/cli/program.ts';
import type { World } from '../world.ts';
import { openWorld } from '../world.ts';
import { keepCreating } from './load.ts';
import { openProxy } from './proxy.ts';

// Processes of two versions on one database. The next version is this one with a migration more.

let world: World;
let headers: Readonly<Record<string, string>>;
beforeAll(async () => {
  await clientele(['--version']);
  world = await openWorld({ apiOnly: true });
  headers = { ...(await world.brand()).headers, 'content-type': 'application/json' };
}, 120_000);
afterAll(async () => {
  await cleanUp();
  await world.close();
});

/** A copy of the built program with one more migration. */
async function nextVersion(migration: string, sql: string): Promise<string> {
  const folder = await temporaryFolder();
  for (const name of ['bin', 'dist', 'package.json'])
    await cp(join(repository, name), join(folder, name), { recursive: true });
  await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'));
  for (const found of await readdir(join(folder, 'dist'), { recursive: true }))
    if (found.endsWith('/migrations')) await writeFile(join(folder, 'dist', found, `${migration}.sql`), sql);
  return folder;
}

const settingsOf = async (port: number) => ({
  ...world.databaseSettings,
  CLIENTELE_DATA_DIR: join(await temporaryFolder(), 'data'),
  CLIENTELE_ROOT_KEY_FILE: join(world.config.dataDir, 'root.key'),
  CLIENTELE_DEMO: '0',
  CLIENTELE_TRUST_PROXY: '127.0.0.1/32',
  CLIENTELE_LOG_LEVEL: 'silent',
  CLIENTELE_DRAIN_SECONDS: '1',
  CLIENTELE_PORT: String(port),
});
const startOn = async (port: number, from: string): Promise<RunningServe> =>
  serve(await settingsOf(port), { from });

const additive = `
  create table next_things (brand_id uuid not null, thing text not null);
  alter table customers add column next_mark text;
  create index next_marks on customers (brand_id, next_mark) where next_mark is not null;`;

test('a rolling upgrade with an additive migration fails no request', { timeout: 240_000 }, async () => {
  const next = await nextVersion('9000_next.additive', additive);
  const ports = await freePorts(3);
  const servers = await Promise.all(ports.map((port) => startOn(port, repository)));
  const proxy = await openProxy(ports);
  const load = keepCreating(proxy.url, headers);
  const replace = async (at: number, from: string) => {
    expect((await servers[at]?.stop())?.code).toBe(0);
    servers[at] = await startOn(ports[at] as number, from);
  };
  await replace(0, next);
  // The migration is there, and a process of the older version starts beside it.
  expect(await world.sql(`select name from migrations where name like '9000%'`)).toHaveLength(1);
  // What the newer version has granted stays when one of the older version starts.
  await world.sql(`grant select, insert on next_things to ${appRole}`);
  await replace(1, repository);
  const granted = await world.sql(
    `select has_table_privilege('${appRole}', 'next_things', 'insert') as granted`,
  );
  expect(granted).toEqual([{ granted: true }]);
  const doctor = await clientele(['doctor', '--output', 'json'], await settingsOf(0));
  const schema = doctor.json.find(({ check }: { check: string }) => check === 'schema');
  expect([schema.state, schema.explanation]).toEqual([
    'yellow',
    'A newer version has added 9000_next.additive. This one works beside it.',
  ]);
  const backup = await clientele(
    ['backup', '--file', join(await temporaryFolder(), 'b')],
    await settingsOf(0),
  );
  expect([backup.code, backup.stderr]).toEqual([
    1,
    expect.stringContaining('Make the backup with that version.'),
  ]);
  for (const at of [1, 2]) await replace(at, next);
  await load.stop();
  await proxy.close();
  for (const server of servers) expect((await server.stop()).code).toBe(0);
  expect(load.failures).toEqual([]);
  expect(load.created).toBeGreaterThan(100);
});

test('a version before a migration that is not additive refuses to start', { timeout: 120_000 }, async () => {
  const next = await nextVersion('9001_next', 'create table other_things (thing text)');
  const [port = 0] = await freePorts(1);
  const migrated = await clientele(['migrate'], await settingsOf(port), { from: next });
  expect(migrated.code, migrated.stderr).toBe(0);
  const refused = await clientele(['serve'], await settingsOf(port));
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringContaining('The database has the migration 9001_next, which this version does not know'),
  ]);
});
