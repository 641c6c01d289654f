import { spawn } from 'node:child_process';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { findDataLayout } from '../../src/store/embedded/data-layout.ts';
import { prepareLaunch } from '../../src/store/embedded/launch-plan.ts';
import { answeringSocket, startPostmaster, stopPostmaster } from '../../src/store/embedded/postmaster.ts';
import { findRights } from '../../src/store/embedded/privileges.ts';
import { commandLine, processStartTime } from '../../src/store/embedded/processes.ts';
import { openEmbedded } from '../../src/store/embedded/server.ts';
import { cpuContention } from '../promises/durability/cpu-contention.ts';
import {
  actor,
  cleanUp,
  dataDirectory,
  eventually,
  isLinux,
  isReachableByAllUsers,
  isRoot,
  log,
  output,
  queryServer,
  remainingProcesses,
  script,
  temporaryFolder,
} from './embedded/actors.ts';

const { endsWithParent } = await findRights();

afterEach(async () => {
  expect(await cleanUp()).toEqual([]);
});

/** Every process of the server with this postmaster. */
async function family(postmaster: number): Promise<number[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const children = await Promise.all(
    names.map(async (name) => {
      const line = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
      return line.slice(line.lastIndexOf(')') + 2).split(' ')[1] === `${postmaster}` ? [Number(name)] : [];
    }),
  );
  return [postmaster, ...children.flat()];
}

/** Fails where something takes more than five seconds, as far as this machine has its processors for it. */
async function withinFiveSeconds<Result>(work: () => Promise<Result>): Promise<Result> {
  const before = cpuContention();
  const began = performance.now();
  const result = await work();
  const took = performance.now() - began;
  expect(took).toBeLessThan(5_000 * Math.max(before, cpuContention()));
  return result;
}

/** The pid of a process that lives, is no PostgreSQL, and runs as the user that the server runs as. */
async function bystander(dataDir: string): Promise<number> {
  const { uid, gid } = await stat(join(dataDir, 'postgres'));
  const child = spawn('sleep', ['60'], { ...(isRoot ? { uid, gid } : {}), stdio: 'ignore' });
  bystanders.push(() => child.kill());
  return child.pid ?? 0;
}
const bystanders: (() => void)[] = [];
afterEach(() => {
  for (const end of bystanders.splice(0)) end();
});

test('the server is started again when it is killed, and its listeners are notified', async () => {
  const dataDir = await dataDirectory();
  const server = await openEmbedded({ dataDir, role: 'serve' });
  const command = await openEmbedded({ dataDir, role: 'command' });
  const told: string[] = [];
  server.onRestart(() => told.push('serve'));
  command.onRestart(() => told.push('command'));
  await queryServer(server.host, 'create table kept as select 1 as one');
  for (let round = 1; round <= 2; round++) {
    const { pid } = server;
    await withinFiveSeconds(async () => {
      process.kill(pid, 'SIGKILL');
      await eventually(() => told.filter((who) => who === 'serve').length === round, 60_000);
    });
    expect(server.pid).not.toBe(pid);
    expect(await queryServer(server.host, 'select one from kept')).toEqual([{ one: 1 }]);
    await withinFiveSeconds(() =>
      eventually(() => told.filter((who) => who === 'command').length === round, 60_000),
    );
    expect(command.pid).toBe(server.pid);
  }
  await command.stop();
  await server.stop();
  expect(await remainingProcesses()).toEqual([]);
});

test('a busy connection of a killed postmaster does not delay the restart', async () => {
  const server = await openEmbedded({ dataDir: await dataDirectory(), role: 'serve' });
  const restarted = new Promise<void>((resolve) => server.onRestart(resolve));
  const computing = queryServer(server.host, 'do $$ begin loop end loop; end $$').catch(
    (error: Error) => error.message,
  );
  await eventually(
    async () =>
      (await queryServer(server.host, "select from pg_stat_activity where query like 'do %'")).length > 0,
  );
  await withinFiveSeconds(() => {
    process.kill(server.pid, 'SIGKILL');
    return restarted;
  });
  expect(await computing).toEqual(expect.any(String));
  await server.stop();
});

test('a stop during a restart leaves nothing running', async () => {
  const server = await openEmbedded({ dataDir: await dataDirectory(), role: 'serve' });
  process.kill(server.pid, 'SIGKILL');
  await new Promise((resolve) => setTimeout(resolve, 5));
  await server.stop();
  expect(await remainingProcesses()).toEqual([]);
});

