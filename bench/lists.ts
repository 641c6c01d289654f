import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { readConfig } from '../src/config.ts';
import { apiPrefix } from '../src/contract/table.ts';
import { keyScopes } from '../src/domain/scopes.ts';
import { startServer } from '../src/main.ts';
import { createKey } from '../src/operations/brands/api-keys.ts';
import { createBrand } from '../src/operations/brands/brands.ts';
import { openEmbedded } from '../src/store/embedded/server.ts';
import { measureFirstRow } from './console.ts';
import { personOf } from './people.ts';

/**
 * How long the lists and counts over all customers of a brand take. Most customers are planted as rows that no key
 * opens; what a page shows is created through the API, before and after them.
 */

const { values } = parseArgs({
  options: { customers: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '15' } },
});
const customers = Number(values.customers);
const rounds = Number(values.rounds);
const say = (text: string) => process.stderr.write(`${text}\n`);

const dataDir = mkdtempSync(join(tmpdir(), 'clientele-lists-'));
const embedded = await openEmbedded({ dataDir, role: 'serve' });
const urlFor = ({ user, password }: { readonly user: string; readonly password: string }) =>
  `postgresql://${user}:${password}@localhost:${embedded.port}/${embedded.database}?host=${encodeURIComponent(embedded.host)}`;
const server = await startServer(
  readConfig({
    CLIENTELE_DATA_DIR: dataDir,
    CLIENTELE_DATABASE_URL: urlFor(embedded),
    CLIENTELE_MIGRATION_DATABASE_URL: urlFor(embedded.owner),
    CLIENTELE_PORT: '0',
    CLIENTELE_DEMO: '0',
    CLIENTELE_LOG_LEVEL: 'fatal',
  }),
);
const owner = new pg.Client({ connectionString: urlFor(embedded.owner) });
await owner.connect();
const { system } = server;
const { brandId } = await createBrand(system, 'Lists');
const key = await createKey(system, brandId, { name: 'lists', scopes: keyScopes });

