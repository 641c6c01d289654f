import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './cluster.ts';
import type { LaunchPlan } from './launch-plan.ts';
import { makePasswords, readPasswords, replaceFile, storeSecret, superuser } from './passwords.ts';
import { placeOf } from './privileges.ts';

// Who may connect. Both files are put in place before the server starts, so that it never listens without them.

const accessRules = `# Written by Clientele at each start.
local all all scram-sha-256
host all all all reject
`;

/** How a program of PostgreSQL ended, and its messages. */
export interface FailedRun {
  readonly end: number | string;
  readonly output: string;
}

/**
 * Makes the cluster demand a password from everybody. The superuser gets a new one if the data directory has none:
 * because it is new, because an older version made it, or because the file of the secret was removed. The server
 * must not run.
 */
export async function secureCluster(plan: LaunchPlan): Promise<FailedRun | undefined> {
  const { layout } = plan;
  await writeAccessRules(join(layout.data, 'pg_hba.conf'));
  if (await readPasswords(layout)) return undefined;
  const { secret, passwords } = makePasswords();
  const failed = await runAlone(plan, `alter role ${superuser} password '${passwords.of(superuser)}'`);
  if (failed) return failed;
  await storeSecret(layout, secret);
  return undefined;
}

async function writeAccessRules(path: string): Promise<void> {
  if ((await readRules(path)) === accessRules) return;
  await replaceFile(path, 0o644, async (file) => {
    await file.chmod(0o644);
    await file.writeFile(accessRules);
  });
}

async function readRules(path: string): Promise<string | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    () => undefined,
  );
  if (!file) return undefined;
  try {
    return (await file.stat()).isFile() ? await file.readFile('utf8') : undefined;
  } finally {
    await file.close();
  }
}

/** Runs a statement in PostgreSQL's single-user mode, which accepts no connections. */
async function runAlone(plan: LaunchPlan, sql: string): Promise<FailedRun | undefined> {
  const { layout, binaries, launcher } = plan;
  const { folder, path } = placeOf(launcher, layout.data);
  const settings = ['-c', 'log_min_error_statement=panic', '-c', 'password_encryption=scram-sha-256'];
  const { end, output } = await run(launcher, {
    file: join(binaries.folder, 'bin/postgres'),
    args: ['--single', '-D', path, ...settings, 'postgres'],
    folder,
    input: `${sql}\n`,
  });
  return end === 0 && !/(ERROR|FATAL|PANIC): /.test(output) ? undefined : { end, output };
}
