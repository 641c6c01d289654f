import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { FakeWatchman } from '../fakes/watchman.ts';
import { json, openFakeWatchman } from '../fakes/watchman.ts';
import { person } from '../people.ts';
import { eventually } from '../promises/durability/cpu-contention.ts';
import { newCustomer } from '../samples/customers.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld, settled } from '../world.ts';

// Each customer is checked soon after it came or got another name, whatever the provider does. No write waits
// for a check.

let watchman: FakeWatchman;
let world: World;
let brand: BrandClient;
beforeAll(async () => {
  watchman = await openFakeWatchman([{ id: '22790', lastName: 'Blofeld', born: '1908-05-28' }]);
  const env = {
    CLIENTELE_SCREENING: 'watchman',
    CLIENTELE_SCREENING_URL: watchman.url,
    CLIENTELE_SCREENING_RATE: '1000',
  };
  world = await openWorld({ env });
  brand = await world.brand();
});
afterAll(async () => {
  await world.close();
  await watchman.close();
});
beforeEach(() => watchman.misbehave(undefined));

const screeningsOf = async (id: string) => (await brand.call('GET', `/customers/${id}/screenings`)).json.data;
const matchesOf = async (id: string) =>
  (await brand.call('GET', `/screening/matches?customer_id=${id}`)).json.data;
const queueOf = (id: string) => world.sql('select * from screening_queue where customer_id = $1', [id]);
const checked = async (id: string, times = 1) => {
  await eventually(async () => (await queueOf(id)).length === 0 && (await screeningsOf(id)).length >= times);
  return screeningsOf(id);
};
const create = async (overrides: object = {}): Promise<string> =>
  String((await newCustomer(brand, overrides)).json.customer_id);

describe('a check', () => {
  test('follows the creation of a customer, and says when and against which lists', async () => {
    const id = await create();
    const [screening] = await checked(id);
    const { first_name, middle_name = '', last_name, dob } = person();
    expect(screening).toMatchObject({
      customer_id: id,
      provider: 'watchman',
      person: { first_name, middle_name, last_name, dob },
      entries: [],
      list_version: expect.stringMatching(/^us_csl:[0-9a-f]{16} us_ofac:[0-9a-f]{16}$/),
      checks: 1,
      matches: [],
    });
    expect(screening.first_list_version).toBe(screening.list_version);
    expect(await matchesOf(id)).toEqual([]);
    const entries = await world.sql(
      `select body from journal where customer_id = $1 and body like '%"screenCustomer"%'
       union all select body from audit where customer_id = $1 and body like '%"screenCustomer"%'`,
      [id],
    );
    expect(entries.map(({ body }) => JSON.parse(String(body)))).toMatchObject([
      { actor: { kind: 'clientele' }, screening_id: screening.screening_id },
    ]);
  });

  test('follows a change of the name or the date of birth, and of nothing else', async () => {
    const id = await create();
    await checked(id);
    await brand.call('PATCH', `/customers/${id}`, { body: { email: 'other@example.com' } });
    expect(await queueOf(id)).toEqual([]);
    await brand.call('PATCH', `/customers/${id}`, { body: { first_name: 'Ernst' } });
    expect((await checked(id, 2)).map((one: { person: object }) => one.person)).toMatchObject([
      { first_name: 'Ernst' },
      { first_name: person().first_name },
    ]);
    await brand.call('PATCH', `/customers/${id}`, { body: { dob: '1970-01-02' } });
    expect(await checked(id, 3)).toHaveLength(3);
  });

  test('does not change the version of the customer', async () => {
    const id = await create({ last_name: 'Blofeld' });
    await checked(id);
    expect((await brand.call('GET', `/customers/${id}`)).headers.get('etag')).toBe('"1"');
  });

  test('raises a match with an event for each entry that resembles the customer', async () => {
    const id = await create({ last_name: 'Blofeld' });
    const [screening] = await checked(id);
    const [match] = await matchesOf(id);
    expect(match).toMatchObject({ status: 'open', customer_id: id, screening_id: screening.screening_id });
    expect(JSON.stringify(match)).not.toMatch(/blofeld/i);
    expect(screening.matches).toMatchObject([
      {
        match_id: match.match_id,
        entry: { list: 'us_ofac', entry_id: '22790', birth_dates: ['1908-05-28'] },
      },
    ]);
    await settled(world);
    const { data } = (await brand.call('GET', `/events?customer_id=${id}&type=customer.screening.match`))
      .json;
    expect(data).toMatchObject([{ customer_id: id, match_id: match.match_id }]);
    expect(JSON.stringify(data)).not.toMatch(/blofeld/i);
  });
});

