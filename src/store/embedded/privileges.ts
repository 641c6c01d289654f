import { type ChildProcess, execFile, type StdioOptions, spawn } from 'node:child_process';
import { access, constants, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
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
  /** The server can get `dac_read_search`, which lets it pass directories closed to its user. */
  readonly canGiveSearch: boolean;
}

/** The user and the rights that programs of the server start with. */
export interface Launcher {
  readonly rights: Rights;
  /** Undefined if the server runs as the user of this process. */
  readonly account: Account | undefined;
  /** Grants the capability to pass directories that are closed to `account`. */
  readonly search: boolean;
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
const capability = { chown: 0, readSearch: 2, setgid: 6, setuid: 7, setpcap: 8 };

/** Detects the rights of this process in about 3 ms. */
export async function findRights(folders: readonly string[] = systemFolders): Promise<Rights> {
  const none = { setpriv: undefined, endsWithParent: false, canGiveSearch: false };
  if (process.platform !== 'linux') return none;
  for (const folder of folders) {
    const setpriv = `${folder}/setpriv`;
    const help = await helpText(setpriv);
    // BusyBox also has a setpriv, but without these two options.
    if (!help.includes('--reuid') || !help.includes('--pdeathsig')) continue;
    const knows = help.includes('--ambient-caps') && help.includes('--securebits');
    const canGiveSearch =
      knows &&
      (await hasCapabilities('CapBnd', ['readSearch'])) &&
      (await hasCapabilities('CapPrm', ['readSearch', 'setpcap']));
    return { setpriv, endsWithParent: true, canGiveSearch };
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
  if (process.platform === 'linux' && !(await hasCapabilities('CapEff', ['chown', 'setgid', 'setuid']))) {
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

/** Whether `account` can pass every directory above `path` and has `accessBits` (1 to 7) on `path` itself. */
export async function canReach(path: string, account: Account, accessBits: number): Promise<boolean> {
  for (let at = path, bits = accessBits; ; at = dirname(at), bits = constants.X_OK) {
    if (!(await grants(at, account, bits))) return false;
    if (at === dirname(at)) return true;
  }
}

/** Whether the mode of `path` itself grants `account` all of `bits`. Ignores access control lists. */
export async function grants(path: string, account: Account, bits: number): Promise<boolean> {
  const { mode, uid, gid } = await stat(path);
  const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
  return ((mode >> shift) & bits) === bits;
}

/**
 * Starts a program of the server in its own session. Ctrl-C signals the whole process group, so without this it
 * would stop the database while HTTP requests still run. If the rights allow it, the kernel sends `deathSignal`
 * to the program when the calling thread dies. A failed start is reported by the child's `error` event.
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
    // Inherit nothing: PGDATA, PGPORT and similar variables would change what the server does.
    env: { PATH: systemFolders.join(':'), LC_ALL: 'C', TZ: 'UTC' },
    detached: true,
    stdio,
  };
  if (rights.setpriv === undefined) return spawn(file, args, { ...options, ...account });
  // setpriv sets the signal after it changes users (which would clear it) and before it executes `file`.
  const how = ['--pdeathsig', deathSignal, '--no-new-privs'];
  if (account) how.push('--reuid', `${account.uid}`, '--regid', `${account.gid}`, '--clear-groups');
  if (search) {
    // PostgreSQL calls access(2) on its own program file. Without no_setuid_fixup, access(2) ignores the
    // capability for a user other than root. The exec drops every capability but this one.
    how.push('--securebits', '+no_setuid_fixup');
    how.push('--inh-caps', '-all,+dac_read_search', '--ambient-caps', '-all,+dac_read_search');
  }
  return spawn(rights.setpriv, [...how, '--', file, ...args], options);
}

async function hasCapabilities(set: string, names: readonly (keyof typeof capability)[]): Promise<boolean> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const bits = BigInt(`0x${new RegExp(`^${set}:\\s*([0-9a-f]+)$`, 'm').exec(status)?.[1] ?? '0'}`);
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
