import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { allPids, commandLine } from '../../../src/store/embedded/processes.ts';
import { asAfterFirstStart } from '../../data-directory.ts';
import { superuserOf } from './superuser.ts';

export const isRoot = process.getuid?.() === 0;
export const isLinux = process.platform === 'linux';
export const repository = fileURLToPath(new URL('../../..', import.meta.url));

interface Report {
  readonly event: 'ready' | 'notice' | 'restart' | 'written' | 'stopped' | 'error';
  readonly host?: string;
  readonly started?: boolean;
  readonly pid?: number;
  readonly id?: number;
  readonly sentence?: string;
  readonly name?: string;
  readonly message?: string;
}

/** A process that opens the embedded server: see open.ts. */
export interface Actor {
  readonly pid: number;
  readonly reports: readonly Report[];
  /** Resolves with the first report of that event from now on or before; fails when the process ends without. */
  until(event: Report['event'], timeout?: number): Promise<Report>;
  stop(): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<void>;
}

/**
 * Whether every user may pass to this checkout. Below a directory such as /root no other user can run the
 * programs in it, so what they would do is proven in checkouts elsewhere.
 */
export const isReachableByAllUsers = ancestors(repository).every(
  (folder) => (statSync(folder).mode & 0o001) !== 0,
);

function ancestors(folder: string): readonly string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...ancestors(above)];
}

export interface ActorOptions {
  readonly uid?: number;
  readonly gid?: number;
  /** A program and its arguments that start the process, e.g. setpriv. */
  readonly through?: readonly string[];
  /** A checkout other than this one. */
  readonly from?: string;
}

const folders = new Set<string>();
const children = new Set<ChildProcess>();

/** A new folder that every user may pass. */
export async function temporaryFolder(name = 'embedded'): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), `clientele test ${name} ü-`)));
  await chmod(folder, 0o755);
  folders.add(folder);
  return folder;
}

/** A new data directory that has been started and stopped once. */
export const dataDirectory = async (): Promise<string> => asAfterFirstStart(await temporaryFolder());

/** Starts a script of this folder in a process group of its own, as a shell does. */
export function script(
  name: string,
  args: readonly string[],
  { through = [], from = repository, ...account }: ActorOptions = {},
): ChildProcess {
  const line = [
    ...through,
    process.execPath,
    '--import',
    'tsx',
    join(from, 'test/database/embedded', name),
    ...args,
  ];
  const child = spawn(line[0] ?? '', line.slice(1), {
    cwd: from,
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
    ...account,
    // Another user's cache of tsx would stay behind.
    ...(account.uid === undefined ? {} : { env: { PATH: '/usr/bin:/bin', TSX_DISABLE_CACHE: '1' } }),
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/** Runs a script to its end and gives what it printed. */
export async function output(child: ChildProcess): Promise<string> {
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (part) => {
    text += part;
  });
  await new Promise((resolve) => child.once('close', resolve));
  return text;
}

export function actor(options: object, validationContext: ActorOptions = {}): Actor {
  const child = script('open.ts', [JSON.stringify(options)], validationContext);
  const reports: Report[] = [];
  const wakers = new Set<() => void>();
  const wake = () => {
    for (const waker of wakers) waker();
  };
  let over = false;
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      over = true;
      wake();
      resolve();
    });
  });
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    reports.push(JSON.parse(line));
    wake();
  });
  child.stdin?.on('error', () => {});
  return {
    pid: child.pid ?? 0,
    reports,
    ended,
    until: (event, timeout = 20_000) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`no ${event} within ${timeout} ms`)), timeout);
        const look = () => {
          const found = reports.find((report) => report.event === event);
          if (!found && !over) return;
          clearTimeout(timer);
          wakers.delete(look);
          if (found) resolve(found);
          else reject(new Error(`ended without ${event}: ${JSON.stringify(reports.at(-1))}`));
        };
        wakers.add(look);
        look();
      }),
    stop: async () => {
      child.stdin?.write('stop\n');
      await ended;
    },
    kill: (signal) => void child.kill(signal),
  };
}

/** The rows that `sql` gives on a server. */
export async function queryServer<Row extends pg.QueryResultRow>(
  host: string,
  sql: string,
  database = 'clientele',
): Promise<Row[]> {
  const client = new pg.Client({ ...superuserOf(await dataDirOf(host)), host, database });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}

/** The data directory of a socket directory: the folder above it, unless its path is too long for a socket. */
async function dataDirOf(host: string): Promise<string> {
  const above = dirname(host);
  if (existsSync(join(above, 'database.secret'))) return above;
  for (const folder of folders) {
    const found = (await readdir(folder, { recursive: true })).find(
      (path) => basename(path) === 'database.secret',
    );
    if (found !== undefined) return dirname(join(folder, found));
  }
  throw new Error(`no data directory is known for ${host}`);
}

/** What the server of a data directory has logged so far. */
export async function log(dataDir: string): Promise<string> {
  return readFile(join(dataDir, 'postgres.log'), 'utf8');
}

/** Waits until `holds` does; fails after `timeout` milliseconds. */
export async function eventually(holds: () => boolean | Promise<boolean>, timeout = 10_000): Promise<void> {
  for (const until = Date.now() + timeout; !(await holds()); ) {
    if (Date.now() > until) throw new Error(`not so within ${timeout} ms: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The command lines of all processes that mention a folder of these tests. */
export async function remainingProcesses(): Promise<string[]> {
  return (await left()).map(([, line]) => line);
}

/** Ends what a test left running and removes its folders; says what had to be ended. */
export async function cleanUp(): Promise<string[]> {
  for (const child of children) child.kill('SIGKILL');
  // Servers end with the process that started them.
  await eventually(async () => (await left()).length === 0, 5_000).catch(() => {});
  const remains = await left();
  for (const [pid] of remains) process.kill(pid, 'SIGKILL');
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
  folders.clear();
  return remains.map(([, line]) => line);
}

async function left(): Promise<[pid: number, line: string][]> {
  const lines = await Promise.all(
    (await allPids()).map(async (pid): Promise<[number, string]> => [pid, await commandLine(pid)]),
  );
  return lines.filter(([, line]) => [...folders].some((folder) => line.includes(folder)));
}
