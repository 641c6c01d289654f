import { OperatorError } from '../../domain/operator-error.ts';
import type { Database } from '../../store/connection/database.ts';
import type { BackupReading, Manifest } from '../../store/installation/backup-file.ts';
import { openBackupFile } from '../../store/installation/backup-file.ts';
import type { Environment } from '../../store/installation/installation.ts';
import type { RestoreFacts } from '../../store/installation/restore.ts';
import { loadBackup } from '../../store/installation/restore.ts';
import { migrationsIn } from '../../store/migrate.ts';
import type { RootKeys } from '../../vault/key-source.ts';
import { openVault } from '../../vault/vault.ts';

/** What a backup is going to be restored with. */
export interface Restoring {
  readonly environment: Environment;
  readonly root: RootKeys;
}

/**
 * Opens a backup that can be restored here; whatever speaks against that is said before anything is written.
 *
 * @throws BackupError unless the file is whole; OperatorError where version, environment or root key differ.
 */
export async function openBackup(path: string, restoring: Restoring): Promise<BackupReading> {
  const backup = await openBackupFile(path);
  try {
    refuseOtherVersion(backup.manifest);
    refuseOtherInstallation(backup.manifest, restoring);
    return backup;
  } catch (error) {
    backup.close();
    throw error;
  }
}

/** Fills an empty database from the backup, and brings its schema up to date. */
export const restoreBackup = (
  db: Database,
  backup: BackupReading,
  progress?: (bytes: number) => void,
): Promise<RestoreFacts> =>
  loadBackup(db, { backup, migrations: migrationsIn(), ...(progress && { progress }) });

function refuseOtherVersion({ migrations, version }: Manifest): void {
  const known = new Map(migrationsIn().map(({ name, digest }) => [name, digest]));
  const unknown = migrations.find(({ name }) => !known.has(name));
  if (unknown) {
    throw new OperatorError(
      `The backup was made by Clientele ${version} and has the migration ${unknown.name}, which this version does not know. Restore with that version, or a newer one.`,
    );
  }
  const other = migrations.find(({ name, digest }) => known.get(name) !== digest);
  if (other) {
    throw new OperatorError(
      `The migration ${other.name} was another one when the backup was made. Restore with the Clientele ${version} that made it, or put the migration's file back as it was released.`,
    );
  }
}

function refuseOtherInstallation(manifest: Manifest, { environment, root }: Restoring): void {
  if (manifest.environment !== environment) {
    throw new OperatorError(
      `The backup is of a ${manifest.environment} installation. Set CLIENTELE_ENVIRONMENT=${manifest.environment}.`,
    );
  }
  const missing = manifest.root_versions.filter((one) => !root.versions.includes(one));
  if (missing.length > 0) {
    throw new OperatorError(
      `The backup's keys are sealed under version ${missing.join(' and ')} of the root key, and the root key file has ${root.versions.join(' and ')}. Put the missing version back from your copy of it; once that is destroyed, this backup opens no more.`,
    );
  }
  if (!openVault(root).provesRoot(manifest.root_proof)) {
    throw new OperatorError(
      'The root key is not the one that the backup was made under, so no record would open. Set CLIENTELE_ROOT_KEY_FILE to the right key.',
    );
  }
}
