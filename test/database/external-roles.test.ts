import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { startServer } from '../../src/main.ts';
import { createBrand } from '../../src/operations/brands/brands.ts';
import { examineRole } from '../../src/operations/installation/doctor-access.ts';
import { openStorage } from '../../src/runtime.ts';

// The roles of a PostgreSQL server of one's own, made with the statements of docs/moving-to-postgresql.md.

const suffix = randomUUID().replaceAll('-', '').slice(0, 12);
const [owner, app, name] = [`owner_${suffix}`, `app_${suffix}`, `external_${suffix}`];
const dataDir = mkdtempSync(join(tmpdir(), 'clientele-external-'));
let admin: pg.Client;

/** The SQL of the page, with names of this test's own, since all databases of the server share the roles. */
function statements(): readonly string[] {
  const page = readFileSync('docs/moving-to-postgresql.md', 'utf8');
  return [...page.matchAll(/```sql\n(.*?)```/gs)].map(([, sql = '']) =>
    sql
      .replaceAll('clientele_owner', owner)
      .replaceAll('clientele_app', app)
      .replaceAll('database clientele', `database ${name}`),
  );
}

function connect(database: string): Promise<pg.Client> {
  const { host, port, user } = inject('server');
  const client = new pg.Client({ host, port, user, database });
  return client.connect().then(() => client);
}

const urlFor = (role: string): string => {
  const { host, port } = inject('server');
  return `postgresql://${role}:secret@localhost:${port}/${name}?host=${encodeURIComponent(host)}`;
};

const configWith = (urls: Readonly<Record<string, string>>) =>
  readConfig({ CLIENTELE_DATA_DIR: dataDir, CLIENTELE_PORT: '0', CLIENTELE_DEMO: '0', ...urls });
const both = { CLIENTELE_DATABASE_URL: urlFor(app), CLIENTELE_MIGRATION_DATABASE_URL: urlFor(owner) };
const start = (urls: Readonly<Record<string, string>>) =>
  startServer(configWith(urls), { logger: pino({ level: 'silent' }) }, { apiOnly: true });

async function roleFinding(urls: Readonly<Record<string, string>>) {
  const { database, close } = await openStorage(configWith(urls), 'command');
  return examineRole(database).finally(close);
}

beforeAll(async () => {
  admin = await connect('postgres');
  const [cluster = '', database = ''] = statements();
  for (const one of cluster.split(';').filter((text) => text.trim() !== '')) await admin.query(one);
  const client = await connect(name);
  await client.query(database);
  await client.end();
});
afterAll(async () => {
  await admin.query(`drop database if exists ${name} with (force)`);
  for (const role of [owner, app]) await admin.query(`drop role if exists ${role}`);
  await admin.end();
  rmSync(dataDir, { recursive: true, force: true });
});

test('the role of the service alone is told which role creates the tables', async () => {
  await expect(start({ CLIENTELE_DATABASE_URL: urlFor(app) })).rejects.toThrow(
    /lacks the migrations .*may create nothing\. Set CLIENTELE_MIGRATION_DATABASE_URL/,
  );
});

test('both roles together start the service, and then the role of the service alone', async () => {
  const first = await start(both);
  await createBrand(first.system, 'Universal Exports');
  await first.close();
  const next = await start({ CLIENTELE_DATABASE_URL: urlFor(app) });
  await createBrand(next.system, 'Spectre');
  await next.close();
});

test('the doctor accepts the documented role and warns about a superuser and an owner', async () => {
  expect(await roleFinding({ CLIENTELE_DATABASE_URL: urlFor(app) })).toMatchObject([{ state: 'green' }]);
  expect(await roleFinding({ CLIENTELE_DATABASE_URL: urlFor(owner) })).toMatchObject([
    { state: 'yellow', explanation: expect.stringContaining('owns the tables') },
  ]);
  expect(await roleFinding({ CLIENTELE_DATABASE_URL: urlFor(inject('server').user) })).toMatchObject([
    { state: 'yellow', explanation: expect.stringContaining('a superuser') },
  ]);
  await admin.query(`alter role ${app} createdb`);
  expect(await roleFinding({ CLIENTELE_DATABASE_URL: urlFor(app) })).toMatchObject([
    { state: 'yellow', explanation: expect.stringContaining('may make databases') },
  ]);
  await admin.query(`alter role ${app} nocreatedb`);
});
