import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { readConfig } from '../src/config.ts';
import { openEmbedded } from '../src/store/embedded/server.ts';
import { measureFiles, measureWebhooks } from './bulk.ts';
import type { Contender, FloorName } from './contenders.ts';
import {
  cpuOf,
  killAll,
  memoryOf,
  postgresCpu,
  root,
  startContenders,
  startOurs,
  stopContenders,
  tick,
} from './contenders.ts';
import { measureGrowth } from './growth.ts';
import { runLoad } from './load.ts';
import { renderPages } from './pages.ts';
import type { Peer } from './peers.ts';
import { startPeers } from './peers.ts';
import { plant } from './plant.ts';
import type { Results, Series } from './report.ts';
import { conditionsOf, jsonReport, newSeries, textReport } from './report.ts';
import type { Asked, KindName } from './requests.ts';
import { asksOf, countersOf, kindNames, recordedNames } from './requests.ts';

/**
 * Compares Clientele with floors (see floor.ts) and with other products (see peers.ts) in one run: the same machine,
 * database server, customers and load, in alternating slices. Only the ratios of throughput (ours divided by another's)
 * are meaningful on another machine.
 *
 * A slice of changes ends when the work that they leave to the background is done: Clientele numbers and chains
 * entries and events after the commit, and that time counts as its own. Before the first slice the outbox of the
 * planting is empty, and the tables are vacuumed.
 */

const { values, tokens } = parseArgs({
  tokens: true,
  options: {
    /** Ends within five minutes on two cores. */
    quick: { type: 'boolean', default: false },
    /** Everything: peers and growth too. Writes docs/performance.json, and the page and its plots from it. */
    full: { type: 'boolean', default: false },
    /** Measures nothing: writes the page and its plots from docs/performance.json. */
    plots: { type: 'boolean', default: false },
    /** Other products too, which are installed for it. */
    peers: { type: 'boolean', default: false },
    /** The latency at several numbers of customers, and nothing else. */
    growth: { type: 'boolean', default: false },
    sizes: { type: 'string', default: '10000,100000,1000000' },
    customers: { type: 'string' },
    /** Milliseconds. */
    slice: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    /** Kinds of requests, and `bulk`, separated by commas. */
    only: { type: 'string' },
    concurrency: { type: 'string', default: '1,16,64' },
    output: { type: 'string', default: 'text' },
    /** A sentence about the run, for the page. */
    note: { type: 'string' },
    /** A folder for CPU profiles of the servers. */
    profile: { type: 'string' },
  },
});
const kept = join(root, 'docs/performance.json');
/** So long, or so many requests, before the first slice of each kind: else a compiler still works in the first rounds. */
const warm = { milliseconds: 1_500, requests: 3_000, callers: 16 };
const say = (text: string) => process.stderr.write(`\r\x1b[K${text}`);

/** What a signal has to close. */
const places = new Set<() => Promise<void>>();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, async () => {
    killAll();
    await Promise.allSettled([...places].map((close) => close()));
    process.exit(1);
  });

if (values.plots) await renderPages(JSON.parse(await readFile(kept, 'utf8')));
else await measure();

async function measure(): Promise<void> {
  const results = {
    ...(values.growth ? nothingOf() : await measureAll()),
    ...(values.growth || values.full ? await measureSizes() : {}),
  };
  say('');
  console.log(
    values.output === 'json'
      ? JSON.stringify(jsonReport(results))
      : `${conditionsOf(results)}\n${textReport(results)}`,
  );
  if (!values.full) return;
  await writeFile(kept, `${JSON.stringify(results)}\n`);
  await renderPages(results);
}

/** A run before its first measurement. */
function nothingOf(): Results {
  const customers = Number(values.customers ?? 20_000);
  const slice = Number(values.slice ?? (values.quick ? 300 : 500));
  const rounds = Number(values.rounds);
  const machine = `Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}`;
  const day = new Date().toISOString().slice(0, 10);
  const { note } = values;
  const options = tokens
    .flatMap((token) => (token.kind === 'option' && token.name !== 'note' ? [token] : []))
    .map(({ rawName, value }) => (value === undefined ? rawName : `${rawName} ${value}`))
    .join(' ');
  return { machine, day, options, ...(note !== undefined && { note }), customers, rounds, slice, kinds: {} };
}

