import { readFile, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { failedStart } from './cluster.ts';
import { type DataLayout, removeStaleSocket, socketFile, usualSocketDirectory } from './data-layout.ts';
import { EmbeddedError } from './error.ts';
import type { Recipe } from './launch-plan.ts';
import { logSince, logSize, openLog } from './log.ts';
import { launch } from './privileges.ts';
import { allPids, beginning, commandLine, workingDirectory } from './processes.ts';
import { markOf, serverArguments } from './settings.ts';

/** PostgreSQL's first process, a child of this one. */
export interface Postmaster {
  readonly pid: number;
  /** Resolves with how it ended, e.g. `exit code 0`. */
  readonly ended: Promise<string>;
  isGone(): boolean;
  signal(name: 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): void;
  /** Whether this process stays alive for it. */
  hold(yes: boolean): void;
}

/** What a running server writes about itself into postmaster.pid. */
export interface PidFile {
  readonly pid: number;
  readonly socketDirectory: string;
  readonly isReady: boolean;
}

// Milliseconds.
const lockTimeoutMs = 10_000;
const askNicely = 4_000;
const askFirmly = 8_000;

/**
 * Starts the server and waits until it takes connections; 30 ms, or as long as recovery takes after a power
 * cut. Stops an orphan that an earlier process left, clears stale lock files away, and tries for 10 seconds
 * while remains of a dying server hold the data. Only the process that holds the directory (owner.ts) may call
 * this. Throws EmbeddedError with PostgreSQL's own words.
 */
export async function startPostmaster(recipe: Recipe): Promise<Postmaster> {
  const { place, binaries, notice } = recipe;
  const began = Date.now();
  for (;;) {
    await clearTheWay(place, notice);
    await removeStaleSocket(recipe.socketDirectory);
    const logged = await logSize(place);
    const postmaster = await spawnPostmaster(recipe);
    const end = await untilReady(place, postmaster, notice);
    if (end === undefined) return postmaster;
    const words = `${end}\n${await logSince(place, logged)}`;
    const held = /lock file .* already exists|shared memory block .* still in use/.test(words);
    if (!held || Date.now() - began > lockTimeoutMs) {
      throw failedStart(`PostgreSQL ended with ${end}`, reasons(words), binaries);
    }
    await endLeftovers(place, Date.now() - began > askNicely ? 'SIGKILL' : 'SIGQUIT');
    await sleep(50);
  }
}

/**
 * Stops the server: no new work, open transactions rolled back, everything on disk. One that takes longer than
 * `bound` milliseconds is stopped without its final checkpoint, and then killed; both lose nothing that was
 * acknowledged, and cost a recovery at the next start.
 */
export async function stopPostmaster(postmaster: Postmaster, bound = 10_000): Promise<void> {
  postmaster.hold(true);
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (postmaster.isGone()) return;
    postmaster.signal(signal);
    const timeoutMs = new AbortController();
    await Promise.race([postmaster.ended, sleep(bound, timeoutMs.signal)]);
    timeoutMs.abort();
  }
}

/** What postmaster.pid says, undefined where no server runs or died here, or where it is just being written. */
export async function readPidFile(place: DataLayout): Promise<PidFile | undefined> {
  const text = await readFile(join(place.data, 'postmaster.pid'), 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    },
  );
  const [pid, , , , socketDirectory, , , status] = text.split('\n');
  if (pid === undefined || !/^\d+$/.test(pid)) return undefined;
  return { pid: Number(pid), socketDirectory: socketDirectory ?? '', isReady: status?.trim() === 'ready' };
}

