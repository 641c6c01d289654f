import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { readConfig } from '../src/config.ts';
import { openEmbedded } from '../src/store/embedded/server.ts';
import type { RequestBytes } from './load.ts';
import { requestBytes, runLoad } from './load.ts';
import { personOf } from './people.ts';
import { plant } from './plant.ts';

/**
 * Compares Clientele with the floor (see floor.ts) in one run: the same machine, database server, customers and
 * load, in alternating slices. Only the ratios of throughput (ours divided by the floor's) are meaningful.
 *
 * Options: --customers N (20000), --slice MS (1500), --rounds N (5), --only get,list,create,patch, --profile FOLDER
 * (writes a CPU profile of each server there)
 */

const option = (name: string, otherwise: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
};
const only = process.argv.includes('--only')
  ? process.argv[process.argv.indexOf('--only') + 1]?.split(',')
  : undefined;
const customers = option('customers', 20_000);
const slice = option('slice', 1_500);
const rounds = option('rounds', 5);
const root = fileURLToPath(new URL('..', import.meta.url));
const profileAt = process.argv.indexOf('--profile');
const profiling = profileAt < 0 ? [] : ['--cpu-prof', `--cpu-prof-dir=${process.argv[profileAt + 1]}`];
const aims: Readonly<Record<string, number>> = { get: 1.0, list: 0.85, create: 0.7, patch: 0.5 };

interface Contender {
  readonly child: ChildProcess;
  readonly port: number;
}

/** Starts a program and waits for the line with its address. */
async function start(args: readonly string[], env: NodeJS.ProcessEnv, where: RegExp): Promise<Contender> {
  const child = spawn(process.execPath, [...profiling, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const port = await new Promise<number>((resolve, reject) => {
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const found = where.exec(said)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
    child.once('exit', (code) => reject(new Error(`${args[0]} ended with ${code}: ${said}`)));
  });
  return { child, port };
}

/** Clientele as people run it, with its log at the default level, which is discarded. */
const startOurs = (env: NodeJS.ProcessEnv) =>
  start([join(root, 'bin/clientele.js'), 'serve', '--output', 'json'], env, /"url":"http:[^"]*:(\d+)"/);

/** The floor, bundled in the same way as Clientele, because a loader would slow both down by different amounts. */
async function startFloor(args: readonly string[]): Promise<Contender> {
  const outfile = join(root, 'node_modules/.cache/clientele-floor.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('./floor.ts', import.meta.url))],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
  });
  return start([outfile, ...args], {}, /port (\d+)/);
}

/** Fields of /proc/<pid>/stat after the name: times are in hundredths of a second. */
const statOf = (pid: number | undefined): readonly string[] => {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
};
const sum = (fields: readonly string[]): number => fields.reduce((all, field) => all + Number(field), 0);

/** Microseconds of CPU that a contender has used. */
const cpuOf = ({ child }: Contender): number => sum(statOf(child.pid).slice(11, 13)) * 10_000;

/** Microseconds of CPU that PostgreSQL has used: every process below its postmaster, ended ones included. */
function postgresCpu(postmaster: number): number {
  let total = sum(statOf(postmaster).slice(11, 15));
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      const stat = statOf(Number(pid));
      if (Number(stat[1]) === postmaster) total += sum(stat.slice(11, 13));
    } catch {
      // The process ended while it was read.
    }
  }
  return total * 10_000;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const say = (text: string) => process.stderr.write(text);

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
};
const contenders: Contender[] = [];
try {
  const { key, customerIds } = await plant(readConfig(env), customers, (done) =>
    say(`\rPlanting customers: ${done} of ${customers}`),
  );
  say('\n');
  const ours = await startOurs(env);
  contenders.push(ours);
  const digest = createHash('sha256').update(key.authorization).digest('hex');
  const floor = await startFloor([ownerUrl, digest]);
  contenders.push(floor);

  const headers = { Identity: key.identity, Authorization: key.authorization };
  let made = customers;
  const anyId = () => customerIds[Math.floor(Math.random() * customerIds.length)];
  const loads: Readonly<Record<string, { next: RequestBytes; status: number }>> = {
    get: { status: 200, next: () => requestBytes('GET', `/api/v0.1/customers/${anyId()}`, headers) },
    list: {
      status: 200,
      next: () =>
        requestBytes(
          'GET',
          `/api/v0.1/customers?page=${1 + Math.floor(Math.random() * 100)}&per_page=20`,
          headers,
        ),
    },
    create: {
      status: 201,
      next: () => {
        made += 1;
        return requestBytes('POST', '/api/v0.1/customers', headers, JSON.stringify(personOf(made)));
      },
    },
    patch: {
      status: 200,
      next: () => {
        const phone = `650-555-${String(Math.floor(Math.random() * 10_000)).padStart(4, '0')}`;
        return requestBytes('PATCH', `/api/v0.1/customers/${anyId()}`, headers, JSON.stringify({ phone }));
      },
    },
  };

  const lines = [
    `Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}, ${customers} customers, ${rounds} rounds of ${slice} ms each`,
  ];
  for (const [name, load] of Object.entries(loads)) {
    if (only && !only.includes(name)) continue;
    for (const concurrency of [1, 16]) {
      const seen: Record<'ours' | 'floor', { rate: number[]; app: number[]; db: number[]; p99: number[] }> = {
        ours: { rate: [], app: [], db: [], p99: [] },
        floor: { rate: [], app: [], db: [], p99: [] },
      };
      for (let round = 0; round <= rounds; round += 1) {
        for (const [who, contender] of round % 2 === 0
          ? ([
              ['ours', ours],
              ['floor', floor],
            ] as const)
          : ([
              ['floor', floor],
              ['ours', ours],
            ] as const)) {
          say(`\r${name} at ${concurrency}: round ${round} of ${rounds}, ${who}   `);
          const [app, db] = [cpuOf(contender), postgresCpu(server.pid)];
          const run = await runLoad({
            port: contender.port,
            concurrency,
            duration: round === 0 ? slice / 2 : slice,
            ...load,
          });
          if (round === 0) continue; // Warm-up.
          seen[who].rate.push((run.requests / run.elapsed) * 1000);
          seen[who].app.push((cpuOf(contender) - app) / run.requests);
          seen[who].db.push((postgresCpu(server.pid) - db) / run.requests);
          seen[who].p99.push(run.latencies[Math.floor(run.latencies.length * 0.99)] ?? 0);
        }
      }
      const ratios = seen.ours.rate.map((rate, index) => rate / (seen.floor.rate[index] ?? 1));
      const show = (who: 'ours' | 'floor') =>
        `${median(seen[who].rate).toFixed(0).padStart(6)}/s ${median(seen[who].app).toFixed(0).padStart(4)} us app ${median(seen[who].db).toFixed(0).padStart(4)} us db p99 ${median(seen[who].p99).toFixed(1)} ms`;
      lines.push(
        `${name.padEnd(6)} x${String(concurrency).padEnd(2)} ratio ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}, aim ${aims[name]})  ours ${show('ours')}  floor ${show('floor')}`,
      );
    }
  }
  say('\r\x1b[K');
  console.log(lines.join('\n'));
} finally {
  for (const { child } of contenders) child.kill('SIGTERM');
  await Promise.all(
    contenders.map(
      ({ child }) =>
        new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve(0))),
    ),
  ).catch(() => undefined);
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
}
