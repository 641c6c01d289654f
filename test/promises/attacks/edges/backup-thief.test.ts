import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { backUp, type RestoreCall, restoreFrom } from '../../../../src/backups.ts';
import type { Config } from '../../../../src/config.ts';
import { readConfig } from '../../../../src/config.ts';
import { apiPrefix } from '../../../../src/contract/table.ts';
import { keyScopes } from '../../../../src/domain/scopes.ts';
import { startServer } from '../../../../src/main.ts';
import { exportAudit } from '../../../../src/operations/audit/export.ts';
import { createKey, enableKey, keysOf, revokeBrandKey } from '../../../../src/operations/brands/api-keys.ts';
import { openRuntime } from '../../../../src/runtime.ts';
import { statement } from '../../../../src/store/connection/database.ts';
import type { BackupReading, Manifest } from '../../../../src/store/installation/backup-file.ts';
import { openBackupFile, writeBackupFile } from '../../../../src/store/installation/backup-file.ts';
import { createRootKeyFile, rootKeyFromFile } from '../../../../src/vault/key-source.ts';
import { openVault } from '../../../../src/vault/vault.ts';
import { newCustomer } from '../../../contract-samples.ts';
import type { BrandClient, World } from '../../../world.ts';
import { openWorld, settled } from '../../../world.ts';

// A person who can write where the backups are changes one, so that the next restore brings back what suits them. Or
// they wait for a restore: a key that was revoked, because it was theirs, would work again.

const timeout = { timeout: 180_000 };
const call = { version: '0.0.0', progress: () => undefined, signal: new AbortController().signal };
const trailer = 32 + 64 + 32;
const folder = mkdtempSync(join(tmpdir(), 'clientele-thief-'));
let world: World;
let brand: BrandClient;
const databases: string[] = [];

