import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { OperationRow } from '../../../src/contract/operation.ts';
import { isRepeatable } from '../../../src/contract/operation.ts';
import { operations } from '../../../src/contract/table.ts';
import { createRootKeyFile } from '../../../src/vault/key-source.ts';
import type { Prepared } from '../../contract-samples.ts';
import { prepare, send } from '../../contract-samples.ts';
import type { TestProvider } from '../../operators/provider/identity-provider.ts';
import { openProvider } from '../../operators/provider/identity-provider.ts';
import type { BrandClient, Called, World } from '../../world.ts';
import { openWorld } from '../../world.ts';

/** The worlds in which every code can be provoked: a healthy one, a live one, and one for each fault. */

export const forms = { plain: 'application/json', problem: 'application/problem+json' } as const;
export let world: World;
export let brand: BrandClient;
/** The provider of identities of every world that is a sandbox. */
export let provider: TestProvider;

const worlds: World[] = [];
const cleanUps: (() => unknown)[] = [];
export async function anotherWorld(options?: Parameters<typeof openWorld>[0]): Promise<World> {
  // A sandbox has its demo and a provider here, so that people can sign in to it.
  const isLive = options?.env?.['CLIENTELE_ENVIRONMENT'] === 'live';
  const env = { ...(!isLive && { CLIENTELE_DEMO: '1', ...provider.settings }), ...options?.env };
  const opened = await openWorld({ ...options, env });
  worlds.push(opened);
  return opened;
}

/** Requests prepared in a healthy world, to be sent after a fault was planted there. */
type PreparedRequests = ReadonlyMap<string, { readonly brand: BrandClient; readonly prepared: Prepared }>;

async function prepareAll(on: World, rows: readonly OperationRow[]): Promise<PreparedRequests> {
  const requests = new Map<string, { brand: BrandClient; prepared: Prepared }>();
  for (const row of rows) {
    for (const form of Object.values(forms)) {
      const tenant = await on.brand();
      requests.set(`${row.operationId} ${form}`, { brand: tenant, prepared: await prepare(row, tenant) });
    }
  }
  return requests;
}

export async function sendPrepared(
  requests: Promise<PreparedRequests>,
  row: OperationRow,
  headers: Readonly<Record<string, string>>,
) {
  const set = (await requests).get(`${row.operationId} ${headers['Accept']}`);
  if (!set) throw new Error(`Nothing was prepared for ${row.operationId}.`);
  return send(set.brand, set.prepared, { headers });
}

export let unreachable: Promise<PreparedRequests>;
export let waiting: Promise<ReadonlyMap<string, Promise<Called>>>;
export let broken: Promise<PreparedRequests>;
export let altered: Promise<PreparedRequests>;
export let full: Promise<PreparedRequests>;
export let brokenWorld: World;
export let live: () => Promise<{ readonly world: World; readonly brand: BrandClient }>;

/** A world whose database takes no connections. */
async function closeDatabase(): Promise<PreparedRequests> {
  const on = await anotherWorld();
  const requests = await prepareAll(on, operations);
  const admin = new pg.Client({ connectionString: on.databaseUrl.replace(/\/world_[^?]+/, '/postgres') });
  await admin.connect();
  await admin.query(`alter database ${on.databaseName} allow_connections false`);
  await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [
    on.databaseName,
  ]);
  await admin.end();
  return requests;
}

/** Requests under an Idempotency-Key that wait for a lock on the table, as if the first one were still running. */
async function holdKeys(): Promise<ReadonlyMap<string, Promise<Called>>> {
  const on = await anotherWorld();
  const requests = await prepareAll(on, operations.filter(isRepeatable));
  const holder = new pg.Client({ connectionString: on.databaseUrl });
  await holder.connect();
  await holder.query('begin; lock table idempotency in exclusive mode');
  cleanUps.push(() => holder.end());
  const asked = new Map<string, Promise<Called>>();
  let before: Promise<unknown> = Promise.resolve();
  const all = [...requests];
  // No more at once than there are connections: a request that waits for a connection gets another answer.
  for (let at = 0; at < all.length; at += 10) {
    const group = all.slice(at, at + 10).map(([name, { brand: tenant, prepared }]) => {
      const headers = { Accept: name.split(' ')[1] ?? '', 'Idempotency-Key': randomUUID() };
      const answer = before.then(() => send(tenant, prepared, { headers }));
      asked.set(name, answer);
      return answer;
    });
    before = Promise.allSettled(group);
  }
  return asked;
}

