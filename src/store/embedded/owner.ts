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
import { processStartTime } from './processes.ts';

export type Role = 'serve' | 'command';

/** The process that runs the server of a data directory. */
export interface LockHolder {
  readonly pid: number;
  readonly role: Role;
  /** Start time as the operating system prints it; a pid is reused, a pid with its start time is not. */
  readonly began: string;
  /** Identifies the running kernel: after a reboot every holder is dead. */
  readonly boot: string;
  /** Identifies the pid namespace of `pid`; two containers have different ones. */
  readonly pidSpace: string;
}

/** The right to start and stop the server of a data directory. */
export interface DirectoryLock {
  /** Renews the lock for processes in other pid namespaces (see `foreignHolderGraceMs`). */
  refresh(): Promise<void>;
  release(): Promise<void>;
}

// The pid of a holder in another container means nothing here. Such a holder counts as alive while its server
// answers. Its server may not answer yet for this long after it took the lock or restarted the server.
const foreignHolderGraceMs = 15_000;

/**
 * Locks a data directory for this process, or returns the current holder. `answers` tells whether a server
 * accepts connections there now.
 *
 * Locks are files named 1, 2, 3, …; the highest number counts. A process takes the lock when it creates the next
 * number, which the file system grants to one process only. The highest file is never removed, only marked as
 * released. A single lock file is not enough: two processes that both find it stale can each remove the other's
 * new one.
 */
export async function acquireLock(
  folder: string,
  role: Role,
  answers: () => Promise<boolean>,
): Promise<{ readonly lock: DirectoryLock } | { readonly holder: LockHolder }> {
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const me = await describeSelf(role);
  for (;;) {
    const { number, holder } = await readNewest(folder, answers);
    if (holder) return { holder };
    // Take the number after the one that was examined: a newer one may belong to a live process.
    const next = number + 1;
    const path = join(folder, `${next}`);
    if (!(await createAtomically(path, me))) continue;
    // A slow process may create a number that others have already passed and removed.
    if ((await newest(folder)) > next) {
      await rm(path, { force: true });
      continue;
    }
    // Keep a few old files, so that a concurrent listing sees at least one.
    for (const number of await numbers(folder)) {
      if (number < next - 8) await rm(join(folder, `${number}`), { force: true });
    }
    return {
      lock: {
        refresh: () => utimes(path, new Date(), new Date()),
        release: async () => {
          // A data directory that has been deleted needs no release.
          if ((await newest(folder)) === next) await replaceAtomically(path, { ...me, released: true });
        },
      },
    };
  }
}

/** The live process that holds the data directory, or undefined. */
export async function currentLockHolder(
  folder: string,
  answers: () => Promise<boolean>,
): Promise<LockHolder | undefined> {
  return (await readNewest(folder, answers)).holder;
}

async function readNewest(
  folder: string,
  answers: () => Promise<boolean>,
): Promise<{ readonly number: number; readonly holder: LockHolder | undefined }> {
  for (;;) {
    const number = await newest(folder);
    if (number === 0) return { number, holder: undefined };
    const path = join(folder, `${number}`);
    try {
      const recorded = JSON.parse(await readFile(path, 'utf8')) as LockHolder & { released?: boolean };
      const age = Date.now() - (await stat(path)).mtimeMs;
      const holds = recorded.released !== true && (await isAlive(recorded, age, answers));
      return { number, holder: holds ? recorded : undefined };
    } catch (error) {
      // Lock files are created atomically. One that cannot be parsed was damaged by a power cut, so its process is gone.
      if (error instanceof SyntaxError) return { number, holder: undefined };
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      // Removed between the listing and the read: there is a newer one.
    }
  }
}

async function isAlive(recorded: LockHolder, age: number, answers: () => Promise<boolean>): Promise<boolean> {
  const here = await describeSelf(recorded.role);
  if (recorded.boot !== here.boot) return false;
  if (recorded.pidSpace === here.pidSpace) return (await processStartTime(recorded.pid)) === recorded.began;
  return age < foreignHolderGraceMs || (await answers());
}

let self: Promise<Omit<LockHolder, 'role'>> | undefined;

async function describeSelf(role: Role): Promise<LockHolder> {
  self ??= Promise.all([
    processStartTime(process.pid),
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

/** Creates a file with its content in one step; false if the name is taken. */
async function createAtomically(path: string, content: object): Promise<boolean> {
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

async function replaceAtomically(path: string, content: object): Promise<void> {
  await rename(await writeDraft(path, content), path);
}

async function writeDraft(path: string, content: object): Promise<string> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, `${JSON.stringify(content)}\n`, { flag: 'wx', mode: 0o644 });
  return draft;
}
