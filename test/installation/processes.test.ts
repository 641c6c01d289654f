import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { person } from '../people.ts';
import type { RunningServe } from './cli/program.ts';
import { cleanUp, clientele, printedDemoKey, serve, startWorker, temporaryFolder } from './cli/program.ts';

const run = promisify(execFile);
const testTimeout = { timeout: 180_000 };

// Builds the program once, so that no test waits for it.
beforeAll(() => clientele(['--version']), 120_000);
afterAll(cleanUp);

async function newPlace(): Promise<Record<string, string>> {
  return { CLIENTELE_DATA_DIR: join(await temporaryFolder(), 'data') };
}

/** The processes that answer on the port of a server of several. */
async function membersOf({ pid }: RunningServe): Promise<readonly number[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,args=']);
  return stdout
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((found) => Number(found?.[2]) === pid && /clientele\.js serve/.test(found?.[3] ?? ''))
    .map((found) => Number(found?.[1]));
}

async function until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`It did not come about that ${what}.`);
    await sleep(50);
  }
}

type Headers = Readonly<Record<string, string>>;

/** Over a connection of its own, which any member may take. */
async function call(url: string, headers: Headers, body?: object): Promise<Response> {
  return fetch(url, {
    headers: { ...headers, connection: 'close', ...(body && { 'content-type': 'application/json' }) },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
}

/** Asks, many at once, until both of two processes have answered: each has request ids of its own. */
async function fromBoth(ask: () => Promise<Response>) {
  const answers: { status: number; text: string }[] = [];
  const seen = new Set<string | undefined>();
  await until('both had answered', async () => {
    await Promise.all(
      Array.from({ length: 16 }, async () => {
        const answer = await ask().catch(() => undefined);
        if (!answer) return;
        seen.add(answer.headers.get('x-request-id')?.split('-')[0]);
        answers.push({ status: answer.status, text: await answer.text() });
      }),
    );
    return seen.size === 2;
  });
  return answers;
}

/** Creates customers, one after the other, until it is stopped; what was acknowledged, and nothing else. */
function keepCreating(url: string, headers: Headers) {
  const acknowledged: string[] = [];
  let going = true;
  const ended = (async () => {
    while (going) {
      const { ssn: _, ...body } = person();
      const answer = await call(url, headers, body).catch(() => undefined);
      if (answer?.status !== 201) continue;
      const created = (await answer.json().catch(() => undefined)) as { customer_id: string } | undefined;
      if (created) acknowledged.push(created.customer_id);
    }
  })();
  return {
    acknowledged,
    async stop() {
      going = false;
      await ended;
    },
  };
}

describe('a server of two processes', testTimeout, () => {
  let server: RunningServe;
  let headers: Headers;
  beforeAll(async () => {
    server = await serve(await newPlace(), { options: ['--processes', '2'] });
    headers = printedDemoKey(server.stderr);
  }, 120_000);

  test('has one port, and one key for the reference page in every process', async () => {
    const members = await membersOf(server);
    expect(youngSpacesOf(members)).toEqual([['semi-space-size=24'], ['semi-space-size=24']]);
    const pages = await fromBoth(() => call(`${server.url}/docs`, {}));
    const keys = pages.map((page) => /id="start">(.*?)<\/script>/.exec(page.text)?.[1] ?? '');
    expect(new Set(keys).size).toBe(1);
    const { identity, authorization } = JSON.parse(keys[0] ?? '').key;
    const key = { Identity: identity, Authorization: authorization };
    const answers = await fromBoth(() => call(`${server.url}/api/v0.1/customers`, key));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });

  test('answers one reading of the metrics for all processes, with the background work of the first', async () => {
    const read = async () => (await call(`${server.url}/metrics`, {})).text();
    const numberOf = (text: string, series: string) =>
      Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`${series} `))
          ?.slice(series.length),
      );
    const counted = 'clientele_request_duration_seconds_count{operation="listCustomers",status="200"}';
    const before = numberOf(await read(), counted) || 0;
    const answers = await fromBoth(() => call(`${server.url}/api/v0.1/customers`, headers));
    // An answer is counted after its last byte was sent.
    await until(
      'the answers were counted',
      async () => numberOf(await read(), counted) >= before + answers.length,
    );
    await until('all three had answered', async () => numberOf(await read(), 'clientele_processes') === 3);
    expect(numberOf(await read(), 'clientele_database_up')).toBe(1);
    await until('background work had run', async () =>
      (await read()).includes('clientele_background_last_success_timestamp_seconds{task="sequence"}'),
    );
    // The counts of a process that was killed stay in the sum: it never falls.
    const told = numberOf(await read(), counted);
    const [victim = 0] = await membersOf(server);
    process.kill(victim, 'SIGKILL');
    await until('it was gone', async () => !(await membersOf(server)).includes(victim));
    const sums: number[] = [];
    await until('three answered again', async () => {
      const now = await read().catch(() => undefined);
      if (now === undefined) return false;
      sums.push(numberOf(now, counted));
      return numberOf(now, 'clientele_processes') === 3;
    });
    expect(sums.filter((sum) => !(sum >= told))).toEqual([]);
  });

  test('loses no acknowledged write when one of them is killed, and starts it again', async () => {
    const customers = `${server.url}/api/v0.1/customers`;
    const writers = Array.from({ length: 4 }, () => keepCreating(customers, headers));
    const count = () => writers.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);
    const restarts = () =>
      server.stderr.match(/A process of the API ended \(SIGKILL\) and is being started again\./g)?.length ??
      0;
    const earlier = restarts();
    for (let kill = 1; kill <= 3; kill += 1) {
      const before = count();
      await until('writes went on', () => count() > before + 20);
      const [victim = 0] = await membersOf(server);
      process.kill(victim, 'SIGKILL');
      await until('it was gone', async () => !(await membersOf(server)).includes(victim));
      await fromBoth(() => call(`${server.url}/readyz`, {}));
    }
    await Promise.all(writers.map((writer) => writer.stop()));
    const acknowledged = writers.flatMap((writer) => writer.acknowledged);
    expect(acknowledged.length).toBeGreaterThan(60);
    for (const id of acknowledged) expect((await call(`${customers}/${id}`, headers)).status).toBe(200);
    expect(restarts() - earlier).toBe(3);
  });

  test('finishes the running requests when it is stopped, and leaves no process behind', async () => {
    const members = await membersOf(server);
    const under = Array.from({ length: 8 }, async () => {
      const { ssn: _, ...body } = person();
      return (await call(`${server.url}/api/v0.1/customers`, headers, body)).status;
    });
    // The others are on their way once the first one is answered.
    await Promise.race(under);
    const stopped = server.stop();
    const statuses = await Promise.allSettled(under);
    // One that had no connection yet is turned away; one that was taken is answered.
    for (const one of statuses) if (one.status === 'fulfilled') expect(one.value).toBe(201);
    expect((await stopped).code).toBe(0);
    expect(members.filter(isAlive)).toEqual([]);
  });
});

