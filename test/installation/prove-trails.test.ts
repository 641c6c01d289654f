import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkpointText } from '../../src/domain/audit/checkpoint.ts';
import { exportAudit } from '../../src/operations/audit/export.ts';
import { recordOperatorAction } from '../../src/operations/audit/operator.ts';
import { sequence } from '../../src/operations/audit/sequence.ts';
import { verifyTrail } from '../../src/operations/audit/verify.ts';
import { proveTrails } from '../../src/operations/installation/prove-trails.ts';
import type { Database } from '../../src/store/connection/database.ts';
import { openDatabase } from '../../src/store/connection/database.ts';
import type { AnchorFile } from '../../src/vault/anchor-file.ts';
import { openAnchorFile } from '../../src/vault/anchor-file.ts';
import { bodyOf } from '../audit/trail.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';

// The upgrade to outbox rows and ends of trails with a MAC: what an earlier version left is accepted once.

let world: World;
let owner: Database;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
  owner = openDatabase({ address: { url: world.databaseUrl } });
  await world.sql('alter table journal alter column mac drop not null');
  await world.sql('alter table journal_heads alter column mac drop not null');
});
afterAll(async () => {
  await owner.close();
  await world.close();
});
beforeEach(async () => {
  brand = await world.brand();
  expect(await complaints()).toEqual([]);
  await recordOperatorAction(world.system, brand.brandId, 'keys list');
});

/** A machine that has signed nothing yet. */
const noAnchors = (): AnchorFile => openAnchorFile(join(tmpdir(), `anchors-${randomUUID()}.ndjson`));

/** Places and signs everything with these anchors, and answers what the service complained about. */
async function complaints(anchors = world.system.anchors): Promise<readonly string[]> {
  const told: string[] = [];
  const system = { ...world.system, anchors };
  await sequence(system, { entries: 1, notAfter: system.now() }, (error) => {
    if (String(error).includes(brand.brandId)) told.push(String(error));
  });
  return told;
}

/** Leaves what a version without MACs and without chained checkpoints would have left. */
async function unprove(): Promise<void> {
  await world.sql('update journal set mac = null where brand_id = $1', [brand.brandId]);
  await world.sql('update journal_heads set mac = null where brand_id = $1', [brand.brandId]);
  const { signer } = world.system.vault;
  const [row] = await world.sql(
    `select number, encode(hash, 'hex') as hash, to_char(signed_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US') as at
       from audit_checkpoints where brand_id = $1`,
    [brand.brandId],
  );
  const plain = {
    brand: brand.brandId,
    number: Number(row?.['number']),
    hash: String(row?.['hash']),
    at: String(row?.['at']) as never,
    key: signer.key,
  };
  await world.sql(
    'update audit_checkpoints set previous_number = null, previous_hash = null, signature = $2 where brand_id = $1',
    [brand.brandId, signer.sign(checkpointText(plain))],
  );
}

const upgrade = (anchors: AnchorFile | undefined) => proveTrails(owner, () => world.system.vault, anchors);

async function exported(): Promise<string> {
  let text = '';
  await exportAudit(
    world.system,
    brand.brandId,
    {},
    async (piece) => {
      text += piece;
    },
    () => undefined,
  );
  return text;
}

test('an upgrade proves what waits and what is placed, and the trail goes on under chained checkpoints', async () => {
  await unprove();
  const anchors = noAnchors();
  await upgrade(anchors);
  // Twice, as after an interruption.
  await upgrade(anchors);
  expect(await complaints(anchors)).toEqual([]);
  const checkpoints = await world.sql(
    'select number, previous_number from audit_checkpoints where brand_id = $1 order by number',
    [brand.brandId],
  );
  expect(checkpoints).toEqual([
    { number: '2', previous_number: null },
    { number: '3', previous_number: '2' },
  ]);
  const keys = new Set([world.system.vault.signer.key]);
  const verdict = await verifyTrail([Buffer.from(await exported(), 'latin1')] as never, { keys });
  expect(verdict).toMatchObject({ whole: true, from: 1, to: 4 });
});

test('an upgrade does not continue a trail that was changed before it', async () => {
  await unprove();
  await world.sql('update audit_checkpoints set number = 1 where brand_id = $1', [brand.brandId]);
  const anchors = noAnchors();
  await upgrade(anchors);
  expect(await complaints(anchors)).toEqual(
    expect.arrayContaining([expect.stringContaining('was not written by the service')]),
  );
});

describe('after the upgrade, a row without a MAC', () => {
  const insert = () => {
    const body = bodyOf(1);
    return world.sql('insert into journal (brand_id, customer_id, body) values ($1, $2, $3)', [
      brand.brandId,
      JSON.parse(body).customer_id,
      body,
    ]);
  };
  /** The migration is made to run again, as by a person who can write its table. */
  async function runAgain(anchors: AnchorFile | undefined): Promise<readonly string[]> {
    await insert();
    await upgrade(anchors);
    return complaints();
  }

  test('is not taken for one of an earlier version', async () => {
    expect(await runAgain(world.system.anchors)).toEqual([
      expect.stringMatching(/^UnprovenRow: The row \d+ of journal, brand /),
    ]);
  });

  test('turns red where the upgrade does not look at the anchors', async () => {
    expect(await runAgain(undefined)).toEqual([]);
  });

  test('cannot be written at all', async () => {
    const fresh = await openWorld({ apiOnly: true });
    try {
      const writing = fresh.sql('insert into journal (brand_id, body) values ($1, $2)', [
        brand.brandId,
        bodyOf(1),
      ]);
      await expect(writing).rejects.toThrow('null value in column "mac"');
    } finally {
      await fresh.close();
    }
  });
});
