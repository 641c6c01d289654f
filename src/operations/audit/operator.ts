import { userInfo } from 'node:os';
import type { AuditFacts } from '../../contract/audit-facts.ts';
import type { BrandId } from '../../domain/ids.ts';
import type { NewEntry } from '../../store/audit/journal.ts';
import { entryPart } from '../../store/audit/journal.ts';
import { writeParts } from '../../store/statement-parts.ts';
import type { Actor } from '../journal.ts';
import { journalOf } from '../journal.ts';
import type { System } from '../system.ts';
import { scopeOf } from '../system.ts';

/** The entry of something that an operator does, to be written along with it. */
export function operatorEntry(system: System, operation: string, facts: AuditFacts = {}): NewEntry {
  return journalOf(system, { actor: operatorActor(), operation }, system.now(), { facts }).entry;
}

/** Whoever sits at the command line, by the account of this machine. */
export function operatorActor(): Actor {
  const user = accountName();
  return { kind: 'operator', ...(user !== undefined && { user }) };
}

/** Writes down what an operator does where nothing else is written: before data leaves, for example. */
export async function recordOperatorAction(
  system: System,
  brandId: BrandId,
  operation: string,
  facts: AuditFacts = {},
): Promise<void> {
  const entry = operatorEntry(system, operation, facts);
  await writeParts(scopeOf(system, brandId), [entryPart(entry)]);
  system.db.wake();
}

/** The account of this machine under which the command runs; a container may have a number without a name. */
function accountName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}
