import { OperatorError } from '../../domain/operator-error.ts';
import type { Instant } from '../../domain/time.ts';
import { withOffset } from '../../domain/time.ts';
import type { Database } from '../../store/connection/database.ts';
import type { BackupFacts, BackupOptions } from '../../store/installation/backup.ts';
import { writeBackup } from '../../store/installation/backup.ts';
import { readInstallation } from '../../store/installation/installation.ts';
import { migrationStatus } from '../../store/migrate.ts';

export interface BackupRequest extends Omit<BackupOptions, 'madeAt'> {
  readonly now: Instant;
}

/**
 * Writes the whole database to a file. Sealed data stay sealed, so a backup needs no key and contains none.
 *
 * @throws OperatorError if there is nothing to back up; BackupError if the file cannot be written; MigrationError
 *   if a newer version wrote the database.
 */
export async function makeBackup(db: Database, { now, ...options }: BackupRequest): Promise<BackupFacts> {
  const { applied } = await migrationStatus(db);
  if (applied.length === 0 || !(await readInstallation(db)))
    throw new OperatorError('The database is empty, so there is nothing to back up.');
  return writeBackup(db, { ...options, madeAt: withOffset(now) });
}
