import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import pg from 'pg';
import { type DataLayout, findDataLayout } from '../../../src/store/embedded/data-layout.ts';
import { readPidFile } from '../../../src/store/embedded/postmaster.ts';
import { allPids, commandLine } from '../../../src/store/embedded/processes.ts';
import { commandLineMarker } from '../../../src/store/embedded/settings.ts';
import { superuserOf } from '../../database/embedded/superuser.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));

/** What can be killed of a server on an embedded database: the program, the database's first process, or all. */
export type KillTarget = 'app' | 'postmaster' | 'everything';

export interface DeploymentKey {
  readonly brandId: string;
  readonly identity: string;
  readonly authorization: string;
}

/** A process that serves: see serve.ts. */
export interface ServeProcess {
  readonly url: string;
  /** Of the brand that was made with it, where one was wished for. */
  readonly key: DeploymentKey | undefined;
  /** Milliseconds from the program's first line to its listening, the start of Node itself left out. */
  readonly startedIn: number;
  /** Everything that it wrote to standard output and standard error. */
  output(): string;
  /** The database's first process, where it takes connections: another one after each restart. */
  postmaster(): Promise<number | undefined>;
  /** Kills at once, with no chance to say goodbye. */
  kill(victim: KillTarget): Promise<void>;
  /** Asks it to end; resolves when it has. */
  stop(): Promise<void>;
}

/** The program as one file, so that a start costs what it costs an operator and not what a loader of sources costs. */
export const buildServe = (): Promise<string> => buildProgram('test/promises/durability/serve.ts');

/** The same for another program of the tests; the file is named like its source. */
export async function buildProgram(source: string): Promise<string> {
  const folder = await mkdtemp(join(repository, 'node_modules/.serve-'));
  await build({
    absWorkingDir: repository,
    entryPoints: [source],
    outfile: join(folder, `${basename(source, '.ts')}.mjs`),
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['@scalar/*', 'pg-native'],
    // Some packages still ask for `require`.
    banner: {
      js: "import { createRequire as requirer } from 'node:module'; const require = requirer(import.meta.url);",
    },
    logLevel: 'warning',
  });
  await copyData(folder);
  // A program reads its version from the package that it belongs to.
  await cp(join(repository, 'package.json'), join(folder, 'package.json'));
  return folder;
}

/** What code reads from beside itself: all that is not code, without its room, as the program's own build has it. */
async function copyData(folder: string): Promise<void> {
  const sources = join(repository, 'src');
  for (const file of await readdir(sources, { recursive: true })) {
    const [, ...inside] = file.split(sep);
    if (['', '.ts'].includes(extname(file)) || inside.length === 0) continue;
    await cp(join(sources, file), join(folder, ...inside));
  }
}

/** A new data directory with a path short enough for a socket in it. */
export const newDataDir = async (): Promise<string> =>
  realpath(await mkdtemp(join(tmpdir(), 'clientele-served-')));

/** Starts a server; resolves when it listens. `program` is what `buildServe` made. */
export async function serve(
  program: string,
  dataDir: string,
  options: {
    readonly wantsKey?: boolean;
    readonly logLevel?: string;
    /** Settings as an operator would write them, beside those of a test. */
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Promise<ServeProcess> {
  const settings = {
    CLIENTELE_DATA_DIR: dataDir,
    CLIENTELE_PORT: '0',
    CLIENTELE_DEMO: '0',
    CLIENTELE_LOG_LEVEL: options.logLevel ?? 'silent',
    wantsKey: options.wantsKey ?? false,
    ...options.env,
  };
  const child = spawn(process.execPath, [join(program, 'serve.mjs'), JSON.stringify(settings)], {
    cwd: repository,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const heard = listenTo(child);
  const ready = await heard.until('ready');
  const key = options.wantsKey ? ((await heard.until('key')) as unknown as DeploymentKey) : undefined;
  const place = (await findDataLayout(dataDir, false)) as DataLayout;
  return {
    url: String(ready['url']),
    key,
    startedIn: Number(ready['startedIn']),
    output: heard.text,
    async postmaster() {
      const file = await readPidFile(place);
      return file?.isReady ? file.pid : undefined;
    },
    async kill(victim) {
      const pids = await pidsOf(place);
      if (victim !== 'app') killAll(victim === 'postmaster' ? pids.slice(0, 1) : pids);
      if (victim === 'postmaster') return;
      child.kill('SIGKILL');
      await heard.ended;
    },
    async stop() {
      child.kill('SIGTERM');
      await heard.ended;
    },
  };
}

function listenTo(child: ChildProcess) {
  let text = '';
  let over = false;
  const wakers = new Set<() => void>();
  const wake = () => {
    for (const waker of wakers) waker();
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part) => {
      text += part;
      wake();
    });
  }
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      over = true;
      wake();
      resolve();
    });
  });
  const found = (event: string) =>
    text
      .split('\n')
      .filter((line) => line.startsWith(`{"event":"${event}"`) && line.endsWith('}'))
      .map((line) => JSON.parse(line) as Record<string, unknown>)[0];
  return {
    ended,
    text: () => text,
    until: (event: string) =>
      new Promise<Record<string, unknown>>((resolve, reject) => {
        const look = () => {
          const report = found(event);
          if (!report && !over) return;
          wakers.delete(look);
          if (report) resolve(report);
          else reject(new Error(`The server ended without "${event}": ${text}`));
        };
        wakers.add(look);
        look();
      }),
  };
}

/** The processes of the database of a data directory, its first one first. */
export async function databasePids(dataDir: string): Promise<readonly number[]> {
  const place = await findDataLayout(dataDir, false);
  return place ? pidsOf(place) : [];
}

async function pidsOf(place: DataLayout): Promise<readonly number[]> {
  const postmaster = (await readPidFile(place))?.pid;
  // The file may belong to a dead server, and its pid to another process.
  const runs = postmaster !== undefined && (await commandLine(postmaster)).includes(commandLineMarker(place));
  const others: number[] = [];
  for (const pid of await allPids()) {
    if ((await commandLine(pid)).startsWith(`postgres: ${place.marker}: `)) others.push(pid);
  }
  return runs ? [postmaster, ...others] : others;
}

/** Kills processes. A process that has already ended is no fault. */
export function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

export type Sql = (text: string, values?: readonly unknown[]) => Promise<readonly Record<string, unknown>[]>;

/** SQL on the database of a data directory, as a user with access to its files could run it. */
export async function withSql<Result>(dataDir: string, work: (sql: Sql) => Promise<Result>): Promise<Result> {
  const client = new pg.Client(superuserOf(dataDir));
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(async (text, values = []) => (await client.query(text, [...values])).rows);
  } finally {
    await client.end();
  }
}

/** Waits until no process of a data directory's database is left, and removes the directory. */
export async function removeDataDir(dataDir: string): Promise<void> {
  const place = await findDataLayout(dataDir, false);
  for (const until = Date.now() + 15_000; place && (await pidsOf(place)).length > 0; ) {
    if (Date.now() > until) killAll(await pidsOf(place));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await rm(dataDir, { recursive: true, force: true });
}