test.runIf(isLinux)('no acknowledged write is lost when everything is killed at once', async () => {
  const dataDir = await dataDirectory();
  let acknowledged = 0;
  for (let round = 0; round < 4; round++) {
    const serve = actor({ dataDir, role: 'serve', write: true });
    const { pid = 0, host = '' } = await serve.until('ready');
    if (round > 0) {
      const [found] = await queryServer<{ last: number }>(host, 'select max(id)::int as last from written');
      expect(found?.last).toBeGreaterThanOrEqual(acknowledged);
    }
    await serve.until('written');
    await new Promise((resolve) => setTimeout(resolve, 150 + 50 * round));
    for (const one of [serve.pid, ...(await family(pid))]) {
      try {
        process.kill(one, 'SIGKILL');
      } catch {
        // It has followed its parent already.
      }
    }
    await serve.ended;
    acknowledged = serve.reports.findLast(({ event }) => event === 'written')?.id ?? acknowledged;
  }
  const server = await withinFiveSeconds(() => openEmbedded({ dataDir, role: 'serve' }));
  const [found] = await queryServer<{ last: number; rows: number }>(
    server.host,
    'select max(id)::int as last, count(*)::int as rows from written',
  );
  expect(found?.last).toBeGreaterThanOrEqual(acknowledged);
  expect(found?.rows).toBe(found?.last);
  await server.stop();
});

test.runIf(endsWithParent)(
  'a killed process leaves no orphan, and its server shuts down in order',
  async () => {
    const dataDir = await dataDirectory();
    const serve = actor({ dataDir, role: 'serve', write: true });
    const { pid = 0 } = await serve.until('ready');
    await serve.until('written');
    serve.kill('SIGKILL');
    await withinFiveSeconds(() =>
      eventually(async () => (await processStartTime(pid)) === undefined, 60_000),
    );
    const server = await openEmbedded({ dataDir, role: 'serve' });
    await serve.ended;
    const acknowledged = serve.reports.findLast(({ event }) => event === 'written')?.id ?? 0;
    const [found] = await queryServer<{ last: number }>(
      server.host,
      'select max(id)::int as last from written',
    );
    expect(found?.last).toBeGreaterThanOrEqual(acknowledged);
    await server.stop();
    expect(await log(dataDir)).not.toContain('not properly shut down');
  },
);

test('a process that exits without a stop leaves nothing running, whether it started or joined the server', async () => {
  const dataDir = await dataDirectory();
  const serve = actor({ dataDir, role: 'serve' });
  await serve.until('ready');
  const command = actor({ dataDir, role: 'command', leave: true });
  await command.ended;
  expect(command.reports.at(-1)).toMatchObject({ event: 'ready', started: false });
  await serve.stop();
  const alone = actor({ dataDir, role: 'command', leave: true });
  await alone.ended;
  expect(alone.reports.at(-1)).toMatchObject({ event: 'ready', started: true });
  await withinFiveSeconds(() => eventually(async () => (await remainingProcesses()).length === 0, 60_000));
  await (await openEmbedded({ dataDir, role: 'serve' })).stop();
  expect(await log(dataDir)).not.toContain('not properly shut down');
});

test('a serve that follows a killed one at once is ready within five seconds', async () => {
  const dataDir = await dataDirectory();
  const serve = actor({ dataDir, role: 'serve', write: true });
  await serve.until('written');
  serve.kill('SIGKILL');
  await serve.ended;
  const server = await withinFiveSeconds(() => openEmbedded({ dataDir, role: 'serve' }));
  await server.stop();
});

test.runIf(!isRoot || isReachableByAllUsers)(
  'an orphan of a system without setpriv is stopped in order and replaced',
  async () => {
    const dataDir = await dataDirectory();
    const pid = Number(await output(script('orphan.ts', [dataDir])));
    expect(await processStartTime(pid)).toBeDefined();
    const notices: string[] = [];
    const server = await openEmbedded({
      dataDir,
      role: 'serve',
      notice: (sentence) => notices.push(sentence),
    });
    expect(notices).toContain(`Stopping the PostgreSQL server (pid ${pid}) of an earlier process.`);
    expect(await processStartTime(pid)).toBeUndefined();
    expect(server.pid).not.toBe(pid);
    await server.stop();
    expect(await log(dataDir)).not.toContain('not properly shut down');
  },
);

