import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  realpath,
  rm,
  rmdir,
  stat,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { EmbeddedError } from './error.ts';
import { type Account, canReach } from './privileges.ts';

/** The files of one embedded server. All paths are absolute. */
export interface DataLayout {
  /** Clientele's data directory, as a real path. */
  readonly root: string;
  /** PostgreSQL's own directory in it. */
  readonly data: string;
  readonly log: string;
  /** Lock files of the process that runs the server: see owner.ts. */
  readonly owners: string;
  /** Copies of PostgreSQL's programs, used if they cannot run from node_modules. */
  readonly cache: string;
  /** What the passwords of the database's roles are derived from: see passwords.ts. */
  readonly secret: string;
  /** PostgreSQL's `cluster_name`: identifies the processes of this directory. */
  readonly marker: string;
}

// sun_path holds 108 bytes on Linux and 104 on macOS, the closing zero included.
const longestSocketPath = process.platform === 'darwin' ? 103 : 107;

/** Only part of the socket file's name: the server listens on no TCP port. */
export const socketPort = 5432;

/** The file a server creates for its clients in a socket directory. */
export const socketFile = (folder: string) => join(folder, `.s.PGSQL.${socketPort}`);

/** Finds the data directory, or creates it if `create` is true; undefined if there is none. */
export async function findDataLayout(dataDir: string, create: boolean): Promise<DataLayout | undefined> {
  const wanted = resolve(dataDir);
  if (create) await makeFolders(wanted, process.getuid?.() === 0 ? 0o711 : 0o700);
  const root = await realpath(wanted).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' && !create) return undefined;
    throw error;
  });
  if (root === undefined) return undefined;
  return {
    root,
    data: join(root, 'postgres'),
    log: join(root, 'postgres.log'),
    owners: join(root, 'owners'),
    cache: join(root, 'binaries'),
    secret: join(root, 'database.secret'),
    marker: `clientele-${hash(root)}`,
  };
}

async function makeFolders(folder: string, mode: number): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    // For a read-only file system, Node reports that the folder does not exist. Without `recursive`, it tells the cause.
    const parent = dirname(folder);
    if (parent !== folder) await makeFolders(parent, mode);
    await mkdir(folder, { mode });
  }
}

/**
 * The major PostgreSQL version that wrote the data, e.g. `18`; undefined if there is no data. Throws
 * EmbeddedError if the directory holds other files.
 */
export async function dataVersion({ data }: DataLayout): Promise<string | undefined> {
  const absent =
    <Value>(value: Value) =>
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return value;
      throw error;
    };
  const files = await readdir(data).catch(absent([]));
  // Read after the names: another process may put the whole directory in its place at any moment.
  const version = await readFile(join(data, 'PG_VERSION'), 'utf8').catch(absent(undefined));
  if (version !== undefined) return version.trim();
  if (files.length === 0) return undefined;
  throw new EmbeddedError(
    `${data} holds files but no PostgreSQL data (PG_VERSION is missing). ` +
      'Move them to another place, or restore the whole directory from a backup.',
  );
}

/**
 * Gives `account` access to the data, if there is any, and returns whether it can pass the directories above.
 * Data that root restored from a backup change their owner to the account.
 */
export async function grantAccess(
  account: Account | undefined,
  layout: DataLayout,
  hasData: boolean,
): Promise<boolean> {
  const data = hasData ? await stat(layout.data) : undefined;
  // PostgreSQL refuses a data directory that other users can read.
  if (data && (data.mode & 0o027) !== 0) await chmod(layout.data, 0o700);
  if (!account) return true;
  const root = await stat(layout.root);
  if (root.uid === 0) {
    // Search permission does not allow listing, and the other files keep their own modes.
    if ((root.mode & 0o001) === 0) await chmod(layout.root, (root.mode & 0o777) | 0o001);
    if (data?.uid === 0) await changeOwner(layout.data, account);
  }
  return canReach(layout.root, account, 1);
}

