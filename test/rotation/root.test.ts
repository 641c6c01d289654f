import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import type { Instant } from '../../src/domain/time.ts';
import { plusSeconds } from '../../src/domain/time.ts';
import { startServer } from '../../src/main.ts';
import { createBrand } from '../../src/operations/brands/brands.ts';
import { maintainRootKey, rotateRoot } from '../../src/operations/rotation/root-rotation.ts';
import { wallClock } from '../../src/runtime.ts';
import { rootKeyFromFile } from '../../src/vault/key-source.ts';
import { openVault } from '../../src/vault/vault.ts';
import { rotationRound } from '../../src/worker/rotation.ts';
import { person } from '../people.ts';
import type { BrandClient, World, WorldOptions } from '../world.ts';
import { brandClient, openWorld } from '../world.ts';

let opened: World | undefined;
const folders: string[] = [];
afterEach(async () => {
  await opened?.close();
  opened = undefined;
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function open(options: WorldOptions = {}): Promise<World> {
  // Rotations run by hand here: the worker would resume those that a test interrupts.
  opened = await openWorld({ apiOnly: true, ...options });
  return opened;
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'clientele-root-'));
  folders.push(folder);
  return folder;
}

const byOperator = { by: 'operator' } as const;
const silent = { logger: pino({ level: 'silent' }) };
const day = 86_400;
const ownFile = (world: World) => join(world.config.dataDir, 'root.key');
const versionsIn = (path: string) => rootKeyFromFile(path).load().versions;
const addVersion = (world: World, version: number) =>
  appendFile(ownFile(world), `v${version}:${randomBytes(32).toString('base64')}\n`);
const wrappedUnder = async (world: World): Promise<readonly number[]> =>
  (await world.sql('select distinct root_version as version from brand_keys order by 1')).map((row) =>
    Number(row['version']),
  );

async function newCustomer(brand: BrandClient): Promise<string> {
  return (await brand.call('POST', '/customers', { body: person() })).json.customer_id;
}

const opens = async (brand: BrandClient, id: string) =>
  (await brand.call('GET', `/customers/${id}`)).status === 200;

