import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { defaultScopes } from '../../../src/domain/scopes.ts';
import { instantOfMillis, plusSeconds } from '../../../src/domain/time.ts';
import { sweepBudgets } from '../../../src/store/sweep.ts';
import { customerPath, defaultProgram, newCustomer, verifiedCustomer } from '../../contract-samples.ts';
import { newSsn, person } from '../../people.ts';
import { rewrite } from '../../rewrite.ts';
import type { BrandClient, Called, World } from '../../world.ts';
import { openWorld } from '../../world.ts';
import {
  allAtOnce,
  budgetsOfLive,
  entriesOf,
  eventsOf,
  everywhere,
  forgetCounts,
  keyWith,
  moreServers,
  numbersEndingIn,
  statuses,
} from './guessing.ts';

// An answer shows the last four digits of an SSN, so 88,902 numbers are left. A caller who is told, by anything, whether
// a guess is right tries them one after the other.

let at = Date.UTC(2026, 4, 4);
let world: World;
let servers: Awaited<ReturnType<typeof moreServers>>;
beforeAll(async () => {
  world = await openWorld({ env: budgetsOfLive, now: () => instantOfMillis(at) });
  servers = await moreServers(world);
});
afterAll(async () => {
  await servers.close();
  await world.close();
});

const searching = ['customers:read', 'ssn:search'];
const search = (client: BrandClient, ssn: string, query = '') =>
  client.call('POST', `/customers/search${query}`, { body: { ssn } });
const create = (client: BrandClient, ssn: string) =>
  client.call('POST', '/customers', { body: person({ ssn }) });
const patch = (client: BrandClient, id: string, ssn: string) =>
  client.call('PATCH', `/customers/${id}`, { body: { ssn } });
const limits = readConfig({ CLIENTELE_ENVIRONMENT: 'live' }).budgetLimits;