test('a server whose processes keep dying exits with a message', testTimeout, async () => {
  const server = await serve(await newPlace(), { options: ['--processes', '2'] });
  let ended = false;
  void server.ended.then(() => {
    ended = true;
  });
  await until('it gave up', async () => {
    for (const member of await membersOf(server)) if (isAlive(member)) process.kill(member, 'SIGKILL');
    return ended;
  });
  const { code, stderr } = await server.ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(/Processes of the API keep ending|A process of the API could not start/);
});

/** The sizes of the space for young objects on the command line of each process. */
const youngSpacesOf = (pids: readonly number[]) =>
  pids.map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').match(/semi-space-size=\d+/g));

test('workers end with the primary process, even if it is killed', testTimeout, async () => {
  const size = { NODE_OPTIONS: '--max-semi-space-size=20' };
  const server = await serve({ ...(await newPlace()), ...size }, { options: ['--processes', '2'] });
  const members = await membersOf(server);
  expect(members).toHaveLength(2);
  // A size of the operator's is not replaced by one on their command line.
  expect(youngSpacesOf(members)).toEqual([null, null]);
  server.signal('SIGKILL');
  await server.ended;
  await until('they were gone', () => !members.some(isAlive));
});

test('--api-only leaves background work to a worker', testTimeout, async () => {
  const place = await newPlace();
  const server = await serve(place, { options: ['--api-only'] });
  const headers = printedDemoKey(server.stderr);
  const { ssn: _, ...body } = person();
  const created = await call(`${server.url}/api/v0.1/customers`, headers, body);
  const { customer_id: id } = (await created.json()) as { customer_id: string };
  const events = async () => {
    const answer = await call(`${server.url}/api/v0.1/events?customer_id=${id}`, headers);
    return ((await answer.json()) as { data: unknown[] }).data.length;
  };
  // An event appears when a worker has given it its number, within a second where there is one.
  await sleep(3_000);
  expect(await events()).toBe(0);
  const worker = await startWorker(place);
  await until('the event appeared', async () => (await events()) === 1);
  expect((await worker.stop()).code).toBe(0);
  expect((await server.stop()).code).toBe(0);
});

test(
  'a worker without an installation says how to begin, and the number of processes has limits',
  testTimeout,
  async () => {
    const refused = await clientele(['worker'], await newPlace());
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('start it once with `node bin/clientele.js serve`');
    for (const count of ['0', '17', 'two']) {
      const wrong = await clientele(['serve', '--processes', count], await newPlace());
      expect(wrong).toMatchObject({ code: 2, stdout: '' });
      expect(wrong.stderr).toContain('It takes a whole number from 1 to 16.');
    }
  },
);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
