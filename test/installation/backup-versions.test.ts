import { createHash, randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { backUp, restoreFrom } from '../../src/backups.ts';
import type { Config } from '../../src/config.ts';
import { readConfig } from '../../src/config.ts';
import { openDatabase } from '../../src/store/connection/database.ts';
import { migrate, migrationsIn } from '../../src/store/migrate.ts';
import { createRootKeyFile, rootKeyFromFile } from '../../src/vault/key-source.ts';
import { openVault } from '../../src/vault/vault.ts';

const testTimeout = { timeout: 120_000 };
const call = { version: '0.0.7', progress: () => undefined, signal: new AbortController().signal };
const folder = mkdtempSync(join(tmpdir(), 'clientele-backup-'));
const rootKey = join(folder, 'root.key');
const names: string[] = [];
let admin: pg.Client;

beforeAll(async () => {
  createRootKeyFile(rootKey);
  const { host, port, user } = inject('server');
  admin = new pg.Client({ host, port, user, database: 'postgres' });
  await admin.connect();
});
afterAll(async () => {
  for (const name of names) await admin.query(`drop database if exists ${name} with (force)`);
  await admin.end();
  rmSync(folder, { recursive: true, force: true });
});

async function emptyDatabase(): Promise<Config> {
  const name = `versions_${randomUUID().replaceAll('-', '')}`;
  await admin.query(`create database ${name} template template0`);
  names.push(name);
  const { host, port, user } = inject('server');
  return readConfig({
    CLIENTELE_DATABASE_URL: `postgresql://${user}@localhost:${port}/${name}?host=${encodeURIComponent(host)}`,
    CLIENTELE_DATA_DIR: folder,
    CLIENTELE_ROOT_KEY_FILE: rootKey,
  });
}

async function sql(config: Config, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: config.databaseUrl });
  await client.connect();
  return (await client.query(text).finally(() => client.end())).rows;
}

/** A database as the first version of the schema left it, with one brand in it. */
async function firstVersion(): Promise<Config> {
  const config = await emptyDatabase();
  const migrations = mkdtempSync(join(folder, 'migrations-'));
  const [first = ''] = migrationsIn().map(({ name }) => name);
  cpSync(join('src/store/migrations', `${first}.sql`), join(migrations, `${first}.sql`));
  const db = openDatabase({ address: { url: config.databaseUrl ?? '' } });
  await migrate(db, migrations);
  await db.close();
  const vault = openVault(rootKeyFromFile(rootKey).load());
  const brandId = randomUUID();
  await sql(
    config,
    `insert into installation (environment, root_proof, created_at) values ('sandbox', '${vault.proof()}', now());
     insert into brands values ('${brandId}', 'An early brand', now())`,
  );
  for (const { kind, version, rootVersion, wrapped } of [
    vault.newKey(brandId, 'brand', 1),
    vault.newKey(brandId, 'index', 1, 1),
  ]) {
    await sql(
      config,
      `insert into brand_keys (brand_id, kind, version, root_version, wrapped, created_at)
       values ('${brandId}', '${kind}', ${version}, ${rootVersion}, '${wrapped}', now())`,
    );
  }
  return config;
}

test(
  'a backup of an older version is restored as it was, and then brought up to date',
  testTimeout,
  async () => {
    const file = join(folder, 'older.backup');
    await backUp(await firstVersion(), file, call);
    const config = await emptyDatabase();
    const { migrated } = await restoreFrom(config, file, call);
    const [, ...since] = migrationsIn().map(({ name }) => name);
    expect(since.length).toBeGreaterThan(0);
    expect(migrated).toEqual(since);
    expect(await sql(config, 'select name from brands')).toEqual([{ name: 'An early brand' }]);
    const applied = await sql(config, 'select name, digest from migrations order by name');
    expect(applied).toEqual(migrationsIn().map(({ name, digest }) => ({ name, digest })));
  },
);

test(
  'a backup of a newer version or of another build is refused before anything is written',
  testTimeout,
  async () => {
    const file = join(folder, 'now.backup');
    await backUp(await firstVersion(), file, call);
    const config = await emptyDatabase();
    const refused = async (change: (manifest: Manifest) => void, sentence: RegExp) => {
      const other = join(folder, `${randomUUID()}.backup`);
      writeFileSync(other, rewritten(readFileSync(file), change));
      await expect(restoreFrom(config, other, call)).rejects.toThrow(sentence);
    };
    await refused(
      ({ migrations }) => migrations.push({ name: '9999_future', digest: '' }),
      /made by Clientele 0\.0\.7 and has the migration 9999_future.*Restore with that version/,
    );
    await refused(({ migrations }) => {
      for (const one of migrations) one.digest = '0'.repeat(64);
    }, /The migration 0001_customers differs from the one in the backup/);
    await refused(
      (manifest) => manifest.root_versions.push(7),
      /sealed under version 7 of the root key, and the root key file has 1/,
    );
    const later = readFileSync(file);
    later.write('3', later.indexOf('2\n'));
    writeFileSync(join(folder, 'later.backup'), later);
    await expect(restoreFrom(config, join(folder, 'later.backup'), call)).rejects.toThrow(
      /a newer one made it/,
    );
    // The way in which these are made leaves a good backup good.
    writeFileSync(
      join(folder, 'same.backup'),
      rewritten(readFileSync(file), () => undefined),
    );
    expect((await restoreFrom(config, join(folder, 'same.backup'), call)).tables).toBeGreaterThan(5);
  },
);

test('a restore that fails half way leaves the database empty', testTimeout, async () => {
  const file = join(folder, 'torn.backup');
  await backUp(await firstVersion(), file, call);
  const config = await emptyDatabase();
  const spoiled = join(folder, 'spoiled.backup');
  // A checksum that fits over rows that do not.
  writeFileSync(
    spoiled,
    rewritten(readFileSync(file), (manifest) => manifest.tables.reverse()),
  );
  await expect(restoreFrom(config, spoiled, call)).rejects.toThrow();
  expect(await sql(config, "select 1 from pg_class where relnamespace = 'public'::regnamespace")).toEqual([]);
  expect((await restoreFrom(config, file, call)).rows).toBe(4);
});

interface Manifest {
  readonly migrations: { name: string; digest: string }[];
  readonly root_versions: number[];
  readonly tables: object[];
}

/** What the holder of the root key puts behind a backup. */
function signatureOver(body: Buffer): Buffer {
  const { key, sign } = openVault(rootKeyFromFile(rootKey).load()).signer;
  const text = `clientele backup 2\n${createHash('sha256').update(body).digest('hex')}`;
  return Buffer.concat([Buffer.from(key, 'hex'), Buffer.from(sign(text), 'base64')]);
}

/** The same backup with another manifest, and a signature and a checksum that fit. */
function rewritten(whole: Buffer, change: (manifest: Manifest) => void): Buffer {
  const start = whole.subarray(0, whole.indexOf('\n') + 1);
  const inside = gunzipSync(whole.subarray(start.length, whole.length - 128));
  const end = inside.indexOf('\n') + 1;
  const manifest = JSON.parse(inside.subarray(0, end).toString()) as Manifest;
  change(manifest);
  const packed = gzipSync(
    Buffer.concat([Buffer.from(`${JSON.stringify(manifest)}\n`), inside.subarray(end)]),
  );
  const body = Buffer.concat([start, packed]);
  const signed = Buffer.concat([body, signatureOver(body)]);
  return Buffer.concat([signed, createHash('sha256').update(signed).digest()]);
}
