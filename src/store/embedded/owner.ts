import { randomBytes } from 'node:crypto';
import {
  link,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { beginning } from './processes.ts';

export type Role = 'serve' | 'command';

/** The process that runs the server of a data directory. */
export interface Holder {
  readonly pid: number;
  readonly role: Role;
  /** When that process began, in the words of its system; pids are used again, pid and beginning together not. */
  readonly began: string;
  /** Identifies the running kernel: after a restart of the machine every holder is dead. */
  readonly boot: string;
  /** Identifies the space in which `pid` has a meaning, which is not the same for two containers. */
  readonly pidSpace: string;
}

/** The right to start and stop the server of a data directory. */
export interface Claim {
  /** Says again that this process lives, for processes that cannot see it (see `graceForStrangers`). */
  refresh(): Promise<void>;
  release(): Promise<void>;
}

// A holder in another container may live, though its pid says nothing here. It counts as alive while its server
// answers, and for this many milliseconds after it took hold or restarted its server, when it may not yet answer.
const graceForStrangers = 15_000;

/**
 * Takes hold of a data directory for this process, or says who holds it. `answers` tells whether a server
 * accepts connections there now.
 *
 * Claims are files named 1, 2, 3, …: the highest number counts, a claim is taken by creating the next number,
 * which the file system grants to one process only, and the highest is never removed, only marked as released.
 * A single lock file would not do: two processes that both find it stale can each remove the other's fresh one.
 */
export async function claim(
  folder: string,
  role: Role,
  answers: () => Promise<boolean>,
): Promise<{ readonly claim: Claim } | { readonly holder: Holder }> {
  await mkdir(folder, { recursive: true });
  const me = await describeSelf(role);
  for (;;) {
    const { number, holder } = await judgeNewest(folder, answers);
    if (holder) return { holder };
    // The successor of the very claim that was judged: a newer one may be somebody's who lives.
    const next = number + 1;
    const path = join(folder, `${next}`);
    if (!(await createWhole(path, me))) continue;
    // A process that was slow may create a number which others have passed and cleared away already.
    if ((await newest(folder)) > next) {
      await rm(path, { force: true });
      continue;
    }
    // A few old ones stay, so that a listing which runs meanwhile cannot miss old and new alike.
    for (const number of await numbers(folder)) {
      if (number < next - 8) await rm(join(folder, `${number}`), { force: true });
    }
    return {
      claim: {
        refresh: () => utimes(path, new Date(), new Date()),
        release: async () => {
          // A data directory that was deleted meanwhile needs no release.
          if ((await newest(folder)) === next) await replaceWhole(path, { ...me, released: true });
        },
      },
    };
  }
}

/** The living process that holds the data directory, or undefined. */
export async function currentHolder(
  folder: string,
  answers: () => Promise<boolean>,
): Promise<Holder | undefined> {
  return (await judgeNewest(folder, answers)).holder;
}

async function judgeNewest(
  folder: string,
  answers: () => Promise<boolean>,
): Promise<{ readonly number: number; readonly holder: Holder | undefined }> {
  for (;;) {
    const number = await newest(folder);
    if (number === 0) return { number, holder: undefined };
    const path = join(folder, `${number}`);
    try {
      const held = JSON.parse(await readFile(path, 'utf8')) as Holder & { released?: boolean };
      const age = Date.now() - (await stat(path)).mtimeMs;
      const holds = held.released !== true && (await isAlive(held, age, answers));
      return { number, holder: holds ? held : undefined };
    } catch (error) {
      // Claims appear whole, so one that cannot be read was lost in a power cut, and its process with it.
      if (error instanceof SyntaxError) return { number, holder: undefined };
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      // Cleared away between listing and reading: there is a newer one.
    }
  }
}

async function isAlive(held: Holder, age: number, answers: () => Promise<boolean>): Promise<boolean> {
  const here = await describeSelf(held.role);
  if (held.boot !== here.boot) return false;
  if (held.pidSpace === here.pidSpace) return (await beginning(held.pid)) === held.began;
  return age < graceForStrangers || (await answers());
}

let self: Promise<Omit<Holder, 'role'>> | undefined;

async function describeSelf(role: Role): Promise<Holder> {
  self ??= Promise.all([
    beginning(process.pid),
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
    readlink('/proc/self/ns/pid').catch(() => ''),
  ]).then(([began = '', boot, pidSpace]) => ({ pid: process.pid, began, boot: boot.trim(), pidSpace }));
  return { ...(await self), role };
}

async function numbers(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}

async function newest(folder: string): Promise<number> {
  return Math.max(0, ...(await numbers(folder)));
}

/** Creates a file with its content in one step; false where the name is taken. */
async function createWhole(path: string, content: object): Promise<boolean> {
  const draft = await writeDraft(path, content);
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function replaceWhole(path: string, content: object): Promise<void> {
  await rename(await writeDraft(path, content), path);
}

async function writeDraft(path: string, content: object): Promise<string> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, `${JSON.stringify(content)}\n`, { flag: 'wx', mode: 0o644 });
  return draft;
}
