import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isRepeatable } from '../../src/contract/operation.ts';
import { operations } from '../../src/contract/table.ts';
import { instantOfMillis } from '../../src/domain/time.ts';
import { createKey } from '../../src/operations/brands/api-keys.ts';
import { sweepIdempotency } from '../../src/store/sweep.ts';
import { newCustomer, prepare, send } from '../contract-samples.ts';
import { newSsn, person } from '../people.ts';
import type { BrandClient, Called, World } from '../world.ts';
import { openWorld } from '../world.ts';
import { eventually } from './durability/cpu-contention.ts';

const hour = 3_600_000;
let ahead = 0;
let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld({ now: () => instantOfMillis(Date.now() + ahead) });
  brand = await world.brand();
});
afterAll(() => world.close());

const under = (key: string, more: object = {}) => ({ headers: { 'Idempotency-Key': key, ...more } });
const replayed = (answer: Called) => answer.headers.get('idempotent-replayed');
/** What must be equal in a first answer and its repetitions. */
const essence = ({ status, headers, text }: Called) => ({ status, text, etag: headers.get('etag') });
/** What a repeat shows of a first answer: no secret and no link, but the last four characters of a webhook's secret. */
const repetition = (answer: Called) => ({
  ...essence(answer),
  text: answer.text
    .replace(/whsec_[A-Za-z0-9+/=]{28,}(?=")/, (secret) => `whsec_${'*'.repeat(12)}${secret.slice(-4)}`)
    .replace(/,"authorization":"[A-Za-z0-9+/]{64}"/, '')
    .replace(/"link":"[^"]+","link_expires":"[^"]+"/, '"link":null,"link_expires":null'),
});
const repeatable = operations.filter(isRepeatable).map((row) => [row.operationId, row] as const);
const countOf = async (of: BrandClient) =>
  Number((await of.call('GET', '/customers?per_page=1')).headers.get('x-total-count'));

describe.each(repeatable)('%s', (_id, row) => {
  test('answers a repeat with the first answer, without a second effect', async () => {
    const key = randomUUID();
    const prepared = await prepare(row, brand);
    const first = await send(brand, prepared, under(key));
    expect([first.status, replayed(first)]).toEqual([row.answer.status, null]);
    const count = await countOf(brand);
    for (let time = 0; time < 3; time += 1) {
      const again = await send(brand, prepared, under(key));
      expect(essence(again)).toEqual(repetition(first));
      expect(replayed(again)).toBe('true');
    }
    expect(await countOf(brand)).toBe(count);
  });

  test('refuses another request under the same key', async () => {
    const key = randomUUID();
    const first = await send(brand, await prepare(row, brand), under(key));
    expect(first.status).toBe(row.answer.status);
    // Nothing in these requests tells one from another.
    if (row.operationId === 'startAuditCheck') return;
    const other = await send(brand, await prepare(row, brand), under(key));
    expect(other.json).toMatchObject({ Status: 422, Code: 'idempotency_mismatch' });
  });

  test('stores no refusal', async () => {
    const key = randomUUID();
    const prepared = await prepare(row, brand);
    const refused = await send(brand, prepared, { ...under(key), path: `${prepared.path}?nonsense=1` });
    expect(refused.status).toBe(400);
    const done = await send(brand, prepared, under(key));
    expect([done.status, replayed(done)]).toEqual([row.answer.status, null]);
  });

  test('has one effect and 20 equal answers for 20 concurrent duplicates', async () => {
    const key = randomUUID();
    const tenant = await world.brand();
    const prepared = await prepare(row, tenant);
    const before = await countOf(tenant);
    const all = await Promise.all(Array.from({ length: 20 }, () => send(tenant, prepared, under(key))));
    expect(new Set(all.map((answer) => JSON.stringify(repetition(answer)))).size).toBe(1);
    expect(all[0]?.status).toBe(row.answer.status);
    expect(all.filter((answer) => replayed(answer) === null)).toHaveLength(1);
    const change = { createCustomer: 1, updateCustomer: 0, deleteCustomer: -1 }[row.operationId] ?? 0;
    expect((await countOf(tenant)) - before).toBe(change);
    const [kept] = await world.sql('select count(*)::int as n from idempotency where brand_id = $1', [
      tenant.brandId,
    ]);
    expect(kept?.['n']).toBe(1);
  });
});

test('20 concurrent duplicates of a create without an SSN create one customer', async () => {
  const tenant = await world.brand();
  const { ssn: _none, ...body } = person();
  const key = randomUUID();
  const all = await Promise.all(
    Array.from({ length: 20 }, () => tenant.call('POST', '/customers', { body, ...under(key) })),
  );
  expect(new Set(all.map(({ json }) => json.customer_id)).size).toBe(1);
  expect(await countOf(tenant)).toBe(1);
});

test('of 20 different concurrent requests under one key one succeeds and 19 are refused', async () => {
  const tenant = await world.brand();
  const key = randomUUID();
  const all = await Promise.all(
    Array.from({ length: 20 }, () => tenant.call('POST', '/customers', { body: person(), ...under(key) })),
  );
  expect(all.map(({ status }) => status).toSorted()).toEqual([201, ...Array(19).fill(422)]);
  expect(await countOf(tenant)).toBe(1);
});

describe('what is the same request', () => {
  test('a path in upper case or with a trailing slash is the same request', async () => {
    const key = randomUUID();
    const { customer_id: id } = (await newCustomer(brand)).json;
    const options = { body: { first_name: 'Jane' }, ...under(key) };
    const first = await brand.call('PATCH', `/customers/${id}`, options);
    expect(first.status).toBe(200);
    for (const path of [`/customers/${id.toUpperCase()}`, `/customers/${id}/`]) {
      const again = await brand.call('PATCH', path, options);
      expect([replayed(again), essence(again)]).toEqual(['true', essence(first)]);
    }
  });

  test('the same JSON with other blanks, order and escapes is the same request', async () => {
    const key = randomUUID();
    const body = { ...person(), ssn: undefined };
    const { first_name, ...rest } = body;
    const first = await brand.call('POST', '/customers', { raw: JSON.stringify(body), ...under(key) });
    expect(first.status).toBe(201);
    const same = [
      JSON.stringify(body, null, 2),
      JSON.stringify({ ...rest, first_name }),
      `\ufeff${JSON.stringify(body)}`,
      JSON.stringify(body).replace(
        `"${first_name}"`,
        `"\\u00${first_name.charCodeAt(0).toString(16)}${first_name.slice(1)}"`,
      ),
    ];
    for (const raw of same) {
      const again = await brand.call('POST', '/customers', { raw, ...under(key) });
      expect([replayed(again), essence(again)]).toEqual(['true', essence(first)]);
    }
    const addresses = [...body.addresses].reverse();
    const other = await brand.call('POST', '/customers', { body: { ...body, addresses }, ...under(key) });
    expect(other.json.Code).toBe('idempotency_mismatch');
  });

  test('another body, path or method is another request', async () => {
    const key = randomUUID();
    const [one, two] = [await newCustomer(brand), await newCustomer(brand)];
    const path = `/customers/${one.json.customer_id}`;
    const patch = { raw: '{"first_name":"Jane"}', ...under(key) };
    expect((await brand.call('PATCH', path, patch)).status).toBe(200);
    const others = [
      () => brand.call('PATCH', path, { ...patch, raw: '{"first_name":"Joan"}' }),
      () => brand.call('PATCH', path, { ...patch, raw: '{"first_name":"Jane "}' }),
      () => brand.call('PATCH', `/customers/${two.json.customer_id}`, patch),
      () => brand.call('DELETE', path, under(key)),
      () => brand.call('POST', '/customers', { body: person(), ...under(key) }),
    ];
    for (const other of others) expect((await other()).json.Code).toBe('idempotency_mismatch');
    expect((await brand.call('GET', `/customers/${two.json.customer_id}`)).json.first_name).toBe('James');
  });

  test('a repeat belongs to its API key: another key of the brand gets no answer of it', async () => {
    const key = randomUUID();
    const options = { body: person(), ...under(key) };
    const first = await brand.call('POST', '/customers', options);
    const colleague = brand.as(await createKey(world.system, brand.brandId, {}));
    expect((await colleague.call('POST', '/customers', options)).json.Code).toBe('idempotency_mismatch');
    expect(essence(await brand.call('POST', '/customers', options))).toEqual(essence(first));
    const stranger = await (await world.brand()).call('POST', '/customers', options);
    expect([stranger.status, replayed(stranger)]).toEqual([201, null]);
    expect(stranger.json.customer_id).not.toBe(first.json.customer_id);
  });
});

test('the first answer is repeated after a change of the customer, and refused after its deletion', async () => {
  const key = randomUUID();
  const options = { body: person(), ...under(key) };
  const first = await brand.call('POST', '/customers', options);
  const path = `/customers/${first.json.customer_id}`;
  await brand.call('PATCH', path, { body: { first_name: 'Jane' } });
  expect(essence(await brand.call('POST', '/customers', options))).toEqual(essence(first));
  await brand.call('DELETE', path);
  const gone = await brand.call('POST', '/customers', options);
  expect(gone.json).toMatchObject({ Status: 410, Code: 'customer_deleted' });
});

test('the answer of a change that changes nothing is stored too', async () => {
  const key = randomUUID();
  const path = `/customers/${(await newCustomer(brand)).json.customer_id}`;
  const options = { body: { first_name: 'James' }, ...under(key) };
  const first = await brand.call('PATCH', path, options);
  await brand.call('PATCH', path, { body: { first_name: 'Jane' } });
  const again = await brand.call('PATCH', path, options);
  expect([replayed(again), essence(again)]).toEqual(['true', essence(first)]);
});

test('refusals that depend on stored data are not stored: 404, 409, 412', async () => {
  const taken = await newCustomer(brand, { ssn: '219-09-9998' });
  const path = `/customers/${taken.json.customer_id}`;
  const create = { body: person({ ssn: '219-09-9998' }), ...under(randomUUID()) };
  const remove = under(randomUUID());
  const guarded = { body: { first_name: 'Jane' }, ...under(randomUUID(), { 'If-Match': '"2"' }) };
  expect((await brand.call('POST', '/customers', create)).status).toBe(409);
  expect((await brand.call('PATCH', path, guarded)).status).toBe(412);
  await brand.call('PATCH', path, { body: { middle_name: '' } });
  expect((await brand.call('PATCH', path, guarded)).json.first_name).toBe('Jane');
  expect((await brand.call('DELETE', path, remove)).status).toBe(200);
  expect((await brand.call('DELETE', path, under(randomUUID()))).status).toBe(404);
  expect((await brand.call('POST', '/customers', create)).status).toBe(201);
});

test('a repeated delete is answered in plain text as well', async () => {
  const options = under(randomUUID(), { Accept: 'text/plain' });
  const path = `/customers/${(await newCustomer(brand)).json.customer_id}`;
  for (const time of ['first', 'again']) {
    const answer = await brand.call('DELETE', path, options);
    expect([time, answer.text]).toEqual([time, 'Customer resource deleted']);
  }
});

test('a key belongs to its request for 24 hours and is free after that', async () => {
  const tenant = await world.brand();
  const key = randomUUID();
  const [one, other] = [
    { body: person(), ...under(key) },
    { body: person(), ...under(key) },
  ];
  const first = await tenant.call('POST', '/customers', one);
  ahead += 23.9 * hour;
  expect(essence(await tenant.call('POST', '/customers', one))).toEqual(essence(first));
  expect((await tenant.call('POST', '/customers', other)).status).toBe(422);
  ahead += 0.2 * hour;
  const second = await tenant.call('POST', '/customers', other);
  expect([second.status, replayed(second)]).toEqual([201, null]);
  expect(replayed(await tenant.call('POST', '/customers', other))).toBe('true');
  const rows = async () =>
    (await world.sql('select 1 from idempotency where brand_id = $1', [tenant.brandId])).length;
  await sweepIdempotency(world.system.db, world.system.now(), 1_000);
  expect(await rows()).toBe(1);
  ahead += 24.1 * hour;
  // The worker may be sweeping the same rows; those it holds are passed over.
  await eventually(async () => {
    await sweepIdempotency(world.system.db, world.system.now(), 1_000);
    return (await rows()) === 0;
  });
});

describe('a key', () => {
  const post = (key: string) => brand.call('POST', '/customers', { body: person(), ...under(key) });

  test.each([
    ['that is empty', ''],
    ['of 256 characters', 'k'.repeat(256)],
    ['beyond ASCII', 'schlüssel'],
    ['with a tab', 'a\tb'],
  ])('%s is refused by name', async (_what, key) => {
    const before = await countOf(brand);
    const answer = await post(key);
    expect(answer.json).toMatchObject({ Status: 400, Code: 'input_error' });
    expect(Object.keys(answer.json.Message)).toEqual(['Idempotency-Key']);
    expect(await countOf(brand)).toBe(before);
  });

  test.each([
    ['of one character', '~'],
    ['of 255 characters, spaces and signs', `" ${'k'.repeat(251)}'\\`],
  ])('%s is taken', async (_what, key) => {
    expect((await post(key)).status).toBe(201);
    expect((await post(key)).json.Code).toBe('idempotency_mismatch');
  });

  test('is ignored by operations without an effect', async () => {
    const key = randomUUID();
    for (const email of ['one@example.com', 'two@example.com']) {
      const found = await brand.call('POST', '/customers/search', { body: { email }, ...under(key) });
      expect([found.status, replayed(found)]).toEqual([200, null]);
    }
    expect((await brand.call('GET', '/customers', under(''))).status).toBe(200);
  });
});

test('key, request and answer are stored without any plain text', async () => {
  const body = person({ last_name: 'Canarybird', email: 'canarybird@example.com', ssn: newSsn() });
  const tenant = await world.brand();
  const key = 'canary-key-0815';
  await tenant.call('POST', '/customers', { body, ...under(key) });
  const [row] = await world.sql(
    `select i::text as line, encode(key, 'escape') as key, answer, encode(digest, 'hex') as bare
       from idempotency i, sha256($2::bytea) as digest where brand_id = $1`,
    [tenant.brandId, Buffer.from(key)],
  );
  const shown = `${row?.['line']} ${row?.['key']} ${Buffer.from(String(row?.['answer']), 'base64').toString('latin1')}`;
  for (const word of ['canary', 'Canary', body.ssn, body.ssn.replaceAll('-', ''), 'customer_id', 'XXX-XX']) {
    expect(shown).not.toContain(word);
  }
  expect(shown, 'a bare digest of the key could be guessed back').not.toContain(row?.['bare']);
});

/** Six at once with a duplicate each need 12 connections, which is what the pool has. */
const groups = Array.from({ length: Math.ceil(repeatable.length / 6) }, (_, group) =>
  repeatable.slice(group * 6, group * 6 + 6),
);

/**
 * Makes every claim on a key wait, once it is made, for a lock that the test holds until it calls `release`.
 * A duplicate gives up after 1 s instead of the 5 s that are configured, which leaves the first request most of
 * its 10 s on a slow machine.
 */
async function holdClaims(on: World) {
  await on.sql(`create function shorten_wait() returns trigger language plpgsql as $$ begin
      if current_setting('lock_timeout') <> '5s' then raise 'not the configured lock_timeout'; end if;
      set local lock_timeout = '1s';
      return new;
    end $$`);
  await on.sql(`create function hold_claim() returns trigger language plpgsql set lock_timeout = 0 as
    $$ begin perform pg_advisory_xact_lock_shared(1); return null; end $$`);
  await on.sql(`create trigger shorten_wait before insert on idempotency
    for each row execute function shorten_wait()`);
  await on.sql(`create trigger hold_claim after insert or update on idempotency
    for each row execute function hold_claim()`);
  const holder = new pg.Client({ connectionString: on.databaseUrl });
  await holder.connect();
  await holder.query('select pg_advisory_lock(1)');
  return {
    async waiting(): Promise<number> {
      const { rows } = await holder.query(`select 1 from pg_locks join pg_database on oid = database
        where locktype = 'advisory' and not granted and datname = current_database()`);
      return rows.length;
    },
    release: () => holder.end(),
  };
}

test.concurrent.for(groups)(
  'a repeat while the first request is still running is told to wait, and then gets its answer',
  { timeout: 120_000 },
  async (group, { expect }) => {
    const slow = await openWorld();
    // Each in a brand of its own, because some of them wait for each other.
    const tenants = await Promise.all(group.map(() => slow.brand()));
    const tenantAt = (index: number) => tenants[index] as BrandClient;
    const prepared = await Promise.all(group.map(([, row], index) => prepare(row, tenantAt(index))));
    const options = prepared.map(() => under(randomUUID()));
    const all = () => Promise.all(prepared.map((one, index) => send(tenantAt(index), one, options[index])));
    const claims = await holdClaims(slow);
    const first = all();
    await expect.poll(claims.waiting, { timeout: 9_000, interval: 20 }).toBe(prepared.length);
    for (const [index, answer] of (await all()).entries()) {
      expect(answer.json, group[index]?.[0]).toMatchObject({ Status: 409, Code: 'idempotency_key_exists' });
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    await claims.release();
    const done = await first;
    expect(done.map(({ status }) => status)).toEqual(group.map(([, row]) => row.answer.status));
    const again = await all();
    expect(again.map(essence)).toEqual(done.map(repetition));
    expect(again.map(replayed)).toEqual(done.map(() => 'true'));
    await slow.close();
  },
);
