import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Binaries } from './binaries.ts';
import type { DataLayout } from './data-layout.ts';
import { EmbeddedError } from './error.ts';
import { superuser } from './passwords.ts';
import { type Launcher, launch, type Program, placeOf } from './privileges.ts';

const unfinishedPrefix = 'postgres.new-';

/**
 * Creates PostgreSQL's data directory in about a second. It is created under a temporary name and renamed, so
 * that an interrupted start leaves nothing that looks like data. The caller must hold the directory lock
 * (owner.ts). Throws EmbeddedError with initdb's own message.
 */
export async function createCluster(
  layout: DataLayout,
  binaries: Binaries,
  launcher: Launcher,
): Promise<void> {
  requireUserName(launcher);
  await removeUnfinished(layout);
  const temporary = join(layout.root, `${unfinishedPrefix}${randomBytes(6).toString('hex')}`);
  await mkdir(temporary, { mode: 0o700 });
  await chmod(temporary, 0o700);
  const { account } = launcher;
  if (account) await chown(temporary, account.uid, account.gid);
  try {
    await initdb(temporary, binaries, launcher);
    await rename(temporary, layout.data);
    await syncFolder(layout.root);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

/** Removes the temporary directories of starts that were interrupted. */
async function removeUnfinished(layout: DataLayout): Promise<void> {
  for (const name of await readdir(layout.root)) {
    if (!name.startsWith(unfinishedPrefix)) continue;
    // An initdb that outlived its parent may still write there; the next start removes the rest.
    await rm(join(layout.root, name), { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
  }
}

async function initdb(folder: string, binaries: Binaries, launcher: Launcher): Promise<void> {
  const file = join(binaries.folder, 'bin/initdb');
  const place = placeOf(launcher, folder);
  // No client may connect before the superuser has a password: see access.ts.
  const access = ['--username', superuser, '--auth-local', 'reject', '--auth-host', 'reject'];
  // PostgreSQL's built-in locale: an upgrade of the system's libraries cannot reorder an index.
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
  const args = ['-D', place.path, '--data-checksums', '--no-instructions', ...access, ...text];
  const { end, output } = await run(launcher, { file, args, folder: place.folder });
  if (end !== 0) throw failedStart(`initdb ended with ${end}`, output, binaries);
}

/** Runs a program of PostgreSQL to its end, with `input` if there is any. Answers how it ended and its messages. */
export async function run(
  launcher: Launcher,
  { input, ...program }: Pick<Program, 'file' | 'args' | 'folder'> & { readonly input?: string },
): Promise<{ readonly end: number | string; readonly output: string }> {
  const stdio = [input === undefined ? 'ignore' : 'pipe', 'ignore', 'pipe'] as const;
  const child = launch(launcher, { ...program, deathSignal: 'KILL', stdio: [...stdio] });
  let output = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  // A program that ends early says why; that it read nothing adds nothing.
  child.stdin?.on('error', () => undefined).end(input);
  const end = await new Promise<number | string>((resolve) => {
    child.once('error', (error) => {
      output += error.message;
      resolve(-1);
    });
    child.once('close', (code, signal) => resolve(code ?? signal ?? -1));
  });
  return { end, output };
}

/** The error for a PostgreSQL program that failed; `output` is what it printed. */
export function failedStart(what: string, output: string, binaries: Binaries): EmbeddedError {
  if (/ENOENT|No such file or directory/.test(output) && /(spawn|failed to execute) /.test(output)) {
    return new EmbeddedError(
      `The embedded PostgreSQL in ${binaries.folder} cannot run on this system: its programs need the C library ` +
        'glibc (Debian, Ubuntu, Red Hat and others), which Alpine Linux, for example, does not have. ' +
        'Use an image with glibc, or set CLIENTELE_DATABASE_URL to a PostgreSQL server.',
    );
  }
  const lines = output
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^initdb: (hint|warning)/.test(line));
  return new EmbeddedError(
    `The embedded PostgreSQL could not be started: ${what}${lines.length > 0 ? ` (${lines.slice(-3).join(' ')})` : ''}. ` +
      'Fix the cause and start again, or set CLIENTELE_DATABASE_URL to a PostgreSQL server.',
  );
}

/** initdb needs a user with a name; a server with existing data does not. */
function requireUserName({ account }: Launcher): void {
  if (account) return;
  try {
    userInfo();
  } catch {
    throw new EmbeddedError(
      `PostgreSQL cannot create its data directory for a user without a name (uid ${process.getuid?.()}). ` +
        'Give the uid a name in /etc/passwd, start Clientele once as root or as a named user and change the ' +
        'owner of the data directory with chown, or set CLIENTELE_DATABASE_URL.',
    );
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
