import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Binaries } from './binaries.ts';
import type { DataLayout } from './data-layout.ts';
import { EmbeddedError } from './error.ts';
import { type Launcher, launch } from './privileges.ts';

/** The superuser that Clientele connects as. */
export const superuser = 'clientele';

const unfinished = 'postgres.new-';

/**
 * Creates PostgreSQL's data directory; about a second. It is made under another name and renamed, so that a
 * start which is killed half way leaves nothing behind that the next one could mistake for data. Only the
 * process that holds the directory (owner.ts) may call this. Throws EmbeddedError with initdb's own words.
 */
export async function createCluster(
  place: DataLayout,
  binaries: Binaries,
  launcher: Launcher,
): Promise<void> {
  requireName(launcher);
  await removeUnfinished(place);
  const fresh = join(place.root, `${unfinished}${randomBytes(6).toString('hex')}`);
  await mkdir(fresh, { mode: 0o700 });
  await chmod(fresh, 0o700);
  const { account } = launcher;
  if (account) await chown(fresh, account.uid, account.gid);
  try {
    await initdb(fresh, binaries, launcher);
    await rename(fresh, place.data);
    await syncFolder(place.root);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw error;
  }
}

/** Removes what a start left that was killed while it created the data directory. */
async function removeUnfinished(place: DataLayout): Promise<void> {
  for (const name of await readdir(place.root)) {
    if (!name.startsWith(unfinished)) continue;
    // An initdb that outlived its parent may still write there for a moment; then the next start removes it.
    await rm(join(place.root, name), { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
  }
}

async function initdb(folder: string, binaries: Binaries, launcher: Launcher): Promise<void> {
  const program = join(binaries.folder, 'bin/initdb');
  // Access needs the socket directory, which is closed to everybody else; a password would protect nothing more.
  const access = ['--username', superuser, '--auth-local', 'trust', '--auth-host', 'reject'];
  // PostgreSQL's own Unicode rules: an upgrade of the system's libraries cannot reorder an index.
  const text = [
    '--encoding',
    'UTF8',
    '--locale',
    'C',
    '--locale-provider',
    'builtin',
    '--builtin-locale',
    'C.UTF-8',
  ];
  const args = ['-D', folder, '--data-checksums', '--no-instructions', ...access, ...text];
  const child = launch(launcher, program, args, 'KILL', ['ignore', 'ignore', 'pipe']);
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const code = await new Promise<number | string>((resolve) => {
    child.once('error', (error) => {
      complaint += error.message;
      resolve(-1);
    });
    child.once('close', (code, signal) => resolve(code ?? signal ?? -1));
  });
  if (code !== 0) throw failedStart(`initdb ended with ${code}`, complaint, binaries);
}

/** The error for a program of PostgreSQL that did not do its work: `complaint` is what it printed. */
export function failedStart(what: string, complaint: string, binaries: Binaries): EmbeddedError {
  if (/ENOENT|No such file or directory/.test(complaint) && /(spawn|failed to execute) /.test(complaint)) {
    return new EmbeddedError(
      `The embedded PostgreSQL in ${binaries.folder} cannot run on this system: its programs need the C library ` +
        'glibc (Debian, Ubuntu, Red Hat and their like), which Alpine Linux, for one, does not have. ' +
        'Use an image with glibc, or set CLIENTELE_DATABASE_URL to a PostgreSQL server.',
    );
  }
  const words = complaint
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^initdb: (hint|warning)/.test(line));
  return new EmbeddedError(
    `The embedded PostgreSQL could not be started: ${what}${words.length > 0 ? ` (${words.slice(-3).join(' ')})` : ''}. ` +
      'Remove the cause and start again, or set CLIENTELE_DATABASE_URL to a PostgreSQL server.',
  );
}

/** initdb looks its user up by name; a server that finds its data there does not. */
function requireName({ account }: Launcher): void {
  if (account) return;
  try {
    userInfo();
  } catch {
    throw new EmbeddedError(
      `PostgreSQL cannot create its data directory for a user without a name (uid ${process.getuid?.()}). ` +
        'Give the uid a name in /etc/passwd, start Clientele once as root or as a named user and hand the data ' +
        'directory over with chown, or set CLIENTELE_DATABASE_URL.',
    );
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
