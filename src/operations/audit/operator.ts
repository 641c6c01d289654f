import { userInfo } from 'node:os';
import type { AuditFacts } from '../../contract/audit-facts.ts';
import type { BrandId } from '../../domain/ids.ts';
import type { NewEntry } from '../../store/audit/journal.ts';
import { entryPart } from '../../store/audit/journal.ts';
import { writeParts } from '../../store/statement-parts.ts';
import type { Keyring } from '../../vault/vault.ts';
import type { Actor } from '../journal.ts';
import { journalOf } from '../journal.ts';
import { retryOnConflict } from '../retry.ts';
import type { System } from '../system.ts';
import { scopeOf } from '../system.ts';

/**
 * The audit entry of an operator's action, written in the same transaction. The reason is sealed with the keyring,
 * whose brand it belongs to. In live an entry of a change without one says so.
 */
export function operatorEntry(
  system: System,
  keyring: Keyring,
  operation: string,
  facts: AuditFacts = {},
): NewEntry {
  const { operator, environment } = system;
  const words = operator?.reason;
  const isUnexplained = operator !== undefined && words === undefined && environment === 'live';
  const cause = { actor: operatorActor(), operation };
  return journalOf(system, keyring.brandId as BrandId, cause, system.now(), {
    facts: { ...facts, ...(isUnexplained && { no_reason: true }) },
    ...(words !== undefined && { reason: { words, keyring } }),
  }).entry;
}

/** The operator at the command line, named by the account of this machine. */
export function operatorActor(): Actor {
  const user = accountName();
  return { kind: 'operator', ...(user !== undefined && { user }) };
}

/** Records an operator's action that writes nothing else, for example an export. */
export async function recordOperatorAction(
  system: System,
  brandId: BrandId,
  operation: string,
  facts: AuditFacts = {},
): Promise<void> {
  await retryOnConflict(system.keyrings, brandId, (keyring) => {
    const entry = operatorEntry(system, keyring, operation, facts);
    return writeParts(scopeOf(system, brandId), [entryPart(entry)]);
  });
  system.db.wake();
}

/** The machine account of the command; in a container it may be a uid without a name. */
function accountName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}
