import { randomBytes } from 'node:crypto';
import { appendFileSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { recordOperatorAction } from '../../src/operations/audit/operator.ts';
import { examineTrails } from '../../src/operations/installation/doctor-trail.ts';
import type { System } from '../../src/operations/system.ts';
import { rootKeyFileOf } from '../../src/root-key.ts';
import { rootKeyFromFile } from '../../src/vault/key-source.ts';
import { openVault } from '../../src/vault/vault.ts';
import { cleanUp, temporaryFolder } from '../installation/cli/program.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';
import { signedTrail } from './trail.ts';

// One machine has a new version of the root key already, and another one does not have it yet.

let world: World;
let brand: BrandClient;
let folder: string;
/** The machine that has both versions, and the one that has the old version only. */
let ahead: System;
let behind: System;
let behindFile: string;
const newLine = `v2:${randomBytes(32).toString('base64')}\n`;
let machines = 0;

/** A process on a machine of its own with these root keys. */
function machineWith(lines: string): { readonly system: System; readonly file: string } {
  machines += 1;
  const file = join(folder, `${machines}.key`);
  copyFileSync(rootKeyFileOf(world.config), file);
  appendFileSync(file, lines);
  return { system: { ...world.system, vault: openVault(rootKeyFromFile(file).load()) }, file };
}

beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
  folder = await temporaryFolder();
  ahead = machineWith(newLine).system;
  // The version is in use, and the brands of the tests still get their keys under the old one.
  await world.sql('insert into root_versions (version, since) values (2, now())');
  await world.sql('alter table brand_keys disable trigger user');
});
afterAll(async () => {
  await world.close();
  await cleanUp();
});
beforeEach(async () => {
  brand = await world.brand();
  ({ system: behind, file: behindFile } = machineWith(''));
  expect(await placed(behind)).toEqual([]);
  await recordOperatorAction(ahead, brand.brandId, 'keys list');
});

const placed = (system: System) => signedTrail(system, brand.brandId);
const waiting = () =>
  world.sql('select refused_at from journal where brand_id = $1 order by arrived', [brand.brandId]);
const waits = expect.stringMatching(
  /^WaitingTrail: The audit trail of brand .* waits: the row \d+ of journal was written under version 2 of the root key/,
);

test('a row that cannot be verified for want of a version waits, and so do the rows behind it', async () => {
  await recordOperatorAction(behind, brand.brandId, 'keys list');
  const other = await world.brand();
  expect(await placed(behind)).toEqual([waits]);
  expect(await waiting()).toEqual([{ refused_at: null }, { refused_at: null }]);
  // The other brands go on.
  expect(await world.sql('select 1 from journal where brand_id = $1', [other.brandId])).toEqual([]);
  const { auditAnchorFile } = world.config;
  const findings = await examineTrails({ auditAnchorFile }, world.system.db, behind.vault);
  expect(findings).toContainEqual({
    check: 'audit trail',
    state: 'red',
    explanation: expect.stringContaining(`The audit trail of brand ${brand.brandId} waits`),
    nextStep: expect.stringContaining('Bring the root key with all of its versions to this machine'),
  });
  appendFileSync(behindFile, newLine);
  expect(await placed(behind)).toEqual([]);
  expect(await waiting()).toEqual([]);
});

test('a machine that has the version goes on, and the other one waits for its end', async () => {
  expect(await placed(ahead)).toEqual([]);
  await recordOperatorAction(behind, brand.brandId, 'keys list');
  expect(await placed(behind)).toEqual([
    expect.stringContaining('its end in journal_heads was written under version 2 of the root key'),
  ]);
  expect(await placed(ahead)).toEqual([]);
  expect(await waiting()).toEqual([]);
});

test('a row that was refused for want of a version gets its place once the version is there', async () => {
  // The planted fault: a vault that does not tell a missing version from a wrong proof.
  const vault = Object.create(behind.vault, { missingVersionOf: { value: () => undefined } });
  expect(await placed({ ...behind, vault })).toEqual([
    expect.stringContaining('was not written by the service'),
  ]);
  expect(await waiting()).toEqual([{ refused_at: expect.any(Date) }]);
  // Without the version it stays refused.
  expect(await placed({ ...behind })).toEqual([]);
  expect(await waiting()).toHaveLength(1);
  expect(await placed(machineWith(newLine).system)).toEqual([]);
  expect(await waiting()).toEqual([]);
});

test('a row that does not verify under a version that is there is refused', async () => {
  await world.sql(`update journal set body = replace(body, 'keys list', 'keys made') where brand_id = $1`, [
    brand.brandId,
  ]);
  expect(await placed(ahead)).toEqual([expect.stringContaining('was not written by the service')]);
  expect(await placed({ ...ahead })).toEqual([]);
  expect(await waiting()).toEqual([{ refused_at: expect.any(Date) }]);
});
