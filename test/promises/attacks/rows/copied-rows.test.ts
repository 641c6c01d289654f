import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { plusSeconds } from '../../../../src/domain/time.ts';
import { recordOperatorAction } from '../../../../src/operations/audit/operator.ts';
import type { System } from '../../../../src/operations/system.ts';
import { signedTrail } from '../../../audit/trail.ts';
import { newCustomer } from '../../../contract-samples.ts';
import type { BrandClient, World } from '../../../world.ts';
import { openWorld } from '../../../world.ts';

// A person who can write every table keeps a copy of a genuine row of the outbox, and puts it back later. An event is
// known by its id, but only until it is deleted, 30 days later.

let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
});
afterAll(() => world.close());
beforeEach(async () => {
  brand = await world.brand();
  expect(await placed()).toEqual([]);
});

/** Places everything, as a process that has just started, and answers what it complains about. */
const placed = (more: Partial<System> = {}) => signedTrail({ ...world.system, ...more }, brand.brandId);
const refusal = expect.stringMatching(/^UnprovenRow/);
const about = async (operation: string) =>
  (
    await world.sql(`select number from audit where brand_id = $1 and body like '%' || $2 || '%'`, [
      brand.brandId,
      operation,
    ])
  ).length;
const ofBrand = 'where brand_id = $1';
const run = (text: string) => world.sql(text, [brand.brandId]);
const columns = 'brand_id, customer_id, body, reason, event_id, type, occurred_at, payload, mac';
const copyRow = () => run(`insert into journal (${columns}) select ${columns} from journal ${ofBrand}`);
const forgetEvents = () => run(`delete from events ${ofBrand}`);
const waits = () => run(`update journal set refused_at = null ${ofBrand}`);
const later = (days: number) => ({ now: () => plusSeconds(world.system.now(), days * 86_400) });

test('a copy of an entry with an event stays refused once the event is deleted, in every process', async () => {
  await newCustomer(brand);
  await copyRow();
  expect(await placed()).toEqual([refusal]);
  await forgetEvents();
  expect([await placed(), await about('createCustomer')]).toEqual([[], 1]);
  // Nor is it placed where its mark was taken away.
  await waits();
  expect([await placed(later(31)), await about('createCustomer')]).toEqual([[refusal], 1]);
  // The planted fault: a sequencer that asks the events alone, as within the first week.
  await waits();
  expect([await placed(), await about('createCustomer')]).toEqual([[], 2]);
});

test('a copy of an entry without an event stays refused', async () => {
  await recordOperatorAction(world.system, brand.brandId, 'keys list');
  await copyRow();
  await run(
    `update journal set refused_at = now() ${ofBrand} and arrived = (select max(arrived) from journal ${ofBrand})`,
  );
  expect(await placed()).toEqual([]);
  expect([await placed(), await about('keys list')]).toEqual([[], 1]);
  // The planted fault: without the mark it is placed a second time.
  await waits();
  expect([await placed(), await about('keys list')]).toEqual([[], 2]);
});

test('of two copies that were refused for want of a root key version, one gets its place', async () => {
  await recordOperatorAction(world.system, brand.brandId, 'keys list');
  await copyRow();
  await run(`update journal set refused_at = now() ${ofBrand}`);
  expect([await placed(), await about('keys list')]).toEqual([[], 1]);
});

test('a copy that waits beside its original does not take the place of both, after any time', async () => {
  await newCustomer(brand);
  await copyRow();
  expect([await placed(later(31)), await about('createCustomer')]).toEqual([[refusal], 1]);
});

test('a process that starts looks at the refused rows in slices', async () => {
  await run(
    `insert into journal (brand_id, body, mac, refused_at) select $1, '{}', '', now() from generate_series(1, 1000)`,
  );
  await recordOperatorAction(world.system, brand.brandId, 'keys list');
  await run(`update journal set refused_at = now() ${ofBrand}`);
  const started = { ...world.system };
  expect([await signedTrail(started, brand.brandId), await about('keys list')]).toEqual([[], 0]);
  expect([await signedTrail(started, brand.brandId), await about('keys list')]).toEqual([[], 1]);
});
