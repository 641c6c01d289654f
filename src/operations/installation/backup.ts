import { OperatorError } from '../../domain/operator-error.ts';
import type { Instant } from '../../domain/time.ts';
import { withOffset } from '../../domain/time.ts';
import type { Database } from '../../store/connection/database.ts';
import type { BackupFacts, BackupOptions } from '../../store/installation/backup.ts';
import { writeBackup } from '../../store/installation/backup.ts';
import { readInstallation } from '../../store/installation/installation.ts';
import { isReadOnlyServer } from '../../store/installation/server-facts.ts';
import { migrationStatus } from '../../store/migrate.ts';
import type { Vault } from '../../vault/vault.ts';

export interface BackupRequest extends Omit<BackupOptions, 'madeAt' | 'signer'> {
  readonly now: Instant;
  readonly vault: Vault;
  /** Writes the audit entries of the backup, which then are in it. */
  readonly note: () => Promise<void>;
  readonly notice?: ((sentence: string) => void) | undefined;
}

/**
 * Writes the whole database to a file. Sealed data stay sealed, and the file contains no key. The signer of the audit
 * trail signs it, so that a restore knows who made it.
 *
 * @throws OperatorError if there is nothing to back up; BackupError if the file cannot be written; MigrationError
 *   if a newer version wrote the database.
 */
export async function makeBackup(
  db: Database,
  { now, vault, note, notice, ...options }: BackupRequest,
): Promise<BackupFacts> {
  const { applied, pending, newer } = await migrationStatus(db);
  if (newer.length > 0)
    throw new OperatorError(
      `A newer version has added ${newer.join(', ')} to the database, and this one would leave it out. Make the backup with that version.`,
    );
  const installation = applied.length === 0 ? undefined : await readInstallation(db);
  if (!installation) throw new OperatorError('The database is empty, so there is nothing to back up.');
  if (!vault.provesRoot(installation.rootProof))
    throw new OperatorError(
      'The root key is not the one that this database was created with, so it cannot sign the backup. Set CLIENTELE_ROOT_KEY_FILE to the right key.',
    );
  if (pending.length === 0 && !(await isReadOnlyServer(db))) await note();
  else
    notice?.(
      'The audit trails have no entry of this backup, because the database is read-only or of an older version. Note it elsewhere.',
    );
  return writeBackup(db, { ...options, madeAt: withOffset(now), signer: vault.signer });
}
