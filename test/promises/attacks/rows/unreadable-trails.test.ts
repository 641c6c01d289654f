import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { recordOperatorAction } from '../../../../src/operations/audit/operator.ts';
import { compareTrailEnds, examineTrails } from '../../../../src/operations/installation/doctor-trail.ts';
import { measureQueues } from '../../../../src/operations/queues.ts';
import { outboxColumns } from '../../../../src/store/audit/outbox.ts';
import { headsOfBrands } from '../../../../src/store/audit/sequencer.ts';
import { bodyOf, signedTrail } from '../../../audit/trail.ts';
import type { BrandClient, World } from '../../../world.ts';
import { openWorld } from '../../../world.ts';

// A person who can write every table stores a value that no program can read, where the sequencer reads the rows of all
// brands. The schema refuses it. Where the person owns the tables and dropped that rule, only the one brand waits.

let world: World;
let brand: BrandClient;
let other: BrandClient;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
});
afterAll(() => world.close());
beforeEach(async () => {
  [brand, other] = [await world.brand(), await world.brand()];
  expect(await signed(brand)).toEqual([]);
  expect(await signed(other)).toEqual([]);
});

const signed = ({ brandId }: BrandClient) => signedTrail({ ...world.system }, brandId);
const another = ({ brandId }: BrandClient) => recordOperatorAction(world.system, brandId, 'keys list');
const entries = async ({ brandId }: BrandClient) =>
  (await world.sql('select count(*)::int as entries from audit where brand_id = $1', [brandId]))[0]?.[
    'entries'
  ];
const checkpoints = async ({ brandId }: BrandClient) =>
  (
    await world.sql('select max(number)::int as number from audit_checkpoints where brand_id = $1', [brandId])
  )[0]?.['number'];

/** As a person who owns the tables does it. */
async function withoutRule(table: string, rule: string, work: () => Promise<unknown>): Promise<void> {
  const [found] = await world.sql(
    'select pg_get_constraintdef(oid) as rule from pg_constraint where conname = $1',
    [rule],
  );
  await world.sql(`alter table ${table} drop constraint ${rule}`);
  await work();
  await world.sql(`alter table ${table} add constraint ${rule} ${String(found?.['rule'])} not valid`);
}

const row = `insert into journal (brand_id, body, mac, event_id, type, payload, occurred_at) values ($1, $2, 'any', gen_random_uuid(), 'customer.created', '{}', `;
const plantRow = (time: string) => world.sql(`${row}${time})`, [brand.brandId, bodyOf(1)]);
const rows: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['an endless time', () => plantRow(`'infinity'`)],
  ['a time before our era', () => plantRow(`'0044-03-15 BC'`)],
  [
    'a text of a megabyte',
    () =>
      world.sql(`insert into journal (brand_id, body, mac) values ($1, repeat('x', 1000001), '')`, [
        brand.brandId,
      ]),
  ],
];

describe.each(rows)('a row of the outbox with %s', (_, plant) => {
  test('cannot be stored', async () => {
    await expect(plant()).rejects.toThrow('journal_readable');
  });

  test('is refused where the rule was dropped, and keeps no other row waiting', async () => {
    await withoutRule('journal', 'journal_readable', plant);
    await another(brand);
    await another(other);
    expect(await signed(brand)).toEqual([
      expect.stringMatching(/^UnprovenRow: The row \d+ of journal, brand /),
    ]);
    expect([await entries(brand), await entries(other)]).toEqual([3, 3]);
    // It stays as evidence. A process that starts looks at it again.
    expect(await signed(brand)).toEqual([]);
    const named = (await examineTrails(world.config, world.system.db, world.system.vault)).map(
      ({ explanation }) => explanation,
    );
    expect(named.join()).toContain(`brand ${brand.brandId}, was not written by the service.`);
    await world.sql('delete from journal where brand_id = $1', [brand.brandId]);
  });
});

