import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { acquireLock } from '../../src/store/embedded/owner.ts';
import { EmbeddedError, openEmbedded } from '../../src/store/embedded/server.ts';
import {
  actor,
  cleanUp,
  eventually,
  isLinux,
  log,
  queryServer,
  remainingProcesses,
  temporaryFolder,
} from './embedded/actors.ts';

afterEach(async () => {
  expect(await cleanUp()).toEqual([]);
});

const nobodyAnswers = async () => false;

/** The newest claim of a data directory: its path, and what it says. */
async function newestClaim(dataDir: string): Promise<{ path: string; says: Record<string, unknown> }> {
  const folder = join(dataDir, 'owners');
  const names = (await readdir(folder)).filter((name) => /^\d+$/.test(name));
  const path = join(folder, `${Math.max(...names.map(Number))}`);
  return { path, says: JSON.parse(await readFile(path, 'utf8')) };
}

test('a command without data says so and leaves nothing behind', async () => {
  const folder = await temporaryFolder();
  for (const dataDir of [join(folder, 'missing'), folder]) {
    const opened = openEmbedded({ dataDir, role: 'command' });
    await expect(opened).rejects.toThrow(EmbeddedError);
    await expect(opened).rejects.toThrow(
      `There is no Clientele data in ${dataDir}: start it once with \`clientele serve\`, or set CLIENTELE_DATA_DIR.`,
    );
  }
  expect(await readdir(folder)).toEqual([]);
});

test('one serve owns a data directory, and a second is refused with the pid of the first', async () => {
  const dataDir = await temporaryFolder();
  const first = actor({ dataDir, role: 'serve' });
  const { host = '' } = await first.until('ready');
  const second = openEmbedded({ dataDir, role: 'serve' });
  await expect(second).rejects.toThrow(EmbeddedError);
  await expect(second).rejects.toThrow(
    `Another clientele serve (pid ${first.pid}) already runs on ${dataDir}.`,
  );
  expect(await queryServer(host, 'select 1 as one')).toEqual([{ one: 1 }]);
  await first.stop();
});

test('of several concurrent starts on a new directory one wins and nothing is damaged', async () => {
  const dataDir = join(await temporaryFolder(), 'new');
  const actors = Array.from({ length: 4 }, () => actor({ dataDir, role: 'serve' }));
  const outcomes = await Promise.allSettled(actors.map((one) => one.until('ready')));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const losers = actors.filter((_, index) => outcomes[index]?.status === 'rejected');
  for (const { reports } of losers) {
    expect(reports.at(-1)).toMatchObject({ event: 'error', name: 'EmbeddedError' });
    expect(reports.at(-1)?.message).toMatch(/already runs on/);
  }
  expect((await readdir(dataDir)).filter((name) => name.startsWith('postgres.new'))).toEqual([]);
  await Promise.all(actors.map((one) => one.stop()));
  await (await openEmbedded({ dataDir, role: 'serve' })).stop();
  expect(await log(dataDir)).not.toContain('not properly shut down');
});

test('a command joins a running serve and leaves it running', async () => {
  const dataDir = await temporaryFolder();
  const serve = actor({ dataDir, role: 'serve' });
  const { host = '', pid } = await serve.until('ready');
  const command = await openEmbedded({ dataDir, role: 'command' });
  expect(command).toMatchObject({ host, pid, started: false });
  await command.stop();
  expect(await queryServer(host, 'select 1 as one')).toEqual([{ one: 1 }]);
  await serve.stop();
});

test('a command that comes during the first start of a serve waits and joins', async () => {
  const dataDir = await temporaryFolder();
  const serve = actor({ dataDir, role: 'serve' });
  await eventually(async () => (await readdir(dataDir)).includes('owners'));
  await eventually(async () => (await readdir(join(dataDir, 'owners'))).includes('1'));
  const command = await openEmbedded({ dataDir, role: 'command' });
  expect(command.started).toBe(false);
  expect(await queryServer(command.host, 'select 1 as one')).toEqual([{ one: 1 }]);
  await command.stop();
  await serve.stop();
});

test('a command starts the server if none runs, and stops it', async () => {
  const dataDir = await temporaryFolder();
  await (await openEmbedded({ dataDir, role: 'serve' })).stop();
  const command = await openEmbedded({ dataDir, role: 'command' });
  expect(command.started).toBe(true);
  expect(await queryServer(command.host, 'select 1 as one')).toEqual([{ one: 1 }]);
  await command.stop();
  expect(await remainingProcesses()).toEqual([]);
});

test('a serve waits for a command that runs the server, says so, and then starts its own', async () => {
  const dataDir = await temporaryFolder();
  const command = actor({ dataDir, role: 'command', create: true });
  const before = await command.until('ready');
  const serve = actor({ dataDir, role: 'serve' });
  expect((await serve.until('notice')).sentence).toBe(
    `Waiting for another clientele command (pid ${command.pid}) to release the data directory.`,
  );
  await command.stop();
  const after = await serve.until('ready');
  expect(after.started).toBe(true);
  expect(after.pid).not.toBe(before.pid);
  await serve.stop();
  expect(await log(dataDir)).not.toContain('not properly shut down');
});

