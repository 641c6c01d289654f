import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The program as people start it: real processes of `bin/clientele.js`, with nothing of this one's environment. */

export const repository = fileURLToPath(new URL('../../..', import.meta.url));

type Settings = Readonly<Record<string, string>>;

/** What a process printed and how it ended. */
export interface ProcessResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output, parsed. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects to be there.
  readonly json: any;
}

/** A `clientele serve` that answers. */
export interface RunningServe {
  readonly url: string;
  readonly pid: number;
  /** All that was written for people and to the log so far. */
  readonly stderr: string;
  readonly stdout: string;
  /** Milliseconds from the start of the process to the words that it is ready. */
  readonly took: number;
  signal(name: NodeJS.Signals): void;
  send(message: string): void;
  readonly ended: Promise<ProcessResult>;
  /** Stops it as an operator would, and says how that went. */
  stop(): Promise<ProcessResult>;
}

const folders = new Set<string>();
const children = new Set<ChildProcess>();

/** A new folder that every user may pass, gone after the test file. */
export async function temporaryFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'clientele-cli-')));
  await chmod(folder, 0o755);
  folders.add(folder);
  return folder;
}

/** Ends what still runs and removes what was made. */
export async function cleanUp(): Promise<void> {
  for (const child of children) {
    child.kill('SIGTERM');
    await once(child, 'close');
  }
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
  folders.clear();
}

interface Place {
  /** Options of the command. */
  readonly options?: readonly string[];
  /** The folder of the checkout; this one by default. */
  readonly from?: string;
  /** Arguments for Node itself. */
  readonly node?: readonly string[];
}

function start(args: readonly string[], settings: Settings, { from = repository, node = [] }: Place) {
  const child = spawn(process.execPath, [...node, join(from, 'bin/clientele.js'), ...args], {
    cwd: from,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...settings },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  return watch(child);
}

function watch(child: ChildProcess) {
  children.add(child);
  const said = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (part) => {
    said.stdout += part;
  });
  child.stderr?.setEncoding('utf8').on('data', (part) => {
    said.stderr += part;
  });
  const ended = once(child, 'close').then(([code]): ProcessResult => {
    children.delete(child);
    // A developer may save a source while the tests run. The next command then builds first and says so.
    const stderr = said.stderr.replaceAll('Building Clientele from its sources …\n', '');
    return { code, stdout: said.stdout, stderr, json: parsed(said.stdout) };
  });
  return { child, said, ended };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Runs a command to its end. */
export function clientele(
  args: readonly string[],
  settings: Settings = {},
  place: Place = {},
): Promise<ProcessResult> {
  return start(args, settings, place).ended;
}

/** Runs a line in a shell, like a user who copies it. */
export function shell(
  line: string,
  settings: Settings = {},
  from: string = repository,
): Promise<ProcessResult> {
  const child = spawn('bash', ['-euo', 'pipefail', '-c', line], {
    cwd: from,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return watch(child).ended;
}

/** Starts a server on a free port and waits until it says that it is ready. Fails with its own words if it ends. */
export async function serve(settings: Settings, place: Place = {}): Promise<RunningServe> {
  const began = performance.now();
  const args = ['serve', ...(place.options ?? [])];
  const { child, said, ended } = start(args, { CLIENTELE_PORT: '0', ...settings }, place);
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr?.on('data', () => {
      const found = /https?:\/\/(?:127\.0\.0\.1|\[::1\]):\d+/.exec(said.stderr);
      // The last line of what is said has arrived with its end of line.
      if (
        found &&
        /(?:Stop with Ctrl-C|keys create --brand|brands create|is read-only).*\n/.test(said.stderr)
      )
        resolve(found[0]);
    });
    ended.then(({ code, stderr }) => reject(new Error(`serve ended with ${code}: ${stderr}`)));
  });
  const took = performance.now() - began;
  return {
    url,
    pid: child.pid ?? 0,
    took,
    get stderr() {
      return said.stderr;
    },
    get stdout() {
      return said.stdout;
    },
    signal: (name) => void child.kill(name),
    send: (message) => void child.send(message),
    ended,
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** Why no test can open a terminal here, if so. */
export const noTerminal: string | undefined = spawnSync('script', ['--version'], {
  encoding: 'utf8',
}).stdout?.includes('util-linux')
  ? undefined
  : 'script of util-linux is not here';

/** A server on a terminal of its own. What it writes for people and to the log arrives there together. */
export interface TerminalServer {
  readonly url: string;
  /** All that the terminal has shown, with its colours. */
  readonly screen: string;
  /** Types Ctrl-C, and answers with the exit code. */
  stop(): Promise<number | null>;
}

/** Starts a server on a terminal, on a free port, and waits until it is ready. */
export async function serveOnTerminal(
  settings: Settings,
  options: readonly string[] = [],
): Promise<TerminalServer> {
  const line = [process.execPath, 'bin/clientele.js', 'serve', ...options];
  const child = spawn('script', ['-qefc', `exec ${line.map((word) => `'${word}'`).join(' ')}`, '/dev/null'], {
    cwd: repository,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      SHELL: '/bin/sh',
      TERM: 'xterm-256color',
      CLIENTELE_PORT: '0',
      ...settings,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const { said, ended } = watch(child);
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', () => {
      const found = /https?:\/\/127\.0\.0\.1:\d+/.exec(said.stdout);
      if (found && /(?:Stop with Ctrl-C|keys create --brand|brands create|"docs":).*\r\n/.test(said.stdout))
        resolve(found[0]);
    });
    ended.then(({ code, stdout }) => reject(new Error(`serve ended with ${code}: ${stdout}`)));
  });
  return {
    url,
    get screen() {
      return said.stdout;
    },
    async stop() {
      child.stdin?.write('\u0003');
      return (await ended).code;
    },
  };
}

/** Starts a `clientele worker` and waits until it is at work. */
export async function startWorker(settings: Settings): Promise<{ stop(): Promise<ProcessResult> }> {
  const { child, said, ended } = start(['worker'], settings, {});
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on('data', () => {
      if (said.stderr.includes('is at work')) resolve();
    });
    ended.then(({ code, stderr }) => reject(new Error(`worker ended with ${code}: ${stderr}`)));
  });
  return {
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** The demo key that a first start shows. */
export function printedDemoKey(stderr: string): {
  readonly Identity: string;
  readonly Authorization: string;
} {
  const Identity = /Identity\s+([0-9a-f-]{36})/.exec(stderr)?.[1];
  const Authorization = /Authorization\s+([A-Za-z0-9+/]{64})\n/.exec(stderr)?.[1];
  if (Identity === undefined || Authorization === undefined) throw new Error('No key was shown.');
  return { Identity, Authorization };
}
