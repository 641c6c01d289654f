import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { documentsExample } from '../../src/contract/kyc/examples.ts';
import { lastingReasons } from '../../src/domain/audit/query.ts';
import { defaultScopes } from '../../src/domain/scopes.ts';
import type { Instant } from '../../src/domain/time.ts';
import { createKey } from '../../src/operations/brands/api-keys.ts';
import { eraseCustomer } from '../../src/operations/retention/erasure.ts';
import { customerTables } from '../../src/store/retention/erasure-tables.ts';
import { eraseDueRecords } from '../../src/worker/eraser.ts';
import { defaultProgram, erasureRequest, newCustomer, restrictedPath } from '../contract-samples.ts';
import { newSsn } from '../people.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld, settled, withWorker } from '../world.ts';
import { noon, randomLifeCycle, seededRandom } from './life-cycles.ts';
import { simulateLifeCycles } from './simulation.ts';

let world: World;
let brand: BrandClient;
/** Where the clock is put; `undefined` is the real time. */
let clock: Instant | undefined;
const wallClock = (): Instant => `${new Date().toISOString().slice(0, 23)}000` as Instant;

beforeAll(async () => {
  // Erasure runs by hand here: the worker would claim records that a test is about to examine.
  world = await openWorld({ now: () => clock ?? wallClock(), apiOnly: true });
  brand = await world.brand();
});
afterAll(() => world.close());

const idIn = (path: string): string => path.split('/')[2] ?? '';
const eraseNow = async () => {
  while ((await eraseDueRecords(world.system)) === 'more');
};
const reason = { body: { reason: 'Case 24-117.' } };

/** Everything about a customer but ids, times and words of our own: ciphertexts, index values, digests. */
async function secretsOf(id: string): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const { table } of customerTables) {
    for (const row of await world.sql(`select * from ${table} where customer_id = $1`, [id])) {
      const stays =
        {
          events: ['payload', 'mac'],
          audit: ['body', 'payload', 'hash'],
          journal: ['body', 'payload', 'hash'],
          idempotency: ['key'],
        }[table as string] ?? [];
      const isLasting = lastingReasons.some((one) => String(row['body']).includes(`"operation":"${one}"`));
      for (const [column, value] of Object.entries(row)) {
        if (stays.includes(column) || (column === 'reason' && isLasting)) continue;
        if (Buffer.isBuffer(value)) found.add(value.toString('hex'));
        else if (typeof value === 'string' && value.length > 40) found.add(value);
      }
    }
  }
  return [...found];
}

/** How many of these are anywhere in the database, in any column of any table. */
async function countIn(needles: readonly string[]): Promise<number> {
  const tables = await world.sql("select tablename as name from pg_tables where schemaname = 'public'");
  let all = '';
  for (const { name } of tables)
    for (const row of await world.sql(`select t::text as row from ${String(name)} t`))
      all += `${row['row']}\n`;
  return needles.filter((needle) => all.includes(needle)).length;
}

describe('a deleted customer', () => {
  test('is shown only with compliance:read, with an audit entry and a masked SSN', async () => {
    const created = await newCustomer(brand);
    const { customer_id: id } = created.json;
    await brand.call('DELETE', `/customers/${id}`);
    for (const path of ['', '/addresses']) {
      expect((await brand.call('GET', `/customers/${id}${path}`)).status).toBe(404);
    }
    const plain = brand.as(await createKey(world.system, brand.brandId, { scopes: defaultScopes }));
    expect((await plain.call('GET', `/restricted-customers/${id}`)).status).toBe(403);
    expect((await plain.call('GET', '/restricted-customers')).status).toBe(403);

    const shown = await brand.call('GET', `/restricted-customers/${id}`);
    expect(shown.json).toMatchObject({
      kept_as: 'never_verified',
      legal_holds: [],
      customer: { customer_id: id, ssn: created.json.ssn, email: created.json.email },
    });
    expect(shown.json.customer.ssn).toMatch(/^XXX-XX-\d{4}$/);
    const written = await world.sql(
      `select body from journal where customer_id = $1 union all select body from audit where customer_id = $1`,
      [id],
    );
    const operations = written.map(({ body }) => JSON.parse(String(body)).operation);
    expect(operations.filter((name) => name === 'getRestrictedCustomer')).toHaveLength(1);
  });

  test('is listed once when paging in the order of deletion', async () => {
    const own = await world.brand();
    const ids: string[] = [];
    for (let count = 0; count < 7; count += 1) ids.push(idIn(await restrictedPath(own)));
    const walked: string[] = [];
    for (let cursor = ''; cursor !== 'end'; ) {
      const query = cursor === '' ? '' : `&cursor=${cursor}`;
      const { json } = await own.call('GET', `/restricted-customers?limit=3${query}`);
      walked.push(...json.data.map((one: { customer_id: string }) => one.customer_id));
      cursor = json.next_cursor ?? 'end';
    }
    expect(walked).toEqual(ids);
  });

  test('of another brand is not found', async () => {
    const other = await world.brand();
    const path = await restrictedPath(other);
    expect((await brand.call('GET', path)).status).toBe(404);
    expect((await brand.call('POST', `${path}/erasure-requests`, reason)).status).toBe(404);
    const holds = `/customers/${idIn(path)}/legal-holds`;
    expect((await brand.call('POST', holds, reason)).status).toBe(404);
  });
});

