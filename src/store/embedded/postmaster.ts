import type { StdioOptions } from 'node:child_process';
import { readFile, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { join, relative, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type FailedRun, secureCluster } from './access.ts';
import { failedStart } from './cluster.ts';
import { type DataLayout, defaultSocketDirectory, removeStaleSocket, socketFile } from './data-layout.ts';
import { EmbeddedError } from './error.ts';
import type { LaunchPlan } from './launch-plan.ts';
import { logSince, logSize, openLog } from './log.ts';
import { launch, placeOf } from './privileges.ts';
import { allPids, commandLine, processStartTime, workingDirectory } from './processes.ts';
import { commandLineMarker, serverArguments } from './settings.ts';

/** PostgreSQL's first process, a child of this one. */
export interface Postmaster {
  readonly pid: number;
  /** Resolves with how it ended, e.g. `exit code 0`. */
  readonly ended: Promise<string>;
  isGone(): boolean;
  signal(name: 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): void;
  /** Whether the child keeps this process alive. */
  hold(yes: boolean): void;
}

/** What a running server writes about itself into postmaster.pid. */
export interface PidFile {
  readonly pid: number;
  readonly socketDirectory: string;
  readonly isReady: boolean;
}

const lockTimeoutMs = 10_000;
const quitAfterMs = 4_000;
const killAfterMs = 8_000;

/**
 * Starts the server and waits until it accepts connections: 30 ms, or as long as recovery takes after a power
 * cut. Stops an orphan of an earlier process, removes stale lock files, and retries for 10 seconds while
 * processes of a dying server hold the data. The caller must hold the directory lock (owner.ts). Throws
 * EmbeddedError with PostgreSQL's own message.
 */
export async function startPostmaster(plan: LaunchPlan): Promise<Postmaster> {
  const { layout, binaries, notice } = plan;
  const began = Date.now();
  for (;;) {
    await removeRemains(layout, notice);
    await removeStaleSocket(plan.socketDirectory);
    const outcome = await tryToStart(plan);
    if ('pid' in outcome) return outcome;
    const { end, output } = outcome;
    const held = /lock file .* already exists|shared memory block .* still in use/.test(output);
    if (!held || Date.now() - began > lockTimeoutMs) {
      throw failedStart(`PostgreSQL ended with ${end}`, reasons(output), binaries);
    }
    await endOrphanedBackends(layout, Date.now() - began > quitAfterMs ? 'SIGKILL' : 'SIGQUIT');
    await delay(50);
  }
}

async function tryToStart(plan: LaunchPlan): Promise<Postmaster | FailedRun> {
  const { layout, notice } = plan;
  const failed = await secureCluster(plan);
  if (failed) return failed;
  const logged = await logSize(layout);
  const postmaster = await spawnPostmaster(plan);
  const end = await waitUntilReady(layout, postmaster, notice);
  return end === undefined ? postmaster : { end, output: `${end}\n${await logSince(layout, logged)}` };
}

/**
 * Stops the server: it refuses new work, rolls open transactions back and writes everything to disk. After each
 * `timeoutMs` the signal gets stronger: a stop without a final checkpoint, then a kill. Neither loses an
 * acknowledged write, but the next start then runs a recovery.
 */
export async function stopPostmaster(postmaster: Postmaster, timeoutMs = 10_000): Promise<void> {
  postmaster.hold(true);
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (postmaster.isGone()) return;
    postmaster.signal(signal);
    const timer = new AbortController();
    const timeout = delay(timeoutMs, undefined, { signal: timer.signal }).catch(() => {});
    await Promise.race([postmaster.ended, timeout]);
    timer.abort();
  }
}

/** Reads postmaster.pid; undefined if the file is missing or not yet complete. */
export async function readPidFile(layout: DataLayout): Promise<PidFile | undefined> {
  const text = await readFile(join(layout.data, 'postmaster.pid'), 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    },
  );
  const [pid, , , , socketDirectory, , , status] = text.split('\n');
  if (pid === undefined || !/^\d+$/.test(pid)) return undefined;
  return {
    pid: Number(pid),
    // An enclosed server names it relative to its data.
    socketDirectory: socketDirectory ? resolve(layout.data, socketDirectory) : '',
    isReady: status?.trim() === 'ready',
  };
}

/** The socket directory of a server that accepts connections now, no matter which process started it. */
export async function answeringSocket(layout: DataLayout): Promise<string | undefined> {
  const file = await readPidFile(layout);
  if (!file || file.socketDirectory === '') return undefined;
  // A server in another container may know the same directory by another path.
  for (const folder of new Set([file.socketDirectory, defaultSocketDirectory(layout)])) {
    if (await accepts(folder)) return folder;
  }
  return undefined;
}

