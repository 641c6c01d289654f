import type { BrandId, RunId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { plusSeconds, toPostgres } from '../../domain/time.ts';
import { columns, id } from '../columns.ts';
import type { Database } from '../connection/database.ts';
import { statement } from '../connection/database.ts';

// The worker claims due verifications of every brand. It then reads each one under the scope of its brand.

export interface DueRun {
  readonly brandId: BrandId;
  readonly runId: RunId;
}

/**
 * Seconds after which another worker may claim the same verification: longer than the slowest call to a provider,
 * an upload.
 */
const lease = 120;

const claimed = columns({ brandId: id<BrandId>(), runId: id<RunId>() });

const due = statement(
  'kyc_runs_claim',
  `update kyc_runs set poll_at = $2::timestamptz
    where (brand_id, run_id) in (
      select brand_id, run_id from kyc_runs where poll_at <= $1::timestamptz
       order by poll_at limit $3 for update skip locked)
   returning ${claimed.list}`,
);

/** Claims verifications that are due, the longest waiting first, for one worker and two minutes. */
export async function claimDueRuns(db: Database, now: Instant, most: number): Promise<readonly DueRun[]> {
  const rows = await db.run(due, [toPostgres(now), toPostgres(plusSeconds(now, lease)), most]);
  return rows.map(claimed.read);
}
