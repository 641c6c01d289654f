import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Instant } from '../../src/domain/time.ts';
import { plusSeconds } from '../../src/domain/time.ts';
import { startWorker } from '../../src/main.ts';
import { examineTasks } from '../../src/operations/installation/doctor-tasks.ts';
import { UnknownRootVersion, VaultError } from '../../src/vault/vault.ts';
import type { TaskObserver } from '../../src/worker/task-log.ts';
import { openTaskLogs } from '../../src/worker/task-log.ts';
import { defaultProgram, newCustomer } from '../contract-samples.ts';
import { clientele } from '../installation/cli/program.ts';
import type { World } from '../world.ts';
import { openWorld } from '../world.ts';

// What operators see of background work that fails: the log, the metrics and the doctor of another process.

const secret = '900-12-3456';
const wait = { timeout: 60_000 };

/** Has PostgreSQL refuse every claim of a verification, in a message that quotes data. */
async function breakVerifications({ sql }: World): Promise<() => Promise<unknown>> {
  await sql(`create function refuse() returns trigger language plpgsql as
    $$ begin raise exception E'the number is ${secret}\\n    at ${secret} (x.ts:1:1)'; end $$`);
  await sql('create trigger refuse before update on kyc_runs for each row execute function refuse()');
  return () => sql('drop function refuse cascade');
}

async function startVerification(world: World): Promise<string> {
  const brand = await world.brand();
  const id = (await newCustomer(brand)).json.customer_id;
  const body = { program_id: await defaultProgram(brand) };
  await brand.call('POST', `/customers/${id}/verification-kyc`, { body });
  return id;
}

const faultsIn = (log: readonly string[]) =>
  log
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ msg }) => msg === 'background task failed');

interface Found {
  readonly check: string;
  readonly state: string;
  readonly explanation: string;
  readonly next_step?: string;
}

async function doctorOn({ databaseSettings, config }: World): Promise<Found | undefined> {
  const { json } = await clientele(['doctor', '--output', 'json'], {
    ...databaseSettings,
    CLIENTELE_DATA_DIR: config.dataDir,
  });
  return (json as readonly Found[]).find(({ check }) => check === 'background work');
}

async function metric({ url }: World, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`clientele_background_${name} `));
  return Number(line?.split(' ')[1] ?? Number.NaN);
}

describe('a background task that fails', { timeout: 120_000 }, () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
    await clientele(['--version']);
  }, 120_000);
  afterAll(() => world.close());

  test('is logged without data, counted, shown by the doctor, and cleared once it works again', async () => {
    await expect.poll(() => metric(world, 'runs_total{task="verifications"}'), wait).toBeGreaterThan(0);
    expect(await metric(world, 'failures_total{task="verifications"}')).toBe(0);
    const mend = await breakVerifications(world);
    const id = await startVerification(world);
    await expect
      .poll(() => metric(world, 'failures_total{task="verifications"}'), wait)
      .toBeGreaterThanOrEqual(3);

    const faults = faultsIn(world.log);
    expect(faults).toEqual([
      expect.objectContaining({
        level: 50,
        task: 'verifications',
        failures: 1,
        error: 'error',
        code: 'P0001',
      }),
    ]);
    expect(await doctorOn(world)).toEqual({
      check: 'background work',
      state: 'yellow',
      explanation: expect.stringMatching(
        /^The task verifications failed at \d{4}-\d\d-\d\dT[\d:.+]+: error P0001 in statement kyc_runs_claim\.$/,
      ),
      next_step: expect.stringContaining('Look for "task":"verifications" in the log of '),
    });
    expect(world.log.join('')).not.toContain(secret);
    expect(JSON.stringify(await world.sql('select * from task_failures'))).not.toContain(secret);

    const before = Math.floor(Date.now() / 1000);
    await mend();
    await expect.poll(() => world.sql('select 1 from task_failures'), wait).toEqual([]);
    expect(await doctorOn(world)).toMatchObject({ state: 'green' });
    const succeeded = await metric(world, 'last_success_timestamp_seconds{task="verifications"}');
    expect(succeeded).toBeGreaterThanOrEqual(before);
    const status = () => world.sql(`select status from kyc_runs where customer_id = '${id}'`);
    await expect.poll(status, wait).toEqual([{ status: 'passed' }]);
  });

  test('is logged by a process that does background work only', async () => {
    const api = await openWorld({ apiOnly: true });
    const log: string[] = [];
    const into = new Writable({
      write(chunk, _encoding, done) {
        log.push(String(chunk));
        done();
      },
    });
    try {
      await breakVerifications(api);
      await startVerification(api);
      const worker = await startWorker(api.config, { logger: pino({ base: null }, into) });
      try {
        await expect.poll(() => faultsIn(log), wait).toHaveLength(1);
        expect(faultsIn(log)[0]).toMatchObject({ task: 'verifications', code: 'P0001' });
        await expect.poll(() => api.sql('select task from task_failures'), wait).toHaveLength(1);
      } finally {
        await worker.close();
      }
      expect(log.join('')).not.toContain(secret);
    } finally {
      await api.close();
    }
  });
});

