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

/** The files of one embedded server. Every path is absolute. */
export interface DataLayout {
  /** The data directory of Clientele, real path. */
  readonly root: string;
  /** PostgreSQL's own directory in it. */
  readonly data: string;
  readonly log: string;
  /** Who runs the server: see owner.ts. */
  readonly owners: string;
  /** Copies of PostgreSQL's programs, where they cannot run from node_modules. */
  readonly cache: string;
  /** PostgreSQL's `cluster_name`: marks its processes as those of this very directory. */
  readonly marker: string;
}

// sun_path holds 108 bytes on Linux and 104 on macOS, the closing zero included.
const longestSocketPath = process.platform === 'darwin' ? 103 : 107;

/** Names the socket file only: the server listens on no TCP port. */
export const socketPort = 5432;

/** The file a server creates for its clients in a socket directory. */
export const socketFile = (folder: string) => join(folder, `.s.PGSQL.${socketPort}`);

/** Finds the data directory, or creates it where `create` says so; undefined where there is none. */
export async function findDataLayout(dataDir: string, create: boolean): Promise<DataLayout | undefined> {
  const wanted = resolve(dataDir);
  if (create) await mkdir(wanted, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
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
    marker: `clientele-${hash(root)}`,
  };
}

/**
 * The PostgreSQL version that wrote the data, e.g. `18`; undefined where there is none yet. Throws
 * EmbeddedError where the directory holds something else.
 */
export async function dataVersion({ data }: DataLayout): Promise<string | undefined> {
  try {
    return (await readFile(join(data, 'PG_VERSION'), 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const files = await readdir(data).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (files.length === 0) return undefined;
  throw new EmbeddedError(
    `${data} holds files but no PostgreSQL data (PG_VERSION is missing). ` +
      'Move them away, or restore the whole directory from a backup.',
  );
}

/**
 * Sees to it that `account` can use the data, which `exist` or not, and tells whether it can pass the
 * directories above them. Data that root restored from a backup are handed over to the account.
 */
export async function openTo(
  account: Account | undefined,
  place: DataLayout,
  exist: boolean,
): Promise<boolean> {
  const data = exist ? await stat(place.data) : undefined;
  // PostgreSQL refuses a directory that others may look into; tightening is always safe.
  if (data && (data.mode & 0o027) !== 0) await chmod(place.data, 0o700);
  if (!account) return true;
  const root = await stat(place.root);
  if (root.uid === 0) {
    // Passing is not listing: what else is in the directory stays closed by its own modes.
    if ((root.mode & 0o001) === 0) await chmod(place.root, (root.mode & 0o777) | 0o001);
    if (data?.uid === 0) await handOver(place.data, account);
  }
  return canReach(place.root, account, 1);
}

/** Where the socket is unless its path would be too long. */
export const usualSocketDirectory = (place: DataLayout) => join(place.root, 'socket');

/**
 * The private directory for the server's socket, created with mode 0700 where needed: in the data directory,
 * or below a temporary directory where the socket's path would be too long for the kernel.
 */
export async function prepareSocketDirectory(
  place: DataLayout,
  account: Account | undefined,
): Promise<string> {
  const inside = usualSocketDirectory(place);
  if (fits(inside)) return privateDirectory(inside, account);
  const uid = process.getuid?.() ?? 0;
  for (const base of [await realpath(tmpdir()), '/tmp']) {
    const outer = join(base, `clientele-${uid}-${hash(place.root)}`);
    if (!fits(join(outer, 's')) || (account && !(await canReach(base, account, 1)))) continue;
    // Two levels: the outer one is this user's own, so that nobody else can put himself in its place.
    await mkdir(outer, { mode: 0o711 }).catch(ignore('EEXIST'));
    await requireOwner(outer, [uid]);
    await chmod(outer, 0o711);
    return privateDirectory(join(outer, 's'), account);
  }
  throw new EmbeddedError(
    `The path of the data directory ${place.root} is too long for a socket, and so is the temporary directory. ` +
      'Set CLIENTELE_DATA_DIR to a shorter path.',
  );
}

/** Throws EmbeddedError where the socket directory in use belongs to neither this user nor the data's owner. */
export async function checkSocketDirectory(place: DataLayout, folder: string): Promise<void> {
  if (dirname(folder) === place.root || !(await lstat(folder).catch(ignore('ENOENT')))) return;
  await requireOwner(dirname(folder), [process.getuid?.() ?? 0, 0, (await stat(place.root)).uid]);
}

/** Removes a socket directory outside of the data directory; one that is in use or shared stays. */
export async function removeSocketDirectory(place: DataLayout, folder: string): Promise<void> {
  if (dirname(folder) === place.root) return;
  await rmdir(folder).catch(() => {});
  await rmdir(dirname(folder)).catch(() => {});
}

/** Removes the socket of a server that is gone, and its lock, whose pid may be somebody else's by now. */
export async function removeStaleSocket(folder: string): Promise<void> {
  await rm(socketFile(folder), { force: true });
  await rm(`${socketFile(folder)}.lock`, { force: true });
}

async function privateDirectory(folder: string, account: Account | undefined): Promise<string> {
  await mkdir(folder, { mode: 0o700 }).catch(ignore('EEXIST'));
  // By handle, so that a link in a directory of another user's cannot make root give away what it points to.
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
    `${folder} should be a directory of Clientele's own, but it belongs to somebody else (uid ${found.uid}). ` +
      'Have it removed, or set CLIENTELE_DATA_DIR to a shorter path, which needs no such directory.',
  );
}

/** The directory itself comes last: one that was interrupted is still root's, and handed over again. */
async function handOver(path: string, account: Account): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) await handOver(inner, account);
    else if (entry.isFile()) await chown(inner, account.uid, account.gid);
  }
  await chown(path, account.uid, account.gid);
}

function fits(folder: string): boolean {
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