test('a row with an endless time would stop the reading of all of them', async () => {
  await withoutRule('journal', 'journal_readable', () => plantRow(`'infinity'`));
  const [planted = {}] = await world.sql(
    `select brand_id, arrived, customer_id, body, event_id, type, occurred_at::text as occurred_at, payload from journal where brand_id = $1`,
    [brand.brandId],
  );
  expect(() => outboxColumns.read(planted as never)).toThrow('not in UTC');
  await world.sql('delete from journal where brand_id = $1', [brand.brandId]);
});

const heads = [
  ['no hash', 'audit_hash = null', 'alter table journal_heads alter column audit_hash drop not null'],
  ['a number past every number', 'audit_number = 9223372036854775807', ''],
] as const;

test.each(heads)('an end with %s stops the trail of its brand, and no other', async (_, change, before) => {
  const plant = () => world.sql(`update journal_heads set ${change} where brand_id = $1`, [brand.brandId]);
  if (before !== '') await expect(plant()).rejects.toThrow('null value in column "audit_hash"');
  if (before !== '') await world.sql(before);
  await plant();
  await another(brand);
  await another(other);
  expect(await signed(brand)).toEqual(
    expect.arrayContaining([expect.stringContaining('was not written by the service')]),
  );
  expect([await entries(brand), await entries(other), await checkpoints(other)]).toEqual([2, 3, 3]);
  const told: string[] = [];
  await compareTrailEnds(world.system, (error) => told.push(String(error)));
  expect(told).toContainEqual(expect.stringContaining(brand.brandId));
  // The planted fault: an end that is read as the schema promises it.
  const [head] = await headsOfBrands(world.system.db, [brand.brandId]);
  expect(head).toMatchObject(before === '' ? { number: 2 ** 63 } : { hash: '' });
});

const unproven = [
  ['a number of the last checkpoint', 'checkpoint_number = 9223372036854775807'],
  ['a time of the last checkpoint', `checkpoint_at = 'infinity'`],
] as const;

test.each(unproven)('an end with %s that is out of range stops no signing', async (_, change) => {
  const plant = () => world.sql(`update journal_heads set ${change} where brand_id = $1`, [brand.brandId]);
  await expect(plant()).rejects.toThrow('journal_heads_readable');
  await withoutRule('journal_heads', 'journal_heads_readable', plant);
  await another(other);
  expect(await signed(other)).toEqual([]);
  expect(await checkpoints(other)).toBe(3);
});

test('a checkpoint with an endless time stops the signing of its brand, and no other', async () => {
  const plant = () =>
    world.sql(`update audit_checkpoints set signed_at = 'infinity' where brand_id = $1`, [brand.brandId]);
  await expect(plant()).rejects.toThrow('audit_checkpoints_readable');
  await withoutRule('audit_checkpoints', 'audit_checkpoints_readable', plant);
  await another(brand);
  await another(other);
  expect(await signed(brand)).toEqual([expect.stringMatching(/^UnreadableTrail: The audit trail of brand /)]);
  expect([await checkpoints(brand), await checkpoints(other)]).toEqual([2, 3]);
});

test('a brand whose rows PostgreSQL refuses to place keeps no other brand waiting', async () => {
  await world.sql(
    `alter table audit add constraint planted check (brand_id <> '${brand.brandId}') not valid`,
  );
  await another(brand);
  await another(other);
  const told = await signedTrail({ ...world.system }, brand.brandId);
  expect(told).toEqual([]);
  expect([await entries(brand), await entries(other)]).toEqual([2, 3]);
  await world.sql('alter table audit drop constraint planted');
  expect(await signed(brand)).toEqual([]);
  expect(await entries(brand)).toBe(3);
});

test('a time of the oldest row that is none keeps no queue from being measured', async () => {
  // The oldest row of all.
  await world.sql(
    `insert into journal (brand_id, arrived, body, mac) overriding system value values ($1, -1, 'no entry at all', 'any')`,
    [brand.brandId],
  );
  const queues = await measureQueues(world.system);
  expect(queues).toContainEqual({ queue: 'outbox', depth: expect.any(Number), oldestSeconds: 0 });
  expect(queues.length).toBeGreaterThan(5);
  await world.sql('delete from journal where brand_id = $1', [brand.brandId]);
});
