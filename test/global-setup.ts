import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { openDatabase } from '../src/store/connection/database.ts';
import { appRole, ownerRole, superuser } from '../src/store/embedded/passwords.ts';
import { openEmbedded } from '../src/store/embedded/server.ts';
import { putGrants } from '../src/store/grants.ts';
import { migrate } from '../src/store/migrate.ts';
import { copyCluster } from './data-directory.ts';
import { superuserOf } from './database/embedded/superuser.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly server: TestServer;
    /** A data directory as a first start leaves it: see data-directory.ts. */
    readonly firstStart: string;
  }
}

/** The one PostgreSQL of a test run: real, on a private socket, with a migrated database to copy from. */
export interface TestServer {
  readonly host: string;
  readonly port: number;
  /** The superuser. On this server every role connects without a password. */
  readonly user: string;
  /** Where its files are, so that a test can prove that it talks to this server. */
  readonly dataDir: string;
}

export const template = 'clientele_template';

// biome-ignore lint/style/noDefaultExport: vitest wants a default export here.
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Commands run from dist/, which has to be what the sources are now.
  execFileSync(process.execPath, [fileURLToPath(new URL('../scripts/build.js', import.meta.url))]);
  const firstStart = mkdtempSync(join(tmpdir(), 'clientele-first-'));
  await (await openEmbedded({ dataDir: firstStart, role: 'serve' })).stop();
  project.provide('firstStart', firstStart);
  const dataDir = mkdtempSync(join(tmpdir(), 'clientele-test-'));
  copyCluster(firstStart, dataDir);
  const server = await openEmbedded({ dataDir, role: 'serve', settings: { max_connections: '200' } });
  const { host, port } = server;
  const user = superuser;
  const admin = new pg.Client({ ...superuserOf(dataDir), database: 'postgres' });
  await admin.connect();
  writeFileSync(join(dataDir, 'postgres/pg_hba.conf'), 'local all all trust\n');
  await admin.query('select pg_reload_conf()');
  await admin.query(`create database ${template} owner ${ownerRole}`);
  await admin.end();
  const database = openDatabase({ address: { host, port, ...server.owner, database: template } });
  await database.ready();
  await migrate(database);
  await putGrants(database, appRole);
  await database.close();
  project.provide('server', { host, port, user, dataDir });
  return async () => {
    await server.stop();
    for (const folder of [dataDir, firstStart]) await rm(folder, { recursive: true, force: true });
  };
}
