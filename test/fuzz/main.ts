// `npm run fuzz`: 60,000 generated requests against a server on a database of its own; `npm run fuzz:long`: 1,000,000.
// -- --seed N repeats a run. Ends with 1 where an answer is not what the document says. Ctrl-C ends a run early, with
// the report of what was sent until then.
import { mkdtempSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { readConfig } from '../../src/config.ts';
import { startServer } from '../../src/main.ts';
import { openFakeWatchman } from '../fakes/watchman.ts';
import { wideBudgets } from '../wide-budgets.ts';
import { acceptedAnswers } from './accepted-answers.ts';
import { readDocument } from './document.ts';
import { fuzz, reportText } from './run.ts';
import { listedName } from './sequences.ts';
import { fakeOutbound, foreignIds, newTenant, watchedLog } from './target.ts';
import { Pool } from './values.ts';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '60000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    lanes: { type: 'string', default: '6' },
  },
});
const requests = Number(values.requests);
const seed = Number(values.seed);
console.log(`Seed ${seed}. Repeat this run with: npm run fuzz -- --seed ${seed} --requests ${requests}`);

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());

const dataDir = mkdtempSync(join(tmpdir(), 'clientele-fuzz-'));
const { sink, leaks } = watchedLog();
const watchman = await openFakeWatchman([{ id: '22790', lastName: listedName }]);
const server = await startServer(
  readConfig({
    CLIENTELE_SCREENING: 'watchman',
    CLIENTELE_SCREENING_URL: watchman.url,
    CLIENTELE_DATA_DIR: dataDir,
    CLIENTELE_PORT: '0',
    CLIENTELE_DEMO: '0',
    CLIENTELE_LOG_LEVEL: 'debug',
    // The model knows of no budgets: within an hour it makes more duplicates than a client may.
    ...wideBudgets,
  }),
  { logger: pino({ level: 'debug', base: null }, sink), outbound: fakeOutbound() },
);
let failed = true;
try {
  const api = readDocument(await readFile(new URL('../../openapi.json', import.meta.url), 'utf8'));
  const foreign = await foreignIds(server);
  const lanes = await Promise.all(
    Array.from({ length: Number(values.lanes) }, async () => {
      const pool = new Pool();
      return { pool, tenant: await newTenant(server.system, pool, foreign) };
    }),
  );
  const heaps: number[] = [];
  const started = performance.now();
  const report = await fuzz({
    api,
    url: server.url,
    seed,
    requests,
    lanes,
    acceptedAnswers,
    signal: stop.signal,
    progress: (done) => {
      global.gc?.();
      heaps.push(process.memoryUsage().heapUsed);
      const rate = Math.round(done / ((performance.now() - started) / 1_000));
      console.log(`${done} requests, ${rate} a second, heap ${mebibytes(heaps.at(-1) ?? 0)} MiB`);
    },
  });
  console.log(reportText(report));
  for (const line of leaks) console.log(`In the log: ${line}`);
  const growth = growthOf(heaps);
  console.log(`The heap grew by ${mebibytes(growth)} MiB over the second half.`);
  failed =
    report.faults.length > 0 || leaks.length > 0 || report.unreached.length > 0 || growth > 16 * 2 ** 20;
} finally {
  await server.close();
  await watchman.close();
  await rm(dataDir, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);

/** Between the means of the third and the fourth quarter; caches are full by then. */
function growthOf(samples: readonly number[]): number {
  const quarter = Math.floor(samples.length / 4);
  if (quarter === 0) return 0;
  const mean = (part: readonly number[]) => part.reduce((sum, one) => sum + one, 0) / part.length;
  return mean(samples.slice(-quarter)) - mean(samples.slice(-2 * quarter, -quarter));
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
