import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CrashFixture, Recovery } from './durability/kills.ts';
import { openCrashFixture } from './durability/kills.ts';
import { checkRecords, readBack, repeatRequests } from './durability/oracle.ts';
import type { KillTarget } from './durability/serving.ts';
import { withSql } from './durability/serving.ts';

const cycles = 21;
/** Milliseconds within which a killed server is ready again. */
const readyWithin = 5_000;
const victims: readonly KillTarget[] = ['app', 'everything', 'postmaster'];

let fixture: CrashFixture;
beforeAll(async () => {
  fixture = await openCrashFixture();
}, 180_000);
afterAll(() => fixture?.close());

test(`no acknowledged write is lost, torn or doubled over ${cycles} kills of program and database`, {
  timeout: 900_000,
}, async () => {
  const recoveries: Recovery[] = [];
  for (let cycle = 0; cycle < cycles; cycle++) {
    const recovery = await fixture.kill(victims[cycle % victims.length] as KillTarget);
    expect(recovery.complaints).toEqual([]);
    recoveries.push(recovery);
  }
  const { at, histories } = fixture;
  expect(await repeatRequests(at, histories.slice(-100))).toEqual([]);
  expect(await readBack(at, histories)).toEqual([]);
  expect(await checkRecords(at, histories)).toEqual([]);
  expect(Math.max(...recoveries.map(({ own }) => own))).toBeLessThan(readyWithin);
});

// The same oracle on records that were tampered with: if it stays silent here, its silence above proves nothing.
test.each([
  [
    'a lost write',
    'with gone as (delete from customers where customer_id = $1 returning 1) select 1 from gone',
  ],
  ['a lost change', 'update customers set version = version - 1 where customer_id = $1'],
  ['a change done twice', 'update customers set version = version + 1 where customer_id = $1'],
  [
    'a create done twice',
    `insert into customers select (jsonb_populate_record(one, jsonb_build_object('customer_id', gen_random_uuid(),
       'brand_person_id', gen_random_uuid(), 'ssn_unique', false, 'seq', 1000000))).* from customers as one where customer_id = $1`,
  ],
  [
    'a torn profile',
    "update customers set profile = overlay(profile placing 'AAAA' from 40) where customer_id = $1",
  ],
  ['a torn SSN', 'update customers set ssn = left(ssn, -4) where customer_id = $1'],
  [
    'a torn answer',
    "update idempotency set answer = overlay(answer placing 'AAAA' from 40) where customer_id = $1 or true",
  ],
  [
    'a count that is off',
    'update customer_counts set count = count + 1 where $1::uuid is not null and ctid = (select min(ctid) from customer_counts)',
  ],
])('the oracle sees %s', async (_, tampering) => {
  await withSql(fixture.at.dataDir, async (sql) => {
    const [victim] = await sql('select customer_id from customers limit 1');
    for (const table of tables) await sql(`create table kept_${table} as table ${table}`);
    await sql(tampering, [victim?.['customer_id']]);
    expect(await checkRecords(fixture.at, fixture.histories)).not.toEqual([]);
    for (const table of tables) {
      await sql(`delete from ${table}`);
      await sql(`insert into ${table} table kept_${table}`);
      await sql(`drop table kept_${table}`);
    }
  });
  expect(await checkRecords(fixture.at, fixture.histories)).toEqual([]);
});

const tables = ['customers', 'idempotency', 'customer_counts'];
