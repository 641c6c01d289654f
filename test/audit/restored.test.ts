import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newCustomer } from '../contract-samples.ts';
import { cleanUp, clientele, serve, temporaryFolder } from '../installation/cli/program.ts';
import type { BrandClient, World } from '../world.ts';
import { brandClient, openWorld } from '../world.ts';
import { signedTrail } from './trail.ts';

// The whole way of an operator whose database is lost: the file of a backup, a new database, and anchors on the machine
// that are newer than the backup. Every step is a real command.

let world: World;
let brand: BrandClient;
let folder: string;
const restoredDatabase = `world_${randomUUID().replaceAll('-', '')}`;

beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
  brand = await world.brand('Blue Ridge');
  folder = await temporaryFolder();
  await world.sql(`create database ${restoredDatabase} template template0`);
});
afterAll(async () => {
  await world.sql(`drop database if exists ${restoredDatabase} with (force)`);
  await world.close();
  await cleanUp();
});

/** Signs the trail as it is now, and says at which entry it ends. */
async function signed(): Promise<number> {
  expect(await signedTrail(world.system, brand.brandId)).toEqual([]);
  const [head] = await world.sql('select max(number) as number from audit where brand_id = $1', [
    brand.brandId,
  ]);
  return Number(head?.['number']);
}

test('a trail goes on after the restore of an older backup, once the operator accepts it, and verify-audit says what was lost', {
  timeout: 180_000,
}, async () => {
  const backup = join(folder, 'clientele.backup');
  const rootKey = { CLIENTELE_ROOT_KEY_FILE: join(world.config.dataDir, 'root.key') };
  const original = { ...world.databaseSettings, ...rootKey, CLIENTELE_DATA_DIR: world.config.dataDir };
  const restored = {
    ...rootKey,
    CLIENTELE_DATABASE_URL: world.databaseUrl.replace(world.databaseName, restoredDatabase),
    CLIENTELE_DATA_DIR: join(folder, 'data'),
    CLIENTELE_AUDIT_ANCHOR_FILE: world.config.auditAnchorFile,
    CLIENTELE_PORT: '0',
    CLIENTELE_DEMO: '0',
  };
  const run = async (args: readonly string[], settings: Readonly<Record<string, string>> = restored) =>
    clientele([...args, '--output', 'json'], settings);
  const succeeds = async (...given: Parameters<typeof run>) => {
    const ran = await run(...given);
    expect(ran.code, ran.stderr).toBe(0);
    return ran.json;
  };

  await newCustomer(brand);
  const kept = await signed();
  await succeeds(['backup', '--file', backup], original);
  await newCustomer(brand);
  await newCustomer(brand);
  const lost = await signed();
  // The backup has an entry, too. It is in the outbox of the backup.
  expect(lost).toBe(kept + 3);

  await succeeds(['restore', backup]);
  await succeeds(['keys', 'enable', '--all', '--reason', 'Restored.']);
  const sick = await run(['doctor']);
  expect([sick.code, sick.stdout]).toEqual([
    1,
    expect.stringContaining(`it ends at entry ${kept}, but entry ${lost} was signed`),
  ]);
  const accept = ['accept-restore', '--brand', 'Blue Ridge', '--reason', 'The disk of the database failed.'];
  expect(sick.stdout).toContain(`accept-restore --brand ${brand.brandId}`);
  await succeeds(accept);
  expect((await run(accept)).stderr).toContain('nothing to accept');

  const server = await serve(restored);
  const after = brandClient(server.url, brand.brandId, brand.name, brand.key, world);
  const { customer_id: made } = (await newCustomer(after)).json;
  const entries = async () => (await after.call('GET', `/customers/${made}/audit`)).json.data.length;
  await expect.poll(entries, { timeout: 60_000 }).toBe(1);
  const [accepted] = (await after.call('GET', '/audit?operation=accept-restore')).json.data;
  expect(accepted).toMatchObject({ from: kept + 1, reason: 'The disk of the database failed.' });

  const trail = join(folder, 'trail.ndjson');
  const { key } = await succeeds(['export', 'audit', '--brand', 'Blue Ridge', '--file', trail]);
  await server.stop();
  const verify = ['verify-audit', trail, '--key', key, '--anchors', world.config.auditAnchorFile];
  expect(await succeeds(verify, {})).toMatchObject({
    whole: true,
    restored: [{ to: kept, lost_to: lost }],
  });
});
