import type { AuditFacts } from '../../contract/audit-facts.ts';
import type { Id } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { entryPart } from '../../store/audit/journal.ts';
import { listBrands } from '../../store/brands/brands.ts';
import type { Database } from '../../store/connection/database.ts';
import { writeParts } from '../../store/statement-parts.ts';
import type { Vault } from '../../vault/vault.ts';
import { operatorActor } from '../audit/operator.ts';
import type { Actor } from '../journal.ts';
import { journalOf } from '../journal.ts';

interface Tools {
  readonly db: Database;
  /** Opened only where there is a brand. */
  readonly vault: () => Vault;
  readonly now: Instant;
  readonly newId: <Kind extends string>() => Id<Kind>;
}

/** What is done to the installation as a whole is in the audit trail of every brand. */
export async function noteInEveryTrail(
  { db, vault, now, newId }: Tools,
  operation: 'backup' | 'migrate' | 'restore',
  facts: AuditFacts = {},
  actor: Actor = operatorActor(),
): Promise<void> {
  for (const { brandId } of await listBrands(db)) {
    const { entry } = journalOf({ newId, vault: vault() }, brandId, { actor, operation }, now, { facts });
    await writeParts({ brandId, db }, [entryPart(entry)]);
  }
}