async function call(method: string, path: string, body?: unknown) {
  const response = await fetch(`${server.url}${apiPrefix}${path}`, {
    method,
    headers: {
      Identity: key.identity,
      Authorization: key.authorization,
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return { json: JSON.parse(text), total: response.headers.get('x-total-count') };
}

let number = 0;
const program = (await call('GET', '/programs')).json[0].program_id;
/** Customers of each state, deleted ones and holds, through the API. */
async function createSome(count: number): Promise<void> {
  for (let made = 0; made < count; made += 1) {
    const { json } = await call('POST', '/customers', personOf(number++));
    const body = { customer_id: json.customer_id, program_id: program };
    if (made % 3 === 0) await call('POST', '/simulate/kyc-pass', body);
    if (made % 3 === 1) await call('POST', '/simulate/kyc-fail', body);
    if (made % 2 === 0)
      await call('POST', `/customers/${json.customer_id}/legal-holds`, { reason: 'Case 24-117.' });
    if (made % 6 > 2) await call('DELETE', `/customers/${json.customer_id}`);
    if (made % 6 === 5)
      await call('POST', `/restricted-customers/${json.customer_id}/erasure-requests`, {
        reason: 'Made twice.',
      });
  }
}

async function plant(): Promise<void> {
  const states = `case when n % 100 < 70 then 'passed' when n % 100 < 72 then 'failed' when n % 100 < 84 then null
    when n % 100 < 94 then 'expired' else 'document_required' end`;
  const batch = 100_000;
  for (let from = 0; from < customers; from += batch) {
    await owner.query(`alter table customers disable trigger user;
      insert into customers (brand_id, customer_id, seq, brand_person_id, version, created_at, updated_at, kyc_status,
        kyc_requests_available, holds, deliverability, profile_seal, profile, ssn_seal, ssn, index_version, ssn_index,
        ssn_unique, email_index, phone_index, name_dob_index)
      select '${brandId}', gen_random_uuid(), 1000 + n, gen_random_uuid(), 1, at, at, ${states}, 3, 0,
        case when n % 10 < 8 then 'deliverable' when n % 10 = 8 then 'deliverable_missing_unit' else 'undeliverable' end,
        1, repeat('x', 1200), 1, repeat('x', 80), 1, sha256(('s' || n)::bytea), true, sha256(('e' || n)::bytea),
        sha256(('p' || n)::bytea), sha256(('d' || n)::bytea)
      from (select n, timestamptz '2020-01-01Z' + n * interval '3 minutes' as at
              from generate_series(${from}, ${Math.min(customers, from + batch) - 1}) n) as rows;
      alter table customers enable trigger user`);
    say(`${Math.min(customers, from + batch)} customers`);
  }
  await owner.query(`
    insert into customer_counts (brand_id, bucket, slot, count)
      select brand_id, seq / 4096, 0, count(*) from customers where brand_id = '${brandId}' group by 1, 2
      on conflict (brand_id, bucket, slot) do update set count = excluded.count;
    delete from customer_counts where brand_id = '${brandId}' and slot <> 0;
    insert into event_days select '${brandId}', day, type, 400
      from generate_series(date '2020-01-01', current_date - 1, '1 day') day,
           unnest(array['customer.created', 'customer.updated', 'kyc.verification.success']) type;
    select setval('arrivals_${brandId.replaceAll('-', '')}', ${customers + 10_000})`);
  await owner.query('vacuum analyze customers');
  await owner.query('vacuum analyze customer_counts');
}

const recent = new Date().toISOString().slice(0, 10);
const asked: readonly (readonly [string, string, string, unknown?])[] = [
  ['newest', 'GET', '/customers?order=newest&per_page=5'],
  ['newest, page 3', 'GET', '/customers?order=newest&per_page=5&page=3'],
  [
    'failed, newest (2 % of all)',
    'POST',
    '/customers/search?order=newest&per_page=5',
    { kyc_status: 'failed' },
  ],
  [
    'passed, newest (70 % of all)',
    'POST',
    '/customers/search?order=newest&per_page=5',
    { kyc_status: 'passed' },
  ],
  [
    'without a verification, newest (12 %)',
    'POST',
    '/customers/search?order=newest&per_page=5',
    { kyc_status: 'none' },
  ],
  ['created today', 'POST', '/customers/search?order=newest&per_page=5', { created_from: recent }],
  ['getWaiting', 'GET', '/waiting'],
  ['getOverview, kept', 'GET', '/overview'],
  ['listLegalHolds, active', 'GET', '/legal-holds?status=active'],
  ['listErasureRequests', 'GET', '/erasure-requests'],
  ['listRestrictedCustomers, newest', 'GET', '/restricted-customers?order=newest'],
];

function report(what: string, times: readonly number[], more = ''): void {
  const sorted = times.toSorted((a, b) => a - b);
  const [least, most] = [sorted[0], sorted.at(-1)].map((time) => time?.toFixed(1));
  console.log(`${what}: ${middle(sorted).toFixed(1)} ms (${least} to ${most})${more}`);
}

const middle = (sorted: readonly number[]) => sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;

try {
  await createSome(60);
  await plant();
  await createSome(60);
  const { rows } = await owner.query(
    `select indexrelname as name, pg_size_pretty(pg_relation_size(indexrelid)) as size
       from pg_stat_user_indexes where relname = 'customers' order by 1`,
  );
  console.log(rows.map(({ name, size }) => `${name}: ${size}`).join('\n'));
  const fresh = performance.now();
  const overview = await call('GET', '/overview');
  console.log(
    `getOverview, counted: ${(performance.now() - fresh).toFixed(0)} ms, ${overview.json.customers} customers`,
  );
  for (const [what, method, path, body] of asked) {
    const times: number[] = [];
    let total: string | null = null;
    for (let round = 0; round < rounds; round += 1) {
      const begun = performance.now();
      ({ total } = await call(method, path, body));
      times.push(performance.now() - begun);
    }
    report(what, times, total === null ? '' : `, ${total} found`);
  }
  const url = `${server.url.replace('127.0.0.1', 'localhost')}/console/lists/customers`;
  report('first row of the console', await measureFirstRow({ system, brandId, url, rounds: 5 }));
} finally {
  await owner.end();
  await server.close();
  await embedded.stop();
  await rm(dataDir, { recursive: true, force: true });
}
