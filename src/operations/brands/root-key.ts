import { isOutdatedKey } from '../../store/connection/outage.ts';
import type { System } from '../system.ts';

/**
 * Stores what was wrapped by the root key; anew where another process has put a newer version in use, which
 * this one then reads.
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
