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
 * Writes everything that the database holds into a file, sealed as it lies there; needs no key, since it
 * opens nothing, and takes none along.
 *
 * @throws OperatorError where there is nothing to back up; BackupError where the file cannot be written;
 *   MigrationError where a newer version wrote the database.
 */
export async function makeBackup(db: Database, { now, ...options }: BackupRequest): Promise<BackupFacts> {
  const { applied } = await migrationStatus(db);
  if (applied.length === 0 || !(await readInstallation(db)))
    throw new OperatorError('The database is empty, so there is nothing to back up.');
  return writeBackup(db, { ...options, madeAt: withOffset(now) });
}
