import { isOutdatedKey } from '../../store/connection/outage.ts';
import type { System } from '../system.ts';

/**
 * Stores wrapped keys. If another process has activated a newer root version, reloads the root key and wraps again.
 */
export async function withCurrentRoot<Result>(
  { vault }: Pick<System, 'vault'>,
  store: () => Promise<Result>,
): Promise<Result> {
  try {
    return await store();
  } catch (error) {
    if (!isOutdatedKey(error)) throw error;
    vault.reload();
    return store();
  }
}
