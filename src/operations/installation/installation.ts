import { OperatorError } from '../../domain/operator-error.ts';
import type { Instant } from '../../domain/time.ts';
import type { Database } from '../../store/connection/database.ts';
import type { Environment } from '../../store/installation/installation.ts';
import { insertInstallation, readInstallation } from '../../store/installation/installation.ts';
import type { Vault } from '../../vault/vault.ts';

export interface InstallationState {
  /** Whether this very call settled what the database is. */
  readonly isFirstStart: boolean;
}

/**
 * Settles on the first start what a database is, sandbox or live, and under which root key; holds every
 * later start to it.
 *
 * @throws OperatorError where the environment or the root key is another one, or nothing is settled yet and
 *   this is not a first start.
 */
export async function ensureInstallation(
  db: Database,
  vault: Vault,
  environment: Environment,
  firstStart: { readonly now: Instant } | undefined,
): Promise<InstallationState> {
  const known = await readInstallation(db);
  if (!known) {
    if (!firstStart) throw new OperatorError('The database is empty. Start it once with: clientele serve');
    const made = { environment, rootProof: vault.proof() };
    const isFirstStart = await insertInstallation(db, made, vault.rootVersion, firstStart.now);
    // Where another process was first, this start is held to what that one settled.
    return isFirstStart ? { isFirstStart } : ensureInstallation(db, vault, environment, undefined);
  }
  if (known.environment !== environment) {
    throw new OperatorError(
      `This database was created as ${known.environment}, which never changes. Set CLIENTELE_ENVIRONMENT=${known.environment}, or use another database.`,
    );
  }
  if (!vault.provesRoot(known.rootProof)) {
    throw new OperatorError(
      'The root key is not the one that this database was made with, so no record would open. Set CLIENTELE_ROOT_KEY_FILE to the right key.',
    );
  }
  return { isFirstStart: false };
}
