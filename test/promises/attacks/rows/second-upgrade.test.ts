import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { migrateDatabase } from '../../../../src/migration.ts';
import { newCustomer } from '../../../contract-samples.ts';
import type { BrandClient, World } from '../../../world.ts';
import { openWorld, settled } from '../../../world.ts';

// A person who owns the tables alters rows, takes their proofs away and removes rows from the table of migrations, so
// that the next start proves the altered rows as those of an earlier version.

let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
});
afterAll(() => world.close());
beforeEach(async () => {
  brand = await world.brand();
  await newCustomer(brand);
  await settled(world);
});

const events = async () => (await brand.call('GET', '/events')).json;
const undo = (migration: string) => world.sql('delete from migrations where name = $1', [migration]);
/** On a machine that has this file of anchors. */
const migrate = (auditAnchorFile = world.config.auditAnchorFile) =>
  migrateDatabase({ ...world.config, auditAnchorFile });

test('stored events are not proved a second time', async () => {
  await world.sql('alter table events alter column mac drop not null');
  await world.sql(
    `update events set mac = null, type = 'customer.deleted', payload = replace(payload, 'created', 'deleted') where brand_id = $1`,
    [brand.brandId],
  );
  await undo('0022_event_proofs_required');
  await expect(migrate()).rejects.toThrow(
    'The database asks for the upgrade 0022_event_proofs_required a second time',
  );
  // The planted fault: a machine whose file of anchors was removed.
  const elsewhere = join(world.config.dataDir, `${randomUUID()}.ndjson`);
  expect((await migrate(elsewhere)).applied).toEqual(['0022_event_proofs_required']);
  expect((await events()).data).toMatchObject([{ event: 'customer.deleted' }]);
  // From then on, that machine knows.
  expect(readFileSync(elsewhere, 'latin1')).toContain(
    '{"kind":"upgraded","step":"0022_event_proofs_required"}',
  );
});

test('an API key with more scopes is not proved a second time', async () => {
  await world.sql('alter table api_keys alter column proof drop not null');
  await world.sql(`update api_keys set proof = null, scopes = '{customers:read}' where brand_id = $1`, [
    brand.brandId,
  ]);
  await undo('0014_row_proofs_required');
  await expect(migrate()).rejects.toThrow('a second time');
  expect(
    await world.sql('select 1 from api_keys where brand_id = $1 and proof is not null', [brand.brandId]),
  ).toEqual([]);
});

test('a start with every migration applied asks for nothing', async () => {
  const fresh = await openWorld({ apiOnly: true });
  try {
    expect(await migrateDatabase(fresh.config)).toMatchObject({ applied: [] });
    const lines = readFileSync(fresh.config.auditAnchorFile, 'latin1').match(/"kind":"upgraded"/g);
    expect(lines).toHaveLength(2);
  } finally {
    await fresh.close();
  }
});
