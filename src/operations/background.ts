import type { BrandId } from '../domain/ids.ts';
import { journalPart } from '../store/audit/journal.ts';
import type { Cause, ChangeRecord } from './journal.ts';
import { journalOf } from './journal.ts';
import { retryOnConflict } from './retry.ts';
import type { ChangeContext, System } from './system.ts';
import { scopeOf } from './system.ts';

/** The cause of background work. `operation` names the background step in the audit trail. */
export const backgroundCause = (operation: string): Cause => ({ actor: { kind: 'clientele' }, operation });

/**
 * Changes a brand's records in the background, with the same retries as a request. `work` reads and decides again
 * at each attempt. Workers are woken if it wrote to the journal.
 */
export async function inBackground<Result>(
  system: System,
  brandId: BrandId,
  operation: string,
  work: (context: ChangeContext) => Promise<Result>,
): Promise<Result> {
  let journalled = false;
  const result = await retryOnConflict(system.keyrings, brandId, (keyring) => {
    const now = system.now();
    journalled = false;
    const journal = (changeRecord: ChangeRecord) => {
      journalled = true;
      return journalPart(journalOf(system, brandId, backgroundCause(operation), now, changeRecord));
    };
    return work({ system, scope: scopeOf(system, brandId), keyring, now, journal });
  });
  if (journalled) system.db.wake();
  return result;
}
