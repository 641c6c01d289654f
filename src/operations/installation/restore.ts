import type { FileHandle } from 'node:fs/promises';
import { OperatorError } from '../../domain/operator-error.ts';
import type { Database } from '../../store/connection/database.ts';
import type { BackupReading, Manifest } from '../../store/installation/backup-file.ts';
import { openBackupFile } from '../../store/installation/backup-file.ts';
import type { Environment } from '../../store/installation/installation.ts';
import type { RestoreFacts, RestoreOptions } from '../../store/installation/restore.ts';
import { loadBackup } from '../../store/installation/restore.ts';
import { migrationsIn } from '../../store/migrate.ts';
import type { RootKeys } from '../../vault/key-source.ts';
import { isSignedBy } from '../../vault/signer.ts';
import { openVault } from '../../vault/vault.ts';

/** Where a backup is. */
export interface BackupPlace {
  readonly path: string;
  /** Its content, where the path names a pipe. */
  readonly file: FileHandle | undefined;
}

/** The installation that a backup is restored into. */
export interface Restoring {
  readonly environment: Environment;
  readonly root: RootKeys;
  /** Whether a backup of an older version, which has no signature, is taken. */
  readonly allowsUnsigned?: boolean | undefined;
}

/**
 * Opens a backup and checks that it can be restored here, before anything is written.
 *
 * @throws BackupError unless the file is whole; OperatorError if version, environment or root key differ, or if it was
 * not made with the root key.
 */
export async function openBackup({ path, file }: BackupPlace, restoring: Restoring): Promise<BackupReading> {
  const backup = await openBackupFile(path, file);
  try {
    refuseOtherNames(path, backup.manifest);
    refuseOtherVersion(backup.manifest);
    refuseOtherInstallation(backup.manifest, restoring);
    refuseOtherHand(path, backup, restoring);
    return backup;
  } catch (error) {
    backup.close();
    throw error;
  }
}

/** Fills an empty database from the backup, brings its schema up to date, and finishes it, all or nothing. */
export const restoreBackup = (
  db: Database,
  backup: BackupReading,
  steps: Pick<RestoreOptions, 'before' | 'finish' | 'progress'>,
): Promise<RestoreFacts> => loadBackup(db, { ...steps, backup, migrations: migrationsIn() });

/** One or more names of SQL, as PostgreSQL quotes them: they become parts of statements. */
const sqlNames = /^(?:(?:^|, )(?:[a-z_][a-z0-9_]*|"(?:[^"\0]|"")+"))+$/;

function refuseOtherNames(path: string, { tables, sequences }: Manifest): void {
  const names = [
    ...tables.flatMap(({ name, columns }) => [name, columns]),
    ...sequences.map(({ name }) => name),
  ];
  if (!names.every((name) => sqlNames.test(name)))
    throw new OperatorError(
      `${path} names tables or columns in a form that no backup of Clientele has. Use another copy of it, or another backup.`,
    );
}

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
      `The migration ${other.name} differs from the one in the backup. Restore with Clientele ${version}, which made it, or restore the released file of the migration.`,
    );
  }
}

function refuseOtherInstallation(manifest: Manifest, { environment, root }: Restoring): void {
  if (manifest.environment !== environment) {
    throw new OperatorError(
      `The backup is from a ${manifest.environment} installation. Set CLIENTELE_ENVIRONMENT=${manifest.environment}.`,
    );
  }
  const missing = manifest.root_versions.filter((one) => !root.versions.includes(one));
  if (missing.length > 0) {
    throw new OperatorError(
      `The backup's keys are sealed under version ${missing.join(' and ')} of the root key, and the root key file has ${root.versions.join(' and ')}. Restore the missing version from your copy; without it this backup cannot be opened.`,
    );
  }
  if (!openVault(root).provesRoot(manifest.root_proof)) {
    throw new OperatorError(
      'The root key is not the one that the backup was made with, so no record could be opened. Set CLIENTELE_ROOT_KEY_FILE to the right key.',
    );
  }
}

/** Refuses a file that was made or changed without the root key. */
function refuseOtherHand(path: string, { signed }: BackupReading, { root, allowsUnsigned }: Restoring): void {
  if (!signed) {
    if (allowsUnsigned) return;
    throw new OperatorError(
      `${path} has no signature: a version before signatures made it, or the signature was taken away. If you know that it was always kept where only you can write, restore it with --unsigned.`,
    );
  }
  if (!openVault(root).signerOf(signed.key))
    throw new OperatorError(
      `${path} is signed by another key than the root key's: ${signed.key}. It was made or changed by an installation with another root key. Use another copy of it, or another backup.`,
    );
  if (!isSignedBy(signed.key, Buffer.from(signed.text, 'latin1'), signed.signature))
    throw new OperatorError(
      `${path} was changed after it was made: its signature does not match its content. Use another copy of it, or another backup.`,
    );
}
