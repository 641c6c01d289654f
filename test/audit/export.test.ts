import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordOperatorAction } from '../../src/operations/audit/operator.ts';
import { sequence } from '../../src/operations/audit/sequence.ts';
import { newCustomer } from '../contract-samples.ts';
import { cleanUp, clientele, temporaryFolder } from '../installation/cli/program.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld, settled } from '../world.ts';

let world: World;
let brand: BrandClient;
let folder: string;
let settings: Record<string, string>;
beforeAll(async () => {
  // Sequencing runs by hand here: a round of the worker would take away its turn to sign.
  world = await openWorld({ apiOnly: true });
  folder = await temporaryFolder();
  settings = { ...world.databaseSettings, CLIENTELE_DATA_DIR: world.config.dataDir };
  // The command is built before anything is timed.
  await clientele(['--version']);
}, 120_000);
afterAll(async () => {
  await cleanUp();
  await world.close();
});

const json = (args: readonly string[], env = settings) => clientele([...args, '--output', 'json'], env);
let files = 0;
const newFile = () => {
  files += 1;
  return join(folder, `${files}.ndjson`);
};

async function exported(...more: readonly string[]) {
  const path = newFile();
  const ran = await json(['export', 'audit', '--brand', brand.name, '--file', path, ...more]);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  return { path, told: ran.json };
}
/** Without any setting: what verifies must not need the installation. */
const verified = (path: string, ...more: readonly string[]) => json(['verify-audit', path, ...more], {});

describe('an exported trail', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    brand = await world.brand();
    for (let count = 0; count < 5; count += 1) await newCustomer(brand);
  });

  test('contains every committed entry, including its own, and is verified without the installation', async () => {
    const { path, told } = await exported();
    expect(told).toMatchObject({ brand: brand.name, from: 1, to: 8, key: world.system.vault.signer.key });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const lines = (await readFile(path, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const entries = lines.filter(({ kind }) => kind === undefined);
    expect(entries.map(({ operation }) => operation)).toEqual([
      'brands create',
      'keys create',
      ...Array.from({ length: 5 }, () => 'createCustomer'),
      'export audit',
    ]);
    expect(entries.at(-1).actor.kind).toBe('operator');
    expect(lines.at(-1).kind).toBe('end');
    expect((await verified(path, '--key', told.key)).json).toMatchObject({
      whole: true,
      to: 8,
      key_known: true,
    });
    const open = await clientele(['verify-audit', path]);
    expect(open).toMatchObject({ code: 0 });
    expect(open.stdout).toContain('Name your key with --key.');
  });

  test('fails verification after an edit, with the line and the reason', async () => {
    const { path, told } = await exported();
    const lines = (await readFile(path, 'utf8')).split('\n');
    const at = lines.findIndex((line) => line.includes('createCustomer'));
    await writeFile(
      path,
      lines.with(at, (lines[at] ?? '').replace('createCustomer', 'deleteCustomer')).join('\n'),
    );
    expect(await verified(path, '--key', told.key)).toMatchObject({
      code: 1,
      json: { whole: false, line: at + 1, problem: 'Entry 3 was changed.' },
    });
    const other = (await exported()).path;
    expect(await verified(other, '--key', 'ab'.repeat(32))).toMatchObject({
      code: 1,
      json: { whole: false },
    });
  });

  test('continues where the previous export ended', async () => {
    const first = await exported();
    const second = await exported('--from', String(first.told.to + 1));
    expect(second.told.from).toBe(first.told.to + 1);
    const keys = join(folder, 'keys.txt');
    await writeFile(keys, `${'0'.repeat(64)}\n${second.told.key}\n`);
    expect((await verified(second.path, '--key', keys)).json).toMatchObject({
      whole: true,
      from: second.told.from,
    });
    expect(
      (await json(['export', 'audit', '--brand', brand.name, '--file', newFile(), '--from', '999'])).code,
    ).toBe(1);
  });

  test('never overwrites a file and is never incomplete', async () => {
    const { path } = await exported();
    const before = await readFile(path);
    const again = await json(['export', 'audit', '--brand', brand.name, '--file', path]);
    expect(again.code).toBe(1);
    expect(JSON.parse(again.stderr).error).toMatch(/^The file .* exists\./);
    expect(await readFile(path)).toEqual(before);
  });
});

