import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ArrivalOrder } from '../../src/domain/paging.ts';
import type { Instant } from '../../src/domain/time.ts';
import type { CustomerFilter } from '../../src/store/customers/pages.ts';
import { pageOfCustomers, pageOfSearch } from '../../src/store/customers/pages.ts';
import { countCustomers } from '../../src/store/overview/customers.ts';
import { countWaiting } from '../../src/store/overview/waiting.ts';
import { listErasureRequests, listHolds } from '../../src/store/retention/oversight.ts';
import { listRestricted } from '../../src/store/retention/records.ts';
import type { BrandScope } from '../../src/store/scope.ts';
import { newCustomer } from '../contract-samples.ts';
import { pagesTouched } from '../database/pages.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';

// Lists and counts over all customers of a brand read what they show, and not everybody. The rows are planted: no key opens
// them, and the statements do not open anything.

const everybody = 20_000;
let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
  brand = await world.brand();
  await newCustomer(brand);
  // Of each thousand in the order of arrival: one fails, 100 have no verification, the rest have passed.
  await plant(
    `insert into customers
     select (jsonb_populate_record(c, jsonb_build_object(
       'customer_id', gen_random_uuid(), 'brand_person_id', gen_random_uuid(), 'seq', c.seq + n,
       'created_at', timestamptz '2026-01-01Z' + n * interval '10 minutes',
       'kyc_status', case when n % 1000 = 0 then 'failed' when n % 1000 <= 100 then null else 'passed' end,
       'deliverability', case when n % 1000 = 0 then 'undeliverable' else 'deliverable' end,
       'ssn_index', sha256(convert_to('s' || n, 'UTF8')), 'email_index', null, 'phone_index', null
     ))).* from customers c, generate_series(1, ${everybody}) n where brand_id = $1;`,
  );
  await plant(
    `insert into deleted_customers
     select (jsonb_populate_record(null::deleted_customers, to_jsonb(c) || jsonb_build_object(
       'customer_id', gen_random_uuid(), 'deleted_at', c.created_at, 'deletion', '', 'look_at', 'infinity'))).*
       from customers c where brand_id = $1`,
  );
  await plant(
    `insert into legal_holds (brand_id, customer_id, hold_id, reason, set_by, set_at, released_at)
     select brand_id, customer_id, gen_random_uuid(), '', gen_random_uuid(), created_at,
            case when kyc_status = 'failed' then null else created_at end
       from customers where brand_id = $1`,
  );
  await plant(
    `insert into erasure_requests (brand_id, customer_id, erasure_id, reason, requested_by, requested_at)
     select brand_id, customer_id, gen_random_uuid(), '', gen_random_uuid(), deleted_at
       from deleted_customers where brand_id = $1`,
  );
  await plant(
    `insert into customer_counts (brand_id, bucket, slot, count)
     select brand_id, seq / 4096, 0, count(*) from customers where brand_id = $1 group by 1, 2
     on conflict (brand_id, bucket, slot) do update set count = excluded.count`,
  );
  for (const table of tables) await world.sql(`vacuum analyze ${table}`);
});
afterAll(() => world.close());

const tables = [
  'customers',
  'customer_counts',
  'deleted_customers',
  'legal_holds',
  'erasure_requests',
  'event_days',
];
/** As the superuser, without the triggers that look at seals. */
const plant = (text: string) =>
  world.sql(`set session_replication_role = replica; ${text.replaceAll('$1', `'${brand.brandId}'`)}`);
const pages = (work: (scope: BrandScope) => Promise<unknown>) =>
  pagesTouched(world.system, brand.brandId, tables, work);

const searched = (filter: CustomerFilter, order: ArrivalOrder, after?: bigint) => (scope: BrandScope) =>
  pageOfSearch(scope, filter, 1, {
    perPage: 20,
    order,
    place: after === undefined ? { kind: 'page', page: 1 } : { kind: 'cursor', after },
  });
const days = (from: string, before: string): CustomerFilter => ({
  createdFrom: `${from}T00:00:00.000000` as Instant,
  createdBefore: `${before}T00:00:00.000000` as Instant,
});
const holds = (status: 'active' | undefined) => (scope: BrandScope) =>
  listHolds(scope, { status, customerId: undefined }, undefined, 21);

const cases: readonly (readonly [string, number, (scope: BrandScope) => Promise<unknown>])[] = [
  [
    'the newest customers',
    60,
    (scope) => pageOfCustomers(scope, { perPage: 20, order: 'newest', place: { kind: 'page', page: 1 } }),
  ],
  [
    'a page in the middle, from the newest',
    60,
    (scope) => pageOfCustomers(scope, { perPage: 20, order: 'newest', place: { kind: 'page', page: 500 } }),
  ],
  ['the newest that failed', 120, searched({ kycStatus: 'failed' }, 'newest')],
  ['the next that failed', 120, searched({ kycStatus: 'failed' }, 'newest', 10_000n)],
  ['the newest without a verification', 200, searched({ isWithoutKyc: true }, 'newest')],
  [
    'the newest with an address that gets no mail',
    120,
    searched({ deliverability: 'undeliverable' }, 'newest'),
  ],
  [
    'those of the last day',
    600,
    searched({ createdFrom: '2026-05-19T00:00:00.000000' as Instant }, 'newest'),
  ],
  [
    'those of the first day',
    600,
    searched({ createdBefore: '2026-01-02T00:00:00.000000' as Instant }, 'newest'),
  ],
  ['those of two days', 600, searched(days('2026-03-01', '2026-03-03'), 'newest')],
  ['the last deleted ones', 100, (scope) => listRestricted(scope, 'newest', undefined, 21)],
  ['the first holds', 60, holds(undefined)],
  ['the active holds', 60, holds('active')],
  ['the requests for erasure', 120, (scope) => listErasureRequests(scope, undefined, 21)],
  ['the counts of the overview', 600, (scope) => countCustomers(scope, '2026-01-01')],
  ['what waits', 600, (scope) => countWaiting(scope)],
];

test.each(cases)('%s are read in at most %i pages', async (_what, most, work) => {
  // A plan is kept with its connection: the first use of a statement is no worse than the last.
  for (let time = 0; time < 7; time += 1) expect(await pages(work)).toBeLessThanOrEqual(most);
});

test('the planted fault: without its index, a state is found by reading everybody', async () => {
  await world.sql('alter index customers_by_kyc rename to gone; drop index gone');
  expect(await pages(searched({ kycStatus: 'failed' }, 'newest'))).toBeGreaterThan(1_000);
});