describe('the log of a task', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld({ apiOnly: true });
  });
  afterAll(() => world.close());

  class RecordingObserver implements TaskObserver {
    readonly logged: number[] = [];
    readonly runs: boolean[] = [];
    failures = 0;
    taskRan = (_task: string, succeeded: boolean) => void this.runs.push(succeeded);
    taskFailed = () => {
      this.failures += 1;
    };
    taskFault = (_task: string, _error: unknown, failures: number) => void this.logged.push(failures);
  }

  function openLog(now: () => Instant) {
    const observer = new RecordingObserver();
    const log = openTaskLogs({ db: world.system.db, now, observer, security: world.system.security })(
      'webhooks',
    );
    return { observer, log };
  }

  const stored = () => world.sql('select task, error, failures::int from task_failures');

  test('logs one failure of a kind and counts the others, and logs another kind at once', async () => {
    const { observer, log } = openLog(world.system.now);
    const one = new TypeError('a');
    for (let count = 0; count < 100; count += 1) log.failed(one);
    log.failed(new RangeError('b'));
    expect(observer).toMatchObject({ failures: 101, logged: [1, 1] });
    await expect.poll(stored, wait).toEqual([{ task: 'webhooks', error: 'RangeError', failures: 2 }]);
    await world.sql('delete from task_failures');
  });

  test('raises the alarm about a stored row that was altered, and not about a key that may come', () => {
    const raised = () => world.system.security.usage().events.get('record_altered') ?? 0;
    const before = raised();
    const { log } = openLog(world.system.now);
    log.failed(new TypeError('a'));
    log.failed(new UnknownRootVersion(2, 'The brand key 1'));
    expect(raised()).toBe(before);
    log.failed(new VaultError('unreadable', 'A policy does not open.'));
    log.failed(new VaultError('unreadable', 'A policy does not open.'));
    expect(raised()).toBe(before + 1);
  });

  test('keeps failures of single items until there were none for ten minutes', async () => {
    const real = world.system.now;
    const { observer, log } = openLog(real);
    log.failed(new TypeError('a'));
    log.roundEnded();
    log.roundEnded();
    expect(observer.runs).toEqual([false, true]);
    await expect.poll(stored, wait).toHaveLength(1);
    // Another process, a little later and ten minutes later.
    openLog(() => plusSeconds(real(), 300)).log.roundEnded();
    expect((await examineTasks(world.system.db))[0]).toMatchObject({ state: 'yellow' });
    openLog(() => plusSeconds(real(), 660)).log.roundEnded();
    await expect.poll(stored, wait).toEqual([]);
    expect((await examineTasks(world.system.db))[0]).toMatchObject({ state: 'green' });
  });
});
