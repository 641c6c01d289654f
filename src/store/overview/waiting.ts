import type { Instant } from '../../domain/time.ts';
import { columns, instant, number, optional } from '../columns.ts';
import type { BrandScope } from '../scope.ts';
import { sql } from '../sql.ts';

/** What waits for a decision in a brand. */
export interface Waiting {
  readonly reviews: number;
  readonly oldestReview: Instant | undefined;
  readonly changeRequests: number;
  /** Matches with lists of sanctioned people. */
  readonly matches: number;
  readonly erasures: number;
  /** Enabled subscriptions, and those of them whose last delivery failed. */
  readonly webhooks: number;
  readonly failingWebhooks: number;
  readonly failingSince: Instant | undefined;
}

const waiting = columns({
  reviews: number(),
  oldestReview: optional(instant()),
  changeRequests: number(),
  matches: number(),
  erasures: number(),
  webhooks: number(),
  failingWebhooks: number(),
  failingSince: optional(instant()),
});

// Each part reads an index that has only what waits. What belongs to a deleted customer waits for nobody.
const count = sql(
  'waiting',
  `select * from (
     select count(*)::int as reviews, min(review_since) as oldest_review
       from kyc_runs join customers using (brand_id, customer_id)
      where kyc_runs.brand_id = :brandId and status = 'under_review'
   ) as reviews, (
     select count(*)::int as change_requests
       from change_requests join customers using (brand_id, customer_id)
      where change_requests.brand_id = :brandId and status = 'pending'
   ) as proposed, (
     select count(*)::int as matches
       from screening_matches join customers using (brand_id, customer_id)
      where screening_matches.brand_id = :brandId and status in ('open', 'proposed')
   ) as matched, (
     select count(*)::int as erasures from erasure_requests where brand_id = :brandId
   ) as asked, (
     select count(*)::int as webhooks, count(failing_since)::int as failing_webhooks, min(failing_since) as failing_since
       from webhooks where brand_id = :brandId and status = 'STATUS_ENABLED'
   ) as told`,
);

export async function countWaiting(scope: BrandScope): Promise<Waiting> {
  const [row] = await count.read(scope.db, { brandId: scope.brandId });
  return waiting.read(row ?? {});
}