test('a command that started the server waits for others that joined it before it stops it', async () => {
  const dataDir = await temporaryFolder();
  const first = actor({ dataDir, role: 'command', create: true });
  const { host = '' } = await first.until('ready');
  const second = await openEmbedded({ dataDir, role: 'command' });
  const stopping = first.stop();
  expect((await first.until('notice')).sentence).toBe(
    'Waiting for other clientele commands that still use the database.',
  );
  expect(await queryServer(host, 'select 1 as one')).toEqual([{ one: 1 }]);
  await second.stop();
  await stopping;
  expect(first.reports.at(-1)?.event).toBe('stopped');
  expect(await remainingProcesses()).toEqual([]);
});

test('concurrent commands never stop the server that others use', async () => {
  const dataDir = await temporaryFolder();
  await (await openEmbedded({ dataDir, role: 'serve' })).stop();
  await Promise.all(
    Array.from({ length: 6 }, async () => {
      for (let round = 0; round < 5; round++) {
        const command = await openEmbedded({ dataDir, role: 'command' });
        expect(await queryServer(command.host, 'select count(*)::int as tables from pg_class')).toHaveLength(
          1,
        );
        await command.stop();
      }
    }),
  );
  expect(await log(dataDir)).not.toContain('not properly shut down');
});

test('the claim of a killed process does not hold the directory', async () => {
  const dataDir = await temporaryFolder();
  const serve = actor({ dataDir, role: 'serve' });
  await serve.until('ready');
  serve.kill('SIGKILL');
  await serve.ended;
  const next = await openEmbedded({ dataDir, role: 'serve' });
  expect(await queryServer(next.host, 'select 1 as one')).toEqual([{ one: 1 }]);
  await next.stop();
});

test('a claim with a reused pid does not hold the directory', async () => {
  const folder = join(await temporaryFolder(), 'owners');
  const other = spawn('sleep', ['60']);
  await once(other, 'spawn');
  const first = await acquireLock(folder, 'serve', nobodyAnswers);
  expect(first).toHaveProperty('lock');
  const { path, says } = await newestClaim(join(folder, '..'));
  await writeFile(path, JSON.stringify({ ...says, pid: other.pid }));
  expect(await acquireLock(folder, 'serve', nobodyAnswers)).toHaveProperty('lock');
  other.kill();
});

test('a claim from before a reboot does not hold the directory', async () => {
  const folder = join(await temporaryFolder(), 'owners');
  await acquireLock(folder, 'serve', nobodyAnswers);
  const { path, says } = await newestClaim(join(folder, '..'));
  await writeFile(path, JSON.stringify({ ...says, boot: 'another' }));
  expect(await acquireLock(folder, 'serve', nobodyAnswers)).toHaveProperty('lock');
});

test('a claim cut short by a power failure does not hold the directory', async () => {
  const folder = join(await temporaryFolder(), 'owners');
  await mkdir(folder);
  await writeFile(join(folder, '3'), '');
  expect(await acquireLock(folder, 'serve', nobodyAnswers)).toHaveProperty('lock');
  expect(await readdir(folder)).toContain('4');
});

test('a live claim holds the directory, also against its own process', async () => {
  const folder = join(await temporaryFolder(), 'owners');
  await acquireLock(folder, 'serve', nobodyAnswers);
  expect(await acquireLock(folder, 'command', nobodyAnswers)).toMatchObject({
    holder: { pid: process.pid, role: 'serve' },
  });
});

test('of many concurrent claims exactly one is granted, however often the owner changes', async () => {
  const folder = join(await temporaryFolder(), 'owners');
  let holders = 0;
  let granted = 0;
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let mine = 0; mine < 10; ) {
        const outcome = await acquireLock(folder, 'command', nobodyAnswers);
        if (!('lock' in outcome)) continue;
        holders += 1;
        expect(holders).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 1));
        holders -= 1;
        granted += 1;
        mine += 1;
        await outcome.lock.release();
      }
    }),
  );
  expect(granted).toBe(80);
  expect((await readdir(folder)).length).toBeLessThan(12);
});

test.runIf(isLinux)('a serve in another container is noticed by its answering server', async () => {
  const dataDir = await temporaryFolder();
  const serve = actor({ dataDir, role: 'serve' });
  const { host } = await serve.until('ready');
  const { path, says } = await newestClaim(dataDir);
  // As it looks from a container that shares the volume but not the processes.
  await writeFile(path, JSON.stringify({ ...says, pid: 1, pidSpace: 'pid:[1]' }));
  await utimes(path, 0, 0);
  // Mounted at another path there.
  const lock = await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8');
  await writeFile(
    join(dataDir, 'postgres/postmaster.pid'),
    lock.replace(`${dataDir}/socket`, '/data/socket'),
  );
  await expect(openEmbedded({ dataDir, role: 'serve' })).rejects.toThrow('already runs on');
  const command = await openEmbedded({ dataDir, role: 'command' });
  expect(command).toMatchObject({ host, started: false });
  await command.stop();
  await serve.stop();
});

test.runIf(isLinux)('a claim of another container is ignored once its server is silent', async () => {
  const folder = join(await temporaryFolder(), 'owners');
  await acquireLock(folder, 'serve', nobodyAnswers);
  const { path, says } = await newestClaim(join(folder, '..'));
  await writeFile(path, JSON.stringify({ ...says, pid: 1, pidSpace: 'pid:[1]' }));
  // It may just be starting.
  expect(await acquireLock(folder, 'serve', nobodyAnswers)).toHaveProperty('holder');
  await utimes(path, new Date(), new Date((await stat(path)).mtimeMs - 16_000));
  expect(await acquireLock(folder, 'serve', nobodyAnswers)).toHaveProperty('lock');
});