test.runIf(!isRoot || isReachableByAllUsers)('a server that is slow to die is waited for', async () => {
  const dataDir = await dataDirectory();
  const pid = Number(await output(script('orphan.ts', [dataDir])));
  process.kill(pid, 'SIGSTOP');
  setTimeout(() => process.kill(pid, 'SIGCONT'), 1_000);
  const began = Date.now();
  const command = await openEmbedded({ dataDir, role: 'command' });
  expect(Date.now() - began).toBeGreaterThan(900);
  await command.stop();
  expect(await log(dataDir)).not.toContain('not properly shut down');
});

test('a server that another program started on the data is not touched', async () => {
  const dataDir = await dataDirectory();
  const place = await findDataLayout(dataDir, false);
  if (!place) throw new Error('no place');
  const recipe = await prepareLaunch(place, {}, () => {});
  // Without our mark, as an operator would start it.
  const theirs = await startPostmaster({ ...recipe, layout: { ...place, marker: 'maintenance' } });
  await expect(openEmbedded({ dataDir, role: 'command' })).rejects.toThrow(
    `A PostgreSQL server that Clientele did not start (pid ${theirs.pid}) runs on`,
  );
  expect(await answeringSocket(place)).toBeDefined();
  await stopPostmaster(theirs);
});

test('lock files with a reused pid do not keep the server from starting', async () => {
  const dataDir = await dataDirectory();
  const server = await openEmbedded({ dataDir, role: 'serve' });
  const lock = await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8');
  await server.stop();
  const other = `${await bystander(dataDir)}`;
  await writeFile(join(dataDir, 'postgres/postmaster.pid'), lock.replace(/^\d+/, other));
  await writeFile(join(server.host, '.s.PGSQL.5432.lock'), lock.replace(/^\d+/, other));
  const next = await openEmbedded({ dataDir, role: 'serve' });
  expect(await commandLine(Number(other))).toContain('sleep');
  await next.stop();
});

test.runIf(isLinux)('the lock file of a server that nobody has reaped yet does not either', async () => {
  const dataDir = await dataDirectory();
  const server = await openEmbedded({ dataDir, role: 'serve' });
  const lock = await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8');
  await server.stop();
  // A shell that starts a child and becomes a program which never asks for it.
  const parent = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  bystanders.push(() => parent.kill());
  const zombie = await new Promise<string>((resolve) =>
    parent.stdout.once('data', (data) => resolve(`${data}`.trim())),
  );
  await eventually(async () => /\) Z /.test(await readFile(`/proc/${zombie}/stat`, 'utf8')));
  await writeFile(join(dataDir, 'postgres/postmaster.pid'), lock.replace(/^\d+/, zombie));
  await (await openEmbedded({ dataDir, role: 'serve' })).stop();
});

test('a first start that was killed is cleaned up by the next', async () => {
  const dataDir = await temporaryFolder();
  const unfinished = async () => (await readdir(dataDir)).filter((name) => name.startsWith('postgres.new-'));
  const serve = actor({ dataDir, role: 'serve' });
  await eventually(async () => (await unfinished()).length > 0);
  await new Promise((resolve) => setTimeout(resolve, 300));
  serve.kill('SIGKILL');
  await serve.ended;
  expect(await unfinished()).toHaveLength(1);
  const server = await openEmbedded({ dataDir, role: 'serve' });
  expect(await unfinished()).toEqual([]);
  expect(await queryServer(server.host, 'select 1 as one')).toEqual([{ one: 1 }]);
  await server.stop();
});

test('Ctrl-C, which reaches the whole process group, shuts the server down in order', async () => {
  const dataDir = await dataDirectory();
  const serve = actor({ dataDir, role: 'serve', write: true });
  await serve.until('written');
  process.kill(-serve.pid, 'SIGINT');
  await serve.ended;
  expect(serve.reports.at(-1)?.event).toBe('stopped');
  expect(await remainingProcesses()).toEqual([]);
  const server = await openEmbedded({ dataDir, role: 'serve' });
  await server.stop();
  expect(await log(dataDir)).not.toMatch(/not properly shut down|stopped unexpectedly/);
});

test('a server that hangs is killed after a time limit', async () => {
  const dataDir = await dataDirectory();
  const place = await findDataLayout(dataDir, false);
  if (!place) throw new Error('no place');
  const postmaster = await startPostmaster(await prepareLaunch(place, {}, () => {}));
  process.kill(postmaster.pid, 'SIGSTOP');
  await stopPostmaster(postmaster, 200);
  expect(await postmaster.ended).toBe('signal SIGKILL');
});
