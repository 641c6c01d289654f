import type { BrandId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { plusSeconds, toPostgres } from '../../domain/time.ts';
import { isActiveSql } from '../active-webhooks.ts';
import { columns, computed, flag, id, text } from '../columns.ts';
import type { Connection, Database } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import { sql } from '../sql.ts';
import type { WebhookRow } from './subscriptions.ts';
import { webhooks } from './subscriptions.ts';

// The worker looks for subscriptions of every brand that have work. It then reads and writes under the scope of
// their brand.

const progress = columns({
  brandId: computed('w.brand_id', id<BrandId>()),
  fanned: computed('w.fanned', text()),
  head: computed('h.event_number', text()),
});

const behind = statement(
  'webhooks_behind',
  `select ${progress.list}, ${webhooks.list} from webhooks w join journal_heads h using (brand_id)
    where ${isActiveSql} and w.fanned < h.event_number
    order by random() limit 1 for update of w skip locked`,
);

/** A subscription with events that no worker has matched yet. */
export interface LaggingWebhook {
  readonly brandId: BrandId;
  readonly webhook: WebhookRow;
  /** The number of the last matched event, and of the newest event. */
  readonly fanned: string;
  readonly head: string;
}

/**
 * Locks one such subscription until the transaction ends, so that only one worker matches its events. The choice is
 * random, so that a subscription with a million events does not delay the others.
 */
export async function lockLaggingWebhook(db: Connection): Promise<LaggingWebhook | undefined> {
  const [row] = await db.run(behind, []);
  return row && { ...progress.read(row), webhook: webhooks.read(row) };
}

const subscription = columns(
  {
    brandId: id<BrandId>(),
    isFailing: computed('w.failing_since is not null', flag()),
  },
  'w',
);

const due = statement(
  'webhooks_due',
  `select ${subscription.list}, ${webhooks.list} from webhooks w
    where ${isActiveSql} and exists (
      select from deliveries d where d.brand_id = w.brand_id and d.webhook_id = w.webhook_id
         and d.status = 'pending' and d.due_at <= $1::timestamptz)`,
);

export interface DueWebhook {
  readonly brandId: BrandId;
  readonly webhook: WebhookRow;
  readonly isFailing: boolean;
}

/** The subscriptions with deliveries that are due now. */
export async function dueWebhooks(db: Database, now: Instant): Promise<readonly DueWebhook[]> {
  const rows = await db.run(due, [toPostgres(now)]);
  return rows.map((row) => ({ ...subscription.read(row), webhook: webhooks.read(row) }));
}

/** Seconds after which another worker may send the same challenge: the first one may have died. */
const challengeLeaseSeconds = 30;

const owner = columns({ brandId: computed('w.brand_id', id<BrandId>()) });

const claimSql = sql(
  'webhook_challenges_claim',
  `with due as (
     select brand_id, webhook_id from webhooks w
      where w.status = 'STATUS_ENABLED' and w.stopped is null and w.ownership = 'unverified' and w.challenge_due <= :now::timestamptz
      order by w.challenge_due limit :most::int for update skip locked
   )
   update webhooks w set challenge_due = :until::timestamptz from due
    where w.brand_id = due.brand_id and w.webhook_id = due.webhook_id
   returning ${owner.list}, ${webhooks.list}`,
);

/** A subscription of any brand whose URL is challenged now. */
export interface DueChallenge {
  readonly brandId: BrandId;
  readonly webhook: WebhookRow;
}

/** Claims challenges that are due, the longest waiting first. */
export async function claimChallenges(
  db: Database,
  now: Instant,
  most: number,
): Promise<readonly DueChallenge[]> {
  const until = plusSeconds(now, challengeLeaseSeconds);
  const rows = await claimSql.run(db, { now: toPostgres(now), until: toPostgres(until), most });
  return rows.map((row) => ({ ...owner.read(row), webhook: webhooks.read(row) }));
}
