import type { CustomerId, Id } from '../../domain/ids.ts';
import type { KycStatus } from '../../domain/kyc/verification.ts';
import { isRunning } from '../../domain/kyc/verification.ts';
import type { ErasureCause, RetentionHistory, RetentionPolicy } from '../../domain/retention/policy.ts';
import type { Instant } from '../../domain/time.ts';
import { instantOfPostgres, toPostgres } from '../../domain/time.ts';
import { columns, computed, flag, instant, optional, text } from '../columns.ts';
import type { Connection, Row } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import type { IdempotencyClaim, WriteOutcome } from '../idempotency-claim.ts';
import { isBusy, runWithClaim } from '../idempotency-claim.ts';
import type { BrandScope } from '../scope.ts';
import type { StatementPart } from '../statement-parts.ts';
import { assemble } from '../statement-parts.ts';
import { eraseSql } from './erasure-tables.ts';
import { policies, policyOf } from './policies.ts';

/** The facts that retention decides on: those of a deleted customer, and the brand's policy. */
export interface RetainedRecord {
  readonly history: RetentionHistory;
  readonly policy: RetentionPolicy;
}

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
 * Decides about one deleted customer and carries the decision out, in one transaction. It locks the row first.
 * Every hold, closing and request also locks that row: the decision sees those that were acknowledged before, and
 * later ones wait and find the record gone. If `decide` throws, nothing changes.
 *
 * `undefined`: there is no such deleted customer.
 */
export async function applyRetention(
  scope: BrandScope,
  id: CustomerId,
  decide: (record: RetainedRecord) => RetentionAction,
  claim?: IdempotencyClaim,
): Promise<WriteOutcome | undefined> {
  try {
    return await scope.db.transaction(async (connection) => {
      const [held] = await connection.run(lock, [scope.brandId, id]);
      if (!held) return undefined;
      const record = await readRetainedRecord(connection, scope, id);
      return record && runAction(connection, scope, id, decide(record));
    });
  } catch (error) {
    if (isBusy(claim, error)) return 'busy';
    throw error;
  }
}

const list = <Item extends string>(expression: string) =>
  computed<readonly Item[]>(expression, {
    read: (cell) => (cell === null ? [] : (String(cell).split(',') as Item[])),
  });
const ofCustomer = '(deleted.brand_id, deleted.customer_id)';
const facts = columns({
  deletedAt: computed('deleted.deleted_at', instant()),
  kycStatus: computed('deleted.kyc_status', optional(text())),
  kycPassedAt: computed('deleted.kyc_passed_at', optional(instant())),
  closedOn: computed('closing.closed_on', optional(text())),
  runTimes: list(`(select string_agg(updated_at::text, ',') from kyc_runs run
    where (run.brand_id, run.customer_id) = ${ofCustomer})`),
  runStatuses: list<KycStatus>(`(select string_agg(distinct status, ',') from kyc_runs run
    where (run.brand_id, run.customer_id) = ${ofCustomer})`),
  documentTimes: list(`(select string_agg(submitted_at::text, ',') from kyc_documents document
    where (document.brand_id, document.customer_id) = ${ofCustomer})`),
  decisionTimes: list(`(select string_agg(decided_at::text, ',') from kyc_decisions decision
    where (decision.brand_id, decision.customer_id) = ${ofCustomer})`),
  isHeld: computed(
    `exists (select from legal_holds hold
      where (hold.brand_id, hold.customer_id) = ${ofCustomer} and hold.released_at is null)`,
    flag(),
  ),
});

const history = statement(
  'erasure_history',
  `select ${facts.list}, ${policies.list}
     from deleted_customers deleted
     left join account_closings closing using (brand_id, customer_id)
     left join retention_policies policy using (brand_id)
    where deleted.brand_id = $1 and deleted.customer_id = $2`,
);

/** The committed facts of a deleted customer. */
export async function readRetainedRecord(
  connection: Connection,
  scope: BrandScope,
  id: CustomerId,
): Promise<RetainedRecord | undefined> {
  const [row] = await connection.run(history, [scope.brandId, id]);
  return row && { history: historyOf(row), policy: policyOf(row) };
}

function historyOf(row: Row): RetentionHistory {
  const found = facts.read(row);
  const times = (list: readonly string[]) => list.map(instantOfPostgres).sort();
  const runTimes = times(found.runTimes);
  const started = found.kycStatus !== undefined || runTimes.length > 0;
  return {
    deletedAt: found.deletedAt,
    verified: found.kycPassedAt !== undefined ? 'passed' : started ? 'not passed' : 'never started',
    lastActionAt: runTimes.at(-1),
    wasRunning: found.runStatuses.some(isRunning),
    closedOn: found.closedOn,
    made: [...runTimes, ...times(found.documentTimes), ...times(found.decisionTimes)],
    isHeld: found.isHeld,
  };
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
      with ${old('kyc_documents', 'submitted_at')}, ${old('kyc_decisions', 'decided_at')}, ${old('kyc_runs', 'updated_at')},
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

const requester = columns({ requestedBy: text() });

const request = statement(
  'erasure_request_read',
  'select requested_by from erasure_requests where brand_id = $1 and customer_id = $2 and erasure_id = $3',
);

/** The key that requested early erasure of a record. `undefined`: there is no such request. */
export async function requesterOf(
  scope: BrandScope,
  customerId: CustomerId,
  id: Id<'erasure'>,
): Promise<string | undefined> {
  const [row] = await scope.db.read(request, [scope.brandId, customerId, id]);
  return row && requester.read(row).requestedBy;
}
