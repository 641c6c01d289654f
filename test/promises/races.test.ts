import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requestBytes } from '../../bench/load.ts';
import { rawExchange } from '../http/raw-socket.ts';
import { address, newSsn, person } from '../people.ts';
import type { BrandClient, Called, World } from '../world.ts';
import { openWorld } from '../world.ts';
import { eventually } from './durability/cpu-contention.ts';

let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld();
  brand = await world.brand();
});
afterAll(async () => {
  const [wrong] = await world.sql(
    `select (select coalesce(sum(count), 0)::int from customer_counts) - (select count(*)::int from customers) as by`,
  );
  const met = await deadlocks();
  await world.close();
  expect(wrong).toEqual({ by: 0 });
  // The one that is brought about on purpose.
  expect(met).toBeLessThanOrEqual(1);
});

const all = <Result>(count: number, work: (index: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

/** How many answers there are of each status and code, such as `{ '201': 1, '409 ssn_dup': 9 }`. */
function tally(answers: readonly Pick<Called, 'status' | 'json'>[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, json } of answers) {
    const name = status < 400 ? `${status}` : `${status} ${json?.Code}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

async function newCustomer(overrides: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const created = await brand.call('POST', '/customers', { body: person(overrides) });
  expect(created.status).toBe(201);
  return created.json.customer_id;
}

async function deadlocks(): Promise<number> {
  const [row] = await world.sql(
    'select pg_stat_clear_snapshot(), deadlocks::int from pg_stat_database where datname = current_database()',
  );
  return Number(row?.['deadlocks']);
}

describe('many concurrent requests for the same value', () => {
  test('1,000 creates of one SSN create one customer, and each of the others is told why', {
    timeout: 120_000,
  }, async () => {
    const ssn = newSsn();
    // By hand: a thousand calls of fetch in this process would keep the server in it from listening.
    const headers = { ...brand.headers, 'Content-Type': 'application/json' };
    const answers = await all(1_000, () =>
      rawExchange(
        world.url,
        requestBytes('POST', '/api/v0.1/customers', headers, JSON.stringify(person({ ssn }))),
        100_000,
      ),
    );
    const read = answers.map(({ status, text }) => ({ status, json: JSON.parse(text) }));
    expect(tally(read)).toEqual({ '201': 1, '409 ssn_dup': 999 });
  });

  test('creates of one brand_person_id make one customer', async () => {
    const id = randomUUID();
    const answers = await all(100, () =>
      brand.call('POST', '/customers', { body: person({ brand_person_id: id }) }),
    );
    expect(tally(answers)).toEqual({ '201': 1, '409 person_id_dup': 99 });
  });

  test('changes to one SSN give it to one of them', async () => {
    const ids = await all(20, () => newCustomer());
    const ssn = newSsn();
    const answers = await Promise.all(
      ids.map((id) => brand.call('PATCH', `/customers/${id}`, { body: { ssn } })),
    );
    expect(tally(answers)).toEqual({ '200': 1, '409 ssn_dup': 19 });
  });

  test('a number belongs to one customer at a time while customers with it are created and deleted', async () => {
    const ssn = newSsn();
    let present = 0;
    const answers = await all(8, async () => {
      const seen: Called[] = [];
      for (let round = 0; round < 10; round++) {
        const created = await brand.call('POST', '/customers', { body: person({ ssn }) });
        seen.push(created);
        if (created.status !== 201) continue;
        present += 1;
        await brand.call('GET', `/customers/${created.json.customer_id}`);
        expect(present).toBe(1);
        present -= 1;
        seen.push(await brand.call('DELETE', `/customers/${created.json.customer_id}`));
      }
      return seen;
    });
    const counts = tally(answers.flat());
    expect(Object.keys(counts).sort()).toEqual(['200', '201', '409 ssn_dup']);
    expect(counts['200']).toBe(counts['201']);
  });
});

describe('of changes to one customer at the same time', () => {
  test('ten of different fields are all applied, 200 times', { timeout: 300_000 }, async () => {
    const id = await newCustomer();
    for (let round = 1; round <= 200; round++) {
      const letter = String.fromCharCode(97 + (round % 26));
      const wanted: readonly Record<string, unknown>[] = [
        { first_name: `First${letter}` },
        { middle_name: `Middle${letter}` },
        { last_name: `Last${letter}` },
        { dob: `19${50 + (round % 40)}-01-02` },
        { ssn: newSsn() },
        { phone: `650-555-${1_000 + round}` },
        { phone_country_code: `${round}` },
        { email: `${letter}${round}@example.com` },
        { addresses: [{ ...address, street: `${round} Main St.` }] },
        // And one that another request also uses.
        { email: `${letter}${round}@example.com` },
      ];
      const answers = await Promise.all(
        wanted.map((body) => brand.call('PATCH', `/customers/${id}`, { body })),
      );
      expect(tally(answers)).toEqual({ '200': 10 });
      const { json } = await brand.call('GET', `/customers/${id}`);
      for (const { ssn, addresses, ...fields } of wanted) {
        expect(json).toMatchObject(fields);
        if (ssn) expect(json.ssn).toBe(`XXX-XX-${String(ssn).slice(-4)}`);
        if (addresses) expect(json.addresses).toMatchObject(addresses as object[]);
      }
    }
  });

  test('with If-Match one succeeds and the others are refused without an effect', async () => {
    const id = await newCustomer();
    for (let round = 1; round <= 40; round++) {
      const etag = String((await brand.call('GET', `/customers/${id}`)).headers.get('etag'));
      const answers = await all(10, (index) =>
        brand.call('PATCH', `/customers/${id}`, {
          body: { phone: `650-${100 + index}-${1_000 + round}` },
          headers: { 'If-Match': etag, ...(index % 2 === 0 && { 'Idempotency-Key': randomUUID() }) },
        }),
      );
      expect(tally(answers)).toEqual({ '200': 1, '412 precondition_failed': 9 });
      const winner = answers.find(({ status }) => status === 200);
      expect((await brand.call('GET', `/customers/${id}`)).json.phone).toBe(winner?.json.phone);
    }
  });

  test('one that is aborted by a deadlock is decided again', async () => {
    // Two who swap their SSNs wait for each other; here the other one is held still, so that they surely meet.
    const ssn = newSsn();
    const [one, other] = [await newCustomer(), await newCustomer({ ssn })];
    const before = await deadlocks();
    const rival = new pg.Client({ connectionString: world.databaseUrl });
    await rival.connect();
    // The other one is to notice, and to give way.
    await rival.query("set deadlock_timeout = '1min'");
    const touch = 'update customers set index_version = index_version where customer_id = $1';
    await rival.query('begin');
    await rival.query(touch, [other]);
    const change = brand.call('PATCH', `/customers/${one}`, { body: { ssn } });
    await eventually(async () => (await world.sql('select from pg_locks where not granted')).length > 0);
    await rival.query(touch, [one]);
    await rival.query('commit');
    await rival.end();
    expect(tally([await change])).toEqual({ '409 ssn_dup': 1 });
    expect(await deadlocks()).toBeGreaterThan(before);
  });
});

describe('a request that waited for a row whose version did not change', () => {
  test.each([
    ['PATCH', { phone: '650-555-0003' }, 'customers', 2],
    ['DELETE', undefined, 'deleted_customers', 1],
  ] as const)('does its %s once, and its answer is stored', async (method, body, table, version) => {
    const id = await newCustomer();
    const headers = { 'Idempotency-Key': randomUUID() };
    const rival = new pg.Client({ connectionString: world.databaseUrl });
    await rival.connect();
    await rival.query('begin');
    await rival.query('update customers set index_version = index_version where customer_id = $1', [id]);
    const request = brand.call(method, `/customers/${id}`, { body, headers });
    await eventually(async () => (await world.sql('select from pg_locks where not granted')).length > 0);
    await rival.query('commit');
    await rival.end();
    expect((await request).status).toBe(200);
    expect(await world.sql(`select version from ${table} where customer_id = $1`, [id])).toEqual([
      { version },
    ]);
    const again = await brand.call(method, `/customers/${id}`, { body, headers });
    expect([again.status, again.text]).toEqual([200, (await request).text]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
  });
});

describe('a change and a delete of one customer at the same time', () => {
  test.each([
    ['without a key', (): Record<string, string> => ({})],
    ['under keys', (): Record<string, string> => ({ 'Idempotency-Key': randomUUID() })],
  ])('leave it deleted, %s, with the change if it was acknowledged', async (_, headers) => {
    const met = new Set<number>();
    // Again until both has happened: a change that came in time, and one that came too late.
    for (let batch = 1; batch <= 20 && met.size < 2; batch++) {
      // The delete gives the changes a little more of a start each time, whatever this machine is busy with.
      const lead = (index: number) => (index * batch) / 2;
      for (const changes of await all(20, (index) => changeAndDelete(headers, lead(index)))) met.add(changes);
    }
    expect(met.size).toBeGreaterThan(1);
  });

  /** How many of the changes were acknowledged. */
  async function changeAndDelete(headers: () => Record<string, string>, lead: number): Promise<number> {
    const id = await newCustomer();
    const path = `/customers/${id}`;
    const [first, second, deleted] = await Promise.all([
      brand.call('PATCH', path, { body: { phone: '650-555-0001' }, headers: headers() }),
      brand.call('PATCH', path, { body: { email: 'new@example.com' }, headers: headers() }),
      sleep(lead).then(() => brand.call('DELETE', path, { headers: headers() })),
    ]);
    expect(deleted.status).toBe(200);
    const changes = [first, second].filter(({ status }) => status === 200).length;
    expect(tally([first, second])).toEqual({
      ...(changes > 0 && { '200': changes }),
      ...(changes < 2 && { '404 customer_dne': 2 - changes }),
    });
    expect((await brand.call('GET', path)).status).toBe(404);
    const rows = await world.sql('select version from deleted_customers where customer_id = $1', [id]);
    expect(rows).toEqual([{ version: 1 + changes }]);
    return changes;
  }

  test('delete it once', async () => {
    const id = await newCustomer();
    const answers = await all(30, () => brand.call('DELETE', `/customers/${id}`));
    expect(tally(answers)).toEqual({ '200': 1, '404 customer_dne': 29 });
  });
});

describe('requests under one Idempotency-Key at the same time', () => {
  /** Sends them until none is told that another still runs. */
  async function send(
    count: number,
    method: string,
    path: string,
    body?: object,
  ): Promise<readonly Called[]> {
    const headers = { 'Idempotency-Key': randomUUID() };
    return all(count, async () => {
      for (;;) {
        const answer = await brand.call(method, path, { body, headers });
        if (answer.status !== 409 || answer.json.Code !== 'idempotency_key_exists') return answer;
      }
    });
  }

  const replays = (answers: readonly Called[]) =>
    answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true').length;

  test('create one customer, and all return the same one', async () => {
    for (let round = 1; round <= 10; round++) {
      const email = `${randomUUID()}@example.com`;
      // Without a number or an id of its own, nothing but the key keeps the second one out.
      const { ssn: _, ...body } = person({ email });
      const answers = await send(20, 'POST', '/customers', body);
      expect(tally(answers)).toEqual({ '201': 20 });
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      expect(replays(answers)).toBe(19);
      const found = await brand.call('POST', '/customers/search', { body: { email } });
      expect(found.json).toHaveLength(1);
    }
  });

  test('change it once', async () => {
    const id = await newCustomer();
    const answers = await send(20, 'PATCH', `/customers/${id}`, { phone: '650-555-0002' });
    expect(tally(answers)).toEqual({ '200': 20 });
    expect(replays(answers)).toBe(19);
    expect((await brand.call('GET', `/customers/${id}`)).headers.get('etag')).toBe('"2"');
  });

  test('delete it once, and all get the first answer', async () => {
    for (let round = 1; round <= 10; round++) {
      const answers = await send(20, 'DELETE', `/customers/${await newCustomer()}`);
      expect(tally(answers)).toEqual({ '200': 20 });
      expect(replays(answers)).toBe(19);
    }
  });

  test('with different content have one effect, and the other is refused', async () => {
    const key = { 'Idempotency-Key': randomUUID() };
    const answers = await all(20, (index) =>
      brand.call('POST', '/customers', {
        body: { ...person(), first_name: index % 2 ? 'Alec' : 'Jane' },
        headers: key,
      }),
    );
    const counts = tally(answers);
    expect(counts['201']).toBe(1);
    expect((counts['422 idempotency_mismatch'] ?? 0) + (counts['409 idempotency_key_exists'] ?? 0)).toBe(19);
  });
});
