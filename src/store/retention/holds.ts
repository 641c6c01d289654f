import type { CustomerId, Id } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { instantOfPostgres, toPostgres } from '../../domain/time.ts';
import type { Row, Value } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import type { IdempotencyClaim, WriteOutcome } from '../idempotency-claim.ts';
import { settle } from '../idempotency-claim.ts';
import type { BrandScope } from '../scope.ts';
import type { StatementPart } from '../statement-parts.ts';
import { assemble } from '../statement-parts.ts';

// What a brand says about a customer, present or deleted, that retention has to respect. Each of these takes the
// customer's row first, so that it stands in one order with the customer's deletion and erasure.

/** A customer's row wherever it is. One that is moved at this moment is in neither place: look again. */
const known = (now: number): string => `
  present as (select 1 from customers where brand_id = $1 and customer_id = $2::uuid for key share),
  restricted as (
    update deleted_customers set look_at = $${now}::timestamptz where brand_id = $1 and customer_id = $2::uuid
    returning 1),
  known as (select 1 from present union all select 1 from restricted limit 1)`;

const exists = statement(
  'retention_knows',
  `select exists (select from customers where brand_id = $1 and customer_id = $2)
       or exists (select from deleted_customers where brand_id = $1 and customer_id = $2) as known`,
);

/** Whether the brand has this customer, present or deleted. One that was erased it has no more. */
export async function isKnown(scope: BrandScope, id: CustomerId): Promise<boolean> {
  const [row] = await scope.db.run(exists, [scope.brandId, id]);
  return row?.['known'] === true;
}

/** Notes when the account was closed; what was given before is replaced. `stale`: no such customer was found. */
export function writeClosing(
  scope: BrandScope,
  id: CustomerId,
  closedOn: string,
  now: Instant,
  journal: StatementPart,
  claim?: IdempotencyClaim,
): Promise<WriteOutcome> {
  return write(
    scope,
    'account_closing',
    [scope.brandId, id, toPostgres(now), closedOn],
    journal,
    claim,
    (gate) => ({
      before: known(3),
      written: `
      insert into account_closings (brand_id, customer_id, closed_on, given_at)
      select $1, $2::uuid, $4::date, $3::timestamptz from ${gate}
      on conflict (brand_id, customer_id) do update set closed_on = excluded.closed_on, given_at = excluded.given_at
      returning 1 as done`,
    }),
  );
}

export interface Hold {
  readonly holdId: Id<'hold'>;
  /** Sealed, as the other reason is. */
  readonly reason: string;
  /** Identities of keys. */
  readonly setBy: string;
  readonly setAt: Instant;
  readonly release:
    | { readonly reason: string; readonly releasedBy: string; readonly releasedAt: Instant }
    | undefined;
}

/** Sets a legal hold. `stale`: no such customer was found. */
export function insertHold(
  scope: BrandScope,
  id: CustomerId,
  hold: Hold,
  journal: StatementPart,
  claim?: IdempotencyClaim,
): Promise<WriteOutcome> {
  const values = [scope.brandId, id, toPostgres(hold.setAt), hold.holdId, hold.reason, hold.setBy];
  return write(scope, 'legal_hold_set', values, journal, claim, (gate) => ({
    before: known(3),
    written: `
      insert into legal_holds (brand_id, customer_id, set_at, hold_id, reason, set_by)
      select $1, $2::uuid, $3::timestamptz, $4::uuid, $5, $6::uuid from ${gate} returning 1 as done`,
  }));
}

/** Releases a hold of a customer. `stale`: there is none of that id that stands. */
export function releaseHold(
  scope: BrandScope,
  id: CustomerId,
  holdId: Id<'hold'>,
  { reason, releasedBy, releasedAt }: NonNullable<Hold['release']>,
  journal: StatementPart,
  claim?: IdempotencyClaim,
): Promise<WriteOutcome> {
  const values = [scope.brandId, id, toPostgres(releasedAt), holdId, reason, releasedBy];
  return write(scope, 'legal_hold_release', values, journal, claim, (gate) => ({
    before: `known as (
      select 1 from legal_holds where brand_id = $1 and customer_id = $2::uuid and hold_id = $4::uuid
         and released_at is null for update)`,
    written: `
      update legal_holds set release_reason = $5, released_by = $6::uuid, released_at = $3::timestamptz
       where brand_id = $1 and customer_id = $2::uuid and hold_id = $4::uuid and exists (select from ${gate})
      returning 1 as done`,
    after: `looked_at as (
      update deleted_customers set look_at = $3::timestamptz
       where brand_id = $1 and customer_id = $2::uuid and exists (select from written)),`,
  }));
}

