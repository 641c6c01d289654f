import { type Binaries, findBinaries, readyBinaries } from './binaries.ts';
import { createCluster } from './cluster.ts';
import { type DataLayout, dataVersion, openTo, prepareSocketDirectory } from './data-layout.ts';
import { EmbeddedError } from './error.ts';
import { findRights, type Launcher, serverAccount } from './privileges.ts';

/** Everything that stays the same from one start of a server to the next. */
export interface Recipe {
  readonly place: DataLayout;
  readonly binaries: Binaries;
  readonly launcher: Launcher;
  readonly socketDirectory: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly notice: (sentence: string) => void;
}

/**
 * Gets everything ready that a start needs: user, rights, programs, data (which are created where there are
 * none), socket directory. Only the process that holds the directory (owner.ts) may call this. Throws
 * EmbeddedError where this machine or this directory cannot have an embedded server.
 */
export async function prepare(
  place: DataLayout,
  settings: Readonly<Record<string, string>>,
  notice: (sentence: string) => void,
): Promise<Recipe> {
  const [rights, account, found] = await Promise.all([
    findRights(),
    serverAccount(place.data),
    findBinaries(),
  ]);
  const version = await dataVersion(place);
  const dataIsOpen = await openTo(account, place, version !== undefined);
  if (!dataIsOpen && !rights.canGiveSearch) throw unreachable(place);
  const { binaries, needSearch } = await readyBinaries(found, place.cache, account, rights.canGiveSearch);
  // A server that can do without the capability gets none.
  const launcher: Launcher = { rights, account, search: !dataIsOpen || needSearch };
  if (version === undefined) await createCluster(place, binaries, launcher);
  else if (version !== binaries.major) throw otherVersion(place, version, binaries);
  const socketDirectory = await prepareSocketDirectory(place, account);
  return { place, binaries, launcher, socketDirectory, settings, notice };
}

function unreachable(place: DataLayout): EmbeddedError {
  return new EmbeddedError(
    `PostgreSQL refuses to run as root, and the user it runs as instead cannot pass the directories above ` +
      `${place.root}. Put the data where every user may pass, for example with CLIENTELE_DATA_DIR=/var/lib/clientele.`,
  );
}

function otherVersion(place: DataLayout, version: string, binaries: Binaries): EmbeddedError {
  return new EmbeddedError(
    `The data in ${place.data} were written by PostgreSQL ${version}, and this release of Clientele brings ` +
      `PostgreSQL ${binaries.major}, which cannot read them. Start the release that wrote them, or convert the ` +
      "directory with PostgreSQL's own `pg_upgrade`, or run a PostgreSQL " +
      `${version} server on it and set CLIENTELE_DATABASE_URL.`,
  );
}
