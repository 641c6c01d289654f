import type { BrandId, CustomerId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { plusSeconds, toPostgres } from '../../domain/time.ts';
import { columns, id } from '../columns.ts';
import type { Database } from '../connection/database.ts';
import { statement } from '../connection/database.ts';

// The worker claims due customers of every brand. It then reads each customer under the scope of its brand.

/** A customer whose addresses are due for verification. */
export interface VerificationClaim {
  readonly brandId: BrandId;
  readonly customerId: CustomerId;
}

/** Seconds after which another worker may claim the same customer: the first one may have died. */
const leaseSeconds = 60;

const claimed = columns({ brandId: id<BrandId>(), customerId: id<CustomerId>() });

const due = statement(
  'verification_claim',
  `update customers set verify_at = $2::timestamptz
    where (brand_id, customer_id) in (
      select brand_id, customer_id from customers where verify_at <= $1::timestamptz
       order by verify_at limit $3 for update skip locked)
   returning ${claimed.list}`,
);

/** Claims customers whose addresses are due, the longest waiting first, for one worker and one minute. */
export async function claimVerifications(
  db: Database,
  now: Instant,
  most: number,
): Promise<readonly VerificationClaim[]> {
  const rows = await db.run(due, [toPostgres(now), toPostgres(plusSeconds(now, leaseSeconds)), most]);
  return rows.map(claimed.read);
}
