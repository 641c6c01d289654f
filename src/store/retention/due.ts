import type { BrandId, CustomerId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { plusSeconds, toPostgres } from '../../domain/time.ts';
import { columns, id, number } from '../columns.ts';
import type { Database } from '../connection/database.ts';
import { statement } from '../connection/database.ts';

// The worker claims due records of every brand. It then works on each record under the scope of its brand.

/** A deleted customer whose retention is due. */
export interface DueRecord {
  readonly brandId: BrandId;
  readonly customerId: CustomerId;
}

/** Seconds after which another worker may claim the same record. */
const leaseSeconds = 120;

const claimed = columns({ brandId: id<BrandId>(), customerId: id<CustomerId>() });

const due = statement(
  'retention_claim',
  `update deleted_customers set claimed_until = $2::timestamptz
    where (brand_id, customer_id) in (
      select brand_id, customer_id from deleted_customers where look_at <= $1::timestamptz and look_at < 'infinity'
         and (claimed_until is null or claimed_until <= $1::timestamptz)
       order by look_at limit $3 for update skip locked)
   returning ${claimed.list}`,
);

/** Claims restricted records that are due, the longest waiting first, for one worker and two minutes. */
export async function claimDueRecords(
  db: Database,
  now: Instant,
  most: number,
): Promise<readonly DueRecord[]> {
  const rows = await db.run(due, [toPostgres(now), toPostgres(plusSeconds(now, leaseSeconds)), most]);
  return rows.map(claimed.read);
}

const total = columns({ count: number() });

const overdue = statement(
  'retention_overdue',
  `select count(*)::int as count from deleted_customers
    where look_at < 'infinity' and greatest(look_at, deleted_at) <= $1::timestamptz`,
);

/** How many records were due by then and have not been examined. */
export async function countOverdue(db: Database, by: Instant): Promise<number> {
  const [row] = await db.run(overdue, [toPostgres(by)]);
  return row ? total.read(row).count : 0;
}