describe('erasing', () => {
  test('leaves no ciphertext, index value, stored answer or reason in any column of any table', async () => {
    // A brand without another customer of the same name, whose index values would be the same.
    const alone = await world.brand();
    const ssn = '333-33-3333';
    const headers = { 'Idempotency-Key': randomUUID() };
    const { customer_id: id } = (await newCustomer(alone, { ssn })).json;
    await alone.call('PATCH', `/customers/${id}`, { body: { email: 'x@example.com' }, headers });
    await alone.call('POST', `/customers/${id}/ssn`, reason);
    const kyc = `/customers/${id}/verification-kyc`;
    const program_id = await defaultProgram(alone);
    await alone.call('POST', kyc, { body: { program_id } });
    await withWorker(world, () =>
      expect
        .poll(async () => (await alone.call('GET', `${kyc}?program_id=${program_id}`)).json.kyc_status, {
          timeout: 60_000,
        })
        .toBe('document_required'),
    );
    const { government_id } = documentsExample as { readonly government_id: object };
    const handedIn = await alone.call('POST', `${kyc}/documents`, { body: { government_id } });
    expect(handedIn.status).toBe(200);
    const { hold_id } = (await alone.call('POST', `/customers/${id}/legal-holds`, reason)).json;
    const colleague = await alone.colleague();
    await colleague.call('POST', `/customers/${id}/legal-holds/${hold_id}/release`, reason);
    await alone.call('POST', `/customers/${id}/account-closed`, { body: { closed_on: '2020-02-29' } });
    await alone.call('DELETE', `/customers/${id}`);
    const approval = `${await erasureRequest(alone, `/restricted-customers/${id}`)}/approval`;

    // An entry that moves from the journal to the trail between two reads would be missed.
    await settled(world);
    const secrets = await secretsOf(id);
    expect(secrets.length).toBeGreaterThan(12);
    expect(await countIn(secrets)).toBe(secrets.length);

    expect((await alone.call('POST', approval)).json).toMatchObject({ erased_because: 'early' });
    await settled(world);
    expect(await countIn(secrets)).toBe(0);
    for (const { table, erased } of customerTables) {
      if (erased !== 'rows' && table !== 'idempotency') continue;
      const left = await world.sql(`select 1 from ${table} where customer_id = $1`, [id]);
      expect(left, table).toEqual([]);
    }
    expect((await alone.call('GET', `/restricted-customers/${id}`)).json).toEqual({
      customer_id: id,
      date_deleted: expect.any(String),
      date_erased: expect.any(String),
      erased_because: 'early',
      legal_holds: [],
      erasure_requests: [],
    });
    const entries = (await alone.call('GET', `/customers/${id}/audit?limit=100`)).json.data;
    const why = entries.filter((entry: object) => 'reason' in entry);
    expect(why.map((entry: Record<string, unknown>) => [entry['operation'], entry['reason']])).toEqual([
      ['requestErasure', 'Created twice.'],
      ['releaseLegalHold', reason.body.reason],
      ['setLegalHold', reason.body.reason],
    ]);
    // Who may not see restricted records sees that there was a reason, and not which.
    const { createKey } = await import('../../src/operations/brands/api-keys.ts');
    const auditor = alone.as(await createKey(world.system, alone.brandId, { scopes: ['audit:read'] }));
    const seen = (await auditor.call('GET', `/customers/${id}/audit?limit=100`)).json.data;
    expect(seen).toHaveLength(entries.length);
    expect(seen.filter((entry: object) => 'reason' in entry)).toEqual([]);
    expect(
      entries.find((entry: Record<string, unknown>) => entry['operation'] === 'revealSsn'),
    ).toMatchObject({
      has_reason: true,
    });
    expect(entries[0]).toMatchObject({ operation: 'approveErasure', because: 'early' });
  });

  test('frees the number', async () => {
    const ssn = newSsn();
    const path = await restrictedPath(brand, { ssn });
    await brand.call('POST', `${await erasureRequest(brand, path)}/approval`);
    expect((await newCustomer(brand, { ssn })).status).toBe(201);
    expect((await brand.call('GET', path)).json.customer).toBeUndefined();
  });

  test('covers every table of the schema', async () => {
    const nobodys = [
      'api_keys',
      'audit_checkpoints',
      'brand_keys',
      'audit_checks',
      'brand_settings',
      'brands',
      'customer_counts',
      'event_days',
      'installation',
      'journal_heads',
      'lookup_budgets',
      'migrations',
      'operator_links',
      'operator_passkeys',
      'operator_roles',
      'operator_sessions',
      'operators',
      'program_changes',
      'programs',
      'retention_policies',
      'root_versions',
      'screening_rounds',
      'screening_state',
      'sign_in_challenges',
      'sign_in_failures',
      'task_failures',
      'webhooks',
    ];
    const unknown = async () => {
      const tables = await world.sql("select tablename as name from pg_tables where schemaname = 'public'");
      const named = customerTables.map(({ table }): string => table);
      return tables.map(({ name }) => String(name)).filter((name) => ![...named, ...nobodys].includes(name));
    };
    expect(await unknown()).toEqual([]);
    const naming = await world.sql(
      "select table_name as name from information_schema.columns where table_schema = 'public' and column_name = 'customer_id'",
    );
    expect(naming.map(({ name }) => name).sort()).toEqual(customerTables.map(({ table }) => table).sort());
    await world.sql('create table forgotten (customer_id uuid)');
    expect(await unknown()).toEqual(['forgotten']);
    await world.sql('drop table forgotten');
  });

  test('happens once under an Idempotency-Key, and its answer is stored', async () => {
    const path = `${await erasureRequest(brand, await restrictedPath(brand))}/approval`;
    const headers = { 'Idempotency-Key': randomUUID() };
    const first = await brand.call('POST', path, { headers });
    const again = await brand.call('POST', path, { headers });
    expect([first.status, again.status]).toEqual([200, 200]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.text).toBe(first.text);
    expect((await brand.call('POST', path)).status).toBe(404);
  });

  test('before its time takes two keys', async () => {
    const path = await restrictedPath(brand);
    const asked = await brand.call('POST', `${path}/erasure-requests`, reason);
    const approval = `${path}/erasure-requests/${asked.json.erasure_id}/approval`;
    expect((await brand.call('POST', approval)).json.Code).toBe('second_approver');
    expect((await brand.call('GET', path)).json.erasure_requests).toEqual([asked.json]);
    const reader = brand.as(await createKey(world.system, brand.brandId, { scopes: ['compliance:read'] }));
    expect((await reader.call('POST', approval)).status).toBe(403);
    const second = brand.as(await createKey(world.system, brand.brandId, { scopes: ['compliance:write'] }));
    expect((await second.call('POST', approval)).status).toBe(200);
  });
});

