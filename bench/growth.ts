import { finished } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { readConfig } from '../src/config.ts';
import type { BrandId } from '../src/domain/ids.ts';
import { instantOfMillis, toPostgres } from '../src/domain/time.ts';
import { createKey } from '../src/operations/brands/api-keys.ts';
import { createBrand } from '../src/operations/brands/brands.ts';
import { newCustomer } from '../src/operations/customers/new-customer.ts';
import type { System } from '../src/operations/system.ts';
import { scopeOf } from '../src/operations/system.ts';
import { openRuntime } from '../src/runtime.ts';
import { customerSequenceName } from '../src/store/brands/brands.ts';
import type { Contender } from './contenders.ts';
import { startOurs, stopContenders } from './contenders.ts';
import { runLoad } from './load.ts';
import { personOf } from './people.ts';
import type { PlantedCustomer } from './plant.ts';
import type { Growth } from './report.ts';
import type { KindName } from './requests.ts';
import { asksOf } from './requests.ts';

/**
 * How long requests take among more and more customers of one brand, with one caller. Every customer is sealed and
 * indexed as a create does it, so each of them opens and proves itself. The rows are copied into the table, without
 * audit entries and events: creates would take the most of an hour.
 */

const measured: readonly KindName[] = ['get', 'list', 'deep', 'search', 'create', 'patch'];

interface GrowthOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly ownerUrl: string;
  /** Numbers of customers, ascending. */
  readonly sizes: readonly number[];
  /** Milliseconds for each kind of request. */
  readonly duration: number;
  readonly say: (text: string) => void;
}

export async function measureGrowth(options: GrowthOptions): Promise<readonly Growth[]> {
  const { env, ownerUrl, sizes, duration, say } = options;
  const runtime = await openRuntime(readConfig(env), 'serve');
  const owner = new pg.Client({ connectionString: ownerUrl });
  let ours: Contender | undefined;
  try {
    await owner.connect();
    const { brandId } = await createBrand(runtime.system, 'Growth');
    const key = await createKey(runtime.system, brandId, { name: 'bench' });
    ours = await startOurs(env);
    const customers: PlantedCustomer[] = [];
    const results: Growth[] = [];
    const planted = { key, brandId, customers };
    for (const size of sizes) {
      say(`Planting ${size} customers`);
      await plantRows({ owner, system: runtime.system, brandId, customers }, size);
      // Numbers that no planted person has.
      const counters = { made: 4_000_000 - size, left: { ours: size, floors: 0 }, askable: size };
      const asks = asksOf(planted, 'ours', counters);
      const kinds: Record<string, { p50: number; p99: number }> = {};
      for (const kind of measured) {
        say(`${kind} among ${size} customers`);
        const run = { port: ours.port, concurrency: 1, ...asks[kind] };
        await runLoad({ ...run, duration: duration / 3 });
        const { latencies } = await runLoad({ ...run, duration });
        const at = (share: number) =>
          Number((latencies[Math.floor(latencies.length * share)] ?? Number.NaN).toPrecision(4));
        kinds[kind] = { p50: at(0.5), p99: at(0.99) };
      }
      results.push({ customers: size, kinds });
    }
    return results;
  } finally {
    if (ours) await stopContenders([ours]);
    await owner.end().catch(() => undefined);
    await runtime.close();
  }
}

interface Plot {
  readonly owner: pg.Client;
  readonly system: System;
  readonly brandId: BrandId;
  /** Those that exist; the new ones are added. */
  readonly customers: PlantedCustomer[];
}

const columns = [
  ...['brand_id', 'customer_id', 'seq', 'brand_person_id', 'version', 'created_at', 'updated_at'],
  ...['kyc_requests_available', 'holds', 'deliverability', 'profile_seal', 'profile', 'ssn_seal', 'ssn'],
  ...[
    'index_version',
    'ssn_index',
    'ssn_unique',
    'email_index',
    'phone_index',
    'name_dob_index',
    'audit_key',
  ],
];

/** Adds customers until there are `size` of them, and leaves the tables as they are after a vacuum. */
async function plantRows(plot: Plot, size: number): Promise<void> {
  const { owner, system, brandId, customers } = plot;
  const sequence = customerSequenceName(brandId);
  // Those that a measurement has created have numbers, too.
  const { rows } = await owner.query(
    'select coalesce(max(seq), 0) as last from customers where brand_id = $1',
    [brandId],
  );
  let seq = Number(rows[0]?.last);
  const keyring = await system.keyrings.of(brandId);
  const began = Date.UTC(2026, 0, 1);
  await owner.query('alter table customers disable trigger user');
  const sink = owner.query(copyFrom(`copy customers (${columns.join(', ')}) from stdin`));
  for (let number = customers.length; number < size; number += 1) {
    const now = instantOfMillis(began + number * 1_000);
    const context = { system, keyring, now, scope: scopeOf(system, brandId) };
    const { row } = newCustomer(context, personOf(number));
    const { head, index } = row;
    seq += 1;
    const at = toPostgres(now);
    const digest = (value: Buffer | undefined) => (value ? `\\\\x${value.toString('hex')}` : '\\N');
    const values = [
      ...[brandId, head.customer_id, seq, head.brand_person_id, 1, at, at, head.kyc_requests_available, 0],
      ...[row.deliverability ?? '\\N', 1, row.profile, 1, row.ssn ?? '\\N', index.version],
      ...[digest(index.ssn), row.ssn !== undefined && row.ssnUnique, digest(index.email)],
      ...[digest(index.phone), digest(index.nameAndDob), row.auditKey],
    ];
    customers.push({ customerId: head.customer_id, addressId: '' });
    if (!sink.write(`${values.join('\t')}\n`)) await new Promise((resolve) => sink.once('drain', resolve));
  }
  sink.end();
  await finished(sink);
  await owner.query(`alter table customers enable trigger user;
    delete from customer_counts where brand_id = '${brandId}';
    insert into customer_counts (brand_id, bucket, slot, count)
      select brand_id, seq / 4096, 0, count(*) from customers where brand_id = '${brandId}' group by 1, 2;
    select setval('${sequence}', ${seq})`);
  await owner.query('vacuum (analyze) customers');
  await owner.query('vacuum (analyze) customer_counts');
}
