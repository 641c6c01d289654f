import { type ChildProcess, execFile, type StdioOptions, spawn } from 'node:child_process';
import { access, constants, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EmbeddedError } from './error.ts';

/** A user that the server runs as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** What this process may do on behalf of the server it starts. */
export interface Rights {
  /** Path of util-linux's setpriv, where there is one that knows what is asked of it here. */
  readonly setpriv: string | undefined;
  /** The kernel can signal the server when this process dies, so that no orphan is left. */
  readonly endsWithParent: boolean;
  /** The server can be given `dac_read_search`, so that it passes directories closed to its user. */
  readonly canGiveSearch: boolean;
}

/** How programs of the server are started: by whom, and with which rights. */
export interface Launcher {
  readonly rights: Rights;
  /** Undefined where the server runs as the user of this process. */
  readonly account: Account | undefined;
  /** Give the one capability to pass directories which are closed to `account`. */
  readonly search: boolean;
}

// Fixed, not taken from PATH: as root, a program found in a folder of somebody else's would run as root.
const systemFolders = [
  '/usr/bin',
  '/bin',
  '/usr/sbin',
  '/sbin',
  '/usr/local/bin',
  '/run/current-system/sw/bin',
];

// Bits of /proc/<pid>/status, from linux/capability.h.
const capability = { chown: 0, readSearch: 2, setgid: 6, setuid: 7, setpcap: 8 };

/** Finds out what this process may do; about 3 ms. */
export async function findRights(folders: readonly string[] = systemFolders): Promise<Rights> {
  const none = { setpriv: undefined, endsWithParent: false, canGiveSearch: false };
  if (process.platform !== 'linux') return none;
  for (const folder of folders) {
    const setpriv = `${folder}/setpriv`;
    const help = await helpOf(setpriv);
    // BusyBox has a setpriv too, which can neither change users nor bind a child to its parent's life.
    if (!help.includes('--reuid') || !help.includes('--pdeathsig')) continue;
    const knows = help.includes('--ambient-caps') && help.includes('--securebits');
    const canGiveSearch =
      knows && (await holds('CapBnd', ['readSearch'])) && (await holds('CapPrm', ['readSearch', 'setpcap']));
    return { setpriv, endsWithParent: true, canGiveSearch };
  }
  return none;
}

/**
 * The user the server has to run as, for PostgreSQL refuses root: undefined for an ordinary user, who runs it
 * as himself; for root the owner of `data` (so that the owner can still start it afterwards), or `nobody`
 * where `data` is root's own or not there yet. Throws EmbeddedError where root may not change users.
 */
export async function serverAccount(data: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  if (process.platform === 'linux' && !(await holds('CapEff', ['chown', 'setgid', 'setuid']))) {
    throw new EmbeddedError(
      'PostgreSQL refuses to run as root, and root may not change users here (capabilities chown, setgid and ' +
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
  // macOS writes nobody as -2, and chown wants the same number without a sign.
  return { uid: Number(nobody[1]) >>> 0, gid: Number(nobody[2]) >>> 0 };
}

/** Whether `account` may pass every directory above `path` and has `want` (an access bit, 1 to 7) on it. */
export async function canReach(path: string, account: Account, want: number): Promise<boolean> {
  for (let at = path, bits = want; ; at = dirname(at), bits = constants.X_OK) {
    if (!(await grants(at, account, bits))) return false;
    if (at === dirname(at)) return true;
  }
}

/** Whether the mode of `path` itself gives `account` all of `bits`. Access control lists are not read. */
export async function grants(path: string, account: Account, bits: number): Promise<boolean> {
  const { mode, uid, gid } = await stat(path);
  const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
  return ((mode >> shift) & bits) === bits;
}

/**
 * Starts a program of the server in a session of its own, because Ctrl-C reaches the whole process group and
 * would otherwise stop the database under a server that is still answering. `deathSignal` is what the kernel
 * sends it when the thread that called this dies, where the rights allow that. A program that cannot be
 * started reports through the child's `error` event.
 */
export function launch(
  { rights, account, search }: Launcher,
  file: string,
  args: readonly string[],
  deathSignal: 'INT' | 'KILL',
  stdio: StdioOptions,
): ChildProcess {
  const options = {
    cwd: '/',
    // None of this process' variables: PGDATA, PGPORT and their like would change what the server does.
    env: { PATH: systemFolders.join(':'), LC_ALL: 'C', TZ: 'UTC' },
    detached: true,
    stdio,
  };
  if (rights.setpriv === undefined) return spawn(file, args, { ...options, ...account });
  // setpriv sets the signal after it has changed users (which would clear it) and before it becomes `file`.
  const how = ['--pdeathsig', deathSignal, '--no-new-privs'];
  if (account) how.push('--reuid', `${account.uid}`, '--regid', `${account.gid}`, '--clear-groups');
  if (search) {
    // Without no_setuid_fixup, access(2) of a user other than root ignores the capability, and PostgreSQL asks
    // access(2) whether its own program file is executable. The exec takes away every capability but this one.
    how.push('--securebits', '+no_setuid_fixup');
    how.push('--inh-caps', '-all,+dac_read_search', '--ambient-caps', '-all,+dac_read_search');
  }
  return spawn(rights.setpriv, [...how, '--', file, ...args], options);
}

async function holds(set: string, names: readonly (keyof typeof capability)[]): Promise<boolean> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const bits = BigInt(`0x${new RegExp(`^${set}:\\s*([0-9a-f]+)$`, 'm').exec(status)?.[1] ?? '0'}`);
  return names.every((name) => ((bits >> BigInt(capability[name])) & 1n) === 1n);
}

async function helpOf(program: string): Promise<string> {
  const runnable = await access(program, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!runnable) return '';
  return new Promise((resolve) => {
    execFile(program, ['--help'], { env: { LC_ALL: 'C' } }, (_error, stdout) => resolve(stdout));
  });
}
