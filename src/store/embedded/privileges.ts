import { type ChildProcess, execFile, type StdioOptions, spawn } from 'node:child_process';
import { access, constants, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { EmbeddedError } from './error.ts';

/** A user that the server runs as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** What this process can do for the server it starts. */
export interface Rights {
  /** Path of util-linux's setpriv; undefined if it is missing or lacks the options used here. */
  readonly setpriv: string | undefined;
  /** The kernel can signal the server when this process dies, so that no orphan remains. */
  readonly endsWithParent: boolean;
  /** The server can be started without the capabilities that this process passes on (ambient ones). */
  readonly dropsCapabilities: boolean;
}

/** The user and the rights that programs of the server start with. */
export interface Launcher {
  readonly rights: Rights;
  /** Undefined if the server runs as the user of this process. */
  readonly account: Account | undefined;
  /** Whether `account` cannot pass the directories above the data, and finds the data as its working directory. */
  readonly isEnclosed: boolean;
}

/** A program of the server to start. */
export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly stdio: StdioOptions;
  /** What the kernel sends to the program when the thread that started it dies, if the rights allow it. */
  readonly deathSignal: 'INT' | 'KILL';
  /** The working directory. The account need not be able to pass the directories above it. */
  readonly folder?: string;
}

// Fixed, not read from PATH: root must not run a program from another user's folder.
const systemFolders = [
  '/usr/bin',
  '/bin',
  '/usr/sbin',
  '/sbin',
  '/usr/local/bin',
  '/run/current-system/sw/bin',
];

// Bits of /proc/<pid>/status, from linux/capability.h.
const capability = { chown: 0, setgid: 6, setuid: 7 };

/** Detects the rights of this process in about 3 ms. */
export async function findRights(folders: readonly string[] = systemFolders): Promise<Rights> {
  const none = { setpriv: undefined, endsWithParent: false, dropsCapabilities: false };
  if (process.platform !== 'linux') return none;
  for (const folder of folders) {
    const setpriv = `${folder}/setpriv`;
    const help = await helpText(setpriv);
    // BusyBox also has a setpriv, but without these two options.
    if (!help.includes('--reuid') || !help.includes('--pdeathsig')) continue;
    return { setpriv, endsWithParent: true, dropsCapabilities: help.includes('--ambient-caps') };
  }
  return none;
}

/**
 * The user that the server runs as, because PostgreSQL refuses root. Undefined for an ordinary user, who runs it
 * under the same account. For root it is the owner of `data` (who can then still start it), or `nobody` if
 * `data` belongs to root or is missing. Throws EmbeddedError if root cannot change users.
 */
export async function serverAccount(data: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  if (process.platform === 'linux' && !(await hasCapabilities(['chown', 'setgid', 'setuid']))) {
    throw new EmbeddedError(
      'PostgreSQL refuses to run as root, and root cannot change users here (capabilities chown, setgid and ' +
        'setuid are missing). Start Clientele as an ordinary user, or set CLIENTELE_DATABASE_URL.',
    );
  }
  const owner = await stat(data).catch(() => undefined);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const users = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const nobody = /^nobody:[^:]*:(-?\d+):(-?\d+):/m.exec(users);
  if (!nobody) {
    throw new EmbeddedError(
      'PostgreSQL refuses to run as root, and there is no user `nobody` in /etc/passwd to run it as. ' +
        'Add that user, start Clientele as an ordinary user, or set CLIENTELE_DATABASE_URL.',
    );
  }
  // macOS writes the uid of nobody as -2; chown needs the unsigned number.
  return { uid: Number(nobody[1]) >>> 0, gid: Number(nobody[2]) >>> 0 };
}

/**
 * The uid that the embedded PostgreSQL of a data directory runs as, if that account can read a file that this
 * process can read. The folders above the file do not count: the server may be inside of them. Without a file: if
 * that account is the one of this process, whose environment and commands it could use.
 */
export async function databaseUidThatReads(
  dataDir: string,
  path: string | undefined,
): Promise<number | undefined> {
  const account = await serverAccount(join(resolve(dataDir), 'postgres'));
  // Without root, the server runs under the account of this process.
  if (!account) return process.getuid?.();
  if (path === undefined) return undefined;
  const file = await realpath(path).catch(() => undefined);
  return file !== undefined && (await grants(file, account, constants.R_OK)) ? account.uid : undefined;
}

/** Whether `account` can pass every directory above `path` and has `accessBits` (1 to 7) on `path` itself. */
export async function canReach(path: string, account: Account, accessBits: number): Promise<boolean> {
  for (let at = path, bits = accessBits; ; at = dirname(at), bits = constants.X_OK) {
    if (!(await grants(at, account, bits))) return false;
    if (at === dirname(at)) return true;
  }
}

/** Whether the mode of `path` itself grants `account` all of `bits`. Ignores access control lists. */
async function grants(path: string, account: Account, bits: number): Promise<boolean> {
  const { mode, uid, gid } = await stat(path);
  const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
  return ((mode >> shift) & bits) === bits;
}

/**
 * Starts a program of the server in its own session. Ctrl-C signals the whole process group, so without this it
 * would stop the database while HTTP requests still run. The program has no capability, so that the database reads
 * the files of its account and no others. A failed start is reported by the child's `error` event.
 */
export function launch({ rights, account }: Launcher, program: Program): ChildProcess {
  const { file, args, stdio, deathSignal, folder = '/' } = program;
  const options = {
    // Entered before the account changes.
    cwd: folder,
    // Inherit nothing: PGDATA, PGPORT and similar variables would change what the server does.
    env: { PATH: systemFolders.join(':'), LC_ALL: 'C', TZ: 'UTC' },
    detached: true,
    stdio,
  };
  if (rights.setpriv === undefined) return spawn(file, args, { ...options, ...account });
  // setpriv sets the signal after it changes users (which would clear it) and before it executes `file`.
  const how = ['--pdeathsig', deathSignal, '--no-new-privs'];
  if (rights.dropsCapabilities) how.push('--inh-caps', '-all', '--ambient-caps', '-all');
  if (account) how.push('--reuid', `${account.uid}`, '--regid', `${account.gid}`, '--clear-groups');
  return spawn(rights.setpriv, [...how, '--', file, ...args], options);
}

/** The working directory for a program on the data in `folder`, and the name by which the program finds them. */
export const placeOf = ({ isEnclosed }: Launcher, folder: string) =>
  isEnclosed ? { folder, path: '/proc/self/cwd' } : { folder: '/', path: folder };

async function hasCapabilities(names: readonly (keyof typeof capability)[]): Promise<boolean> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const bits = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  return names.every((name) => ((bits >> BigInt(capability[name])) & 1n) === 1n);
}

async function helpText(program: string): Promise<string> {
  const runnable = await access(program, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!runnable) return '';
  return new Promise((resolve) => {
    execFile(program, ['--help'], { env: { LC_ALL: 'C' } }, (_error, stdout) => resolve(stdout));
  });
}