export interface ErasureRequest {
  readonly erasureId: Id<'erasure'>;
  /** Sealed. */
  readonly reason: string;
  /** Identity of a key. */
  readonly requestedBy: string;
  readonly requestedAt: Instant;
}

/** Asks for the erasure of a deleted customer before its time. `stale`: there is none of that id. */
export function insertErasureRequest(
  scope: BrandScope,
  id: CustomerId,
  request: ErasureRequest,
  journal: StatementPart,
  claim?: IdempotencyClaim,
): Promise<WriteOutcome> {
  const { erasureId, reason, requestedBy, requestedAt } = request;
  const values = [scope.brandId, id, toPostgres(requestedAt), erasureId, reason, requestedBy];
  return write(scope, 'erasure_request', values, journal, claim, (gate) => ({
    before:
      'known as (select 1 from deleted_customers where brand_id = $1 and customer_id = $2::uuid for update)',
    written: `
      insert into erasure_requests (brand_id, customer_id, requested_at, erasure_id, reason, requested_by)
      select $1, $2::uuid, $3::timestamptz, $4::uuid, $5, $6::uuid from ${gate} returning 1 as done`,
  }));
}

interface Text {
  /** CTEs that end in `known`, which has a row if the change may happen. */
  readonly before: string;
  readonly written: string;
  readonly after?: string;
}

function write(
  scope: BrandScope,
  name: string,
  values: readonly Value[],
  journal: StatementPart,
  claim: IdempotencyClaim | undefined,
  textOf: (gate: string) => Text,
): Promise<WriteOutcome> {
  const assembled = assemble({
    name,
    values,
    claim,
    gate: 'known',
    changed: 'written',
    parts: [journal],
    text: (claimed, rest) => {
      const { before, written, after = '' } = textOf(claimed ? 'claim' : 'known');
      return `with ${before}, ${claimed} written as (${written}), ${after} ${rest}
              result as (select done from written) select done from result`;
    },
  });
  return settle(claim, scope.db.run(assembled.query, assembled.values));
}

const holdColumns = 'hold_id, reason, set_by, set_at, release_reason, released_by, released_at';

const holds = statement(
  'legal_holds_of_customer',
  `select ${holdColumns} from legal_holds where brand_id = $1 and customer_id = $2 order by set_at, hold_id`,
);

/** The holds of a customer, released ones too, oldest first. */
export async function holdsOf(scope: BrandScope, id: CustomerId): Promise<readonly Hold[]> {
  return (await scope.db.read(holds, [scope.brandId, id])).map(holdOf);
}

const oneHold = statement(
  'legal_hold_read',
  `select ${holdColumns} from legal_holds where brand_id = $1 and customer_id = $2 and hold_id = $3`,
);

export async function readHold(
  scope: BrandScope,
  customerId: CustomerId,
  id: Id<'hold'>,
): Promise<Hold | undefined> {
  const [row] = await scope.db.read(oneHold, [scope.brandId, customerId, id]);
  return row && holdOf(row);
}

function holdOf(row: Row): Hold {
  return {
    holdId: row['hold_id'] as Id<'hold'>,
    reason: String(row['reason']),
    setBy: String(row['set_by']),
    setAt: instantOfPostgres(String(row['set_at'])),
    release:
      row['released_at'] === null
        ? undefined
        : {
            reason: String(row['release_reason']),
            releasedBy: String(row['released_by']),
            releasedAt: instantOfPostgres(String(row['released_at'])),
          },
  };
}

const requests = statement(
  'erasure_requests_of_customer',
  `select erasure_id, reason, requested_by, requested_at from erasure_requests
    where brand_id = $1 and customer_id = $2 order by requested_at, erasure_id`,
);

/** What was asked for early erasure of a customer, oldest first. */
export async function erasureRequestsOf(
  scope: BrandScope,
  id: CustomerId,
): Promise<readonly ErasureRequest[]> {
  return (await scope.db.read(requests, [scope.brandId, id])).map((row) => ({
    erasureId: row['erasure_id'] as Id<'erasure'>,
    reason: String(row['reason']),
    requestedBy: String(row['requested_by']),
    requestedAt: instantOfPostgres(String(row['requested_at'])),
  }));
}
