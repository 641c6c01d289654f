import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { readConfig } from '../src/config.ts';
import { openEmbedded } from '../src/store/embedded/server.ts';
import { measureFiles, measureWebhooks } from './bulk.ts';
import type { Contender } from './contenders.ts';
import { cpuOf, memoryOf, postgresCpu, startContenders, stopContenders } from './contenders.ts';
import { runLoad } from './load.ts';
import { plant } from './plant.ts';
import type { Kinds } from './report.ts';
import { jsonReport, newSeries, textReport } from './report.ts';
import type { RequestKind } from './requests.ts';
import { requestKinds } from './requests.ts';

/**
 * Compares Clientele with two floors (see floor.ts) in one run: the same machine, database server, customers and load,
 * in alternating slices. Only the ratios of throughput (ours divided by a floor's) are meaningful on another machine.
 *
 * A slice of changes ends when the work that they leave to the background is done: Clientele numbers and chains
 * entries and events after the commit, and that time counts as its own. Before the first slice the outbox of the
 * planting is empty, and the tables are vacuumed.
 */

const { values } = parseArgs({
  options: {
    /** Ends within five minutes on two cores. */
    quick: { type: 'boolean', default: false },
    customers: { type: 'string' },
    /** Milliseconds. */
    slice: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    /** Kinds of requests, and `bulk`, separated by commas. */
    only: { type: 'string' },
    concurrency: { type: 'string', default: '1,16,64' },
    output: { type: 'string', default: 'text' },
    /** A folder for CPU profiles of the servers. */
    profile: { type: 'string' },
  },
});
const customers = Number(values.customers ?? 20_000);
const slice = Number(values.slice ?? (values.quick ? 350 : 1_500));
const rounds = Number(values.rounds);
const only = values.only?.split(',');
const concurrencies = values.concurrency.split(',').map(Number);
const say = (text: string) => process.stderr.write(`\r\x1b[K${text}`);
const isWanted = (kind: string) => only?.includes(kind) ?? true;

const dataDir = mkdtempSync(join(tmpdir(), 'clientele-bench-'));
const server = await openEmbedded({ dataDir, role: 'serve' });
const urlFor = ({ user, password }: { readonly user: string; readonly password: string }) =>
  `postgresql://${user}:${password}@localhost:${server.port}/${server.database}?host=${encodeURIComponent(server.host)}`;
const ownerUrl = urlFor(server.owner);
const env = {
  CLIENTELE_DATA_DIR: dataDir,
  CLIENTELE_DATABASE_URL: urlFor(server),
  CLIENTELE_MIGRATION_DATABASE_URL: ownerUrl,
  CLIENTELE_PORT: '0',
  CLIENTELE_DEMO: '0',
  CLIENTELE_WEBHOOK_ALLOW: '127.0.0.0/8',
};
const owner = new pg.Client({ connectionString: ownerUrl });
let contenders: readonly Contender[] = [];

/** Waits until Clientele has nothing left to do in the background. */
async function untilQuiet(): Promise<void> {
  for (;;) {
    const { rows } = await owner.query(
      'select exists (select from journal where refused_at is null) as busy',
    );
    if (rows[0]?.busy === false) return;
    await sleep(5);
  }
}

async function measureSlice(contender: Contender, kind: RequestKind, concurrency: number, duration: number) {
  const [app, db] = [cpuOf(contender), postgresCpu(server.pid)];
  const began = performance.now();
  const next = kind.next(contender.name);
  const run = await runLoad({ port: contender.port, concurrency, duration, status: kind.status, next });
  // A search leaves work, too: its audit entry.
  if (contender.name === 'ours') await untilQuiet();
  const elapsed = performance.now() - began;
  if (run.requests === 0)
    throw new Error(`Nothing is left to ask ${contender.name} for. Take more --customers.`);
  const at = (share: number) => run.latencies[Math.floor(run.latencies.length * share)] ?? Number.NaN;
  return {
    rate: (run.requests / elapsed) * 1_000,
    app: (cpuOf(contender) - app) / run.requests,
    db: (postgresCpu(server.pid) - db) / run.requests,
    p50: at(0.5),
    p99: at(0.99),
  };
}

async function measureKind(name: string, kind: RequestKind, concurrency: number) {
  const duration = slice * (kind.share ?? 1);
  const series = { ours: newSeries(), bare: newSeries(), equal: newSeries() };
  for (let round = 0; round <= rounds; round += 1) {
    // Each round begins with another one.
    const order = contenders.map((_, at) => contenders[(at + round) % contenders.length] as Contender);
    for (const contender of order) {
      say(`${name} at ${concurrency}: round ${round} of ${rounds}, ${contender.name}`);
      const measured = await measureSlice(
        contender,
        kind,
        concurrency,
        round === 0 ? duration / 2 : duration,
      );
      if (round === 0) continue; // Warm-up.
      for (const figure of ['rate', 'app', 'db', 'p50', 'p99'] as const)
        series[contender.name][figure].push(measured[figure]);
    }
  }
  return series;
}

try {
  const planted = await plant(readConfig(env), customers, (done) =>
    say(`Planting customers: ${done} of ${customers}`),
  );
  contenders = await startContenders({
    env,
    ownerUrl,
    keyDigest: createHash('sha256').update(planted.key.authorization).digest('hex'),
    ...(values.profile !== undefined && { profile: values.profile }),
  });
  await owner.connect();
  say('Waiting for the outbox of the planting');
  await untilQuiet();
  await owner.query('vacuum (analyze)');

  const kinds: Record<string, Kinds[string]> = {};
  for (const [name, kind] of Object.entries(requestKinds(planted))) {
    if (!isWanted(name)) continue;
    const at: Record<number, Kinds[string][number]> = {};
    for (const concurrency of concurrencies) at[concurrency] = await measureKind(name, kind, concurrency);
    kinds[name] = at;
  }
  const [ours] = contenders;
  const bulk = isWanted('bulk') && ours ? await measureBulk(ours) : undefined;
  async function measureBulk(server: Contender) {
    say('Import, export and webhooks');
    const memory = memoryOf(server);
    const files = await measureFiles({ env, folder: dataDir, lines: values.quick ? 5_000 : 20_000 });
    await untilQuiet();
    const eventsPerSecond = await measureWebhooks(server, planted, values.quick ? 2_000 : 10_000);
    return { ...files, eventsPerSecond, memory };
  }
  say('');
  const machine = `Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}, ${customers} customers, ${rounds} rounds of ${slice} ms each`;
  console.log(
    values.output === 'json'
      ? JSON.stringify(jsonReport(kinds, bulk))
      : `${machine}\n${textReport(kinds, bulk)}`,
  );
} finally {
  await owner.end().catch(() => undefined);
  await stopContenders(contenders);
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
}