describe('an attacker with write access to the database and without the root key', {
  timeout: 120_000,
}, () => {
  /** A brand with a chained trail under a checkpoint. */
  async function chained() {
    brand = await world.brand();
    for (let count = 0; count < 3; count += 1)
      await recordOperatorAction(world.system, brand.brandId, 'keys list');
    while ((await sequence(world.system)) !== 'done');
    await sequence(world.system, { entries: 1, notAfter: world.system.now() });
  }
  async function refused(): Promise<string> {
    const path = newFile();
    const ran = await json(['export', 'audit', '--brand', brand.name, '--file', path]);
    expect(ran.code).toBe(1);
    await expect(stat(path)).rejects.toThrow();
    await expect(stat(`${path}.partial`)).rejects.toThrow();
    return JSON.parse(ran.stderr).error;
  }

  test('cannot change or remove an entry without failing the export', async () => {
    await chained();
    await world.sql(
      `update audit set body = replace(body, 'keys list', 'keys nothing') where brand_id = $1 and number = 3`,
      [brand.brandId],
    );
    expect(await refused()).toContain('Entry 3 of the audit trail, or the one before it, was changed.');
    await chained();
    await world.sql('delete from audit where brand_id = $1 and number = 4', [brand.brandId]);
    expect(await refused()).toContain('Entry 4 of the audit trail is missing.');
  });

  test('cannot rebuild the chain below a signed checkpoint', async () => {
    const { linked, firstPreviousHash } = await import('../../src/operations/audit/chain.ts');
    await chained();
    let previous = firstPreviousHash(brand.brandId);
    const rows = await world.sql('select number, body from audit where brand_id = $1 order by number', [
      brand.brandId,
    ]);
    for (const { number, body } of rows) {
      const forged = String(body).replace('keys list', 'keys nothing');
      const { hash } = linked(Number(number), previous, forged);
      await world.sql(
        `update audit set body = $3, hash = decode($4, 'hex') where brand_id = $1 and number = $2`,
        [brand.brandId, number, forged, hash],
      );
      previous = hash;
    }
    await world.sql(`update journal_heads set audit_hash = decode($2, 'hex') where brand_id = $1`, [
      brand.brandId,
      previous,
    ]);
    expect(await refused()).toContain('its end in journal_heads, entry 5, was not written by the service');
    await world.sql('delete from journal where brand_id = $1', [brand.brandId]);
  });

  test('cannot begin the trail again by taking the checkpoints away, too', async () => {
    await chained();
    await world.sql('delete from audit_checkpoints where brand_id = $1', [brand.brandId]);
    await world.sql('delete from audit where brand_id = $1', [brand.brandId]);
    await world.sql('delete from journal_heads where brand_id = $1', [brand.brandId]);
    for (let count = 0; count < 6; count += 1)
      await recordOperatorAction(world.system, brand.brandId, 'keys list');
    expect(await refused()).toContain('it ends at entry 0, but had entry 5');
    // The changes wait for the operator.
    await world.sql('delete from journal where brand_id = $1', [brand.brandId]);
  });
});

test('exported customers are those of the list, each once and with a masked SSN', {
  timeout: 120_000,
}, async () => {
  brand = await world.brand();
  for (let count = 0; count < 53; count += 1) await newCustomer(brand);
  const path = newFile();
  const ran = await json(['export', 'customers', '--brand', brand.name, '--file', path]);
  expect(ran).toMatchObject({ code: 0, json: { customers: 53 } });
  const lines = (await readFile(path, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const listed = (await brand.call('GET', '/customers?per_page=50')).json;
  expect(lines).toHaveLength(53);
  expect(lines.slice(0, 50)).toEqual(listed);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  // A command leaves it to background work to give what it wrote its place.
  await settled(world);
  const { json: found } = await brand.call('GET', '/audit?operation=export%20customers');
  expect(found.data).toHaveLength(1);
});