/** The socket directory of a server that accepts connections now, whoever may have started it. */
export async function answeringSocket(place: DataLayout): Promise<string | undefined> {
  const file = await readPidFile(place);
  if (!file || file.socketDirectory === '') return undefined;
  // A server in another container may know the same directory by another path.
  for (const folder of new Set([file.socketDirectory, usualSocketDirectory(place)])) {
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

/** Sees to it that nothing runs on the data, and that no file of a dead server keeps a new one from starting. */
async function clearTheWay(place: DataLayout, notice: (sentence: string) => void): Promise<void> {
  const file = await readPidFile(place);
  if (!file || !exists(file.pid)) return;
  const command = await commandLine(file.pid);
  const isPostgres = /(^|\/)postgres( |:|$)/.test(command);
  if (isPostgres && command.includes(markOf(place))) {
    notice(`Stopping the PostgreSQL server (pid ${file.pid}) that an earlier process left behind.`);
    await endOrphan(file.pid, place);
  } else if (
    isPostgres &&
    (command.includes(place.data) || (await workingDirectory(file.pid)) === place.data)
  ) {
    throw new EmbeddedError(
      `A PostgreSQL server that Clientele did not start (pid ${file.pid}) runs on ${place.data}. ` +
        'Stop it and start again, or set CLIENTELE_DATABASE_URL to that server.',
    );
  } else {
    // The pid is somebody else's by now, or a zombie's. PostgreSQL itself would take it for a living server; it
    // still finds out by the shared memory if processes of the dead server are left.
    await rm(join(place.data, 'postmaster.pid'), { force: true });
  }
}

async function endOrphan(pid: number, place: DataLayout): Promise<void> {
  const began = await beginning(pid);
  const since = Date.now();
  for (let signal: 'SIGINT' | 'SIGQUIT' | 'SIGKILL' | undefined = 'SIGINT', last = ''; ; ) {
    if (began === undefined || (await beginning(pid)) !== began) return;
    if (signal !== last) process.kill(pid, signal);
    last = signal;
    const waited = Date.now() - since;
    if (waited > lockTimeoutMs) {
      throw new EmbeddedError(
        `The PostgreSQL server (pid ${pid}) that an earlier process left on ${place.data} does not end. ` +
          `End it with \`kill -9 ${pid}\`, or restart the machine, and start again.`,
      );
    }
    signal = waited > askFirmly ? 'SIGKILL' : waited > askNicely ? 'SIGQUIT' : 'SIGINT';
    await sleep(10);
  }
}

/** Ends connections that outlive their postmaster: one that computes would notice its death only much later. */
async function endLeftovers(place: DataLayout, signal: 'SIGQUIT' | 'SIGKILL'): Promise<void> {
  const owner = (await stat(place.data)).uid;
  for (const pid of await allPids()) {
    if (!(await commandLine(pid)).startsWith(`postgres: ${place.marker}: `)) continue;
    const uid = (await stat(`/proc/${pid}`).catch(() => undefined))?.uid ?? owner;
    if (uid === owner && exists(pid)) process.kill(pid, signal);
  }
}

async function spawnPostmaster(recipe: Recipe): Promise<Postmaster> {
  const { place, binaries, launcher, socketDirectory, settings } = recipe;
  const program = join(binaries.folder, 'bin/postgres');
  const log = await openLog(place);
  try {
    // SIGINT is a fast shutdown: at 25,000 rows a second it took 0.6 s, and the next start 0.2 s. SIGQUIT would
    // end at once and leave the next start a recovery, which took 2 to 4 s.
    const args = serverArguments(place, socketDirectory, settings);
    const child = launch(launcher, program, args, 'INT', ['ignore', log.fd, log.fd]);
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

/** Undefined once the server is ready, how it ended where it ended. A server in recovery is waited for. */
async function untilReady(
  place: DataLayout,
  postmaster: Postmaster,
  notice: (sentence: string) => void,
): Promise<string | undefined> {
  let timeoutMs: number | undefined = Date.now() + 3_000;
  while (!postmaster.isGone()) {
    const file = await readPidFile(place);
    if (file?.pid === postmaster.pid && file.isReady) return undefined;
    if (timeoutMs !== undefined && Date.now() > timeoutMs) {
      notice(
        'PostgreSQL is taking its time to start; after an unclean stop it first recovers what was written.',
      );
      timeoutMs = undefined;
    }
    await sleep(5);
  }
  return postmaster.ended;
}

/** The lines that say why a server did not start, without those about clients that came too early. */
function reasons(words: string): string {
  const lines = words
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

async function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
