import type { CustomerId, Id } from '../../domain/ids.ts';
import type { KycStatus } from '../../domain/kyc/verification.ts';
import { isRunning } from '../../domain/kyc/verification.ts';
import type { ErasureCause, History, RetentionPolicy } from '../../domain/retention/policy.ts';
import type { Instant } from '../../domain/time.ts';
import { instantOfPostgres, toPostgres } from '../../domain/time.ts';
import type { Connection, Row } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import type { IdempotencyClaim, WriteOutcome } from '../idempotency-claim.ts';
import { isBusy, settle } from '../idempotency-claim.ts';
import type { BrandScope } from '../scope.ts';
import type { StatementPart } from '../statement-parts.ts';
import { assemble } from '../statement-parts.ts';
import { eraseSql } from './erasure-tables.ts';
import { policyColumns, policyOf } from './policies.ts';

/** What retention decides on: what is known of a deleted customer, and the brand's policy. */
export interface Kept {
  readonly history: History;
  readonly policy: RetentionPolicy;
}

/** What is to become of a record. */
export type RetentionAction =
  /** It stays, and is looked at again then; `undefined`: when something about it has changed. */
  | { readonly kind: 'keep'; readonly lookAt: Instant | undefined }
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
 * is read, and every hold, closing and request touches that row: what was acknowledged before is seen, what comes
 * later waits and finds the record gone. What `decide` throws leaves everything as it was.
 *
 * `undefined`: there is no such deleted customer.
 */
export async function applyRetention(
  scope: BrandScope,
  id: CustomerId,
  decide: (kept: Kept) => RetentionAction,
  claim?: IdempotencyClaim,
): Promise<WriteOutcome | undefined> {
  try {
    return await scope.db.transaction(async (connection) => {
      const [held] = await connection.run(lock, [scope.brandId, id]);
      if (!held) return undefined;
      const kept = await readKept(connection, scope, id);
      return kept && carryOut(connection, scope, id, decide(kept));
    });
  } catch (error) {
    if (isBusy(claim, error)) return 'busy';
    throw error;
  }
}

const history = statement(
  'erasure_history',
  `select deleted.deleted_at, deleted.kyc_status, deleted.kyc_passed_at, closing.closed_on, ${policyColumns},
     (select string_agg(updated_at::text, ',') from kyc_runs run
       where (run.brand_id, run.customer_id) = (deleted.brand_id, deleted.customer_id)) as verified,
     (select string_agg(distinct status, ',') from kyc_runs run
       where (run.brand_id, run.customer_id) = (deleted.brand_id, deleted.customer_id)) as statuses,
     (select string_agg(submitted_at::text, ',') from kyc_documents document
       where (document.brand_id, document.customer_id) = (deleted.brand_id, deleted.customer_id)) as documents,
     (select string_agg(decided_at::text, ',') from kyc_decisions decision
       where (decision.brand_id, decision.customer_id) = (deleted.brand_id, deleted.customer_id)) as decisions,
     exists (select from legal_holds hold
       where (hold.brand_id, hold.customer_id) = (deleted.brand_id, deleted.customer_id)
         and hold.released_at is null) as is_held
     from deleted_customers deleted
     left join account_closings closing using (brand_id, customer_id)
     left join retention_policies policy using (brand_id)
    where deleted.brand_id = $1 and deleted.customer_id = $2`,
);

/** What is known of a deleted customer, as it is committed now. */
export async function readKept(
  connection: Connection,
  scope: BrandScope,
  id: CustomerId,
): Promise<Kept | undefined> {
  const [row] = await connection.run(history, [scope.brandId, id]);
  return row && { history: historyOf(row), policy: policyOf(row) };
}

