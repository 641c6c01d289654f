import type { CustomerId } from '../../domain/ids.ts';
import type { ErasureCause } from '../../domain/retention/policy.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import type { Connection } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import type { IdempotencyClaim, WriteOutcome } from '../idempotency-claim.ts';
import { isBusy, runWithClaim } from '../idempotency-claim.ts';
import type { BrandScope } from '../scope.ts';
import type { StatementPart } from '../statement-parts.ts';
import { assemble } from '../statement-parts.ts';
import { eraseSql } from './erasure-tables.ts';

/** What retention does with a record. */
export type RetentionAction =
  /** It stays until the next check at `checkAgainAt`. `undefined`: the next check follows a change of the record. */
  | { readonly kind: 'keep'; readonly checkAgainAt: Instant | undefined }
  | {
      readonly kind: 'erase documents';
      readonly madeUntil: Instant;
      readonly now: Instant;
      readonly journal: StatementPart;
    }
  | {
      readonly kind: 'erase everything';
      readonly because: ErasureCause;
      readonly now: Instant;
      readonly journal: StatementPart;
      readonly claim?: IdempotencyClaim | undefined;
    };

const lock = statement(
  'erasure_lock',
  'select 1 as held from deleted_customers where brand_id = $1 and customer_id = $2 for update',
);

/**
 * Decides about one deleted customer and does it, all in one transaction. The row is locked before anything else
 * is read, and every hold, closing and request changes that row: what was acknowledged before is seen, what comes
 * later waits and finds the record gone. What `decide` throws leaves everything as it was.
 *
 * `undefined`: there is no such deleted customer.
 */
export async function applyRetention(
  scope: BrandScope,
  id: CustomerId,
  decide: () => Promise<RetentionAction>,
  claim?: IdempotencyClaim,
): Promise<WriteOutcome | undefined> {
  try {
    return await scope.db.transaction(async (connection) => {
      const [held] = await connection.run(lock, [scope.brandId, id]);
      if (!held) return undefined;
      return runAction(connection, scope, id, await decide());
    });
  } catch (error) {
    if (isBusy(claim, error)) return 'busy';
    throw error;
  }
}

function runAction(
  connection: Connection,
  scope: BrandScope,
  id: CustomerId,
  action: RetentionAction,
): Promise<WriteOutcome> {
  switch (action.kind) {
    case 'keep':
      return postpone(connection, scope, id, action.checkAgainAt);
    case 'erase documents':
      return eraseDocuments(connection, scope, id, action);
    case 'erase everything':
      return eraseEverything(connection, scope, id, action);
  }
}

const later = statement(
  'erasure_put_off',
  `update deleted_customers set look_at = $3::timestamptz, claimed_until = null
    where brand_id = $1 and customer_id = $2 returning 1 as done`,
);

const postpone = (connection: Connection, scope: BrandScope, id: CustomerId, at: Instant | undefined) =>
  runWithClaim(
    undefined,
    connection.run(later, [scope.brandId, id, at === undefined ? 'infinity' : toPostgres(at)]),
  );

function eraseDocuments(
  connection: Connection,
  scope: BrandScope,
  id: CustomerId,
  { madeUntil, now, journal }: Extract<RetentionAction, { kind: 'erase documents' }>,
): Promise<WriteOutcome> {
  const old = (table: string, time: string) =>
    `${table}_erased as (delete from ${table} where brand_id = :brandId and customer_id = :customerId::uuid and ${time} <= :madeUntil::timestamptz)`;
  const { query, parameters } = assemble({
    name: 'erasure_documents',
    parameters: {
      brandId: scope.brandId,
      customerId: id,
      madeUntil: toPostgres(madeUntil),
      now: toPostgres(now),
    },
    claim: undefined,
    gate: 'gate',
    changed: 'looked_at',
    parts: [journal],
    text: (_claimed, rest) => `
      with ${old('kyc_documents', 'submitted_at')}, ${old('kyc_decisions', 'decided_at')}, ${old('kyc_findings', 'found_at')},
      ${old('kyc_runs', 'updated_at')},
      looked_at as (
        update deleted_customers set look_at = :now::timestamptz, claimed_until = null
         where brand_id = :brandId and customer_id = :customerId::uuid returning 1 as done
      ), ${rest} result as (select done from looked_at) select done from result`,
  });
  return runWithClaim(undefined, query.run(connection, parameters));
}

const lockJournal = statement(
  'erasure_lock_journal',
  'select 1 as held from journal where brand_id = $1 and customer_id = $2 for update',
);

const recallDeliveries = statement(
  'erasure_recall',
  `update deliveries set claim = null, due_at = case when claim is null then due_at else $3::timestamptz end
    where brand_id = $1 and customer_id = $2 and status = 'pending' returning 1 as recalled`,
);

async function eraseEverything(
  connection: Connection,
  scope: BrandScope,
  id: CustomerId,
  { because, now, journal, claim }: Extract<RetentionAction, { kind: 'erase everything' }>,
): Promise<WriteOutcome> {
  // Waits for an entry that is moving from the journal to the audit trail, so that it is found in one of them.
  await connection.run(lockJournal, [scope.brandId, id]);
  // A worker that records a receiver's answer either commits before this statement or finds its claim gone.
  await connection.run(recallDeliveries, [scope.brandId, id, toPostgres(now)]);
  const { query, parameters } = assemble({
    name: 'erasure',
    parameters: { brandId: scope.brandId, customerId: id, now: toPostgres(now), because },
    claim,
    gate: 'gate',
    changed: 'erased',
    parts: [journal],
    text: (claimed, rest) => `
      with gate as (select 1), ${claimed} erased as (
        insert into erased_customers (brand_id, customer_id, deleted_at, erased_at, because)
        select brand_id, customer_id, deleted_at, :now::timestamptz, :because::text
          from deleted_customers, ${claimed ? 'claim' : 'gate'} where brand_id = :brandId and customer_id = :customerId::uuid
        returning 1 as done
      ), ${eraseSql('erased')}, ${rest} result as (select done from erased) select done from result`,
  });
  return runWithClaim(claim, query.run(connection, parameters));
}
