import type { BrandId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { plusSeconds, toPostgres } from '../../domain/time.ts';
import { isActiveSql } from '../active-webhooks.ts';
import { columns, computed, id, text } from '../columns.ts';
import type { Connection, Database, Row } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import { sql } from '../sql.ts';
import type { WebhookId, WebhookRow } from './subscriptions.ts';
import { webhooks } from './subscriptions.ts';

// The worker looks for subscriptions of every brand that have work. It then reads and writes under the scope of
// their brand.

/**
 * A subscription of any brand that has work. Its row is read later, by its own work: a row that cannot be read must not
 * delay the others.
 */
interface WebhookWithWork {
  readonly brandId: BrandId;
  readonly webhookId: WebhookId;
  /** @throws UnreadableTime */
  read(): WebhookRow;
}

const owner = columns({
  brandId: computed('w.brand_id', id<BrandId>()),
  webhookId: computed('w.webhook_id', id<WebhookId>()),
});

const withWork = (row: Row): WebhookWithWork => ({ ...owner.read(row), read: () => webhooks.read(row) });

const progress = columns({ fanned: computed('w.fanned', text()) });

const behind = statement(
  'webhooks_behind',
  `select ${owner.list}, ${progress.list}, ${webhooks.list} from webhooks w join journal_heads h using (brand_id)
    where ${isActiveSql} and w.fanned < h.event_number and w.webhook_id <> all ($1::uuid[])
    order by random() limit 1 for update of w skip locked`,
);

/** A subscription with events that no worker has matched yet. */
export interface LaggingWebhook extends WebhookWithWork {
  /** The number of the last matched event. */
  readonly fanned: string;
}

/**
 * Locks one such subscription until the transaction ends, so that only one worker matches its events. The choice is
 * random, so that a subscription with a million events does not delay the others. Leaves out those that wait.
 */
export async function lockLaggingWebhook(
  db: Connection,
  waiting: readonly WebhookId[],
): Promise<LaggingWebhook | undefined> {
  const [row] = await db.run(behind, [waiting]);
  return row && { ...withWork(row), ...progress.read(row) };
}

const due = statement(
  'webhooks_due',
  `select ${owner.list}, ${webhooks.list} from webhooks w
    where ${isActiveSql} and w.webhook_id <> all ($2::uuid[]) and exists (
      select from deliveries d where d.brand_id = w.brand_id and d.webhook_id = w.webhook_id
         and d.status = 'pending' and d.due_at <= $1::timestamptz)`,
);

/** The subscriptions with deliveries that are due now, without those that wait. */
export async function dueWebhooks(
  db: Database,
  now: Instant,
  waiting: readonly WebhookId[],
): Promise<readonly WebhookWithWork[]> {
  const rows = await db.run(due, [toPostgres(now), waiting]);
  return rows.map(withWork);
}

/** Seconds after which another worker may send the same challenge: the first one may have died. */
const challengeLeaseSeconds = 30;

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

/** Claims the subscriptions whose challenges are due, the longest waiting first. */
export async function claimChallenges(
  db: Database,
  now: Instant,
  most: number,
): Promise<readonly WebhookWithWork[]> {
  const until = plusSeconds(now, challengeLeaseSeconds);
  const rows = await claimSql.run(db, { now: toPostgres(now), until: toPostgres(until), most });
  return rows.map(withWork);
}