beforeAll(async () => {
  world = await openWorld();
  brand = await world.brand();
  await newCustomer(brand);
});
afterAll(async () => {
  for (const name of databases) await world.sql(`drop database if exists ${name} with (force)`);
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

async function backup(): Promise<string> {
  const file = join(folder, `${randomUUID()}.backup`);
  await backUp(world.config, file, call);
  return file;
}

async function elsewhere(): Promise<Config> {
  const name = `world_${randomUUID().replaceAll('-', '')}`;
  await world.sql(`create database ${name} template template0`);
  databases.push(name);
  return readConfig({
    CLIENTELE_DATABASE_URL: world.databaseUrl.replace(world.databaseName, name),
    CLIENTELE_ROOT_KEY_FILE: join(world.config.dataDir, 'root.key'),
    // A directory of its own: the anchors of the original go on.
    CLIENTELE_DATA_DIR: mkdtempSync(join(folder, 'data-')),
    CLIENTELE_PORT: '0',
    CLIENTELE_DEMO: '0',
  });
}

async function restored(file: string, more: Partial<RestoreCall> = {}, config?: Config) {
  const target = config ?? (await elsewhere());
  return { config: target, facts: await restoreFrom(target, file, { ...call, ...more }) };
}

/** The content of a backup with other bytes in it, ended as `end` says. */
function changed(file: string, end: (body: Buffer, signed: Buffer) => Buffer, form = 2): string {
  const whole = readFileSync(file);
  const start = whole.indexOf('\n') + 1;
  const inside = gunzipSync(whole.subarray(start, whole.length - trailer));
  const text = inside.toString('latin1').replaceAll(brand.name, `${brand.name.slice(0, -1)}~`);
  const body = Buffer.concat([
    Buffer.from(`clientele backup ${form}\n`),
    gzipSync(Buffer.from(text, 'latin1')),
  ]);
  const path = join(folder, `${randomUUID()}.backup`);
  writeFileSync(path, withChecksum(end(body, whole.subarray(-trailer, -32))));
  return path;
}

const withChecksum = (bytes: Buffer): Buffer =>
  Buffer.concat([bytes, createHash('sha256').update(bytes).digest()]);

/** A signature over a body, by the holder of a root key. */
function signatureBy(keyFile: string, body: Buffer): Buffer {
  const { key, sign } = openVault(rootKeyFromFile(keyFile).load()).signer;
  const text = `clientele backup 2\n${createHash('sha256').update(body).digest('hex')}`;
  return Buffer.concat([Buffer.from(key, 'hex'), Buffer.from(sign(text), 'base64')]);
}

describe('a backup that was changed', () => {
  test(
    'is refused although its checksum fits: with the old signature, another key, or none',
    timeout,
    async () => {
      const file = await backup();
      const config = await elsewhere();
      const other = join(folder, 'other.key');
      createRootKeyFile(other);
      const refused = (path: string, sentence: RegExp, more: Partial<RestoreCall> = {}) =>
        expect(restored(path, more, config)).rejects.toThrow(sentence);
      await refused(
        changed(file, (body, signed) => Buffer.concat([body, signed])),
        /was changed after it was made: its signature does not match/,
      );
      await refused(
        changed(file, (body) => Buffer.concat([body, signatureBy(other, body)])),
        /is signed by another key than the root key's/,
      );
      const stripped = changed(file, (body) => body, 1);
      await refused(stripped, /has no signature.*--unsigned/);
      await refused(
        changed(file, (body, signed) => Buffer.concat([body, signed])),
        /signature does not match/,
        { allowsUnsigned: true },
      );
      // Nothing of those was written.
      expect((await restored(file, {}, config)).facts.rows).toBeGreaterThan(5);
    },
  );

  test('fails if the signature is not looked at: the changed bytes are restored', timeout, async () => {
    const stripped = changed(await backup(), (body) => body, 1);
    const { config } = await restored(stripped, { allowsUnsigned: true });
    const { system, close } = await openRuntime(config, 'command');
    const [made] = await system.db.run(statement('', 'select name from brands'), []);
    await close();
    expect(made?.['name']).toBe(`${brand.name.slice(0, -1)}~`);
  });
});

describe('a backup that is changed after its signature was checked', () => {
  const manifest = { tables: [{ name: 'brands', columns: 'name' }], sequences: [] } as unknown as Manifest;
  /** Bytes that do not compress, so that two files that differ at their ends are the same long. */
  const rows = randomBytes(4_000_000);

  async function fileOf(bytes: Buffer): Promise<string> {
    const path = join(folder, `${randomUUID()}.backup`);
    const table = {
      rowCount: 1,
      async *[Symbol.asyncIterator]() {
        yield bytes;
      },
    };
    const { signer } = openVault(rootKeyFromFile(join(world.config.dataDir, 'root.key')).load());
    await writeBackupFile(path, manifest, [table], { signer });
    return path;
  }

  async function read(backup: BackupReading): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const bytes of backup.table()) pieces.push(bytes);
    await backup.rowCount();
    return Buffer.concat(pieces);
  }

  test('in place is not committed, although its bytes are read', async () => {
    const path = await fileOf(rows);
    const others = Buffer.from(rows);
    others.fill(0x41, others.length - 8);
    const forged = readFileSync(await fileOf(others));
    expect(forged.length).toBe(readFileSync(path).length);
    const backup = await openBackupFile(path);
    writeFileSync(path, forged);
    expect((await read(backup)).equals(others)).toBe(true);
    await expect(backup.requireUnchanged()).rejects.toThrow(/was changed while it was read/);
    backup.close();
  });

  test('by another file in its place is read as it was checked', async () => {
    const path = await fileOf(rows);
    const backup = await openBackupFile(path);
    renameSync(await fileOf(randomBytes(100)), path);
    expect((await read(backup)).equals(rows)).toBe(true);
    await backup.requireUnchanged();
    backup.close();
  });

  test('cannot bring statements in its names, even without a signature', async () => {
    const whole = readFileSync(await backup());
    const start = whole.indexOf('\n') + 1;
    const text = gunzipSync(whole.subarray(start, whole.length - trailer)).toString('latin1');
    const named = text.replace('"name":"brands"', '"name":"brands; drop table brands"');
    const body = Buffer.concat([Buffer.from('clientele backup 1\n'), gzipSync(Buffer.from(named, 'latin1'))]);
    const path = join(folder, `${randomUUID()}.backup`);
    writeFileSync(path, withChecksum(body));
    await expect(restored(path, { allowsUnsigned: true })).rejects.toThrow(
      /names tables or columns in a form/,
    );
  });
});

