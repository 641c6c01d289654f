import { afterAll, beforeAll, expect, test } from 'vitest';
import { plusSeconds } from '../../../../src/domain/time.ts';
import { createBrand } from '../../../../src/operations/brands/brands.ts';
import type { Installed } from '../../../../src/operations/installation/doctor.ts';
import { examineBrands } from '../../../../src/operations/installation/doctor-records.ts';
import { watchForRollback } from '../../../../src/operations/installation/rollback.ts';
import { rotateRoot } from '../../../../src/operations/rotation/root-rotation.ts';
import type { System } from '../../../../src/operations/system.ts';
import { wallClock } from '../../../../src/runtime.ts';
import { brandKeys } from '../../../../src/store/brands/brand-keys.ts';
import { instant } from '../../../../src/store/columns.ts';
import { sweepEvents } from '../../../../src/store/sweep.ts';
import { eraseDueRecords } from '../../../../src/worker/eraser.ts';
import { rotationRound } from '../../../../src/worker/rotation.ts';
import { throwFailure } from '../../../../src/worker/task.ts';
import { startVerifications } from '../../../../src/worker/verifications.ts';
import { defaultProgram, newCustomer, newWebhook, restrictedPath } from '../../../contract-samples.ts';
import type { BrandClient, World } from '../../../world.ts';
import { openWorld, settled } from '../../../world.ts';
import { eventually } from '../../durability/cpu-contention.ts';

// The attacker can write every table, but has no key. It plants a row of one brand that makes a background task throw.
// The other brand must still progress. The planted fault of each is the task for a caller that takes no failures, or what
// the row does to a reader that does not expect it.

const year = 365 * 86_400;
let ahead = 0;
let world: World;
let attacked: BrandClient;
let other: BrandClient;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true, now: () => plusSeconds(wallClock(), ahead) });
  [attacked, other] = [await world.brand(), await world.brand()];
});
afterAll(() => world.close());

function collect() {
  const failures: unknown[] = [];
  return { failures, onFailure: (error: unknown) => void failures.push(error) };
}

test('verifications of the other brand are advanced beside one that was altered', async () => {
  const started = async (brand: BrandClient) => {
    const id = String((await newCustomer(brand)).json.customer_id);
    const body = { program_id: await defaultProgram(brand) };
    expect((await brand.call('POST', `/customers/${id}/verification-kyc`, { body })).status).toBe(201);
    return id;
  };
  const statusOf = async (id: string) =>
    (await world.sql('select status from kyc_runs where customer_id = $1', [id]))[0]?.['status'];
  const [altered, customer] = [await started(attacked), await started(other)];
  await world.sql(
    `update kyc_runs set started_at = '-infinity', revision = revision + 1, poll_at = '-infinity' where customer_id = $1`,
    [altered],
  );
  const { failures, onFailure } = collect();
  const log = { failed: onFailure, roundFailed: onFailure, roundEnded: () => undefined };
  const task = startVerifications(world.system, log);
  await eventually(async () => failures.length > 0 && (await statusOf(customer)) === 'passed');
  await task.stop();
  expect(await statusOf(altered)).toBe('submitted');
  await world.sql('delete from kyc_runs where customer_id = $1', [altered]);
});

test('records of the other brand are erased beside one that was altered', async () => {
  const idOf = async (brand: BrandClient) => (await restrictedPath(brand)).split('/').at(-1);
  const [altered, customer] = [await idOf(attacked), await idOf(other)];
  await world.sql(`update deleted_customers set deleted_at = '-infinity' where customer_id = $1`, [altered]);
  const due = () =>
    world.sql(`update deleted_customers set look_at = '2020-01-01 00:00:00+00', claimed_until = null`);
  await due();
  ahead += 20 * year;
  await expect(eraseDueRecords(world.system, throwFailure)).rejects.toThrow();
  await due();
  const { failures, onFailure } = collect();
  await eraseDueRecords(world.system, onFailure);
  ahead -= 20 * year;
  expect(failures).toHaveLength(1);
  const erased = await world.sql(
    'select customer_id from erased_customers where customer_id = any ($1::uuid[])',
    [[altered, customer]],
  );
  expect(erased).toEqual([{ customer_id: customer }]);
});

