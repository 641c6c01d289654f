import type { BrandId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { plusSeconds, toPostgres } from '../../domain/time.ts';
import { columns, id } from '../columns.ts';
import type { Database } from '../connection/database.ts';
import { statement } from '../connection/database.ts';

// Which brand's check is due, of all brands.

/** Seconds after which another worker may go on with a check: the first one may have died. */
const leaseSeconds = 60;

export const checkLeaseEnd = (now: Instant): Instant => plusSeconds(now, leaseSeconds);

const claimed = columns({ brandId: id<BrandId>() });
const claim = statement(
  'audit_check_claim',
  `update audit_checks set claimed_until = $2::timestamptz where brand_id = (
     select brand_id from audit_checks
      where state in ('waiting', 'running') and (claimed_until is null or claimed_until < $1::timestamptz)
      order by requested_at limit 1 for update skip locked)
   returning brand_id`,
);

/** The brand whose check this worker does next. */
export async function claimCheck(db: Database, now: Instant): Promise<BrandId | undefined> {
  const [row] = await db.run(claim, [toPostgres(now), toPostgres(checkLeaseEnd(now))]);
  return row && claimed.read(row).brandId;
}
