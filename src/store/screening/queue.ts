import type { BrandId, CustomerId, Id } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { plusSeconds, toPostgres } from '../../domain/time.ts';
import { columns, id, number } from '../columns.ts';
import type { Database } from '../connection/database.ts';
import { sql } from '../sql.ts';
import type { StatementPart } from '../statement-parts.ts';

// Customers that wait for a check against lists. The worker claims those of every brand. It then reads each under the
// scope of its brand.

export type ScreeningClaimId = Id<'screening claim'>;

/** A customer whose check is due. */
export interface ScreeningClaim {
  readonly brandId: BrandId;
  readonly customerId: CustomerId;
  /** Checks that the provider did not answer. */
  readonly tries: number;
}

/**
 * Puts a customer into the queue, as a part of the change that asks for a check. A running check is not used any more.
 * One that waits already keeps the time since when it has.
 */
export const screeningPart = (now: Instant): StatementPart => ({
  name: 'screen',
  sql: (gate) => `screen as (
    insert into screening_queue (brand_id, customer_id, due_at, asked_at)
    select :brandId::uuid, :customerId::uuid, :dueAt::timestamptz, :dueAt::timestamptz from ${gate}
    on conflict (brand_id, customer_id) do update set due_at = excluded.due_at, tries = 0, claim = null)`,
  parameters: { dueAt: toPostgres(now) },
  group: { shared: ['dueAt'], exclusive: [] },
});

/** Seconds after which another worker may claim the same customer: longer than the slowest call to a provider. */
const leaseSeconds = 60;

const claimed = columns({ brandId: id<BrandId>(), customerId: id<CustomerId>(), tries: number() });

const due = sql(
  'screening_claim',
  `update screening_queue set due_at = :until::timestamptz, claim = :claim::uuid
    where (brand_id, customer_id) in (
      select brand_id, customer_id from screening_queue where due_at <= :now::timestamptz
       order by due_at limit :most::int for update skip locked)
   returning ${claimed.list}`,
);

/** Claims customers whose check is due, the longest waiting first, for one worker and one minute. */
export async function claimScreenings(
  db: Database,
  claim: ScreeningClaimId,
  now: Instant,
  most: number,
): Promise<readonly ScreeningClaim[]> {
  const until = toPostgres(plusSeconds(now, leaseSeconds));
  return (await due.run(db, { claim, now: toPostgres(now), until, most })).map(claimed.read);
}

const later = sql(
  'screening_put_off',
  `update screening_queue set due_at = :dueAt::timestamptz, tries = least(tries + 1, 1000), claim = null
    where brand_id = :brandId and customer_id = :customerId::uuid and claim = :claim::uuid`,
);

/** Postpones a check that the provider did not answer. */
export async function postponeScreening(
  db: Database,
  { brandId, customerId }: ScreeningClaim,
  claim: ScreeningClaimId,
  dueAt: Instant,
): Promise<void> {
  await later.run(db, { brandId, customerId, claim, dueAt: toPostgres(dueAt) });
}

const leave = sql(
  'screening_leave',
  `delete from screening_queue where brand_id = :brandId and customer_id = :customerId::uuid and claim = :claim::uuid`,
);

/** Takes a customer out of the queue, unless another check was asked for since. */
export async function leaveQueue(
  db: Database,
  { brandId, customerId }: Pick<ScreeningClaim, 'brandId' | 'customerId'>,
  claim: ScreeningClaimId,
): Promise<void> {
  await leave.run(db, { brandId, customerId, claim });
}

/**
 * A CTE with one row if the check still counts: no change has asked for another one, and the customer is present. It holds
 * both until the end of the statement, so a deletion comes before or after. It does not hold changes up.
 */
export const checkCountsSql = `gate as (
  select 1 from screening_queue q join customers c on c.brand_id = q.brand_id and c.customer_id = q.customer_id
   where q.brand_id = :brandId and q.customer_id = :customerId::uuid and q.claim = :claim::uuid
   for update of q for key share of c)`;