test('old events of the other brand are deleted beside one of an infinite time', async () => {
  for (const brand of [attacked, other]) await newCustomer(brand);
  await settled(world);
  await world.sql('alter table events drop constraint events_occurred_at_check');
  const alter = (brand: BrandClient, at: string) =>
    world.sql('update events set occurred_at = $2::timestamptz where brand_id = $1', [brand.brandId, at]);
  await alter(attacked, 'infinity');
  await alter(other, '2020-01-01 00:00:00+00');
  expect(await sweepEvents(world.system.db, plusSeconds(wallClock(), -year), 1_000)).toBeGreaterThan(0);
  expect(await world.sql('select 1 from events where brand_id = $1', [other.brandId])).toEqual([]);
  await world.sql('delete from events where brand_id = $1', [attacked.brandId]);
});

test('the other brand is compared with its audit trail', async () => {
  const id = String((await newWebhook(other)).json.webhook_subscription.id);
  await other.call('PATCH', `/webhooks/${id}`, { body: { events: ['*'] } });
  await settled(world);
  await world.sql('update webhooks set settings_seal = 1 where webhook_id = $1', [id]);
  const found = expect.objectContaining({ table: 'webhooks', id });
  await world.sql(`update brands set created_at = 'infinity' where brand_id = $1`, [attacked.brandId]);
  expect(() => instant().read('infinity')).toThrow('not in UTC');
  expect(await watchForRollback(world.system, throwFailure)).toContainEqual(found);
  // A brand that the database cannot compare.
  const { db } = world.system;
  const run: typeof db.run = (query, values) =>
    values.includes(attacked.brandId) ? Promise.reject(new Error('refused')) : db.run(query, values);
  const system: System = { ...world.system, db: { ...db, run } };
  await expect(watchForRollback(system, throwFailure)).rejects.toThrow('refused');
  const { failures, onFailure } = collect();
  expect(await watchForRollback(system, onFailure)).toContainEqual(found);
  expect(failures).toHaveLength(1);
});

test('doctor examines the other brands beside an API key of an infinite age', async () => {
  await createBrand(world.system, 'Keyless');
  await world.sql(`update api_keys set created_at = 'infinity' where brand_id = $1`, [attacked.brandId]);
  const installed = { now: world.system.now, environment: 'live' } as Installed;
  const findings = await examineBrands(installed, world.system.db, world.system.vault);
  expect(findings).toContainEqual({
    check: 'API keys',
    state: 'red',
    explanation: `The brand ${attacked.brandId} cannot be checked. A row has a time that Clientele never writes.`,
    nextStep: expect.stringContaining('restore these rows from a backup'),
  });
  expect(findings).toContainEqual(
    expect.objectContaining({ explanation: expect.stringContaining('Keyless has no valid key') }),
  );
});

test('keys of the other brand are replaced and re-wrapped beside keys that do not open', async () => {
  const { system } = world;
  await world.sql(
    `update brand_keys set wrapped = overlay(wrapped placing 'AAAA' from 40) where brand_id = $1`,
    [attacked.brandId],
  );
  const keys = (brand: BrandClient) => brandKeys({ brandId: brand.brandId, db: system.db });
  await system.keyrings.reload(attacked.brandId).catch(() => undefined);
  const [altered] = await keys(attacked);
  expect(() => altered && system.vault.rewrap(attacked.brandId, altered)).toThrow('does not open');
  // Background work replaces keys that are old enough.
  ahead += 40 * 86_400;
  const { failures, onFailure } = collect();
  await rotationRound(system, { rotateDays: 30, backupHorizonDays: 35 }, { onFailure }).catch(onFailure);
  ahead -= 40 * 86_400;
  expect(failures.map(String)).toContainEqual(expect.stringContaining('does not open'));
  expect(Math.max(...(await keys(other)).map(({ version }) => version))).toBe(2);
  // An operator replaces the root key.
  await expect(rotateRoot(system, { by: 'operator' })).rejects.toThrow('does not open');
  const under = async (brand: BrandClient) =>
    new Set((await keys(brand)).map(({ rootVersion }) => rootVersion));
  expect(await under(other)).toEqual(new Set([system.vault.rootVersion]));
  expect(await under(attacked)).toEqual(new Set([1]));
});
