import type { BrandId } from '../../../domain/ids.ts';
import { sealContext } from '../../../domain/sealed-columns.ts';
import type { Instant } from '../../../domain/time.ts';
import { plusSeconds } from '../../../domain/time.ts';
import { journalPart } from '../../../store/audit/journal.ts';
import type { Insertion } from '../../../store/customers/writes.ts';
import { insertionsTogether } from '../../../store/customers/writes.ts';
import type { IdempotencyClaim } from '../../../store/idempotency-claim.ts';
import type { ChangesTogether } from '../../../store/statement-parts.ts';
import type { Keyring, Vault } from '../../../vault/vault.ts';
import type { Actor } from '../../journal.ts';
import { journalOf } from '../../journal.ts';
import type { CustomerTools } from '../new-customer.ts';
import { newCustomer } from '../new-customer.ts';
import type { Batch, DigestedLine } from './batches.ts';
import { linesIn } from './batches.ts';
import { bodyOf, lineKeys } from './check.ts';

/** Days for which an imported line is recognised, so that a repeated import has no effect. */
const knownForDays = 7;

/** What turns checked lines into rows: everything but the database, so that a thread can do it. */
export interface Preparation {
  readonly system: CustomerTools['system'] & {
    readonly vault: Pick<Vault, 'mac'>;
    readonly now: () => Instant;
  };
  readonly brandId: BrandId;
  readonly actor: Actor;
}

/** A batch of lines as one statement, and the versions of the keys that its rows are sealed and indexed under. */
export interface Prepared {
  readonly together: ChangesTogether;
  readonly sealVersion: number;
  readonly indexVersion: number;
}

/** The lines have passed every check. */
export const prepared = (preparation: Preparation, keyring: Keyring, batch: Batch): Prepared => ({
  together: insertionsTogether(preparation, insertionsOf(preparation, keyring, linesIn(batch))),
  sealVersion: keyring.sealVersion,
  indexVersion: keyring.indexVersion,
});

/** Each line as a new customer with its journal and its claim. */
export function insertionsOf(
  { system, brandId, actor }: Preparation,
  keyring: Keyring,
  lines: readonly DigestedLine[],
): readonly (Insertion & { readonly claim: IdempotencyClaim })[] {
  const now = system.now();
  const expiresAt = plusSeconds(now, knownForDays * 86_400);
  const tools = { system, keyring, now, scope: { brandId } };
  return lines.map((line) => {
    const { row, changeRecord, parts } = newCustomer(tools, bodyOf(line));
    const journal = journalOf(system, brandId, { actor, operation: 'import' }, now, changeRecord);
    const recordId = system.newId();
    const key = lineKeys(keyring, line).at(-1) ?? Buffer.alloc(0);
    return {
      row,
      parts: [journalPart(journal), ...parts],
      // The line's idempotency key, which marks it as imported. There is no answer to replay.
      claim: {
        indexVersion: keyring.indexVersion,
        key,
        fingerprint: key,
        recordId,
        customerId: row.head.customer_id,
        answer: keyring.seal(sealContext('idempotency.answer', { record_id: recordId }), '{}'),
        now,
        expiresAt,
      },
    };
  });
}
