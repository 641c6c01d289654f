import type { CustomerId, Id } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import { columns, id, instant, named, optional, text } from '../columns.ts';
import type { Row } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import type { RetentionFactsChange } from '../customers/retention-facts.ts';
import { retentionFactsParameters, retentionFactsSql } from '../customers/retention-facts.ts';
import type { IdempotencyClaim, WriteOutcome } from '../idempotency-claim.ts';
import { runWithClaim } from '../idempotency-claim.ts';
import type { BrandScope } from '../scope.ts';
import type { StatementPart } from '../statement-parts.ts';
import { assemble } from '../statement-parts.ts';

// What a brand says about a customer, present or deleted, that retention has to respect. The customer's row counts
// its holds and has the day of the closing, and the profile is bound to both (`nextRow`).

/** What changes in the row of a deleted customer. */
export interface DeletedCustomerChange extends RetentionFactsChange {
  readonly id: CustomerId;
  /** The version that was read; if it is no longer the stored one, nothing is written. */
  readonly version: number;
  readonly profile: { readonly sealed: string; readonly seal: number };
}

const deletedChangeSql = (where: string): string => `
  update deleted_customers set version = version + 1, profile = :profile, profile_seal = :profileSeal::int,
    ${retentionFactsSql},
    look_at = :now::timestamptz
  where brand_id = :brandId and customer_id = :customerId::uuid and ${where} returning 1 as done`;

/** Writes a change of a deleted customer and its parts, and has retention decided again. */
export function changeDeletedCustomer(
  scope: BrandScope,
  change: DeletedCustomerChange,
  now: Instant,
  parts: readonly StatementPart[],
  claim?: IdempotencyClaim,
): Promise<WriteOutcome> {
  const { query, parameters } = assemble({
    name: 'deleted_customer_change',
    parameters: {
      brandId: scope.brandId,
      customerId: change.id,
      version: change.version,
      profile: change.profile.sealed,
      profileSeal: change.profile.seal,
      ...retentionFactsParameters(change),
      now: toPostgres(now),
    },
    claim,
    gate: 'held',
    changed: 'changed',
    parts,
    text: (claimed, rest) => `with held as (
        select 1 from deleted_customers
         where brand_id = :brandId and customer_id = :customerId::uuid and version = :version::int for update
      ), ${claimed} changed as (${deletedChangeSql(`exists (select from ${claimed ? 'claim' : 'held'})`)}),
      ${rest} result as (select done from changed) select done from result`,
  });
  return runWithClaim(claim, query.run(scope.db, parameters));
}

export interface Hold {
  readonly holdId: Id<'hold'>;
  /** Sealed, like the reason for the hold. */
  readonly reason: string;
  /** Identities of keys. */
  readonly setBy: string;
  readonly setAt: Instant;
  readonly release:
    | { readonly reason: string; readonly releasedBy: string; readonly releasedAt: Instant }
    | undefined;
}

/** A new hold, as a part of its customer's change. */
export const insertHoldPart = ({ holdId, reason, setBy, setAt }: Hold): StatementPart => ({
  name: 'hold_set',
  sql: (gate) => `hold_set as (
    insert into legal_holds (brand_id, customer_id, hold_id, reason, set_by, set_at)
    select :brandId, :customerId::uuid, :holdId::uuid, :reason::text, :setBy::uuid, :setAt::timestamptz from ${gate})`,
  parameters: { holdId, reason, setBy, setAt: toPostgres(setAt) },
});

/** The release of a hold, as a part of its customer's change. */
export const releaseHoldPart = (
  holdId: Hold['holdId'],
  { reason, releasedBy, releasedAt }: NonNullable<Hold['release']>,
): StatementPart => ({
  name: 'hold_released',
  sql: (gate) => `hold_released as (
    update legal_holds set release_reason = :reason::text, released_by = :releasedBy::uuid,
           released_at = :releasedAt::timestamptz
     where brand_id = :brandId and customer_id = :customerId::uuid and hold_id = :holdId::uuid
       and exists (select from ${gate}))`,
  parameters: { holdId, reason, releasedBy, releasedAt: toPostgres(releasedAt) },
});

export interface ErasureRequest {
  readonly erasureId: Id<'erasure'>;
  /** Sealed. */
  readonly reason: string;
  /** Identity of a key. */
  readonly requestedBy: string;
  readonly requestedAt: Instant;
}