describe('while the provider', () => {
  test.each<[string, Parameters<FakeWatchman['misbehave']>[0]]>([
    ['is slow', () => undefined],
    ['breaks off', (response) => void response.destroy()],
    ['answers nonsense', (response) => json(response, 200, '<html>')],
    ['has no lists', (response) => json(response, 200, { lists: {}, entities: null })],
    ['refuses', (response) => json(response, 400, { error: 'no' })],
  ])('%s, writes are answered, and the customer waits until it is well again', async (_, fault) => {
    watchman.misbehave(fault);
    const began = performance.now();
    const id = await create({ last_name: 'Blofeld' });
    const changed = await brand.call('PATCH', `/customers/${id}`, { body: { first_name: 'Ernst' } });
    expect(changed.status).toBe(200);
    expect(performance.now() - began).toBeLessThan(5_000);
    await sleep(1_500);
    expect(await screeningsOf(id)).toEqual([]);
    expect(await queueOf(id)).toHaveLength(1);
    watchman.misbehave(undefined);
    // The pause between two tries is over sooner.
    await world.sql('update screening_queue set due_at = now(), claim = null');
    await checked(id);
    expect(await matchesOf(id)).toHaveLength(1);
  });

  test('is asked about a name that changes, what it says about the old one is dropped', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const id = await create({ last_name: 'Blofeld' });
    await checked(id);
    watchman.publish([{ id: '7', lastName: 'Largo' }]);
    watchman.misbehave(async (response, url) => {
      if (url.pathname !== '/v2/search') return json(response, 200, { lists: { us_ofac: 1 } });
      await held;
      json(response, 200, { entities: null });
    });
    const asked = watchman.searches.length;
    await brand.call('PATCH', `/customers/${id}`, { body: { first_name: 'Emilio' } });
    while (watchman.searches.length === asked) await sleep(20);
    await brand.call('PATCH', `/customers/${id}`, { body: { last_name: 'Largo' } });
    watchman.misbehave(undefined);
    release();
    await eventually(async () => (await matchesOf(id)).length === 2);
    const names = (await checked(id)).map((one: { person: { last_name: string } }) => one.person.last_name);
    expect(names.slice(0, 2)).toEqual(['Largo', 'Blofeld']);
  });
});

test.each([
  [
    'the person',
    'update screenings set details = (select details from screenings where customer_id <> $1 limit 1)',
  ],
  ['the version of the lists', "update screenings set list_version = 'us_ofac:ffff'"],
  ['the time', "update screenings set checked_at = checked_at - interval '1 day'"],
  ['the number of checks', 'update screenings set checks = checks + 1'],
  ['the entry of a match', "update screening_matches set found_at = found_at - interval '1 day'"],
  ['the status of a match', "update screening_matches set status = 'false_positive'"],
  ['the version of a match', 'update screening_matches set version = version + 1'],
])('a record with %s altered is not believed', async (_, change) => {
  watchman.publish([{ id: '22790', lastName: 'Blofeld', born: '1908-05-28' }]);
  await checked(await create());
  const id = await create({ last_name: 'Blofeld' });
  await checked(id);
  await world.sql(`${change} where customer_id = $1`, [id]);
  expect((await brand.call('GET', `/customers/${id}/screenings`)).json.Code).toBe('record_altered');
});