/** Tables that stay where they are, because a request needs them before its own work begins. */
const keptTables = [
  ...['installation', 'root_versions', 'migrations', 'task_failures', 'brands', 'brand_keys', 'api_keys'],
  ...['idempotency', 'journal', 'journal_heads'],
];

/** Rows that the service did not write as they are: each key, program and account has another name. */
async function alterRows(): Promise<PreparedRequests> {
  const on = await anotherWorld();
  const requests = await prepareAll(on, operations);
  for (const table of ['api_keys', 'programs', 'operators'])
    await on.sql(`update ${table} set name = name || ' 2'`);
  return requests;
}

/** Brands with as many answers under Idempotency-Keys, and as many documents, as they may have. */
async function fillUp(): Promise<PreparedRequests> {
  const on = await anotherWorld({ env: { CLIENTELE_IDEMPOTENCY_RECORDS: '1', CLIENTELE_DOCUMENTS_MB: '1' } });
  const requests = await prepareAll(on, operations.filter(isRepeatable));
  await on.sql(`set session_replication_role = replica;
    insert into idempotency (brand_id, key, fingerprint, record_id, answer, expires_at)
      select brand_id, sha256(''), sha256(''), gen_random_uuid(), '', now() + interval '1 hour' from brands;
    insert into kyc_documents (brand_id, document_id, customer_id, run_id, document_type, details, details_seal,
        content, content_seal, size, submitted_at)
      select brand_id, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'other', '', 1, '', 1, 1000000, now()
        from brands`);
  return requests;
}

/** Sequences and tables that are gone; for operations that need none of them, a key with an impossible date. */
async function damage(): Promise<PreparedRequests> {
  const on = await anotherWorld();
  brokenWorld = on;
  const requests = await prepareAll(on, operations);
  for (const { name } of await on.sql(
    'select tablename as name from pg_tables where schemaname = current_schema() and tablename <> all ($1)',
    [keptTables],
  ))
    await on.sql(`alter table ${name} rename to gone_${name}`);
  const sequences = await on.sql(
    "select sequencename as name from pg_sequences where sequencename like 'arrivals%'",
  );
  for (const { name } of sequences) await on.sql(`drop sequence ${name}`);
  const inMemory = operations.filter(({ tag }) => ['Keys', 'Requests'].includes(tag));
  for (const { operationId } of inMemory)
    for (const form of Object.values(forms)) {
      const identity = requests.get(`${operationId} ${form}`)?.brand.key.identity;
      await on.sql("update api_keys set created_at = 'infinity' where identity = $1", [identity]);
    }
  return requests;
}

export async function openWorlds(): Promise<void> {
  provider = await openProvider();
  world = await anotherWorld();
  brand = await world.brand();
  const directory = mkdtempSync(join(tmpdir(), 'clientele-codes-'));
  cleanUps.push(() => rmSync(directory, { recursive: true, force: true }));
  createRootKeyFile(join(directory, 'root.key'));
  const strict = await anotherWorld({
    env: {
      CLIENTELE_ENVIRONMENT: 'live',
      CLIENTELE_ROOT_KEY_FILE: join(directory, 'root.key'),
      CLIENTELE_RATE_LIMIT: '5',
      ...provider.settings,
      // Live takes no provider over http. Nobody answers here.
      CLIENTELE_OIDC_ISSUER: 'https://127.0.0.1:1',
      CLIENTELE_PUBLIC_URL: 'http://localhost:8080',
    },
  });
  live = async () => ({ world: strict, brand: await strict.brand() });
  [unreachable, waiting, broken, altered] = [closeDatabase(), holdKeys(), damage(), alterRows()];
  full = fillUp();
  await Promise.all([unreachable, waiting, broken, altered, full]);
}

export async function closeWorlds(): Promise<void> {
  for (const cleanUp of cleanUps) await cleanUp();
  await Promise.all(worlds.map((opened) => opened.close()));
  await provider.close();
}