async function accepts(folder: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketFile(folder));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** Stops an orphaned server on the data, and removes the pid file of a dead one, which would block a start. */
async function removeRemains(layout: DataLayout, notice: (sentence: string) => void): Promise<void> {
  const file = await readPidFile(layout);
  if (!file || !exists(file.pid)) return;
  const command = await commandLine(file.pid);
  const isPostgres = /(^|\/)postgres( |:|$)/.test(command);
  if (isPostgres && command.includes(commandLineMarker(layout))) {
    notice(`Stopping the PostgreSQL server (pid ${file.pid}) of an earlier process.`);
    await endOrphan(file.pid, layout);
  } else if (
    isPostgres &&
    (command.includes(layout.data) || (await workingDirectory(file.pid)) === layout.data)
  ) {
    throw new EmbeddedError(
      `A PostgreSQL server that Clientele did not start (pid ${file.pid}) runs on ${layout.data}. ` +
        'Stop it and start again, or set CLIENTELE_DATABASE_URL to that server.',
    );
  } else {
    // The pid now belongs to another program or a zombie, and PostgreSQL would take it for a live server.
    // PostgreSQL still detects remaining processes of the dead server through its shared memory.
    await rm(join(layout.data, 'postmaster.pid'), { force: true });
  }
}

async function endOrphan(pid: number, layout: DataLayout): Promise<void> {
  const began = await processStartTime(pid);
  const since = Date.now();
  for (let signal: 'SIGINT' | 'SIGQUIT' | 'SIGKILL' | undefined = 'SIGINT', last = ''; ; ) {
    if (began === undefined || (await processStartTime(pid)) !== began) return;
    if (signal !== last) process.kill(pid, signal);
    last = signal;
    const waited = Date.now() - since;
    if (waited > lockTimeoutMs) {
      throw new EmbeddedError(
        `The PostgreSQL server (pid ${pid}) of an earlier process on ${layout.data} does not stop. ` +
          `End it with \`kill -9 ${pid}\`, or restart the machine, and start again.`,
      );
    }
    signal = waited > killAfterMs ? 'SIGKILL' : waited > quitAfterMs ? 'SIGQUIT' : 'SIGINT';
    await delay(10);
  }
}

/** Ends backends that outlive their postmaster; a busy one would notice its death only much later. */
async function endOrphanedBackends(layout: DataLayout, signal: 'SIGQUIT' | 'SIGKILL'): Promise<void> {
  const owner = (await stat(layout.data)).uid;
  for (const pid of await allPids()) {
    if (!(await commandLine(pid)).startsWith(`postgres: ${layout.marker}: `)) continue;
    const uid = (await stat(`/proc/${pid}`).catch(() => undefined))?.uid ?? owner;
    if (uid === owner && exists(pid)) process.kill(pid, signal);
  }
}

async function spawnPostmaster(plan: LaunchPlan): Promise<Postmaster> {
  const { layout, binaries, launcher, socketDirectory, settings } = plan;
  const file = join(binaries.folder, 'bin/postgres');
  const { folder, path } = placeOf(launcher, layout.data);
  const isInside = socketDirectory === defaultSocketDirectory(layout);
  const socket = launcher.isEnclosed && isInside ? relative(layout.data, socketDirectory) : socketDirectory;
  const log = await openLog(layout);
  try {
    // SIGINT is a fast shutdown: under 25,000 rows a second it took 0.6 s, and the next start 0.2 s. SIGQUIT ends
    // at once, but the next start then runs a recovery of 2 to 4 s.
    const args = serverArguments(layout, { data: path, socketDirectory: socket }, settings);
    const stdio: StdioOptions = ['ignore', log.fd, log.fd];
    const child = launch(launcher, { file, args, stdio, deathSignal: 'INT', folder });
    let end: string | undefined;
    const ended = new Promise<string>((resolve) => {
      const settle = (how: string) => {
        end ??= how;
        resolve(end);
      };
      child.once('error', (error) => settle(error.message));
      child.once('exit', (code, signal) =>
        settle(signal === null ? `exit code ${code}` : `signal ${signal}`),
      );
    });
    return {
      pid: child.pid ?? 0,
      ended,
      isGone: () => end !== undefined,
      signal: (name) => void child.kill(name),
      hold: (yes) => (yes ? child.ref() : child.unref()),
    };
  } finally {
    await log.close();
  }
}

/** Resolves with undefined when the server is ready (after any recovery), or with how it ended. */
async function waitUntilReady(
  layout: DataLayout,
  postmaster: Postmaster,
  notice: (sentence: string) => void,
): Promise<string | undefined> {
  let noticeAt: number | undefined = Date.now() + 3_000;
  while (!postmaster.isGone()) {
    const file = await readPidFile(layout);
    if (file?.pid === postmaster.pid && file.isReady) return undefined;
    if (noticeAt !== undefined && Date.now() > noticeAt) {
      notice('PostgreSQL takes longer than usual to start. After an unclean stop it first recovers its log.');
      noticeAt = undefined;
    }
    await delay(5);
  }
  return postmaster.ended;
}

/** The lines that say why a server did not start, without those about clients that connected too early. */
function reasons(output: string): string {
  const lines = output
    .split('\n')
    .flatMap((line) => /(?:FATAL|PANIC): .*|^\S*(?:setpriv|spawn).*/.exec(line) ?? []);
  return lines.filter((line) => !/the database system is|terminating connection/.test(line)).join('\n');
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
