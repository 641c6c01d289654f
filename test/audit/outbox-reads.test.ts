import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { readUnsequenced } from '../../src/store/audit/outbox.ts';
import { lockSequencer } from '../../src/store/audit/sequencer.ts';
import type { Connection } from '../../src/store/connection/database.ts';
import { pagesOf } from '../database/pages.ts';
import type { World } from '../world.ts';
import { openWorld } from '../world.ts';

// The outbox is filled and emptied all the time. Its oldest rows are read without a walk over the pages that were emptied,
// also by a plan that was made while there was nothing in it. Pages are counted, not milliseconds.

let world: World;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
  const brand = await world.brand();
  await world.sql('alter table journal set (autovacuum_enabled = false)');
  fill = (rows) =>
    world.sql(
      `insert into journal (brand_id, body, mac) select $1, repeat('x', 900), '' from generate_series(1, $2)`,
      [brand.brandId, rows],
    );
});
afterAll(() => world.close());
let fill: (rows: number) => Promise<unknown>;
beforeEach(() => world.sql('truncate journal'));

/** The pages that a read of the oldest rows touches, on a connection that has read an empty outbox often. */
async function pagesToRead(prepare: (db: Connection) => Promise<unknown>): Promise<number> {
  await world.system.db.transaction(async (db) => {
    await prepare(db);
    for (let time = 0; time < 10; time += 1) await readUnsequenced(db, 100);
  });
  await fill(20_000);
  await world.sql('delete from journal where arrived < (select max(arrived) - 50 from journal)');
  const reads: number[] = [];
  for (let read = 0; read < 10; read += 1) {
    reads.push(await world.system.db.transaction((db) => pagesOfOneRead(db, prepare)));
    await sleep(100);
  }
  return Math.min(...reads);
}

/**
 * The first read of a deleted row finds it, and marks its place in the index. It marks nothing while another transaction
 * of the server could still need the row, for example an automatic analyze. So one read of ten counts.
 */
async function pagesOfOneRead(
  db: Connection,
  prepare: (db: Connection) => Promise<unknown>,
): Promise<number> {
  await prepare(db);
  const before = await pagesOf(db, ['journal']);
  const { rows, unreadable } = await readUnsequenced(db, 100);
  expect(rows.length + unreadable.length).toBe(51);
  return (await pagesOf(db, ['journal'])) - before;
}

test('the sequencer reads the oldest rows by their index', async () => {
  expect(await pagesToRead(lockSequencer)).toBeLessThan(150);
});

test('the planted fault: without what the lock of the sequencer sets, a plan of the empty outbox reads every page', async () => {
  expect(await pagesToRead(async () => undefined)).toBeGreaterThan(1_000);
});
