import { OperatorError } from '../../domain/operator-error.ts';
import type { Instant } from '../../domain/time.ts';
import type { Database } from '../../store/connection/database.ts';
import type { Environment } from '../../store/installation/installation.ts';
import { insertInstallation, readInstallation } from '../../store/installation/installation.ts';
import type { Vault } from '../../vault/vault.ts';

export interface InstallationState {
  /** Whether this call recorded environment and root key. */
  readonly isFirstStart: boolean;
}

/**
 * Records at the first start the environment (sandbox or live) and the root key of a database, and checks every
 * later start against them.
 *
 * @throws OperatorError if the environment or the root key differs, or if nothing is recorded and this is not a
 *   first start.
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
    // If another process was first, its record applies.
    return isFirstStart ? { isFirstStart } : ensureInstallation(db, vault, environment, undefined);
  }
  if (known.environment !== environment) {
    throw new OperatorError(
      `This database was created as ${known.environment}, which never changes. Set CLIENTELE_ENVIRONMENT=${known.environment}, or use another database.`,
    );
  }
  if (!vault.provesRoot(known.rootProof)) {
    throw new OperatorError(
      'The root key is not the one that this database was created with, so no record could be opened. Set CLIENTELE_ROOT_KEY_FILE to the right key.',
    );
  }
  return { isFirstStart: false };
}
