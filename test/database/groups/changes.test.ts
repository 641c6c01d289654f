import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newSsn, person } from '../../people.ts';
import type { BrandClient, Called, World } from '../../world.ts';
import { openWorld, settled } from '../../world.ts';
import { watchSharedStatements } from './shared-statements.ts';

// Changes of a brand that arrive at the same time share a statement. Each of them still has its own answer, entry,
// event, claim and refusal.

let world: World;
let statements: ReturnType<typeof watchSharedStatements>;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
  statements = watchSharedStatements(world);
});
afterAll(() => world.close());

const create = (brand: BrandClient, body: object, key: string = randomUUID()) =>
  brand.call('POST', '/customers', { body, headers: { 'Idempotency-Key': key } });

const statusOf = ({ status }: Called) => status;

/** What the database has of a brand: rows, their sum in the counts, entries and events. */
async function totals({ brandId, sql, system }: BrandClient) {
  await settled({ sql, system });
  const [row] = await sql(
    `select (select count(*) from customers where brand_id = $1)::int as customers,
            (select sum(count) from customer_counts where brand_id = $1)::int as counted,
            (select count(distinct seq) from customers where brand_id = $1)::int as places,
            (select count(*) from events where brand_id = $1)::int as events,
            (select count(*) from audit where brand_id = $1 and body like '%"operation":"createCustomer"%')::int as entries`,
    [brandId],
  );
  return row;
}