describe('the keys of a restored backup', () => {
  const statusOf = async (url: string, { identity, authorization }: BrandClient['key']) =>
    (
      await fetch(`${url}${apiPrefix}/customers`, {
        headers: { Identity: identity, Authorization: authorization },
      })
    ).status;

  test('open nothing until they are enabled, and a revoked one never again', timeout, async () => {
    const before = await createKey(world.system, brand.brandId, { name: 'gone before', scopes: keyScopes });
    await revokeBrandKey(world.system, brand.brandId, before.identity);
    const { config, facts } = await restored(await backup());
    expect(facts.keys.disabled).toBeGreaterThan(0);
    const running = await startServer(config, { logger: pino({ level: 'silent' }) }, { apiOnly: true });
    try {
      const { system, url } = running;
      expect(await statusOf(url, brand.key)).toBe(401);
      // A writer of the tables does not enable it.
      await system.db.run(statement('', 'update api_keys set disabled_at = null where identity = $1'), [
        brand.key.identity,
      ]);
      expect(await statusOf(url, brand.key)).toBe(503);
    } finally {
      await running.close();
    }
    const again = await restored(await backup());
    const server = await startServer(again.config, { logger: pino({ level: 'silent' }) }, { apiOnly: true });
    try {
      const { system, url } = server;
      await enableKey(system, brand.brandId, brand.key.identity);
      expect(await statusOf(url, brand.key)).toBe(200);
      await expect(enableKey(system, brand.brandId, before.identity)).rejects.toThrow(
        /is revoked, and stays so/,
      );
      expect(await statusOf(url, before)).toBe(401);
      await settled({ system, sql: (text) => system.db.run(statement('', text), []) });
      const entries = await system.db.run(
        statement('', `select body from audit where body like '%${brand.key.identity}%'`),
        [],
      );
      const operations = entries.map(({ body }) => JSON.parse(String(body)).operation);
      expect(operations).toEqual(expect.arrayContaining(['keys create', 'restore', 'keys enable']));
    } finally {
      await server.close();
    }
  });

  test(
    'that were revoked after the backup stay revoked, and later holds are named, where an export tells',
    timeout,
    async () => {
      const thief = await createKey(world.system, brand.brandId, { name: 'thief', scopes: keyScopes });
      const { customer_id } = (await newCustomer(brand)).json;
      const holds = `/customers/${customer_id}/legal-holds`;
      const kept = (await brand.call('POST', holds, { body: { reason: 'Case 1.' } })).json;
      const file = await backup();
      await revokeBrandKey(world.system, brand.brandId, thief.identity);
      const lost = (await brand.call('POST', holds, { body: { reason: 'Case 2.' } })).json;
      const released = (await brand.call('POST', holds, { body: { reason: 'Case 3.' } })).json;
      const second = await createKey(world.system, brand.brandId, {
        name: 'second person',
        scopes: keyScopes,
      });
      const { status } = await brand
        .as(second)
        .call('POST', `${holds}/${released.hold_id}/release`, { body: { reason: 'Over.' } });
      expect(status).toBe(200);
      await settled(world);
      const trail = join(folder, `${randomUUID()}.ndjson`);
      await exportTo(trail);

      const without = await restored(file);
      expect(without.facts).toMatchObject({ keys: { revoked: [] }, lostHolds: [] });
      const { facts, config } = await restored(file, { auditFiles: [trail] });
      expect(facts.keys.revoked).toEqual([thief.identity]);
      expect(facts.lostHolds).toEqual([
        expect.objectContaining({ customer_id, hold_id: lost.hold_id, bond_brand_id: brand.brandId }),
      ]);
      expect(facts.lostHolds.map(({ hold_id }) => hold_id)).not.toContain(kept.hold_id);
      const { system, close } = await openRuntime(config, 'command');
      const keys = await keysOf(system, brand.brandId);
      await close();
      const ofThief = keys.find(({ identity }) => identity === thief.identity);
      expect(ofThief?.revokedAt).toBeDefined();

      // An export that was changed, or that another installation signed, says nothing.
      const text = readFileSync(trail, 'utf8');
      const edited = join(folder, 'edited.ndjson');
      writeFileSync(edited, text.replace('"operation":"keys revoke"', '"operation":"keys rotate"'));
      await expect(restored(file, { auditFiles: [edited] })).rejects.toThrow(/no intact export/);
    },
  );

  async function exportTo(path: string): Promise<void> {
    const pieces: string[] = [];
    const sink = async (piece: string) => void pieces.push(piece);
    await exportAudit(world.system, brand.brandId, {}, sink, () => undefined);
    writeFileSync(path, pieces.join(''));
  }
});
