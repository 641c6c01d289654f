// `npm run soak`: 60 minutes of mixed load against a server of its own, with webhooks, rotations of all keys and
// erasures under way. -- --minutes N for another length, -- --rate N for another number of requests a second. Ends
// with 1 where a request failed, or where memory, handles, the write-ahead log or a table grew.
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import pg from 'pg';
import { superuserOf } from '../database/embedded/superuser.ts';
import { portOf } from '../fakes/internet.ts';
import { wideBudgets } from '../wide-budgets.ts';
import type { Target } from './load.ts';
import { startLoad } from './load.ts';
import type { Sample } from './verdict.ts';
import { growths } from './verdict.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    rate: { type: 'string', default: '100' },
  },
});
const seconds = Number(values.minutes) * 60;
/** Seconds between two looks. */
const every = Math.max(5, Math.floor(seconds / 120));

const program = fileURLToPath(new URL('../../bin/clientele.js', import.meta.url));
const dataDir = mkdtempSync(join(tmpdir(), 'clientele-soak-'));
const settings = {
  ...process.env,
  CLIENTELE_DATA_DIR: dataDir,
  CLIENTELE_PORT: '0',
  CLIENTELE_DEMO: '0',
  CLIENTELE_LOG_FORMAT: 'json',
  CLIENTELE_LOG_LEVEL: 'error',
  CLIENTELE_WEBHOOK_ALLOW: '127.0.0.0/8',
  ...wideBudgets,
};
const run = promisify(execFile);
const clientele = async (...args: readonly string[]) =>
  JSON.parse(
    (await run(process.execPath, [program, ...args, '--output', 'json'], { env: settings })).stdout || 'null',
  );

let delivered = 0;
const receiver = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const { event, challenge } = JSON.parse(body);
  if (event !== 'webhook.verify') delivered += 1;
  response.writeHead(200).end(event === 'webhook.verify' ? challenge : 'ok');
});
await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));

const server = spawn(process.execPath, [program, 'serve'], {
  env: settings,
  stdio: ['ignore', 'pipe', 'pipe'],
});
let said = '';
for (const stream of [server.stdout, server.stderr])
  stream.setEncoding('utf8').on('data', (part) => (said += part));
const ended = new Promise<void>((resolve) => server.once('close', () => resolve()));
let failed = true;
try {
  const url = await listening();
  const target = { url, ...(await newTenant()) };
  await call(target, 'PATCH', '/retention-policy', { never_verified_days: 0 });
  await call(target, 'POST', '/webhooks', { url: `http://127.0.0.1:${portOf(receiver)}/`, events: ['*'] });
  const load = startLoad(target, 8, Number(values.rate));
  const samples: Sample[] = [];
  const began = performance.now();
  const rotations = rotateUntil(began + seconds * 1_000);
  for (let at = 0; at < seconds; at = Math.round((performance.now() - began) / 1_000)) {
    await sleep(every * 1_000);
    samples.push(await look((performance.now() - began) / 1_000));
    say(samples.at(-1) as Sample, load.failures.length);
  }
  await load.stop();
  const rotated = await rotations;
  const grown = growths(samples);
  console.log(`Requests ${JSON.stringify(load.counts)}, ${delivered} deliveries, ${rotated} rotations.`);
  for (const failure of new Set(load.failures)) console.log(`Failed: ${failure}`);
  for (const { what, middle, end } of grown) console.log(`Grew: ${what} from ${middle} to ${end}.`);
  const tables = Object.entries(samples.at(-1)?.tables ?? {}).sort(([, one], [, other]) => other - one);
  console.log(
    `Tables at the end: ${tables.map(([name, size]) => `${name} ${mebibytes(size)}`).join(', ')} MiB.`,
  );
  const hasErrors = /"level":(50|60)/.test(said);
  if (hasErrors) console.log(`The log has errors:\n${said}`);
  failed = load.failures.length > 0 || grown.length > 0 || delivered === 0 || hasErrors;
} finally {
  server.kill('SIGTERM');
  await ended;
  receiver.close();
  receiver.closeAllConnections();
  await rm(dataDir, { recursive: true, force: true });
}
console.log(failed ? 'Red.' : 'Green: no request failed, and nothing grew.');
process.exit(failed ? 1 : 0);

async function listening(): Promise<string> {
  for (;;) {
    const url = /https?:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
    if (url) return url;
    if (server.exitCode !== null) throw new Error(`The server ended: ${said}`);
    await sleep(100);
  }
}

async function newTenant() {
  await clientele('brands', 'create', 'Soak');
  const { identity, authorization } = await clientele(
    ...['keys', 'create', '--brand', 'Soak', '--scopes'],
    'customers:read,customers:write,customers:delete,webhooks:read,webhooks:write,events:read,compliance:read,compliance:write',
  );
  return { identity: String(identity), authorization: String(authorization) };
}

async function call(target: Target, method: string, path: string, body: object): Promise<void> {
  const response = await fetch(`${target.url}/api/v0.1${path}`, {
    method,
    headers: {
      Identity: target.identity,
      Authorization: target.authorization,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
}

/** Rotates a key of the brand thirty times in a run, the brand key and the index key in turn. */
async function rotateUntil(end: number): Promise<number> {
  let count = 0;
  const pause = Math.max(15_000, (seconds * 1_000) / 30);
  while (performance.now() + 2 * pause < end) {
    await sleep(pause);
    await clientele('rotate', count % 2 === 0 ? 'brand-key' : 'index-key', '--brand', 'Soak');
    count += 1;
  }
  return count;
}

async function look(at: number): Promise<Sample> {
  const pid = Number(server.pid);
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const log = join(dataDir, 'postgres', 'pg_wal');
  const parts = await Promise.all(
    readdirSync(log).map((name) => stat(join(log, name)).catch(() => undefined)),
  );
  const client = new pg.Client(superuserOf(dataDir));
  await client.connect();
  const { rows } = await client.query(
    `select relname as name, pg_total_relation_size(oid)::float8 as size from pg_class
      where relkind = 'r' and relnamespace = 'public'::regnamespace`,
  );
  await client.end();
  return {
    at,
    rss: Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1_024,
    handles: readdirSync(`/proc/${pid}/fd`).length,
    wal: parts.reduce((sum, part) => sum + (part?.isFile() ? part.size : 0), 0),
    tables: Object.fromEntries(rows.map(({ name, size }) => [name, size])),
  };
}

function say({ at, rss, handles, wal, tables }: Sample, failures: number): void {
  const all = Object.values(tables).reduce((sum, size) => sum + size, 0);
  console.log(
    `${Math.round(at)} s: memory ${mebibytes(rss)} MiB, ${handles} handles, log ${mebibytes(wal)} MiB, tables ${mebibytes(all)} MiB, ${delivered} delivered, ${failures} failed.`,
  );
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