describe('a legal hold', () => {
  let hasty: BrandClient;
  let colleague: BrandClient;
  beforeAll(async () => {
    hasty = await world.brand();
    colleague = await hasty.colleague();
    await hasty.call('PATCH', '/retention-policy', { body: { never_verified_days: 0 } });
  });
  const isErased = async (id: string) =>
    (await world.sql('select 1 from erased_customers where customer_id = $1', [id])).length === 1;

  test('keeps a record as long as one hold is active, set before or after the deletion', async () => {
    const { customer_id: id } = (await newCustomer(hasty)).json;
    const path = `/customers/${id}/legal-holds`;
    const first = (await hasty.call('POST', path, reason)).json.hold_id;
    await hasty.call('DELETE', `/customers/${id}`);
    const second = (await hasty.call('POST', path, reason)).json.hold_id;
    await eraseNow();
    await colleague.call('POST', `${path}/${first}/release`, reason);
    await eraseNow();
    expect(await isErased(id)).toBe(false);
    const shown = (await hasty.call('GET', `/restricted-customers/${id}`)).json;
    expect(shown.legal_holds.map((hold: object) => 'date_released' in hold)).toEqual([true, false]);
    expect(shown.erase_after).toBeUndefined();
    expect((await colleague.call('POST', `${path}/${first}/release`, reason)).json.Code).toBe('hold_dne');
    await colleague.call('POST', `${path}/${second}/release`, reason);
    await eraseNow();
    expect(await isErased(id)).toBe(true);
    expect((await hasty.call('POST', path, reason)).status).toBe(404);
  });

  /** Customers whose hold was acknowledged and whose record is gone. */
  const overrun = async (ids: readonly string[]) =>
    (await world.sql('select customer_id from erased_customers where customer_id = any ($1)', [ids])).length;

  test('that was acknowledged is never ignored by a concurrent erasure', async () => {
    const seen = { held: [] as string[], refused: 0 };
    for (let round = 0; round < 60; round += 1) {
      const id = idIn(await restrictedPath(hasty));
      const hold = () => hasty.call('POST', `/customers/${id}/legal-holds`, reason);
      const erase = () => eraseCustomer(world.system, hasty.brandId, id as never);
      if (round % 6 === 0) await erase();
      const [held] = round % 6 === 1 ? [await hold(), await erase()] : await Promise.all([hold(), erase()]);
      if (held.status === 201) seen.held.push(id);
      else seen.refused += 1;
    }
    expect(seen.held.length).toBeGreaterThanOrEqual(10);
    expect(seen.refused).toBeGreaterThanOrEqual(10);
    expect(await overrun(seen.held)).toBe(0);
  }, 60_000);

  test('is ignored if it does not lock the record first', async () => {
    const id = idIn(await restrictedPath(hasty));
    const client = new pg.Client({ connectionString: world.databaseUrl });
    await client.connect();
    await client.query('begin');
    // A hold that takes no look at the customer's row, and is not counted there.
    await client.query(
      `insert into legal_holds (brand_id, hold_id, customer_id, reason, set_by, set_at)
       values ($1, gen_random_uuid(), $2, 'AQAAAAEAAAAAAAAA', gen_random_uuid(), now())`,
      [hasty.brandId, id],
    );
    await eraseCustomer(world.system, hasty.brandId, id as never);
    await client.query('commit');
    await client.end();
    expect(await overrun([id])).toBe(1);
  });
});