/** Stores a request for early erasure of a deleted customer. `stale`: no deleted customer has that id. */
export function insertErasureRequest(
  scope: BrandScope,
  id: CustomerId,
  { erasureId, reason, requestedBy, requestedAt }: ErasureRequest,
  journal: StatementPart,
  claim?: IdempotencyClaim,
): Promise<WriteOutcome> {
  const { query, parameters } = assemble({
    name: 'erasure_request',
    parameters: {
      brandId: scope.brandId,
      customerId: id,
      now: toPostgres(requestedAt),
      erasureId,
      reason,
      requestedBy,
    },
    claim,
    gate: 'known',
    changed: 'written',
    parts: [journal],
    text: (claimed, rest) => `with known as (
        select 1 from deleted_customers where brand_id = :brandId and customer_id = :customerId::uuid for update
      ), ${claimed} written as (
        insert into erasure_requests (brand_id, customer_id, requested_at, erasure_id, reason, requested_by)
        select :brandId, :customerId::uuid, :now::timestamptz, :erasureId::uuid, :reason, :requestedBy::uuid
          from ${claimed ? 'claim' : 'known'} returning 1 as done
      ), ${rest} result as (select done from written) select done from result`,
  });
  return runWithClaim(claim, query.run(scope.db, parameters));
}

/** Deletes a request. `stale`: it is not there, or the record was erased. */
export function removeErasureRequest(
  scope: BrandScope,
  id: CustomerId,
  erasureId: Id<'erasure'>,
  journal: StatementPart,
  claim?: IdempotencyClaim,
): Promise<WriteOutcome> {
  const { query, parameters } = assemble({
    name: 'erasure_withdraw',
    parameters: { brandId: scope.brandId, customerId: id, erasureId },
    claim,
    gate: 'known',
    changed: 'written',
    parts: [journal],
    text: (claimed, rest) => `with known as (
        select 1 from deleted_customers join erasure_requests using (brand_id, customer_id)
         where brand_id = :brandId and customer_id = :customerId::uuid and erasure_id = :erasureId::uuid for update
      ), ${claimed} written as (
        delete from erasure_requests
         where brand_id = :brandId and customer_id = :customerId::uuid and erasure_id = :erasureId::uuid
           and exists (select from ${claimed ? 'claim' : 'known'})
        returning 1 as done
      ), ${rest} result as (select done from written) select done from result`,
  });
  return runWithClaim(claim, query.run(scope.db, parameters));
}

const holdFacts = columns({
  holdId: id<Id<'hold'>>(),
  reason: text(),
  setBy: text(),
  setAt: instant(),
});
const releaseFacts = columns({
  reason: named('release_reason', optional(text())),
  releasedBy: optional(text()),
  releasedAt: optional(instant()),
});

/** The columns of a hold, which `holdOf` reads. */
export const holdColumns = `${holdFacts.list}, ${releaseFacts.list}`;

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

export function holdOf(row: Row): Hold {
  const { reason, releasedBy, releasedAt } = releaseFacts.read(row);
  const isReleased = reason !== undefined && releasedBy !== undefined && releasedAt !== undefined;
  return { ...holdFacts.read(row), release: isReleased ? { reason, releasedBy, releasedAt } : undefined };
}

const miscounted = columns({ customerId: id<CustomerId>() });

const miscountedRows = statement(
  'legal_holds_miscounted',
  `with open as (
     select customer_id, count(*)::int as holds from legal_holds
      where brand_id = $1 and released_at is null group by customer_id
   ), counted as (
     select customer_id, holds from customers where brand_id = $1
     union all select customer_id, holds from deleted_customers where brand_id = $1
   )
   select coalesce(counted.customer_id, open.customer_id) as customer_id
     from counted full join open using (customer_id)
    where coalesce(counted.holds, 0) <> coalesce(open.holds, 0) limit 10`,
);

/** Up to ten customers whose rows count other holds than there are. */
export const miscountedHolds = async (scope: BrandScope): Promise<readonly CustomerId[]> =>
  (await scope.db.run(miscountedRows, [scope.brandId])).map((row) => miscounted.read(row).customerId);

const heldIds = columns({ holdId: id<Id<'hold'>>() });
const among = statement(
  'legal_holds_among',
  `select ${heldIds.list} from legal_holds where brand_id = $1 and hold_id = any ($2::uuid[])`,
);

/** Which of these holds are stored, in force or released. */
export const holdsAmong = async (scope: BrandScope, ids: readonly string[]): Promise<readonly string[]> =>
  (await scope.db.run(among, [scope.brandId, ids])).map((row) => heldIds.read(row).holdId);

export const erasureRequestColumns = columns({
  erasureId: id<Id<'erasure'>>(),
  reason: text(),
  requestedBy: text(),
  requestedAt: instant(),
});

const requests = statement(
  'erasure_requests_of_customer',
  `select ${erasureRequestColumns.list} from erasure_requests
    where brand_id = $1 and customer_id = $2 order by requested_at, erasure_id`,
);

/** The requests for early erasure of a customer, oldest first. */
export const erasureRequestsOf = async (
  scope: BrandScope,
  id: CustomerId,
): Promise<readonly ErasureRequest[]> =>
  (await scope.db.read(requests, [scope.brandId, id])).map(erasureRequestColumns.read);