describe("a root key of Clientele's own", () => {
  test('gets a new version beside the old one, wraps every key with it, and changes no record', async () => {
    const world = await open();
    const brand = await world.brand();
    const id = await newCustomer(brand);
    const [record] = await world.sql(
      'select xmin::text as written, profile from customers where customer_id = $1',
      [id],
    );
    const [proof] = await world.sql('select root_proof from installation');
    expect(await rotateRoot(world.system, byOperator)).toEqual({
      version: 2,
      resumed: false,
      done: 1,
      kept: [1],
    });
    expect(versionsIn(ownFile(world))).toEqual([1, 2]);
    expect(statSync(ownFile(world)).mode & 0o777).toBe(0o600);
    expect(await wrappedUnder(world)).toEqual([2]);
    expect(
      await world.sql('select xmin::text as written, profile from customers where customer_id = $1', [id]),
    ).toEqual([record]);
    expect(await world.sql('select root_proof from installation')).not.toEqual([proof]);
    await world.system.keyrings.reload(brand.brandId);
    expect(await opens(brand, id)).toBe(true);
  });

  test('is loaded by a running server, for existing and for new brands', async () => {
    const world = await open();
    const brand = await world.brand();
    const id = await newCustomer(brand);
    const second = await startServer(world.config, silent, { apiOnly: true });
    try {
      const there = brandClient(second.url, brand.brandId, brand.name, brand.key, brand);
      expect(await opens(there, id)).toBe(true);
      await rotateRoot(world.system, byOperator);
      expect(second.system.vault.rootVersion).toBe(1);
      // A key under the version before would be lost with it; the database refuses it, and the server reads its file again.
      await createBrand(second.system, 'Made Later');
      expect(second.system.vault.rootVersion).toBe(2);
      expect(await wrappedUnder(world)).toEqual([2]);
      await second.system.keyrings.reload(brand.brandId);
      expect(await opens(there, id)).toBe(true);
    } finally {
      await second.close();
    }
  });

  test('continues after an interruption between file and database, and between two brands', async () => {
    const world = await open();
    for (const name of ['One', 'Two', 'Three']) await createBrand(world.system, name);
    let calls = 0;
    const stopped = await rotateRoot(world.system, { ...byOperator, isStopped: () => calls++ >= 0 });
    expect(stopped.done).toBe(0);
    expect(await wrappedUnder(world)).toEqual([1]);
    expect(await rotateRoot(world.system, byOperator)).toMatchObject({ version: 2, resumed: true, done: 3 });
    await addVersion(world, 3);
    expect(await rotateRoot(world.system, byOperator)).toMatchObject({
      version: 3,
      resumed: false,
      done: 3,
      kept: [1, 2],
    });
    expect(versionsIn(ownFile(world))).toEqual([1, 2, 3]);
  });

  test('is destroyed after the backup horizon, and not a day earlier', async () => {
    let now: Instant = wallClock();
    const world = await open({ now: () => now });
    const brand = await world.brand();
    const id = await newCustomer(brand);
    const policy = { rotateDays: 0, backupHorizonDays: 35 };
    await rotateRoot(world.system, byOperator);
    now = plusSeconds(now, 35 * day - 60);
    await maintainRootKey(world.system, policy);
    expect(versionsIn(ownFile(world))).toEqual([1, 2]);
    now = plusSeconds(now, 120);
    await maintainRootKey(world.system, policy);
    expect(versionsIn(ownFile(world))).toEqual([2]);
    expect(await world.sql('select version from root_versions')).toEqual([{ version: 2 }]);
    await world.system.keyrings.reload(brand.brandId);
    expect(await opens(brand, id)).toBe(true);
  });

  test('that still wraps a key is not destroyed before the key is re-wrapped', async () => {
    let now: Instant = wallClock();
    const world = await open({ now: () => now });
    const brand = await world.brand();
    await rotateRoot(world.system, { ...byOperator, isStopped: () => true });
    now = plusSeconds(now, 400 * day);
    await maintainRootKey(world.system, { rotateDays: 0, backupHorizonDays: 35 });
    expect(await wrappedUnder(world)).toEqual([2]);
    await world.system.keyrings.reload(brand.brandId);
    expect(await opens(brand, await newCustomer(brand))).toBe(true);
  });

  test('is replaced and destroyed even while the keys of one brand do not open', async () => {
    let now: Instant = wallClock();
    const world = await open({ now: () => now });
    const brand = await world.brand();
    const id = await newCustomer(brand);
    const damaged = await world.brand();
    const policy = { rotateDays: 0, backupHorizonDays: 35 };
    await rotateRoot(world.system, byOperator);
    await world.sql("update brand_keys set wrapped = 'AQAAAAE=' where brand_id = $1", [damaged.brandId]);
    await addVersion(world, 3);
    await expect(rotateRoot(world.system, byOperator)).rejects.toThrow(/does not open/);
    const under = (one: BrandClient) =>
      world.sql('select distinct root_version as version from brand_keys where brand_id = $1', [one.brandId]);
    expect([await under(brand), await under(damaged)]).toEqual([[{ version: 3 }], [{ version: 2 }]]);
    // The rotation to version 3 never ends. A newer version is put in use all the same.
    await addVersion(world, 4);
    await expect(rotateRoot(world.system, byOperator)).rejects.toThrow(/does not open/);
    expect([await under(brand), await under(damaged)]).toEqual([[{ version: 4 }], [{ version: 2 }]]);
    // A version that the operator has prepared on this machine alone is not put in use by the background.
    await addVersion(world, 5);
    world.system.vault.reload();
    now = plusSeconds(now, 36 * day);
    await expect(maintainRootKey(world.system, policy)).rejects.toThrow(/does not open/);
    expect(await world.sql('select version from root_versions order by version')).toEqual(
      [2, 4].map((version) => ({ version })),
    );
    expect([await under(brand), await under(damaged)]).toEqual([[{ version: 4 }], [{ version: 2 }]]);
    expect(versionsIn(ownFile(world))).toEqual([2, 4, 5]);
    await world.system.keyrings.reload(brand.brandId);
    expect(await opens(brand, id)).toBe(true);
  });

  test('opens nothing after its destruction, not even an older copy of the rows', async () => {
    let now: Instant = wallClock();
    const world = await open({ now: () => now });
    const brand = await world.brand();
    const backup = await world.sql(
      'select kind, version, root_version as "rootVersion", wrapped from brand_keys',
    );
    const open1 = () =>
      openVault(rootKeyFromFile(ownFile(world)).load()).keyring(brand.brandId, backup as never);
    await rotateRoot(world.system, byOperator);
    expect(open1).not.toThrow();
    now = plusSeconds(now, 36 * day);
    await maintainRootKey(world.system, { rotateDays: 0, backupHorizonDays: 35 });
    expect(open1).toThrow(/root key version 1, which is not loaded/);
  });
});

