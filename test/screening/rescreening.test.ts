import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askForVersion, queueForRound } from '../../src/operations/screening/lists.ts';
import type { FakeWatchman } from '../fakes/watchman.ts';
import { openFakeWatchman } from '../fakes/watchman.ts';
import { eventually } from '../promises/durability/cpu-contention.ts';
import { newCustomer } from '../samples/customers.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld, withWorker } from '../world.ts';
import { askedOf, checkEverybody, importPeople } from './everybody.ts';

// When the lists were updated, everybody is checked again, also if a process dies in between.

test('everybody is checked once, although the process is killed in between', {
  timeout: 180_000,
}, async () => {
  await checkEverybody(1_200);
});

test('a customer that comes during a walk is checked before its rest', { timeout: 180_000 }, async () => {
  const watchman = await openFakeWatchman();
  const world = await openWorld({ apiOnly: true, env: askedOf(watchman) });
  const count = async (sql: string, values: readonly unknown[] = []): Promise<number> =>
    Number((await world.sql(sql, [...values]))[0]?.['count']);
  try {
    const { system } = world;
    if (!system.screening) throw new Error('Screening is off.');
    await importPeople(world, 1_000);
    await askForVersion(system, system.screening);
    while (await queueForRound(system));
    const ahead = await count('select count(*) from screening_queue');
    expect(ahead).toBeLessThan(500);
    const id = String((await newCustomer(await world.brand())).json.customer_id);
    await withWorker(world, () =>
      eventually(async () => (await count('select count(*) from screenings')) === 1_001),
    );
    // The walk may come to the customer once more.
    const before = await count(
      `select count(*) from screenings
        where first_at < (select first_at from screenings where customer_id = $1)`,
      [id],
    );
    // Checks of one round run together.
    expect(before).toBeLessThanOrEqual(ahead + 32);
    expect(await count('select count(distinct customer_id) from screenings')).toBe(1_001);
  } finally {
    await world.close();
    await watchman.close();
  }
});

describe('a walk over everybody', { timeout: 180_000 }, () => {
  let watchman: FakeWatchman;
  let small: World;
  let own: BrandClient;
  beforeAll(async () => {
    watchman = await openFakeWatchman();
    small = await openWorld({ apiOnly: true, env: askedOf(watchman) });
    own = await small.brand();
  });
  afterAll(async () => {
    await small.close();
    await watchman.close();
  });
  const idle = async () => {
    const [row] = await small.sql(
      `select (select count(*) from screening_queue)::int as waiting,
              (select count(*) from screening_rounds where ended_at is null)::int as open,
              (select count(*) from screening_rounds)::int as rounds`,
    );
    return row?.['waiting'] === 0 && row?.['open'] === 0 && Number(row?.['rounds']) > 0;
  };

  test('moves clean checks on, and raises what is new on the lists', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 20; index += 1)
      ids.push(
        String((await newCustomer(own, { last_name: index === 3 ? 'Largo' : 'Leiter' })).json.customer_id),
      );
    const third = String(ids[3]);
    await withWorker(small, async () => {
      await eventually(idle);
      watchman.publish([{ id: '7', lastName: 'Largo' }]);
      await small.sql("update screening_state set asked_at = asked_at - interval '1 hour'");
      // The look whether it is time comes with the next check at the latest.
      await newCustomer(own);
      await eventually(async () => (await own.call('GET', '/screening/matches')).json.data.length === 1);
      await eventually(idle);
    });
    const { data } = (await own.call('GET', '/screening/matches')).json;
    expect(data).toMatchObject([{ customer_id: third, status: 'open' }]);
    const [now, before] = (await own.call('GET', `/customers/${third}/screenings`)).json.data;
    expect(now).toMatchObject({ checks: 1, entries: [{ list: 'us_ofac', entry_id: '7' }] });
    expect(before).toMatchObject({ checks: 1, entries: [] });
    expect(before.list_version).not.toBe(now.list_version);
    const [clean] = (await own.call('GET', `/customers/${ids[0]}/screenings`)).json.data;
    expect(clean).toMatchObject({ checks: 2, list_version: now.list_version });
    expect(clean.first_list_version).toBe(before.list_version);
    expect(clean.date_checked > clean.date_first_checked).toBe(true);
  });

  test('at a start finds those who came or changed while screening was off, and no others', async () => {
    const { screening } = small.system;
    Object.assign(small.system, { screening: undefined });
    const id = String((await newCustomer(own)).json.customer_id);
    Object.assign(small.system, { screening });
    const searches = watchman.searches.length;
    await withWorker(small, async () => {
      await eventually(
        async () => (await own.call('GET', `/customers/${id}/screenings`)).json.data.length === 1,
      );
      await eventually(idle);
    });
    expect(watchman.searches.length).toBe(searches + 1);
  });
});
