import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { backUp, restoreFrom } from '../../src/backups.ts';
import type { Config } from '../../src/config.ts';
import { readConfig } from '../../src/config.ts';
import { apiPrefix } from '../../src/contract/table.ts';
import type { RunningServer } from '../../src/main.ts';
import { startServer } from '../../src/main.ts';
import { enableKey, keysOf } from '../../src/operations/brands/api-keys.ts';
import { allBrands } from '../../src/operations/brands/brands.ts';
import { documentBrand } from '../../src/operations/demo/document.ts';
import { createRootKeyFile } from '../../src/vault/key-source.ts';
import { newCustomer } from '../contract-samples.ts';
import { newSsn } from '../people.ts';
import { scannerFor } from '../promises/canary/scanner.ts';
import type { BrandClient, World } from '../world.ts';
import { brandClient, openWorld, settled } from '../world.ts';
import { cleanUp, clientele as run, serve, temporaryFolder } from './cli/program.ts';

const testTimeout = { timeout: 180_000 };
const call = { version: '0.0.0', progress: () => undefined, signal: new AbortController().signal };

let world: World;
let brand: BrandClient;
let folder: string;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clientele-backup-'));
  world = await openWorld({ env: { CLIENTELE_DEMO: '1' } });
  const { demoKey } = world;
  if (!demoKey) throw new Error('The demo brings a key.');
  brand = brandClient(world.url, documentBrand.brandId, documentBrand.name, demoKey, world);
});
afterAll(async () => {
  for (const close of closers.reverse()) await close();
  await world.close();
  await cleanUp();
  rmSync(folder, { recursive: true, force: true });
});

const newFile = () => join(folder, `${randomUUID()}.backup`);
async function backup(): Promise<string> {
  const file = newFile();
  await backUp(world.config, file, call);
  return file;
}

/** An empty database on the test server, for the same root key unless told otherwise. */
async function elsewhere(env: Readonly<Record<string, string>> = {}): Promise<Config> {
  const name = `world_${randomUUID().replaceAll('-', '')}`;
  const admin = new pg.Client({ connectionString: world.databaseUrl });
  await admin.connect();
  await admin.query(`create database ${name} template template0`);
  await admin.end();
  closers.push(async () => {
    const client = new pg.Client({ connectionString: world.databaseUrl });
    await client.connect();
    await client.query(`drop database if exists ${name} with (force)`);
    await client.end();
  });
  return readConfig({
    CLIENTELE_DATABASE_URL: world.databaseUrl.replace(world.databaseName, name),
    CLIENTELE_DATA_DIR: world.config.dataDir,
    CLIENTELE_PORT: '0',
    CLIENTELE_DEMO: '0',
    ...env,
  });
}

async function served(config: Config): Promise<RunningServer> {
  const running = await startServer(config, { logger: pino({ level: 'silent' }) });
  closers.push(() => running.close());
  return running;
}

/** An answer without the entries that a restore and the enabling of keys add to the audit trail. */
function withoutRestore(text: string): string {
  const answer = JSON.parse(text);
  if (!Array.isArray(answer.data)) return text;
  const isOfRestore = ({ operation }: { readonly operation?: string }) =>
    ['backup', 'restore', 'keys enable'].includes(operation ?? '');
  return JSON.stringify({ ...answer, data: answer.data.filter((one: object) => !isOfRestore(one)) });
}

/** What a client reads of a brand: every page, every event, every entry. */
async function everything(
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const paths = [1, 2, 3].map((page) => `/customers?per_page=50&page=${page}`);
  paths.push(
    '/events?limit=100',
    '/programs',
    '/kyc/reviews',
    '/change-requests',
    '/audit?order=oldest&limit=100',
  );
  const read = async (path: string) =>
    withoutRestore(await (await fetch(`${url}${apiPrefix}${path}`, { headers })).text());
  return Promise.all(paths.map(read));
}