function historyOf(row: Row): History {
  const list = (name: string) => (row[name] === null ? [] : String(row[name]).split(','));
  const times = (name: string) => list(name).map(instantOfPostgres).sort();
  const verified = times('verified');
  const statuses = list('statuses') as KycStatus[];
  const started = row['kyc_status'] !== null || verified.length > 0;
  return {
    deletedAt: instantOfPostgres(String(row['deleted_at'])),
    verified: row['kyc_passed_at'] !== null ? 'passed' : started ? 'not passed' : 'never started',
    lastActionAt: verified.at(-1),
    wasRunning: statuses.some(isRunning),
    closedOn: row['closed_on'] === null ? undefined : String(row['closed_on']),
    made: [...verified, ...times('documents'), ...times('decisions')],
    isHeld: row['is_held'] === true,
  };
}

function carryOut(
  connection: Connection,
  scope: BrandScope,
  id: CustomerId,
  fate: RetentionAction,
): Promise<WriteOutcome> {
  switch (fate.kind) {
    case 'keep':
      return putOff(connection, scope, id, fate.lookAt);
    case 'erase documents':
      return eraseDocuments(connection, scope, id, fate);
    case 'erase everything':
      return eraseEverything(connection, scope, id, fate);
  }
}

const later = statement(
  'erasure_put_off',
  `update deleted_customers set look_at = $3::timestamptz, claimed_until = null
    where brand_id = $1 and customer_id = $2 returning 1 as done`,
);

const putOff = (connection: Connection, scope: BrandScope, id: CustomerId, at: Instant | undefined) =>
  settle(
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
    `${table}_erased as (delete from ${table} where brand_id = $1 and customer_id = $2::uuid and ${time} <= $3::timestamptz)`;
  const { query, values } = assemble({
    name: 'erasure_documents',
    values: [scope.brandId, id, toPostgres(madeUntil), toPostgres(now)],
    claim: undefined,
    gate: 'gate',
    changed: 'looked_at',
    parts: [journal],
    text: (_claimed, rest) => `
      with ${old('kyc_documents', 'submitted_at')}, ${old('kyc_decisions', 'decided_at')}, ${old('kyc_runs', 'updated_at')},
      looked_at as (
        update deleted_customers set look_at = $4::timestamptz, claimed_until = null where brand_id = $1 and customer_id = $2::uuid
        returning 1 as done
      ), ${rest} result as (select done from looked_at) select done from result`,
  });
  return settle(undefined, connection.run(query, values));
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
  // An entry on its way from the journal to the trail is waited for, so that it is found in one of them.
  await connection.run(lockJournal, [scope.brandId, id]);
  // Whoever is about to write down what a receiver answered has written it, or finds the delivery taken away.
  await connection.run(recallDeliveries, [scope.brandId, id, toPostgres(now)]);
  const { query, values } = assemble({
    name: 'erasure',
    values: [scope.brandId, id, toPostgres(now), because],
    claim,
    gate: 'gate',
    changed: 'erased',
    parts: [journal],
    text: (claimed, rest) => `
      with gate as (select 1), ${claimed} erased as (
        insert into erased_customers (brand_id, customer_id, deleted_at, erased_at, because)
        select brand_id, customer_id, deleted_at, $3::timestamptz, $4::text
          from deleted_customers, ${claimed ? 'claim' : 'gate'} where brand_id = $1 and customer_id = $2::uuid
        returning 1 as done
      ), ${eraseSql('erased')}, ${rest} result as (select done from erased) select done from result`,
  });
  return settle(claim, connection.run(query, values));
}

const request = statement(
  'erasure_request_read',
  'select requested_by from erasure_requests where brand_id = $1 and customer_id = $2 and erasure_id = $3',
);

/** Which key wanted a record erased before its time; `undefined` where there is no such request. */
export async function requesterOf(
  scope: BrandScope,
  customerId: CustomerId,
  id: Id<'erasure'>,
): Promise<string | undefined> {
  const [row] = await scope.db.read(request, [scope.brandId, customerId, id]);
  return row && String(row['requested_by']);
}
