import type { BrandId, CustomerId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { plusSeconds, toPostgres } from '../../domain/time.ts';
import type { Database } from '../connection/database.ts';
import { statement } from '../connection/database.ts';

// The worker asks for the records of every brand that are to be looked at; what it then does with one it does
// under that brand's scope.

export interface Look {
  readonly brandId: BrandId;
  readonly customerId: CustomerId;
}

/** Seconds after which a claim is anybody's again. */
const lease = 120;

const due = statement(
  'retention_claim',
  `update deleted_customers set claimed_until = $2::timestamptz
    where (brand_id, customer_id) in (
      select brand_id, customer_id from deleted_customers where look_at <= $1::timestamptz and look_at < 'infinity'
         and (claimed_until is null or claimed_until <= $1::timestamptz)
       order by look_at limit $3 for update skip locked)
   returning brand_id, customer_id`,
);

/** Claims restricted records that are to be looked at, the longest waiting first, for one worker and two minutes. */
export async function claimLooks(db: Database, now: Instant, most: number): Promise<readonly Look[]> {
  const rows = await db.run(due, [toPostgres(now), toPostgres(plusSeconds(now, lease)), most]);
  return rows.map((row) => ({
    brandId: row['brand_id'] as BrandId,
    customerId: row['customer_id'] as CustomerId,
  }));
}

const overdue = statement(
  'retention_overdue',
  `select count(*)::int as count from deleted_customers
    where look_at < 'infinity' and greatest(look_at, deleted_at) <= $1::timestamptz`,
);

/** How many records should have been looked at by then and were not. */
export async function countOverdue(db: Database, by: Instant): Promise<number> {
  const [row] = await db.run(overdue, [toPostgres(by)]);
  return Number(row?.['count']);
}
