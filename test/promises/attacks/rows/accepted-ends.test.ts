import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { acceptRestore } from '../../../../src/operations/audit/accept-restore.ts';
import { linked } from '../../../../src/operations/audit/chain.ts';
import { recordOperatorAction } from '../../../../src/operations/audit/operator.ts';
import type { System } from '../../../../src/operations/system.ts';
import { bodyOf, keepTrail, signedTrail, withAnchors } from '../../../audit/trail.ts';
import type { BrandClient, World } from '../../../world.ts';
import { openWorld } from '../../../world.ts';

// A person who can write every table chains entries of their own, and takes the proof of the end away, so that it looks
// like one of an earlier version. The message of the service names accept-restore, and an operator runs it.

let world: World;
let brand: BrandClient;
let system: System;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
});
afterAll(() => world.close());
beforeEach(async () => {
  brand = await world.brand();
  system = withAnchors(world.system, join(world.config.dataDir, `${randomUUID()}.ndjson`));
  await recordOperatorAction(system, brand.brandId, 'keys list');
  expect(await signed()).toEqual([]);
});

const signed = (by: System = { ...system }) => signedTrail(by, brand.brandId);
const accept = (unproven?: number, by: System = system) => acceptRestore(by, brand.brandId, unproven);
const anchors = () => readFileSync(system.anchors.path, 'latin1');
/** What the trail says of this command. */
const told = async () =>
  (
    await world.sql(
      `select body from audit where brand_id = $1 and body like '%"operation":"accept-restore"%'
       union all select body from journal where brand_id = $1 and body like '%"operation":"accept-restore"%'`,
      [brand.brandId],
    )
  ).map(({ body }) => JSON.parse(String(body)));
const endProof = async () =>
  (await world.sql('select mac from journal_heads where brand_id = $1', [brand.brandId]))[0]?.['mac'];

/** Chains entries after the signed end, which is entry 3. */
async function forge(count: number): Promise<void> {
  const [end = {}] = await world.sql(
    `select audit_number, encode(audit_hash, 'hex') as hash from journal_heads where brand_id = $1`,
    [brand.brandId],
  );
  let number = Number(end['audit_number']);
  let hash = String(end['hash']);
  for (let made = 0; made < count; made += 1) {
    const body = bodyOf(made + 1);
    number += 1;
    ({ hash } = linked(number, hash, body));
    await world.sql(
      `insert into audit (brand_id, number, customer_id, body, hash) values ($1, $2, $3, $4, decode($5, 'hex'))`,
      [brand.brandId, number, JSON.parse(body).customer_id, body, hash],
    );
  }
  await world.sql(
    `update journal_heads set audit_number = $2, audit_hash = decode($3, 'hex'), mac = '' where brand_id = $1`,
    [brand.brandId, number, hash],
  );
}

test('entries that nothing proves are named, and accepted only by their number', async () => {
  await forge(2);
  expect(await signed()).toEqual(
    expect.arrayContaining([expect.stringContaining('run: clientele accept-restore')]),
  );
  const before = anchors();
  await expect(accept()).rejects.toThrow(
    /^Nothing proves that Clientele wrote the last 2 entries of the audit trail: 4 to 5, from 2027-01-15T08:00:01\.000000 to 2027-01-15T08:00:02\.000000 \(updateCustomer 2\)\. .* --accept-unproven 2\./,
  );
  await expect(accept(1)).rejects.toThrow('the last 2 entries');
  expect([await told(), await endProof(), anchors()]).toEqual([[], '', before]);
  // The planted fault: an operator who does not compare them. The trail says so.
  expect(await accept(2)).toEqual({ number: 5, lost: 5, unproven: 2 });
  expect(await told()).toMatchObject([{ from: 6, unproven: 2 }]);
  expect(await signed()).toEqual([]);
});

test('an end with a proof takes no such number', async () => {
  const goBack = await keepTrail(world, brand.brandId);
  await recordOperatorAction(system, brand.brandId, 'keys list');
  expect(await signed()).toEqual([]);
  await goBack();
  await expect(accept(1)).rejects.toThrow('Every entry of the audit trail has a proof.');
  expect(await accept()).toEqual({ number: 3, lost: 4, unproven: 0 });
  const [entry] = await told();
  expect(entry).not.toHaveProperty('unproven');
});

/** A process that dies before its transaction is committed. */
const dying = (by: System): System => ({
  ...by,
  db: {
    ...by.db,
    transaction: (work) =>
      by.db.transaction(async (connection) => {
        await work(connection);
        throw new Error('killed');
      }),
  },
});

test('a process that dies accepts nothing without its entry, and the next run writes both', async () => {
  await forge(1);
  await expect(accept(1, dying(system))).rejects.toThrow('killed');
  expect([await told(), await endProof()]).toEqual([[], '']);
  expect(await accept(1)).toEqual({ number: 4, lost: 4, unproven: 1 });
  expect(await told()).toHaveLength(1);
});

test('a line in the file of anchors that has no entry gets it from the next run', async () => {
  const goBack = await keepTrail(world, brand.brandId);
  await recordOperatorAction(system, brand.brandId, 'keys list');
  expect(await signed()).toEqual([]);
  await goBack();
  await expect(accept(0, dying(system))).rejects.toThrow('killed');
  expect(anchors()).toContain('"kind":"restored"');
  expect(await told()).toEqual([]);
  expect(await accept()).toEqual({ number: 3, lost: 4, unproven: 0 });
  expect(await told()).toMatchObject([{ from: 4 }]);
  expect(await signed()).toEqual([]);
  await expect(accept()).rejects.toThrow('nothing to accept');
});
