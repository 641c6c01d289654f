import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** A server that is measured, in a process of its own. */
export interface Contender {
  readonly name: ContenderName;
  readonly child: ChildProcess;
  readonly port: number;
}

/** `coalescing` is the bare floor, but for gets: those that arrive together share a statement. */
export type FloorName = 'bare' | 'coalescing' | 'equal';
export type PeerName = 'parse' | 'medusa';
export type ContenderName = 'ours' | FloorName | PeerName;

export const root = fileURLToPath(new URL('..', import.meta.url));

/** What `npm start` gives to Clientele. All others get it too. */
const youngSpace = '--max-semi-space-size=24';

const children = new Set<ChildProcess>();

/** Remembers a program that was started, for `killAll`. */
export function follow(child: ChildProcess): void {
  children.add(child);
  child.once('exit', () => children.delete(child));
}

/** Ends every program that was started, at once. */
export function killAll(): void {
  for (const child of children) child.kill('SIGKILL');
}

/** Starts a program and waits for the line with its address. `profile`: a folder for its CPU profile. */
export async function start(
  name: ContenderName,
  args: readonly string[],
  {
    env,
    where,
    profile,
    cwd,
  }: {
    readonly env: NodeJS.ProcessEnv;
    readonly where: RegExp;
    readonly profile?: string;
    readonly cwd?: string;
  },
): Promise<Contender> {
  const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const child = spawn(process.execPath, [youngSpace, ...profiling, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    ...(cwd !== undefined && { cwd }),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  follow(child);
  const port = await new Promise<number>((resolve, reject) => {
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const found = where.exec(said)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
    child.once('exit', (code) => reject(new Error(`${args[0]} ended with ${code}: ${said}`)));
  });
  return { name, child, port };
}

interface StartOptions {
  readonly env: NodeJS.ProcessEnv;
  /** The database as its owner, who owns the tables of the floors. */
  readonly ownerUrl: string;
  readonly keyDigest: string;
  readonly profile?: string;
}

/** Clientele as people run it, with its log at the default level, which is discarded; and the floors. */
export async function startContenders({
  env,
  ownerUrl,
  keyDigest,
  profile,
}: StartOptions): Promise<readonly Contender[]> {
  const floor = await bundledFloor();
  const more = profile === undefined ? {} : { profile };
  const ours = await startOurs(env, profile);
  const floorOf = (kind: FloorName) =>
    start(kind, [floor, ownerUrl, keyDigest, kind], { env: {}, where: /port (\d+)/, ...more });
  return [ours, await floorOf('bare'), await floorOf('coalescing'), await floorOf('equal')];
}

/** Clientele as people run it. */
export function startOurs(env: NodeJS.ProcessEnv, profile?: string): Promise<Contender> {
  const serve = [join(root, 'bin/clientele.js'), 'serve', '--output', 'json'];
  const where = /"url":"http:[^"]*:(\d+)"/;
  return start('ours', serve, { env, where, ...(profile !== undefined && { profile }) });
}

/** The floor, bundled as Clientele is, because a loader would slow both down by different amounts. */
async function bundledFloor(): Promise<string> {
  const outfile = join(root, 'node_modules/.cache/clientele-floor.mjs');
  await build({
    entryPoints: [join(root, 'bench/floor.ts')],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
  });
  return outfile;
}

export async function stopContenders(contenders: readonly Contender[]): Promise<void> {
  for (const { child } of contenders) child.kill('SIGTERM');
  await Promise.all(
    contenders.map(({ child }) =>
      child.exitCode === null && child.signalCode === null
        ? new Promise((resolve) => child.once('exit', resolve))
        : undefined,
    ),
  );
}

/** Microseconds of the ticks in which the system counts CPU. */
export const tick = 10_000;

/** Fields of /proc/<pid>/stat after the name: times are in ticks. */
const statOf = (pid: number | undefined): readonly string[] => {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
};
const sum = (fields: readonly string[]): number => fields.reduce((all, field) => all + Number(field), 0);

/** Microseconds of CPU that a contender has used. */
export const cpuOf = ({ child }: Contender): number => sum(statOf(child.pid).slice(11, 13)) * tick;

/** Mebibytes of memory of a contender. */
export const memoryOf = ({ child }: Contender): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024;

/** Microseconds of CPU that PostgreSQL has used: every process below its postmaster, ended ones included. */
export function postgresCpu(postmaster: number): number {
  let total = sum(statOf(postmaster).slice(11, 15));
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      const stat = statOf(Number(pid));
      if (Number(stat[1]) === postmaster) total += sum(stat.slice(11, 13));
    } catch {
      // The process ended while it was read.
    }
  }
  return total * tick;
}