async function measureAll(): Promise<Results> {
  const settings = nothingOf();
  const { customers, slice, rounds } = settings;
  const only = values.only?.split(',');
  const concurrencies = values.concurrency.split(',').map(Number);
  const isWanted = (kind: string) => only?.includes(kind) ?? true;

  const { server, dataDir, ownerUrl, env, close } = await openPlace();
  const more = values.profile === undefined ? {} : { profile: values.profile };
  const owner = new pg.Client({ connectionString: ownerUrl });
  // A server that a signal stops.
  owner.on('error', () => undefined);
  const running: Contender[] = [];
  try {
    const planted = await plant(readConfig(env), customers, (done) =>
      say(`Planting customers: ${done} of ${customers}`),
    );
    const keyDigest = createHash('sha256').update(planted.key.authorization).digest('hex');
    running.push(...(await startContenders({ env, ownerUrl, keyDigest, ...more })));
    say('Waiting for the outbox of the planting');
    await owner.connect();
    await untilQuiet(owner);
    await owner.query('vacuum (analyze)');
    say('Starting the peers');
    const peers =
      values.peers || values.full ? await startPeers({ server, dataDir, customers, ...more }) : [];
    running.push(...peers.map(({ contender }) => contender));

    const asked = askedOf(running, peers, planted);
    const measureAt = async (entrants: readonly Entrant[], kind: KindName) => {
      const at: Record<number, Record<string, Series>> = {};
      for (const concurrency of concurrencies)
        at[concurrency] = await measureKind(entrants, {
          ...{ kind, concurrency, slice, rounds, server, owner },
          isFirst: concurrency === concurrencies[0],
          // Deletes use customers up: each slice has its part of the second half.
          most: kind === 'delete' ? customers / 2 / concurrencies.length / (rounds + 1) : undefined,
        });
      return at;
    };
    const kinds: Record<string, Record<number, Record<string, Series>>> = {};
    for (const kind of kindNames.filter(isWanted)) kinds[kind] = await measureAt(asked, kind);
    const [ours] = running;
    const memory = ours && memoryOf(ours);
    const measureBulk = async (contender: Contender) => {
      say('Import, export and webhooks');
      const files = await measureFiles({ env, folder: dataDir, lines: values.quick ? 5_000 : 20_000 });
      await untilQuiet(owner);
      const eventsPerSecond = await measureWebhooks(contender, planted, values.quick ? 2_000 : 10_000);
      return { ...files, eventsPerSecond };
    };
    const bulk = isWanted('bulk') && ours ? await measureBulk(ours) : undefined;
    const reads = (['get', 'list'] as const).filter((kind) => isWanted(recordedNames[kind]));
    if (ours && reads.length > 0) {
      // Only one Clientele at a time: two would share the work in the background.
      await stopContenders([ours]);
      running.push(await startOurs({ ...env, CLIENTELE_AUDIT_READS: '1' }, values.profile));
      const entrants = running.filter(
        (one) => one !== ours && !peers.some(({ contender }) => contender === one),
      );
      for (const kind of reads)
        kinds[recordedNames[kind]] = await measureAt(askedOf(entrants, [], planted), kind);
    }
    return {
      ...settings,
      kinds,
      ...(memory !== undefined && { memory }),
      ...(bulk && { bulk }),
    };
  } finally {
    await owner.end().catch(() => undefined);
    await stopContenders(running);
    await close();
  }
}

/** A data directory with its database server, for one measurement. */
async function openPlace() {
  const dataDir = mkdtempSync(join(tmpdir(), 'clientele-bench-'));
  const opening = openEmbedded({ dataDir, role: 'serve' });
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= opening
      .then((opened) => opened.stop())
      .finally(() => rm(dataDir, { recursive: true, force: true }));
    return closing;
  };
  places.add(close);
  const server = await opening;
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
  return { server, dataDir, ownerUrl, env, close };
}

async function measureSizes(): Promise<Pick<Results, 'growth'>> {
  const { env, ownerUrl, close } = await openPlace();
  const sizes = values.sizes.split(',').map(Number);
  try {
    return { growth: await measureGrowth({ env, ownerUrl, sizes, duration: 2_000, say }) };
  } finally {
    await close();
  }
}

/** A contender with what it is asked for. */
interface Entrant {
  readonly contender: Contender;
  readonly asks: Readonly<Record<KindName, Asked>>;
}

