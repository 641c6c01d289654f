import { constants } from 'node:fs';
import { join } from 'node:path';
import { type Binaries, findBinaries, prepareBinaries, sharedCache } from './binaries.ts';
import { createCluster } from './cluster.ts';
import { type DataLayout, dataVersion, grantAccess, prepareSocketDirectory } from './data-layout.ts';
import { EmbeddedError } from './error.ts';
import { canReach, findRights, type Launcher, serverAccount } from './privileges.ts';

/** What every start of a server needs. */
export interface LaunchPlan {
  readonly layout: DataLayout;
  readonly binaries: Binaries;
  readonly launcher: Launcher;
  readonly socketDirectory: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly notice: (sentence: string) => void;
}

/**
 * Prepares a start: finds user, rights and programs, creates the data if there are none, and creates the socket
 * directory. The caller must hold the directory lock (owner.ts). Throws EmbeddedError if this machine or this
 * directory cannot run an embedded server.
 */
export async function prepareLaunch(
  layout: DataLayout,
  settings: Readonly<Record<string, string>>,
  notice: (sentence: string) => void,
): Promise<LaunchPlan> {
  const [rights, account, found] = await Promise.all([
    findRights(),
    serverAccount(layout.data),
    findBinaries(),
  ]);
  const version = await dataVersion(layout);
  const dataIsReachable = await grantAccess(account, layout, version !== undefined);
  if (!dataIsReachable && process.platform !== 'linux') throw unreachable(layout);
  const binaries = await prepareBinaries(found, dataIsReachable ? layout.cache : sharedCache, account);
  if (account && !(await canReach(join(binaries.folder, 'bin/postgres'), account, constants.X_OK)))
    throw unreachable(layout);
  const launcher: Launcher = { rights, account, isEnclosed: !dataIsReachable };
  if (version === undefined) await createCluster(layout, binaries, launcher);
  else if (version !== binaries.major) throw otherVersion(layout, version, binaries);
  const socketDirectory = await prepareSocketDirectory(layout, account);
  return { layout, binaries, launcher, socketDirectory, settings, notice };
}

function unreachable(layout: DataLayout): EmbeddedError {
  return new EmbeddedError(
    `PostgreSQL refuses to run as root, and the unprivileged user that runs it cannot pass the directories above ` +
      `${layout.root}. Put the data below directories that every user can pass, for example with CLIENTELE_DATA_DIR=/var/lib/clientele.`,
  );
}

function otherVersion(layout: DataLayout, version: string, binaries: Binaries): EmbeddedError {
  return new EmbeddedError(
    `The data in ${layout.data} were written by PostgreSQL ${version}, and this release of Clientele contains ` +
      `PostgreSQL ${binaries.major}, which cannot read them. Start the release that wrote them, or convert the ` +
      "directory with PostgreSQL's own `pg_upgrade`, or run a PostgreSQL " +
      `${version} server on it and set CLIENTELE_DATABASE_URL.`,
  );
}
