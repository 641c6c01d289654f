import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { backUp, restoreFrom } from '../../src/backups.ts';
import type { Config } from '../../src/config.ts';
import { readConfig } from '../../src/config.ts';
import type { Instant } from '../../src/domain/time.ts';
import { plusSeconds } from '../../src/domain/time.ts';
import { rotateKey } from '../../src/operations/rotation/brand-rotation.ts';
import { maintainRootKey, rotateRoot } from '../../src/operations/rotation/root-rotation.ts';
import { wallClock } from '../../src/runtime.ts';
import { openDatabase } from '../../src/store/connection/database.ts';
import { recordsAfter } from '../../src/store/rotation/rotation.ts';
import { sealedColumns } from '../../src/store/rotation/sealed-columns.ts';
import { rootKeyFromFile } from '../../src/vault/key-source.ts';
import type { Keyring } from '../../src/vault/vault.ts';
import { openVault } from '../../src/vault/vault.ts';
import { erasureRequest, restrictedPath } from '../contract-samples.ts';
import { newSsn } from '../people.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';

const day = 86_400;
const byOperator = { by: 'operator' } as const;
const quiet = { version: '0.0.0', progress: () => undefined, signal: new AbortController().signal };

let now: Instant = wallClock();
let world: World;
let brand: BrandClient;
let folder: string;
const copies: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clientele-erased-'));
  world = await openWorld({ now: () => now, apiOnly: true });
  brand = await world.brand();
});
afterAll(async () => {
  for (const name of copies) await world.sql(`drop database if exists ${name} with (force)`);
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

/** An empty database beside the world's, for the same root key. */
async function elsewhere(): Promise<Config> {
  const name = `world_${randomUUID().replaceAll('-', '')}`;
  await world.sql(`create database ${name} template template0`);
  copies.push(name);
  return readConfig({
    CLIENTELE_DATABASE_URL: world.databaseUrl.replace(world.databaseName, name),
    CLIENTELE_DATA_DIR: world.config.dataDir,
    CLIENTELE_DEMO: '0',
  });
}

async function sqlOn(config: Config, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: config.databaseUrl });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

/** What a keyring can do with the deleted customers of a copy: open records, and recompute index values. */
async function reached(copy: Config, keyring: Keyring, numbers: readonly string[]) {
  const rows = await sqlOn(copy, 'select ssn_index from deleted_customers');
  const db = openDatabase({ address: { url: copy.databaseUrl ?? '' } });
  const at = sealedColumns.find(({ table, column }) => table === 'deleted_customers' && column === 'profile');
  if (!at) throw new Error('The profiles of deleted customers are not declared.');
  const { found } = await recordsAfter({ brandId: brand.brandId, db }, at, undefined);
  await db.close();
  const opens = ({ recordId, sealNumber, bound, sealed }: (typeof found)[number]) => {
    const place = { purpose: 'profile', recordId, sealNumber, bound } as const;
    try {
      return keyring.open(place, String(sealed)).includes('last_name');
    } catch {
      return false;
    }
  };
  const indexed = rows.map((row) => (row['ssn_index'] as Buffer).toString('hex'));
  return {
    opened: found.filter(opens).length,
    recomputed: numbers.filter((ssn) => indexed.includes(keyring.index('ssn', ssn).toString('hex'))).length,
  };
}

/** The keyring over the wrapped keys that a copy brings along, under the root key as it is now. */
async function keyringOf(copy: Config): Promise<Keyring> {
  const keys = await sqlOn(
    copy,
    'select kind, version, root_version as "rootVersion", wrapped from brand_keys',
  );
  const root = rootKeyFromFile(join(world.config.dataDir, 'root.key')).load();
  return openVault(root).keyring(brand.brandId, keys as never);
}

test('an older backup restores completely, and opens no erased record after the keys and the root key were replaced', async () => {
  const people = 5;
  const numbers = Array.from({ length: people }, () => newSsn().replaceAll('-', ''));
  const paths: string[] = [];
  for (const ssn of numbers) paths.push(await restrictedPath(brand, { ssn }));
  const file = join(folder, 'before.backup');
  await backUp(world.config, file, quiet);
  for (const path of paths) {
    expect((await brand.call('POST', `${await erasureRequest(brand, path)}/approval`)).status).toBe(200);
  }

  const copy = await elsewhere();
  await restoreFrom(copy, file, quiet);
  expect(await reached(copy, await keyringOf(copy), numbers)).toEqual({ opened: people, recomputed: people });

  await rotateKey(world.system, brand.brandId, 'brand', byOperator);
  // Digests of Idempotency-Keys hold an index key for their 24 hours.
  await rotateKey(world.system, brand.brandId, 'index', byOperator);
  await rotateRoot(world.system, byOperator);
  expect(await reached(copy, await keyringOf(copy), numbers)).toEqual({ opened: people, recomputed: people });

  now = plusSeconds(now, 36 * day);
  await maintainRootKey(world.system, { rotateDays: 0, backupHorizonDays: 35 });
  await expect(restoreFrom(await elsewhere(), file, quiet)).rejects.toThrow(/version 1 of the root key/);
  await expect(keyringOf(copy)).rejects.toThrow(/root key version 1, which is not loaded/);
  // Nor do the keys that the brand has now do anything for what was under the old ones.
  const living = await world.system.keyrings.reload(brand.brandId);
  expect(await reached(copy, living, numbers)).toEqual({ opened: 0, recomputed: 0 });
}, 120_000);