describe('a policy', () => {
  test('has the defaults until the brand changes it, and also applies to existing records', async () => {
    const own = await world.brand();
    const usual = { never_verified_days: 30, not_passed_months: 25, identity_years: 5, documents_years: 5 };
    expect((await own.call('GET', '/retention-policy')).json).toEqual(usual);
    const path = await restrictedPath(own);
    await eraseNow();
    expect((await own.call('GET', path)).json.customer).toBeDefined();
    const changed = await own.call('PATCH', '/retention-policy', { body: { never_verified_days: 0 } });
    expect(changed.json).toEqual({ ...usual, never_verified_days: 0 });
    await eraseNow();
    expect((await own.call('GET', path)).json).toMatchObject({ erased_because: 'never_verified' });
  });

  test('keeps both of two concurrent changes of different numbers', async () => {
    const own = await world.brand();
    await Promise.all([
      own.call('PATCH', '/retention-policy', { body: { identity_years: 9 } }),
      own.call('PATCH', '/retention-policy', { body: { documents_years: 8 } }),
    ]);
    const policy = (await own.call('GET', '/retention-policy')).json;
    expect(policy).toMatchObject({ identity_years: 9, documents_years: 8 });
  });
});

describe('ten years of a sample of lives, through the API and the worker', () => {
  const random = seededRandom(7);
  const lifeCycles = Array.from({ length: 30 }, () => randomLifeCycle(random));
  test('0 early, 0 late by more than a day', async () => {
    const own = await world.brand();
    const turnTo = (day: number) => {
      clock = noon(day);
    };
    try {
      expect(await simulateLifeCycles(world, own, lifeCycles, turnTo, false)).toEqual([]);
    } finally {
      clock = undefined;
    }
  }, 180_000);

  test('fail under a policy that is too short', async () => {
    const own = await world.brand();
    await own.call('PATCH', '/retention-policy', { body: { identity_years: 3, not_passed_months: 20 } });
    const turnTo = (day: number) => {
      clock = noon(day);
    };
    try {
      expect((await simulateLifeCycles(world, own, lifeCycles, turnTo, false)).length).toBeGreaterThan(3);
    } finally {
      clock = undefined;
    }
  }, 180_000);
});