describe('changes that arrive at the same time', () => {
  test('creates share statements, and each has its place, count, entry, event and answer', async () => {
    const brand = await world.brand();
    statements.sizes.length = 0;
    const keys = Array.from({ length: 60 }, () => randomUUID());
    const bodies = keys.map((_, index) => person({ email: `c${index}@example.com` }));
    const made = await Promise.all(keys.map((key, index) => create(brand, bodies[index] ?? {}, key)));
    expect(new Set(made.map(statusOf))).toEqual(new Set([201]));
    expect(Math.max(...statements.sizes)).toBeGreaterThan(1);
    for (const [index, { json }] of made.entries()) expect(json.email).toBe(`c${index}@example.com`);
    expect(await totals(brand)).toEqual({
      customers: 60,
      counted: 60,
      places: 60,
      events: 60,
      entries: 60,
    });
    const again = await Promise.all(keys.map((key, index) => create(brand, bodies[index] ?? {}, key)));
    expect(again.map(({ json }) => json.customer_id)).toEqual(made.map(({ json }) => json.customer_id));
    expect(await totals(brand)).toMatchObject({ customers: 60, events: 60 });
  });

  test('changes of many customers share statements, and each customer has its own values and version', async () => {
    const brand = await world.brand();
    const ids: string[] = [];
    for (let index = 0; index < 30; index += 1) ids.push((await create(brand, person())).json.customer_id);
    statements.sizes.length = 0;
    const changed = await Promise.all(
      ids.map((id, index) =>
        brand.call('PATCH', `/customers/${id}`, {
          body: { email: `p${index}@example.com` },
          headers: { 'Idempotency-Key': id },
        }),
      ),
    );
    expect(Math.max(...statements.sizes)).toBeGreaterThan(1);
    expect(new Set(changed.map(statusOf))).toEqual(new Set([200]));
    for (const [index, id] of ids.entries()) {
      const { json, headers } = await brand.call('GET', `/customers/${id}`);
      expect(json.email).toBe(`p${index}@example.com`);
      expect(headers.get('etag')).toBe('"2"');
    }
  });

  test('refusals of every kind refuse one change each', async () => {
    const brand = await world.brand();
    const [ssn, personId] = [newSsn(), randomUUID()];
    const holder = (await create(brand, person({ ssn, brand_person_id: personId }))).json.customer_id;
    const twice = randomUUID();
    const same = person();
    const inside = newSsn();
    statements.sizes.length = 0;
    const made = await Promise.all([
      create(brand, person()),
      create(brand, person({ ssn })),
      create(brand, person({ brand_person_id: personId })),
      create(brand, same, twice),
      create(brand, same, twice),
      create(brand, person(), twice),
      create(brand, person({ ssn: inside })),
      create(brand, person({ ssn: inside })),
      create(brand, person()),
      create(brand, person()),
      brand.call('PATCH', `/customers/${holder}`, { body: { email: 'x@example.com' } }),
      brand.call('PATCH', `/customers/${holder}`, {
        body: { email: 'y@example.com' },
        headers: { 'If-Match': '"7"' },
      }),
      brand.call('PATCH', `/customers/${randomUUID()}`, { body: { email: 'z@example.com' } }),
    ]);
    expect(Math.max(...statements.sizes)).toBeGreaterThan(1);
    const [, taken, takenId, first, second, other, one, two, , , patched, stale, unknown] = made.map(
      ({ status, json }) => `${status} ${json.Code ?? ''}`.trim(),
    );
    expect([made[0], made[8], made[9]].map((ok) => ok?.status)).toEqual([201, 201, 201]);
    expect(taken).toContain('ssn_dup');
    expect(takenId).toContain('person_id_dup');
    // Which request under the key came first is not decided; one customer was made, and one request does not match.
    expect([first, second, other].sort()).toSatisfy((got: string[]) =>
      got.some((line) => line.includes('idempotency_mismatch')),
    );
    expect([one, two].filter((line) => line === '201')).toHaveLength(1);
    expect([one, two].filter((line) => line?.includes('ssn_dup'))).toHaveLength(1);
    expect(patched).toBe('200');
    expect(stale).toContain('precondition_failed');
    expect(unknown).toContain('customer_dne');
    expect(await totals(brand)).toMatchObject({ customers: 6, counted: 6, places: 6 });
  });

  test('one customer whose row is held keeps nobody else waiting', async () => {
    const brand = await world.brand();
    const ids: string[] = [];
    for (let index = 0; index < 12; index += 1) ids.push((await create(brand, person())).json.customer_id);
    const other = new pg.Client({ connectionString: world.databaseUrl });
    await other.connect();
    try {
      await other.query('begin');
      await other.query('select from customers where customer_id = $1 for update', [ids[3]]);
      const asked = ids.map((id) =>
        brand.call('PATCH', `/customers/${id}`, { body: { phone: '650-123-9999' } }),
      );
      const free = await Promise.all(asked.filter((_, index) => index !== 3));
      expect(new Set(free.map(statusOf))).toEqual(new Set([200]));
      const held = asked[3] as Promise<Called>;
      expect(await Promise.race([held.then(statusOf), sleep(100, 'waits')])).toBe('waits');
      await other.query('rollback');
      expect(statusOf(await held)).toBe(200);
    } finally {
      await other.end();
    }
  });

  test('a statement that is killed leaves none of its changes, and each repeat makes exactly one', async () => {
    const brand = await world.brand();
    await world.sql(`create function linger() returns trigger language plpgsql as
      $body$ begin if new.email_index is not null then perform pg_sleep(0.2); end if; return new; end $body$`);
    await world.sql(
      'create trigger linger before insert on customers for each row execute function linger()',
    );
    const keys = Array.from({ length: 12 }, () => randomUUID());
    const bodies = keys.map(() => person());
    const killed = statements.killNext();
    const first = await Promise.all(keys.map((key, index) => create(brand, bodies[index] ?? {}, key)));
    await world.sql('drop trigger linger on customers');
    expect(killed()).toBeGreaterThan(0);
    const lost = first.filter(({ status }) => status === 503).length;
    expect(lost).toBeGreaterThan(1);
    expect(await totals(brand)).toMatchObject({
      customers: 12 - lost,
      counted: 12 - lost,
      entries: 12 - lost,
    });
    const again = await Promise.all(keys.map((key, index) => create(brand, bodies[index] ?? {}, key)));
    expect(new Set(again.map(statusOf))).toEqual(new Set([201]));
    expect(await totals(brand)).toEqual({ customers: 12, counted: 12, places: 12, events: 12, entries: 12 });
  });
});