/** What distinguishes answers. */
const visible = ({ status, text, headers }: Called) => [
  status,
  headers.get('etag'),
  text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\dT[^"]*/g, ''),
];

async function victim() {
  const brand = await world.brand();
  const ssn = newSsn();
  const { customer_id } = (await newCustomer(brand, { ssn })).json;
  return { brand, ssn, id: customer_id as string, guesses: numbersEndingIn(ssn.slice(-4), 200, ssn) };
}

test('the budgets of these tests are those of live', () => {
  expect(world.system.budgetLimits).toEqual(limits);
  expect(limits).toMatchObject({ ssnMisses: 30, ssnMissesOfBrand: 100, sameLastFour: 50 });
});

describe('by search', () => {
  test.each([
    ['a key of the default scopes', defaultScopes],
    ['a reader', ['customers:read']],
  ] as const)('%s is refused, whether or not the number is right', async (_who, scopes) => {
    const { brand, ssn, guesses } = await victim();
    const key = await keyWith(brand, scopes);
    const answers = [await search(key, ssn), await search(key, guesses[0] ?? '')];
    expect(answers.map(({ json }) => json.Code)).toEqual(['scope_err', 'scope_err']);
    expect(answers[0]?.json.Message).toContain('ssn:search');
    expect(visible(answers[0] as Called)).toEqual(visible(answers[1] as Called));
    const other = await key.call('POST', '/customers/search', { body: { email: 'who@example.com' } });
    expect(other.status).toBe(200);
  });

  test('one key at three concurrent servers learns of exactly as many misses as its budget', async () => {
    const { brand, ssn, guesses } = await victim();
    const key = await keyWith(brand, searching);
    const clients = everywhere(servers.urls, key);
    // Hits cost nothing.
    const hits = await allAtOnce(
      clients,
      Array.from({ length: 40 }, () => ssn),
      search,
    );
    expect(statuses(hits)).toEqual({ 200: 40 });
    expect(hits.every(({ json }) => json.length === 1)).toBe(true);
    const past = await search(key, ssn, '?page=9');
    expect([past.json, past.headers.get('x-total-count')]).toEqual([[], '1']);

    const answers = await allAtOnce(clients, guesses, search);
    expect(statuses(answers)).toEqual({ 200: 30, 429: 170 });
    const refused = answers.find(({ status }) => status === 429) as Called;
    expect(refused.json.Code).toBe('lookup_budget');
    expect(Number(refused.headers.get('retry-after'))).toBe(86_400);

    // The right number is not to be told from the others any more, on no page and at no server.
    for (const client of clients) {
      expect(visible(await search(client, ssn))).toEqual(visible(refused));
      expect(visible(await search(client, ssn, '?page=9'))).toEqual(visible(refused));
    }
    const events = await eventsOf(world, brand, 'security.ssn_probing');
    expect(events.map((event) => event.key)).toEqual([key.key.identity]);
    const entries = await entriesOf(world, brand);
    const searches = entries.filter(({ operation, budget }) => operation === 'searchCustomers' && !budget);
    expect(searches.filter(({ outcome }) => outcome === 'found')).toHaveLength(41);
    expect(searches.filter(({ outcome }) => outcome === 'not found')).toHaveLength(30);
    expect(searches.filter(({ outcome }) => outcome === 'refused')).toHaveLength(176);
    // Equal questions have equal digests. No more guesses have one than were answered: the digest of a guess beside
    // that of a search with a find would be an answer, too.
    expect(new Set(searches.flatMap(({ asked }) => asked?.ssn ?? [])).size).toBe(31);
    expect(searches.filter(({ outcome, asked }) => outcome === 'refused' && asked)).toEqual([]);
    // The digest is not the one that customers are found by.
    const [index] = await world.sql('select encode(ssn_index, $2) as x from customers where brand_id = $1', [
      brand.brandId,
      'base64',
    ]);
    expect(JSON.stringify(searches)).not.toContain(index?.['x']);
    for (const number of [ssn, ssn.replaceAll('-', ''), ...guesses])
      expect(JSON.stringify(entries)).not.toContain(number);
  });

  test("many keys of a brand together learn of no more than the brand's budget", async () => {
    const { brand, guesses } = await victim();
    const keys = await Promise.all([1, 2, 3, 4, 5].map(() => keyWith(brand, searching)));
    const clients = keys.flatMap((key) => everywhere(servers.urls, key));
    const answers = await allAtOnce(clients, guesses, search);
    expect(statuses(answers)).toEqual({ 200: 100, 429: 100 });
    expect((await eventsOf(world, brand, 'security.*')).length).toBeLessThanOrEqual(6);
    // Another brand is not in it.
    expect((await search((await victim()).brand, guesses[0] ?? '')).status).toBe(200);
  });

  test('the budget is full again a day after its first miss, and its rows are swept', async () => {
    const { brand, ssn, guesses } = await victim();
    await allAtOnce([brand], guesses.slice(0, 31), search);
    at += 86_399_000;
    expect((await search(brand, ssn)).headers.get('retry-after')).toBe('1');
    at += 1_000;
    expect((await search(brand, ssn)).status).toBe(200);
    await allAtOnce([brand], guesses.slice(0, 31), search);
    expect(await eventsOf(world, brand, 'security.ssn_probing')).toHaveLength(2);
    const rows = 'select 1 from lookup_budgets where brand_id = $1';
    await sweepBudgets(world.system.db, world.system.now(), 1_000);
    expect(await world.sql(rows, [brand.brandId])).toHaveLength(2);
    await sweepBudgets(world.system.db, plusSeconds(world.system.now(), 86_400), 1_000);
    expect(await world.sql(rows, [brand.brandId])).toHaveLength(0);
  });

  test('by email, phone, or name and date of birth is journalled and has a larger budget', async () => {
    const { brand } = await victim();
    const bodies = [
      ...[{ email: 'no@example.com' }, { phone: '5550000' }],
      ...[{ last_name: 'Nobody', dob: '1990-01-01' }, { kyc_status: 'passed' }],
    ];
    for (const body of bodies)
      expect((await brand.call('POST', '/customers/search', { body })).status).toBe(200);
    const asked = (await entriesOf(world, brand)).flatMap((entry) =>
      entry.asked ? [Object.keys(entry.asked)] : [],
    );
    expect(asked).toEqual([['email'], ['phone'], ['name_dob']]);
    const used = () =>
      world.sql("select used from lookup_budgets where brand_id = $1 and kind = 'search'", [brand.brandId]);
    expect(await used()).toEqual([{ used: 3 }, { used: 3 }]);
    await world.sql('update lookup_budgets set used = 999 where subject = $1', [brand.key.identity]);
    const answers = [];
    for (const email of ['a@example.com', 'b@example.com', 'james.bond@example.com'])
      answers.push((await brand.call('POST', '/customers/search', { body: { email } })).status);
    expect(answers).toEqual([200, 429, 429]);
    expect(await eventsOf(world, brand, 'security.ssn_probing')).toHaveLength(1);
  });
});

describe('by what a customer takes after KYC', () => {
  test('a full number is refused in the same words, whether or not it is the stored one', async () => {
    const { brand } = await victim();
    const id = await verifiedCustomer(brand);
    const ssn = await revealed(brand, id);
    const [guess = ''] = numbersEndingIn(ssn.slice(-4), 1, ssn);
    const right = await patch(brand, id, ssn);
    expect(right.json.Code).toBe('kyc_customer');
    expect(visible(right)).toEqual(visible(await patch(brand, id, guess)));
    expect(visible(right)).toEqual(visible(await patch(brand, id, ssn.replaceAll('-', ''))));
    // What was read is sent back: nothing changes.
    const before = await brand.call('GET', `/customers/${id}`);
    const same = await patch(brand, id, `XXX-XX-${ssn.slice(-4)}`);
    expect([same.status, same.headers.get('etag')]).toEqual([200, before.headers.get('etag')]);
  });

  test('a change request takes both', async () => {
    const { brand } = await victim();
    const id = await verifiedCustomer(brand);
    const ssn = await revealed(brand, id);
    const [guess] = numbersEndingIn(ssn.slice(-4), 1, ssn);
    const [right, wrong] = await Promise.all(
      [ssn, guess].map((number) =>
        brand.call('POST', `/customers/${id}/change-requests`, {
          body: { changes: { ssn: number }, reason: 'Mistyped.' },
        }),
      ),
    );
    expect(right?.json.fields).toEqual(['ssn']);
    expect(visible(right as Called)).toEqual(visible(wrong as Called));
  });

  test('without the lock, and for a value that is no secret, both of them would tell', async () => {
    const { brand } = await victim();
    const id = await verifiedCustomer(brand);
    const proposals = await Promise.all(
      ['Bond', 'Moneypenny'].map((last_name) =>
        brand.call('POST', `/customers/${id}/change-requests`, {
          body: { changes: { last_name, ssn: newSsn() }, reason: 'Mistyped.' },
        }),
      ),
    );
    expect(visible(proposals[0] as Called)).not.toEqual(visible(proposals[1] as Called));
    const ssn = await revealed(brand, id);
    await rewrite(
      brand,
      'update customers set kyc_passed_at = null, kyc_status = null, version = version + 1 where customer_id = $1',
      [id],
    );
    const [guess = ''] = numbersEndingIn(ssn.slice(-4), 1, ssn);
    expect(visible(await patch(brand, id, ssn))).not.toEqual(visible(await patch(brand, id, guess)));
  });

  test('before KYC, a number that is sent back in full is no change', async () => {
    const { brand, id, ssn } = await victim();
    const before = await brand.call('GET', `/customers/${id}`);
    const same = await patch(brand, id, ssn);
    expect([same.status, same.headers.get('etag')]).toEqual([200, before.headers.get('etag')]);
    expect((await entriesOf(world, brand)).at(-1)).toMatchObject({
      operation: 'updateCustomer',
      outcome: 'equal',
    });
  });

  const revealed = async (brand: BrandClient, id: string): Promise<string> =>
    (await brand.call('POST', `/customers/${id}/ssn`, { body: { reason: 'For a test.' } })).json.ssn;
});

describe('by whether a number is taken', () => {
  test('creates and changes with the digits of a mask end at their budget, from every key', async () => {
    const { brand, id, ssn, guesses } = await victim();
    const keys = await Promise.all([1, 2, 3].map(() => keyWith(brand, ['customers:write'])));
    const clients = keys.flatMap((key) => everywhere(servers.urls, key));
    const { customer_id } = (await newCustomer(brand, { ssn: '111-11-1111' })).json;
    // The victim took one of the fifty.
    const made = await allAtOnce(clients, guesses.slice(0, 40), create);
    expect(statuses(made)).toEqual({ 201: 40 });
    const changed = await allAtOnce(clients, guesses.slice(40, 60), (client, number) =>
      patch(client, customer_id, number),
    );
    expect(statuses(changed)).toEqual({ 200: 9, 429: 11 });
    const more = await allAtOnce(clients, [...guesses.slice(60, 80), ssn], create);
    // The number itself is refused before it is looked for or after: never is it said to be taken.
    expect(statuses(more)).toEqual({ 429: 21 });
    expect(new Set(more.map((answer) => JSON.stringify(visible(answer)))).size).toBe(1);
    expect(await eventsOf(world, brand, 'security.ssn_probing')).toHaveLength(1);
    // A customer who has such a number is no oracle either: what is equal is refused like what is not.
    const [equal, different] = [await patch(brand, id, ssn), await patch(brand, id, guesses[90] ?? '')];
    expect(visible(equal)).toEqual(visible(different));
    expect(equal.json.Code).toBe('lookup_budget');
    // Other numbers are not in it.
    expect((await create(brand, newSsn())).status).toBe(201);
  });

  test('duplicates end at the budget of misses, and then nothing new is answered', async () => {
    const { brand } = await victim();
    const taken = Array.from({ length: 40 }, newSsn);
    await allAtOnce([brand], taken, create);
    const key = await keyWith(brand, ['customers:write']);
    const clients = everywhere(servers.urls, key);
    const answers = await allAtOnce(clients, taken, create);
    expect(statuses(answers)).toEqual({ 409: 30, 429: 10 });
    const free = await create(key, newSsn());
    expect(free.json.Code).toBe('lookup_budget');
    expect(visible(await create(key, taken[0] ?? ''))).toEqual(visible(free));
    const without = await key.call('POST', '/customers', { body: person({ ssn: undefined }) });
    expect(without.status).toBe(201);
    expect((await patch(key, without.json.customer_id, newSsn())).json.Code).toBe('lookup_budget');
    const [{ customer_id }] = (await brand.call('POST', '/customers/search', { body: { ssn: taken[1] } }))
      .json;
    expect(visible(await patch(key, customer_id, taken[1] ?? ''))).toEqual(visible(free));
    expect((await create(brand, newSsn())).status).toBe(201);
    const outcomes = (await entriesOf(world, brand)).filter(({ actor }) => actor.id === key.key.identity);
    expect(outcomes.filter(({ outcome }) => outcome === 'duplicate')).toHaveLength(30);
    expect(await eventsOf(world, brand, 'security.ssn_probing')).toHaveLength(1);
  });

  test('a taken id is reported first, so that nothing is revealed about the number', async () => {
    const { brand, ssn } = await victim();
    const { brand_person_id } = (await newCustomer(brand)).json;
    const both = [ssn, newSsn()].map((number) =>
      brand.call('POST', '/customers', { body: person({ ssn: number, brand_person_id }) }),
    );
    const [right, wrong] = await Promise.all(both);
    expect(right?.json.Code).toBe('person_id_dup');
    expect(visible(right as Called)).toEqual(visible(wrong as Called));
  });

  test('a repeat under its Idempotency-Key gets its first answer, at the end of the budget, too', async () => {
    const { brand, guesses } = await victim();
    const sent = { body: person(), headers: { 'Idempotency-Key': 'once' } };
    const first = await brand.call('POST', '/customers', sent);
    await allAtOnce([brand], guesses.slice(0, 31), search);
    const again = await brand.call('POST', '/customers', sent);
    expect([again.status, again.text]).toEqual([201, first.text]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
  });
});

test('by the start of a verification, guesses end at the budget of misses', async () => {
  const { brand, id, ssn, guesses } = await victim();
  const program_id = await defaultProgram(brand);
  const other = await customerPath(brand);
  const start = (client: BrandClient, number: string) =>
    client.call('POST', `/customers/${id}/verification-kyc`, { body: { program_id, ssn: number } });
  const answers = await allAtOnce(everywhere(servers.urls, brand), guesses.slice(0, 50), start);
  expect(statuses(answers)).toEqual({ 400: 30, 429: 20 });
  expect((await start(brand, ssn)).json.Code).toBe('lookup_budget');
  const entries = await entriesOf(world, brand);
  expect(entries.filter(({ outcome }) => outcome === 'different')).toHaveLength(30);
  // Without a number there is nothing to compare.
  const plain = await brand.call('POST', `${other}/verification-kyc`, {
    body: { program_id },
  });
  expect(plain.status).toBe(201);
});

test('fails if counts are not stored: every guess is answered, and the right one is found', async () => {
  const careless = await openWorld({ env: budgetsOfLive });
  try {
    await forgetCounts(careless);
    const brand = await careless.brand();
    const ssn = newSsn();
    const guesses = [...numbersEndingIn(ssn.slice(-4), 120, ssn), ssn];
    await newCustomer(brand, { ssn });
    expect(statuses(await allAtOnce([brand], guesses, search))).toEqual({ 200: 121 });
    expect(statuses(await allAtOnce([brand], guesses, create))).toEqual({ 201: 120, 409: 1 });
  } finally {
    await careless.close();
  }
});
