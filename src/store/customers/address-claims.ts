import type { BrandId, CustomerId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { plusSeconds, toPostgres } from '../../domain/time.ts';
import type { Database } from '../connection/database.ts';
import { statement } from '../connection/database.ts';

// The worker asks for whoever is due, of every brand; what it then reads it reads under that brand's scope.

/** Whose addresses are to be verified. */
export interface VerificationClaim {
  readonly brandId: BrandId;
  readonly customerId: CustomerId;
}

/** Seconds after which a claim is anybody's again: a worker that died is made good for. */
const lease = 60;

const due = statement(
  'verification_claim',
  `update customers set verify_at = $2::timestamptz
    where (brand_id, customer_id) in (
      select brand_id, customer_id from customers where verify_at <= $1::timestamptz
       order by verify_at limit $3 for update skip locked)
   returning brand_id, customer_id`,
);

/** Claims customers whose addresses are due, the longest waiting first, for one worker and one minute. */
export async function claimVerifications(
  db: Database,
  now: Instant,
  most: number,
): Promise<readonly VerificationClaim[]> {
  const rows = await db.run(due, [toPostgres(now), toPostgres(plusSeconds(now, lease)), most]);
  return rows.map((row) => ({
    brandId: row['brand_id'] as BrandId,
    customerId: row['customer_id'] as CustomerId,
  }));
}
