import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import type { RunningServer } from '../../../src/main.ts';
import { startServer } from '../../../src/main.ts';
import { createBrand } from '../../../src/operations/brands/brands.ts';
import { findDataLayout } from '../../../src/store/embedded/data-layout.ts';
import { appRole, ownerRole, readPasswords } from '../../../src/store/embedded/passwords.ts';
import { superuserOf } from '../../database/embedded/superuser.ts';

// An attacker runs SQL over a connection of the service, and tries what the service does not need: files, programs,
// other roles, and rows that decide something.

let dataDir: string;
let running: RunningServer;
let supervisor: pg.Client;
let secretFile: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'clientele-attack-'));
  running = await startServer(
    readConfig({ CLIENTELE_DATA_DIR: dataDir, CLIENTELE_PORT: '0', CLIENTELE_DEMO: '0' }),
    { logger: pino({ level: 'silent' }) },
    { apiOnly: true },
  );
  await createBrand(running.system, 'Universal Exports');
  secretFile = join(dataDir, 'private');
  await writeFile(secretFile, 'private\n', { mode: 0o600 });
  supervisor = new pg.Client(superuserOf(dataDir));
  await supervisor.connect();
}, 60_000);
afterAll(async () => {
  await supervisor.end();
  await running.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function as(user: typeof appRole | typeof ownerRole, database = 'clientele'): Promise<pg.Client> {
  const layout = await findDataLayout(dataDir, false);
  const password = layout && (await readPasswords(layout))?.of(user);
  const client = new pg.Client({ ...superuserOf(dataDir), user, password: password ?? '', database });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** `victim`: the process of a session of the supervisor. */
const attacks = (victim: number): readonly string[] => [
  "select pg_read_file('/etc/passwd')",
  "select pg_read_binary_file('/etc/passwd')",
  "select pg_stat_file('/etc/passwd')",
  "select pg_ls_dir('/')",
  'select pg_ls_logdir()',
  "select lo_import('/etc/passwd')",
  "select lo_export(1, '/tmp/clientele-exported')",
  "copy (select 1) to program 'true'",
  "copy task_failures from program 'true'",
  `copy (select 1) to '${dataDir}/postgres/written'`,
  "copy task_failures from '/dev/null'",
  'create table mine ()',
  'create temp table mine ()',
  'create view mine as select 1',
  'create sequence mine',
  "create function mine() returns int language sql as 'select 1'",
  'create extension dblink',
  'create extension pgcrypto',
  'create schema mine',
  'create language plperlu',
  "load 'dblink'",
  'alter table customers add column mine int',
  'alter table customers disable trigger user',
  'drop table audit',
  'truncate audit',
  'create trigger mine before insert on audit execute function refuse_outdated()',
  "create or replace function refuse_outdated() returns trigger language plpgsql as 'begin return new; end'",
  `alter role ${appRole} superuser`,
  `alter role ${appRole} createrole`,
  `alter role ${appRole} bypassrls`,
  `alter role ${ownerRole} password 'mine'`,
  "alter role clientele password 'mine'",
  'create role mine',
  `grant ${ownerRole} to ${appRole}`,
  `grant pg_read_server_files to ${appRole}`,
  `set role ${ownerRole}`,
  'set role clientele',
  'set session authorization clientele',
  'set session_replication_role = replica',
  "alter database clientele set work_mem = '1MB'",
  "alter system set work_mem = '1MB'",
  'select pg_reload_conf()',
  'select pg_switch_wal()',
  `select pg_terminate_backend(${victim})`,
  `select pg_cancel_backend(${victim})`,
  'select rolpassword from pg_authid',
  "select setval(oid, 1) from pg_class where relname like 'arrivals%'",
  "update audit set body = ''",
  'delete from audit',
  'delete from audit_checkpoints',
  'update audit_checkpoints set number = 1',
  'update migrations set digest = digest',
  'delete from migrations',
  "update api_keys set scopes = '{ssn:reveal}'",
  'update api_keys set brand_id = brand_id',
  'delete from api_keys',
  'update brands set name = name',
  'delete from erased_customers',
  "select keep_current('audit', '{reason}')",
];

interface Attacked {
  readonly attack: string;
  readonly isRefused: boolean;
}

/** Tries every attack. Refused is what PostgreSQL answers with a lack of privilege, and nothing else. */
async function attacked(client: pg.Client): Promise<readonly Attacked[]> {
  const session = new pg.Client(superuserOf(dataDir));
  session.on('error', () => undefined);
  await session.connect();
  const { rows } = await session.query('select pg_backend_pid() as pid');
  const results: Attacked[] = [];
  for (const attack of attacks(rows[0].pid)) {
    // PostgreSQL lets nobody change its configuration inside a transaction. Nothing else is to stay.
    const mayStay = attack.startsWith('alter system');
    if (!mayStay) await client.query('begin');
    const code = await client.query(attack).then(
      () => undefined,
      (error: { code?: string }) => error.code,
    );
    results.push({ attack, isRefused: code === '42501' });
    if (!mayStay) await client.query('rollback');
  }
  await session.end().catch(() => undefined);
  return results;
}

const succeeding = (results: readonly Attacked[]) =>
  results.filter(({ isRefused }) => !isRefused).map(({ attack }) => attack);

describe('the role of the service', () => {
  test('is refused every file, program, object and role that it does not need', async () => {
    const client = await as(appRole);
    expect(succeeding(await attacked(client))).toEqual([]);
    await client.end();
  });

  test('has no attribute and no membership, owns nothing, and cannot connect to another database', async () => {
    const { rows } = await supervisor.query(
      `select rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls as may,
              exists (select from pg_auth_members where member = r.oid or roleid = r.oid) as joined,
              exists (select from pg_shdepend where refobjid = r.oid and deptype = 'o') as owns
         from pg_roles r where rolname = any ($1) order by rolname`,
      [[appRole]],
    );
    expect(rows).toEqual([{ may: false, joined: false, owns: false }]);
    for (const database of ['postgres', 'template1']) {
      await expect(as(appRole, database)).rejects.toMatchObject({ code: '42501' });
      await expect(as(ownerRole, database)).rejects.toMatchObject({ code: '42501' });
    }
  });

  test('creates the sequence of an existing brand, and no other', async () => {
    const client = await as(appRole);
    await expect(client.query('select make_arrivals(gen_random_uuid())')).rejects.toThrow('no such brand');
    const [{ brand_id: brand }] = (await client.query('select brand_id from brands')).rows;
    await expect(client.query('select make_arrivals($1)', [brand])).rejects.toMatchObject({ code: '42P07' });
    await client.end();
  });
});

/** What concerns the machine and the cluster, and not the tables. */
const beyondTables =
  /pg_read|pg_stat_file|pg_ls|lo_|program|copy .* '\/|to role|(alter|create|set) role (clientele|mine)\b|superuser|createrole|bypassrls|grant pg|session|system|reload|wal|backend|pg_authid|plperlu|dblink/;

test('the owner of the tables reads no file, runs no program and becomes no other role', async () => {
  const client = await as(ownerRole);
  expect(succeeding(await attacked(client)).filter((attack) => beyondTables.test(attack))).toEqual([]);
  await client.end();
});

test.runIf(process.getuid?.() === 0)(
  'even the superuser of the cluster cannot read a file that only root may read',
  async () => {
    expect(readFileSync(secretFile, 'utf8')).toBe('private\n');
    await expect(supervisor.query('select pg_read_file($1)', [secretFile])).rejects.toThrow(
      'Permission denied',
    );
    await expect(supervisor.query("select pg_read_file('/etc/shadow')")).rejects.toThrow('Permission denied');
    await expect(supervisor.query('select pg_read_file($1)', [join(dataDir, 'root.key')])).rejects.toThrow(
      'Permission denied',
    );
  },
);

test('fails if the service connects as a superuser', async () => {
  await supervisor.query(`alter role ${appRole} superuser`);
  const client = await as(appRole);
  const results = await attacked(client);
  await client.end();
  await supervisor.query(`alter role ${appRole} nosuperuser`);
  expect(results.filter(({ isRefused }) => isRefused)).toEqual([]);
});