function askedOf(
  running: readonly Contender[],
  peers: readonly Peer[],
  planted: Awaited<ReturnType<typeof plant>>,
): readonly Entrant[] {
  const counters = countersOf(planted);
  return running.map(
    (contender) =>
      peers.find((peer) => peer.contender === contender) ?? {
        contender,
        asks: asksOf(planted, contender.name as 'ours' | FloorName, counters),
      },
  );
}

/** Waits until Clientele has nothing left to do in the background. */
async function untilQuiet(owner: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await owner.query(
      'select exists (select from journal where refused_at is null) as busy',
    );
    if (rows[0]?.busy === false) return;
    await sleep(5);
  }
}

interface KindOptions {
  readonly kind: KindName;
  readonly concurrency: number;
  /** Whether this kind was not asked for before, so that nothing of it is warm. */
  readonly isFirst: boolean;
  readonly slice: number;
  readonly rounds: number;
  /** Requests of a slice. The floors share theirs. */
  readonly most: number | undefined;
  readonly server: { readonly pid: number };
  readonly owner: pg.Client;
}

async function measureKind(entrants: readonly Entrant[], options: KindOptions) {
  const { kind, concurrency, rounds, slice } = options;
  const series: Record<string, Series> = {};
  // The coalescing floor differs from the bare one in gets only.
  const taking = entrants.filter(({ contender }) => kind === 'get' || contender.name !== 'coalescing');
  for (let round = 0; round <= rounds; round += 1) {
    // Each round begins with another one.
    const order = taking.map((_, at) => taking[(at + round) % taking.length] as Entrant);
    for (const entrant of order) {
      const { name } = entrant.contender;
      say(`${kind} at ${concurrency}: round ${round} of ${rounds}, ${name}`);
      if (round === 0) {
        await warmUp(entrant, options);
        continue;
      }
      const measured = await measureSlice(entrant, options, slice);
      series[name] ??= newSeries();
      for (const figure of ['rate', 'app', 'db', 'appTicks', 'dbTicks', 'p50', 'p99'] as const)
        series[name][figure]?.push(Number(measured[figure].toPrecision(4)));
    }
  }
  return series;
}

/** Half a slice, and more of it before the first slice of a kind. */
async function warmUp(entrant: Entrant, options: KindOptions): Promise<void> {
  const first = await measureSlice(entrant, options, options.slice / 2);
  const [time, most] = [warm.milliseconds - first.elapsed, warm.requests - first.requests];
  // What uses customers up has no more than its part.
  if (!options.isFirst || options.most !== undefined || time <= 0 || most <= 0) return;
  const requests = isFloor(entrant.contender) ? 2 * most : most;
  await measureSlice(entrant, { ...options, concurrency: warm.callers, most: requests }, time);
}

function isFloor({ name }: Contender): boolean {
  return name === 'bare' || name === 'equal';
}

/** The same, with an end after so many requests. */
function limited(asked: Asked, most: number | undefined): Asked {
  if (most === undefined) return asked;
  let left = Math.floor(most);
  const next = () => {
    left -= 1;
    return left >= 0 ? asked.next() : undefined;
  };
  return { ...asked, next };
}

async function measureSlice(
  { contender, asks }: Entrant,
  { kind, concurrency, most, server, owner }: KindOptions,
  duration: number,
) {
  const [app, db] = [cpuOf(contender), postgresCpu(server.pid)];
  const began = performance.now();
  const asked = limited(asks[kind], most && (isFloor(contender) ? most / 2 : most));
  const run = await runLoad({ port: contender.port, concurrency, duration, ...asked });
  // A search leaves work, too: its audit entry.
  if (contender.name === 'ours') await untilQuiet(owner);
  const elapsed = performance.now() - began;
  if (run.requests === 0)
    throw new Error(`Nothing is left to ask ${contender.name} for. Take more --customers.`);
  const at = (share: number) => run.latencies[Math.floor(run.latencies.length * share)] ?? Number.NaN;
  const [appCpu, dbCpu] = [cpuOf(contender) - app, postgresCpu(server.pid) - db];
  return {
    elapsed,
    requests: run.requests,
    rate: (run.requests / elapsed) * 1_000,
    app: appCpu / run.requests,
    db: dbCpu / run.requests,
    appTicks: appCpu / tick,
    dbTicks: dbCpu / tick,
    p50: at(0.5),
    p99: at(0.99),
  };
}