/** The socket directory, unless its path is too long for the kernel. */
export const defaultSocketDirectory = (layout: DataLayout) => join(layout.root, 'socket');

/**
 * Creates the private directory (mode 0700) of the server's socket: in the data directory, or below a temporary
 * directory if the socket's path would be too long for the kernel.
 */
export async function prepareSocketDirectory(
  layout: DataLayout,
  account: Account | undefined,
): Promise<string> {
  const inside = defaultSocketDirectory(layout);
  if (isShortEnough(inside)) return privateDirectory(inside, account);
  const uid = process.getuid?.() ?? 0;
  for (const base of [await realpath(tmpdir()), '/tmp']) {
    const outer = join(base, `clientele-${uid}-${hash(layout.root)}`);
    if (!isShortEnough(join(outer, 's')) || (account && !(await canReach(base, account, 1)))) continue;
    // Two levels: this user owns the outer one, so no other user can replace the inner one.
    await mkdir(outer, { mode: 0o711 }).catch(ignore('EEXIST'));
    await requireOwner(outer, [uid]);
    await chmod(outer, 0o711);
    return privateDirectory(join(outer, 's'), account);
  }
  throw new EmbeddedError(
    `The path of the data directory ${layout.root} is too long for a socket, and so is the temporary directory. ` +
      'Set CLIENTELE_DATA_DIR to a shorter path.',
  );
}

/** Throws EmbeddedError if the socket directory belongs to neither this user, nor root, nor the data's owner. */
export async function checkSocketDirectory(layout: DataLayout, folder: string): Promise<void> {
  if (dirname(folder) === layout.root || !(await lstat(folder).catch(ignore('ENOENT')))) return;
  await requireOwner(dirname(folder), [process.getuid?.() ?? 0, 0, (await stat(layout.root)).uid]);
}

/** Removes a socket directory outside of the data directory, unless it is in use or shared. */
export async function removeSocketDirectory(layout: DataLayout, folder: string): Promise<void> {
  if (dirname(folder) === layout.root) return;
  await rmdir(folder).catch(() => {});
  await rmdir(dirname(folder)).catch(() => {});
}

/** Removes the socket of a dead server, and its lock file, whose pid may now belong to another program. */
export async function removeStaleSocket(folder: string): Promise<void> {
  await rm(socketFile(folder), { force: true });
  await rm(`${socketFile(folder)}.lock`, { force: true });
}

async function privateDirectory(folder: string, account: Account | undefined): Promise<string> {
  await mkdir(folder, { mode: 0o700 }).catch(ignore('EEXIST'));
  // By handle, so that a symbolic link cannot make root change the owner of its target.
  const handle = await open(folder, constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    await handle.chmod(0o700);
    if (account) await handle.chown(account.uid, account.gid);
  } finally {
    await handle.close();
  }
  return folder;
}

async function requireOwner(folder: string, uids: readonly number[]): Promise<void> {
  const found = await lstat(folder);
  if (found.isDirectory() && uids.includes(found.uid)) return;
  throw new EmbeddedError(
    `${folder} should be a directory of Clientele's own, but it belongs to another user (uid ${found.uid}). ` +
      'Remove it, or set CLIENTELE_DATA_DIR to a shorter path, which needs no such directory.',
  );
}

/** Changes the directory itself last: after an interruption it still belongs to root, and the next start repeats this. */
async function changeOwner(path: string, account: Account): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) await changeOwner(inner, account);
    else if (entry.isFile()) await chown(inner, account.uid, account.gid);
  }
  await chown(path, account.uid, account.gid);
}

function isShortEnough(folder: string): boolean {
  return Buffer.byteLength(socketFile(folder)) <= longestSocketPath;
}

function hash(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 16);
}

function ignore(code: string): (error: NodeJS.ErrnoException) => undefined {
  return (error) => {
    if (error.code !== code) throw error;
    return undefined;
  };
}
