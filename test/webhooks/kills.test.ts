import { afterAll, beforeAll, expect, test } from 'vitest';
import { newCustomer } from '../contract-samples.ts';
import { eventually } from '../promises/durability/cpu-contention.ts';
import type { WorkerKillFixture } from './worker-kills.ts';
import { deliveryErrors, openWorkerKillFixture } from './worker-kills.ts';

const kills = 10;

let fixture: WorkerKillFixture;
beforeAll(async () => {
  fixture = await openWorkerKillFixture();
}, 180_000);
afterAll(() => fixture?.close(), 60_000);

test(`no event is lost, overtaken or renamed over ${kills} kills of its worker, three of ten deliveries refused`, async () => {
  for (let kill = 0; kill < kills; kill += 1) await fixture.kill();
  await fixture.settle();
  expect(await fixture.complaints()).toEqual([]);
  const [row] = await fixture.world.sql('select count(*) as many from events');
  expect(Number(row?.['many'])).toBeGreaterThanOrEqual(kills * 5);
}, 300_000);

test('what a receiver accepted before its worker was killed, and before that was written, comes again and is not lost', async () => {
  const again = await fixture.killBeforeCommit();
  // Several results waited for one statement.
  expect(again.length).toBeGreaterThan(2);
  await fixture.settle();
  expect(await fixture.complaints()).toEqual([]);
  const taken = fixture.receivers.flatMap((receiver) => receiver.taken);
  for (const id of again)
    expect(taken.filter(({ headers }) => headers['webhook-id'] === id).length).toBeGreaterThan(
      fixture.receivers.length,
    );
}, 300_000);

test('a worker that moves a cursor before it has sent is detected', async () => {
  // What such a worker leaves behind when it dies: taken down as done, and never sent.
  await fixture.world.sql(
    `create function forget() returns trigger language plpgsql as
       $$ begin new.status := 'delivered'; return new; end $$`,
  );
  await fixture.world.sql(
    'create trigger forget before insert on deliveries for each row when (new.number % 2 = 0) execute function forget()',
  );
  for (let many = 0; many < 4; many += 1) await newCustomer(fixture.brand);
  await fixture.settle();
  await fixture.world.sql('drop trigger forget on deliveries');
  const lost = (await fixture.complaints()).filter((what) => what.endsWith('was lost'));
  expect(lost.length).toBe(2 * fixture.receivers.length);
}, 120_000);

test('a fan-out that advances before its deliveries are written is detected', async () => {
  const before = (await fixture.complaints()).length;
  // What a process leaves behind that dies between two transactions.
  await fixture.world.sql('update webhooks set fanned = fanned + 1');
  await newCustomer(fixture.brand);
  await eventually(async () => (await fixture.world.sql('select from journal')).length === 0);
  await fixture.settle();
  expect((await fixture.complaints()).length).toBe(before + fixture.receivers.length);
}, 120_000);

test('events out of order, in other bytes or under other ids are detected', () => {
  const events = [1, 2].map((number) => ({
    event_id: `e${number}`,
    number,
    customer_id: 'c',
    payload: '{}',
  }));
  const took = (...ids: readonly string[]) => ({
    taken: ids.map((id) => ({ headers: { 'webhook-id': id }, body: '{}', at: 0, json: {} })),
  });
  expect(deliveryErrors(took('e1', 'e2', 'e1'), events)).toEqual([]);
  expect(deliveryErrors(took('e2', 'e1'), events)).toEqual(['e1 was overtaken']);
  expect(deliveryErrors(took('e1', 'e2', 'e3'), events)).toEqual(['e3 is no event']);
  expect(deliveryErrors(took('e1'), events)).toEqual(['e2 was lost']);
  const changed = events.map((event) => ({ ...event, payload: '{"a": 1}' }));
  expect(deliveryErrors(took('e1', 'e2'), changed)).toHaveLength(2);
});