describe('a root key of the operator', () => {
  test('is never written; the command says what to add, and re-wraps afterwards', async () => {
    const path = join(newFolder(), 'root.key');
    writeFileSync(path, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
    let now: Instant = wallClock();
    const world = await open({ env: { CLIENTELE_ROOT_KEY_FILE: path }, now: () => now });
    const brand = await world.brand();
    const before = readFileSync(path, 'utf8');
    await expect(rotateRoot(world.system, byOperator)).rejects.toThrow(
      `Add one with: echo "v2:$(openssl rand -base64 32)" >> ${path}`,
    );
    expect(readFileSync(path, 'utf8')).toBe(before);
    writeFileSync(path, `${before}v2:${randomBytes(32).toString('base64')}\n`);
    expect(await rotateRoot(world.system, byOperator)).toMatchObject({ version: 2, done: 1, kept: [1] });
    now = plusSeconds(now, 36 * day);
    await maintainRootKey(world.system, { rotateDays: 30, backupHorizonDays: 35 });
    expect(versionsIn(path)).toEqual([1, 2]);
    writeFileSync(path, readFileSync(path, 'utf8').split('\n').slice(1).join('\n'));
    await maintainRootKey(world.system, { rotateDays: 30, backupHorizonDays: 35 });
    expect(await world.sql('select version from root_versions')).toEqual([{ version: 2 }]);
    await world.system.keyrings.reload(brand.brandId);
    expect(await opens(brand, await newCustomer(brand))).toBe(true);
  });

  test('may be set in the environment, as one line or several', async () => {
    const [first, next] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
    const world = await open({ env: { CLIENTELE_ROOT_KEY: first } });
    const brand = await world.brand();
    const id = await newCustomer(brand);
    await expect(rotateRoot(world.system, byOperator)).rejects.toThrow(
      'Add one to CLIENTELE_ROOT_KEY of every process',
    );
    const config = { ...world.config, rootKey: `${first}\nv2:${next}` };
    const restarted = await startServer(config, silent, { apiOnly: true });
    try {
      expect(await rotateRoot(restarted.system, byOperator)).toMatchObject({ version: 2, done: 1 });
      expect(await opens(brandClient(restarted.url, brand.brandId, brand.name, brand.key, brand), id)).toBe(
        true,
      );
    } finally {
      await restarted.close();
    }
  });
});

describe('background rotation', () => {
  test('replaces every key when it is 30 days old, and not before; 0 means never', async () => {
    let now: Instant = wallClock();
    const world = await open({ now: () => now });
    const brand = await world.brand();
    const policy = { rotateDays: 30, backupHorizonDays: 35 };
    const versions = () =>
      world.sql('select kind, version from brand_keys where brand_id = $1 order by kind, version', [
        brand.brandId,
      ]);
    const first = [
      { kind: 'brand', version: 1 },
      { kind: 'index', version: 1 },
    ];
    now = plusSeconds(now, 30 * day - 60);
    await rotationRound(world.system, policy);
    expect(await versions()).toEqual(first);
    now = plusSeconds(now, 120);
    await rotationRound(world.system, { ...policy, rotateDays: 0 });
    expect(await versions()).toEqual(first);
    await rotationRound(world.system, policy);
    expect(await versions()).toEqual(first.map((one) => ({ ...one, version: 2 })));
    expect(versionsIn(ownFile(world))).toEqual([1, 2]);
    await rotationRound(world.system, policy);
    expect(await versions()).toEqual(first.map((one) => ({ ...one, version: 2 })));
  });

  test('finishes an interrupted rotation, by one process at a time', async () => {
    const world = await open();
    const brand = await world.brand();
    await newCustomer(brand);
    const { rotateKey } = await import('../../src/operations/rotation/brand-rotation.ts');
    await rotateKey(world.system, brand.brandId, 'brand', { ...byOperator, isStopped: () => true });
    await Promise.all(
      [1, 2, 3].map(() => rotationRound(world.system, { rotateDays: 0, backupHorizonDays: 35 })),
    );
    expect(
      await world.sql("select version from brand_keys where kind = 'brand' and brand_id = $1", [
        brand.brandId,
      ]),
    ).toEqual([{ version: 2 }]);
  });
});
