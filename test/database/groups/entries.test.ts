import { afterAll, beforeAll, expect, test } from 'vitest';
import { person } from '../../people.ts';
import type { BrandClient, World } from '../../world.ts';
import { openWorld, settled } from '../../world.ts';
import { watchSharedStatements } from './shared-statements.ts';

// Where reads are recorded, the entries of reads that arrive at the same time share a statement and its commit. Each
// answer still waits for its own entry.

let world: World;
let brand: BrandClient;
/** The customers of `brand`. */
const ids: string[] = [];
let statements: ReturnType<typeof watchSharedStatements>;

beforeAll(async () => {
  world = await openWorld({ apiOnly: true, env: { CLIENTELE_AUDIT_READS: '1' } });
  statements = watchSharedStatements(world);
  brand = await world.brand();
  for (let index = 0; index < 20; index += 1) {
    const made = await brand.call('POST', '/customers', { body: person({ email: `e${index}@example.com` }) });
    ids.push(made.json.customer_id);
  }
});
afterAll(() => world.close());

/** The customers of the entries of an operation, those that wait in the outbox included. */
async function recorded(operation: string): Promise<readonly string[]> {
  const rows = await world.sql(
    `select customer_id as id from (select brand_id, customer_id, body from journal
       union all select brand_id, customer_id, body from audit) as entries
      where brand_id = $1 and body like $2`,
    [brand.brandId, `%"operation":"${operation}"%`],
  );
  return rows.map(({ id }) => String(id)).sort();
}

test('gets share statements for their entries, and each answer comes after its own entry', async () => {
  statements.sizes.length = 0;
  const answered: string[] = [];
  const found = await Promise.all(
    ids.map(async (id) => {
      const { status } = await brand.call('GET', `/customers/${id}`);
      if (!(await recorded('getCustomer')).includes(id)) answered.push(id);
      return status;
    }),
  );
  expect(new Set(found)).toEqual(new Set([200]));
  expect(answered).toEqual([]);
  expect(Math.max(...statements.sizes)).toBeGreaterThan(1);
  await settled(world);
  expect(await recorded('getCustomer')).toEqual(ids.toSorted());
});

test('searches share statements for theirs, too, with the digests of what each asked', async () => {
  statements.sizes.length = 0;
  const search = (index: number) =>
    brand.call('POST', '/customers/search', { body: { email: `e${index}@example.com` } });
  const found = await Promise.all(ids.map((_, index) => search(index)));
  expect(found.map(({ json }) => json[0].customer_id)).toEqual(ids);
  expect(Math.max(...statements.sizes)).toBeGreaterThan(1);
  expect(await recorded('searchCustomers')).toEqual(ids.toSorted());
  await settled(world);
  const { json } = await brand.call('GET', '/audit?operation=searchCustomers&limit=50');
  const asked = new Set(json.data.map((entry: { asked: { email: string } }) => entry.asked.email));
  expect(asked.size).toBe(ids.length);
});

const reads = [
  ['a get', (_place: number, id: string) => brand.call('GET', `/customers/${id}`)],
  [
    'a search',
    (place: number) => brand.call('POST', '/customers/search', { body: { email: `e${place}@example.com` } }),
  ],
] as const;

test.each(reads)(
  'of %s: an entry that cannot be written refuses its own read, and no other',
  async (_what, read) => {
    const refused = ids[7] as string;
    await world.sql(`create function refuse_one() returns trigger language plpgsql as
    $body$ begin if new.customer_id = '${refused}' then raise exception 'refused'; end if; return new; end $body$`);
    await world.sql(
      'create trigger refuse_one before insert on journal for each row execute function refuse_one()',
    );
    try {
      const found = await Promise.all(ids.map((id, place) => read(place, id)));
      expect(found.map(({ status }) => status)).toEqual(ids.map((id) => (id === refused ? 500 : 200)));
    } finally {
      await world.sql('drop function refuse_one cascade');
    }
  },
);

test.each(reads)(
  'of %s: no read is answered where the statement of its entry was killed',
  async (what, read) => {
    const operation = what === 'a get' ? 'getCustomer' : 'searchCustomers';
    await world.sql(`create function linger() returns trigger language plpgsql as
    $body$ begin perform pg_sleep(0.2); return new; end $body$`);
    await world.sql('create trigger linger before insert on journal for each row execute function linger()');
    const before = (await recorded(operation)).length;
    const killed = statements.killNext();
    const found = await Promise.all(ids.map((id, place) => read(place, id)));
    await world.sql('drop function linger cascade');
    expect(killed()).toBeGreaterThan(0);
    const lost = found.filter(({ status }) => status === 503);
    expect(lost.length).toBeGreaterThan(1);
    for (const { text } of lost) expect(text).not.toContain('customer_id');
    expect((await recorded(operation)).length - before).toBe(ids.length - lost.length);
  },
);
