import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { acceptRestore } from '../../src/operations/audit/accept-restore.ts';
import { recordOperatorAction } from '../../src/operations/audit/operator.ts';
import { sequence } from '../../src/operations/audit/sequence.ts';
import { examineTrails } from '../../src/operations/installation/doctor-trail.ts';
import { redFrom } from '../../src/operations/installation/finding.ts';
import { proveTrails } from '../../src/operations/installation/prove-trails.ts';
import type { System } from '../../src/operations/system.ts';
import type { Database } from '../../src/store/connection/database.ts';
import { openDatabase } from '../../src/store/connection/database.ts';
import { cleanUp, temporaryFolder } from '../installation/cli/program.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';
import { keepTrail, newSigner, signedTrail, withAnchors } from './trail.ts';

// The anchor file is damaged, cannot be read, or is newer than the database beside it.

let world: World;
let owner: Database;
let brand: BrandClient;
let folder: string;
let system: System;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
  owner = openDatabase({ address: { url: world.databaseUrl } });
  folder = await temporaryFolder();
});
afterAll(async () => {
  await owner.close();
  await world.close();
  await cleanUp();
});
beforeEach(async () => {
  brand = await world.brand();
  system = withAnchors(world.system, join(folder, `${randomUUID()}.ndjson`));
  expect(await signs()).toEqual([]);
  await recordOperatorAction(system, brand.brandId, 'keys list');
});

/** What another process of the same machine complains about in a brand. */
const signs = ({ brandId } = brand) => signedTrail({ ...system }, brandId);
const restarted = () => withAnchors(system, system.anchors.path);
const signedUpTo = async () =>
  (
    await world.sql('select max(number)::int as number from audit_checkpoints where brand_id = $1', [
      brand.brandId,
    ])
  )[0]?.['number'];
const lines = () => readFileSync(system.anchors.path, 'latin1').trimEnd().split('\n');
const change = (line: (last: string) => string) => {
  const all = lines();
  const at = all.findLastIndex((one) => one.includes(brand.brandId));
  all[at] = line(all[at] ?? '');
  writeFileSync(system.anchors.path, `${all.join('\n')}\n`);
  system = restarted();
};

describe('a damaged line', () => {
  test.each([
    ['that is not one any more', (line: string) => line.replace('"number":', '"numb":')],
    ['with another number', (line: string) => line.replace(/"number":\d+/, '"number":1')],
  ])(
    '%s stops the trail of its brand, names the file and the next step, and no other trail',
    async (_, damage) => {
      change(damage);
      const other = await world.brand();
      expect(await signs()).toEqual([
        `ForeignTrail: The audit trail of brand ${brand.brandId} is not signed: the last line about it in ${system.anchors.path} is damaged. Put a copy of the file back. Without one, take the line out: the line before it counts then (docs/audit.md).`,
      ]);
      expect(await signs(other)).toEqual([]);
      expect(lines().some((line) => line.includes(other.brandId))).toBe(true);
      // Without the line the trail goes on.
      change(() => '');
      expect(await signs()).toEqual([]);
      expect(await signedUpTo()).toBe(3);
    },
  );

  test('of another installation is named with the key that signed it', async () => {
    const stranger = newSigner();
    change((line) => {
      const text = line
        .replace(/"key":"[0-9a-f]{64}"/, `"key":"${stranger.key}"`)
        .replace(/,"signature":.*/, '');
      return `${text},"signature":"${stranger.sign(text)}"}`;
    });
    expect(await signs()).toEqual([
      expect.stringContaining(`is signed by the key ${stranger.key}, which is not of this installation.`),
    ]);
  });

  test('that names no brand is passed over, and the line before it counts', async () => {
    change((line) => line.replace(brand.brandId, 'x'.repeat(36)));
    expect(await signs()).toEqual([]);
    expect(await signedUpTo()).toBe(3);
  });
});

test('a file that cannot be read stops every trail, with the file, the fault and the next step', async () => {
  const text = readFileSync(system.anchors.path);
  rmSync(system.anchors.path);
  // No account can read a folder as a file.
  mkdirSync(system.anchors.path);
  system = restarted();
  const message = `The anchor file ${system.anchors.path} cannot be read (EISDIR). No audit trail is continued or signed until it can, because removed entries would not be noticed. Let the account of the service read it, or put a copy of it back (docs/audit.md).`;
  const round = sequence(system, { entries: 1, notAfter: system.now() });
  await expect(round).rejects.toMatchObject({ name: 'AnchorFileError', message });
  const examined = examineTrails(
    { auditAnchorFile: system.anchors.path },
    world.system.db,
    world.system.vault,
  ).catch((error: unknown) => [redFrom('audit trail', error)]);
  expect(await examined).toMatchObject([
    { state: 'red', explanation: `The anchor file ${system.anchors.path} cannot be read (EISDIR).` },
  ]);
  // Changes go on, and wait.
  expect((await brand.call('GET', '/customers')).status).toBe(200);
  await recordOperatorAction(system, brand.brandId, 'keys list');
  rmSync(system.anchors.path, { recursive: true });
  writeFileSync(system.anchors.path, text);
  system = restarted();
  expect(await signs()).toEqual([]);
  expect(await signedUpTo()).toBe(4);
});

describe('a database from before ends had a proof, beside a newer anchor file', () => {
  /** Puts back the trail as it was before its last entry, as an earlier version left it, and upgrades it. */
  async function putBackOld(): Promise<void> {
    const goBack = await keepTrail(world, brand.brandId);
    expect(await signs()).toEqual([]);
    await goBack();
    await world.sql('alter table journal_heads alter column mac drop not null');
    await world.sql('update journal_heads set mac = null where brand_id = $1', [brand.brandId]);
    await proveTrails(owner, () => world.system.vault, restarted().anchors);
    await recordOperatorAction(system, brand.brandId, 'keys list');
    system = restarted();
  }

  test('is not continued, and the message says how to accept it', async () => {
    await putBackOld();
    expect(await signs()).toEqual([
      expect.stringContaining(
        `its end, entry 2, is from before ends had a proof, and an anchor of this machine is newer. If you put back a database of that time, run: clientele accept-restore --brand ${brand.brandId}.`,
      ),
    ]);
    expect(await acceptRestore(system, brand.brandId)).toEqual({ number: 2, lost: 3, unproven: 0 });
    expect(await signs()).toEqual([]);
    await expect(acceptRestore(system, brand.brandId)).rejects.toThrow('nothing to accept');
  });

  test('is not accepted where its entries do not lead to its end', async () => {
    await putBackOld();
    await world.sql(`update journal_heads set audit_number = 1 where brand_id = $1`, [brand.brandId]);
    await expect(acceptRestore(system, brand.brandId)).rejects.toThrow(
      'do not lead from the last checkpoint',
    );
  });
});
