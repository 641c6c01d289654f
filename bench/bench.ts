import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../src/config.ts';
import { openEmbedded } from '../src/store/embedded/server.ts';
import type { RequestBytes } from './load.ts';
import { requestBytes, runLoad } from './load.ts';
import { personOf } from './people.ts';
import { plant } from './plant.ts';

/**
 * Clientele beside the floor (see floor.ts): the same machine, database server, customers and load, in one
 * run, slice by slice in turn. Only the ratios mean anything; they are throughput, ours over the floor's.
 *
 * Options: --customers N (20000), --slice MS (1500), --rounds N (5), --only get,list,create,patch,
 * --profile FOLDER (writes a CPU profile of each server there)
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
const profileAt = process.argv.indexOf('--profile');
const profiling = profileAt < 0 ? [] : ['--cpu-prof', `--cpu-prof-dir=${process.argv[profileAt + 1]}`];
const aims: Readonly<Record<string, number>> = { get: 1.0, list: 0.85, create: 0.7, patch: 0.5 };

interface Contender {
  readonly child: ChildProcess;
  readonly port: number;
}

async function start(file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Contender> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = fork(path, [...args], {
    env: { ...process.env, ...env },
    execArgv: ['--import', 'tsx', ...profiling],
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message) => resolve((message as { port: number }).port));
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}.`)));
  });
  return { child, port };
}

/** Microseconds of CPU that a process has used. */
function cpuOf({ child }: Contender): Promise<number> {
  return new Promise((resolve) => {
    child.once('message', (message) => {
      const { cpu } = message as { cpu: NodeJS.CpuUsage };
      resolve(cpu.user + cpu.system);
    });
    child.send('cpu');
  });
}

/** Microseconds of CPU that PostgreSQL has used: every process below its postmaster, ended ones included. */
function postgresCpu(postmaster: number): number {
  const ticks = (stat: string, from: number, to: number) =>
    stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(from, to)
      .reduce((sum, field) => sum + Number(field), 0);
  let total = ticks(readFileSync(`/proc/${postmaster}/stat`, 'utf8'), 11, 15);
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === postmaster)
        total += ticks(stat, 11, 13);
    } catch {
      // The process ended while it was being looked at.
    }
  }
  return total * 10_000;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const say = (text: string) => process.stderr.write(text);

const dataDir = mkdtempSync(join(tmpdir(), 'clientele-bench-'));
const server = await openEmbedded({ dataDir, role: 'serve' });
const url = `postgresql://${server.user}@localhost:${server.port}/${server.database}?host=${encodeURIComponent(server.host)}`;
const env = {
  CLIENTELE_DATA_DIR: dataDir,
  CLIENTELE_DATABASE_URL: url,
  CLIENTELE_PORT: '0',
  CLIENTELE_DEMO: '0',
};
const contenders: Contender[] = [];
try {
  const { key, customerIds } = await plant(readConfig(env), customers, (done) =>
    say(`\rPlanting customers: ${done} of ${customers}`),
  );
  say('\n');
  const ours = await start('./ours.ts', [], env);
  contenders.push(ours);
  const digest = createHash('sha256').update(key.authorization).digest('hex');
  const floor = await start('./floor.ts', [url, digest], {});
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
          const [app, db] = [await cpuOf(contender), postgresCpu(server.pid)];
          const run = await runLoad({
            port: contender.port,
            concurrency,
            duration: round === 0 ? slice / 2 : slice,
            ...load,
          });
          if (round === 0) continue; // Warm-up.
          seen[who].rate.push((run.requests / run.elapsed) * 1000);
          seen[who].app.push(((await cpuOf(contender)) - app) / run.requests);
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
  for (const { child } of contenders) child.disconnect();
  await Promise.all(
    contenders.map(
      ({ child }) =>
        new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve(0))),
    ),
  ).catch(() => undefined);
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
}