describe('a backup', () => {
  test(
    'is in the audit trail of each brand, and in the backup, and so is its restore',
    testTimeout,
    async () => {
      const other = await world.brand();
      const operations = async (who: BrandClient): Promise<readonly string[]> =>
        (await who.call('GET', '/audit?limit=100')).json.data.map(
          (one: { operation: string }) => one.operation,
        );
      await settled(world);
      const before = (await operations(other)).filter((one) => one === 'backup').length;
      const file = await backup();
      await settled(world);
      expect((await operations(other)).filter((one) => one === 'backup')).toHaveLength(before + 1);
      const config = await elsewhere();
      await restoreFrom(config, file, call);
      const admin = new pg.Client({ connectionString: config.databaseUrl });
      await admin.connect();
      const { rows } = await admin.query(
        `select substring(body from '"operation":"([^"]+)"') as operation from
         (select body, at from (select brand_id, body, 1 as at from audit union all select brand_id, body, 2 from journal) as all_entries
           where brand_id = $1) as entries
        where body like '%"operation":"backup"%' or (body like '%"operation":"restore"%' and body not like '%"key":%') order by at`,
        [other.brandId],
      );
      await admin.end();
      expect(rows.map(({ operation }) => operation).sort()).toEqual(['backup', 'restore']);
    },
  );

  test('with a row that a later check would refuse is restored, and the check is there again', async () => {
    const other = await world.brand();
    await newCustomer(other);
    await settled(world);
    const check = 'events_occurred_at_check';
    const definitionOf = `select pg_get_constraintdef(oid) as definition from pg_constraint where conname = '${check}'`;
    const [{ definition } = {}] = await world.sql(definitionOf);
    await world.sql(`alter table events drop constraint ${check}`);
    await world.sql(`update events set occurred_at = 'infinity' where brand_id = $1`, [other.brandId]);
    await world.sql(`alter table events add constraint ${check} ${definition}`);
    const config = await elsewhere();
    await restoreFrom(config, await backup(), call);
    await world.sql('delete from events where brand_id = $1', [other.brandId]);
    const client = new pg.Client({ connectionString: config.databaseUrl });
    await client.connect();
    const odd = await client.query(`select brand_id from events where occurred_at = 'infinity'`);
    const checks = await client.query(definitionOf);
    await client.end();
    expect(odd.rows).toEqual([{ brand_id: other.brandId }]);
    expect(checks.rows).toEqual([{ definition }]);
  });

  test(
    'restores everything byte for byte under the same keys, and the service continues from there',
    testTimeout,
    async () => {
      await newCustomer(brand);
      await settled(world);
      const config = await elsewhere();
      const restored = await restoreFrom(config, await backup(), call);
      expect(restored.rows).toBeGreaterThan(100);
      expect(restored.keys).toMatchObject({ disabled: expect.any(Number), revoked: [] });
      const { url, system } = await served(config);
      const before = await everything(world.url, brand.headers);
      expect((await everything(url, brand.headers)).every((text) => text.includes('auth_err'))).toBe(true);
      for (const { brandId } of await allBrands(system))
        for (const { identity, revokedAt } of await keysOf(system, brandId))
          if (!revokedAt) await enableKey(system, brandId, identity);
      expect(before.join('')).not.toContain('auth_err');
      expect(await everything(url, brand.headers)).toEqual(before);
      const [one, other] = [brand, brandClient(url, brand.brandId, brand.name, brand.key, world)];
      const { ssn } = (await newCustomer(one)).json;
      expect(ssn).toMatch(/^XXX/);
      expect((await newCustomer(other)).status).toBe(201);
    },
  );

  test('contains every table and every sequence without a list of them', testTimeout, async () => {
    await world.sql('create table if not exists something_new (brand_id uuid primary key, note text)');
    await world.sql('alter table something_new owner to clientele_owner');
    await world.sql("insert into something_new values (gen_random_uuid(), E'a\\ttab and a\\nline')");
    const tables = (
      await world.sql(
        "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace",
      )
    ).map(({ relname }) => relname);
    const manifest = manifestOf(await backup());
    expect(manifest.tables.map(({ name }: { name: string }) => name).sort()).toEqual(
      tables.filter((name) => name !== 'migrations').sort(),
    );
    await world.sql('drop table something_new');
  });

  test('is one snapshot during concurrent writes', testTimeout, async () => {
    const busy = await world.brand();
    let writing = true;
    const acknowledged: string[] = [];
    const writers = Array.from({ length: 4 }, async () => {
      while (writing) acknowledged.push((await newCustomer(busy)).json.customer_id);
    });
    while (acknowledged.length < 20) await new Promise((resolve) => setTimeout(resolve, 20));
    const before = [...acknowledged];
    const file = await backup();
    writing = false;
    await Promise.all(writers);
    const config = await elsewhere();
    await restoreFrom(config, file, call);
    const client = new pg.Client({ connectionString: config.databaseUrl });
    await client.connect();
    const { rows } = await client.query(
      `select (select count(*) from customers where brand_id = $1)::int as customers,
              (select sum(count) from customer_counts where brand_id = $1)::int as counted,
              (select count(*) from customers where brand_id = $1 and customer_id = any ($2))::int as known,
              (select count(*) from (select customer_id from audit where brand_id = $1 and customer_id is not null
                 union all select customer_id from journal where brand_id = $1 and customer_id is not null) e)::int as entries`,
      [busy.brandId, before],
    );
    await client.end();
    const [{ customers, counted, known, entries }] = rows;
    expect(known).toBe(before.length);
    expect([counted, entries]).toEqual([customers, customers]);
    expect(customers).toBeLessThanOrEqual(acknowledged.length);
  });

  test('contains no plain name or number, and no root key', testTimeout, async () => {
    const ssn = newSsn();
    await newCustomer(brand, {
      ssn,
      last_name: 'Zabriskie-x'.replace('-x', 'Canary'),
      email: 'canary@zabriskie.example',
    });
    const file = await backup();
    const packed = readFileSync(file);
    const unpacked = gunzipSync(packed.subarray(packed.indexOf(0x0a) + 1, packed.length - trailer));
    const key = readFileSync(join(world.config.dataDir, 'root.key'), 'latin1');
    const secrets = [ssn.replaceAll('-', ''), 'ZabriskieCanary', 'canary@zabriskie', key.trim().slice(-44)];
    const scanner = scannerFor(secrets);
    expect(scanner.scan(unpacked, 'the backup')).toEqual([]);
    expect(scanner.scan(packed, 'the backup, packed')).toEqual([]);
    const planted = Buffer.concat([unpacked, Buffer.from(ssn.replaceAll('-', ''))]);
    expect(scanner.scan(planted, 'a planted file')).not.toEqual([]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('that is damaged or cut anywhere is refused before anything is written', testTimeout, async () => {
    const whole = readFileSync(await backup());
    const config = await elsewhere();
    const file = newFile();
    const spoiled = [
      ...[0, 5, 40, 0.5 * whole.length, whole.length - 40, whole.length - 1].map((at) => {
        const bytes = Buffer.from(whole);
        const place = Math.floor(at);
        bytes[place] = (bytes[place] as number) ^ 1;
        return bytes;
      }),
      ...[10, 100, whole.length / 2, whole.length - 1].map((end) => whole.subarray(0, Math.floor(end))),
      Buffer.alloc(0),
    ];
    for (const bytes of spoiled) {
      writeFileSync(file, bytes);
      await expect(restoreFrom(config, file, call)).rejects.toThrow(
        /damaged|not a backup|form that this version/,
      );
    }
    // Nothing of those was written: the whole one still goes in.
    writeFileSync(file, whole);
    expect((await restoreFrom(config, file, call)).rows).toBeGreaterThan(100);
  });

  test('never overwrites a file and is never incomplete', testTimeout, async () => {
    const file = await backup();
    await expect(backUp(world.config, file, call)).rejects.toThrow(/is there already/);
    const stopped = new AbortController();
    const other = newFile();
    stopped.abort();
    await expect(backUp(world.config, other, { ...call, signal: stopped.signal })).rejects.toThrow();
    expect(existsSync(other)).toBe(false);
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  });

  test(
    'is refused by a database that is not empty, another environment and another root key',
    testTimeout,
    async () => {
      const file = await backup();
      await expect(restoreFrom(world.config, file, call)).rejects.toThrow(/not empty/);
      const keys = mkdtempSync(join(folder, 'keys-'));
      createRootKeyFile(join(keys, 'other.key'));
      const otherKey = await elsewhere({ CLIENTELE_ROOT_KEY_FILE: join(keys, 'other.key') });
      await expect(restoreFrom(otherKey, file, call)).rejects.toThrow(/root key is not the one/);
      const live = await elsewhere({
        CLIENTELE_ENVIRONMENT: 'live',
        CLIENTELE_ROOT_KEY_FILE: join(world.config.dataDir, 'root.key'),
      });
      await expect(restoreFrom(live, file, call)).rejects.toThrow(/CLIENTELE_ENVIRONMENT=sandbox/);
      const keyless = await elsewhere({ CLIENTELE_DATA_DIR: join(folder, 'nothing-here') });
      await expect(restoreFrom(keyless, file, call)).rejects.toThrow(/needs the root key/);
    },
  );
});

test('commands move data from the embedded server to a PostgreSQL server and back', {
  timeout: 300_000,
}, async () => {
  const start = await temporaryFolder();
  const [first, second, third] = ['first', 'second', 'third'].map((name) => join(start, name)) as [
    string,
    string,
    string,
  ];
  const file = join(start, 'first.backup');
  const settings = (dataDir: string, more: Readonly<Record<string, string>> = {}) => ({
    CLIENTELE_DATA_DIR: dataDir,
    CLIENTELE_PORT: '0',
    ...more,
  });
  const origin = await serve(settings(first));
  const key = JSON.parse(
    (
      await run(
        ['keys', 'create', '--brand', 'Universal Exports', '--scopes', 'customers:read', '--output', 'json'],
        settings(first),
      )
    ).stdout,
  );
  const headers = { Identity: key.identity, Authorization: key.authorization };
  const read = async (url: string) =>
    (await fetch(`${url}${apiPrefix}/customers?per_page=50`, { headers })).text();
  const before = await read(origin.url);
  expect(before.length).toBeGreaterThan(10_000);
  const made = await run(['backup', '--file', file, '--output', 'json'], settings(first));
  expect(made.code, made.stderr).toBe(0);
  await origin.stop();

  const { databaseUrl = '' } = await elsewhere();
  const onServer = settings(second, {
    CLIENTELE_DATABASE_URL: databaseUrl,
    CLIENTELE_ROOT_KEY_FILE: join(first, 'root.key'),
  });
  const there = await run(['restore', file, '--output', 'json'], onServer);
  expect(there.code, there.stderr).toBe(0);
  expect(there.json).toMatchObject({ keys_revoked: [], lost_holds: [] });
  expect((await run(['keys', 'enable', '--all'], onServer)).stdout).toContain('Enabled the key');
  const server = await serve(onServer);
  expect(await read(server.url)).toBe(before);
  const again = join(start, 'second.backup');
  expect((await run(['backup', '--file', again], onServer)).code).toBe(0);
  await server.stop();

  const refused = await run(['restore', again], settings(third));
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toContain('needs the root key');
  const back = settings(third, { CLIENTELE_ROOT_KEY_FILE: join(start, 'copy.key') });
  await copyFile(join(first, 'root.key'), join(start, 'copy.key'));
  const returned = await run(['restore', again], back);
  expect(returned.code, returned.stderr).toBe(0);
  expect(returned.stdout.trimEnd().split('\n').at(-1)).toBe(
    `Start it with: CLIENTELE_DATA_DIR="${third}" CLIENTELE_ROOT_KEY_FILE="${join(start, 'copy.key')}" node bin/clientele.js serve`,
  );
  expect(returned.stdout).toMatch(/API keys are disabled, .* keys enable --all/);
  expect((await run(['keys', 'enable', key.identity, '--brand', 'Universal Exports'], back)).code).toBe(0);
  const home = await serve(back);
  expect(await read(home.url)).toBe(before);
  await home.stop();
});

/** Bytes behind the gzip stream: a public key, a signature and a checksum. */
const trailer = 32 + 64 + 32;

/** What a backup says of itself. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects to be there.
function manifestOf(file: string): any {
  const packed = readFileSync(file);
  const unpacked = gunzipSync(packed.subarray(packed.indexOf(0x0a) + 1, packed.length - trailer));
  return JSON.parse(unpacked.subarray(0, unpacked.indexOf(0x0a)).toString());
}
