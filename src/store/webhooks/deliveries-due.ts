import type { BrandId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import { columns, computed, flag, id, text } from '../columns.ts';
import type { Connection, Database } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import type { WebhookId, WebhookRow } from './subscriptions.ts';
import { webhooks } from './subscriptions.ts';

// The worker looks for subscriptions of every brand that have something to be done; what it then reads and
// writes it does under that brand's scope.

const progress = columns({
  brandId: computed('w.brand_id', id<BrandId>()),
  fanned: computed('w.fanned', text()),
  head: computed('h.event_number', text()),
});

const behind = statement(
  'webhooks_behind',
  `select ${progress.list}, ${webhooks.list} from webhooks w join journal_heads h using (brand_id)
    where w.status = 'STATUS_ENABLED' and w.fanned < h.event_number
    order by random() limit 1 for update of w skip locked`,
);

/** A subscription for which there are events that nobody has looked at. */
export interface LaggingWebhook {
  readonly brandId: BrandId;
  readonly webhook: WebhookRow;
  /** The number of the last event that was looked at, and of the last that there is. */
  readonly fanned: string;
  readonly head: string;
}

/**
 * One such subscription, held until the transaction ends; nobody else looks at its events meanwhile. Which one is
 * chance, so that one with a million events before it does not keep the others waiting.
 */
export async function lockLaggingWebhook(db: Connection): Promise<LaggingWebhook | undefined> {
  const [row] = await db.run(behind, []);
  return row && { ...progress.read(row), webhook: webhooks.read(row) };
}

const subscription = columns(
  {
    brandId: id<BrandId>(),
    webhookId: id<WebhookId>(),
    isFailing: computed('w.failing_since is not null', flag()),
  },
  'w',
);

const due = statement(
  'webhooks_due',
  `select ${subscription.list} from webhooks w
    where w.status = 'STATUS_ENABLED' and exists (
      select from deliveries d where d.brand_id = w.brand_id and d.webhook_id = w.webhook_id
         and d.status = 'pending' and d.due_at <= $1::timestamptz)`,
);

export interface DueWebhook {
  readonly brandId: BrandId;
  readonly webhookId: WebhookId;
  readonly isFailing: boolean;
}

/** The subscriptions that have deliveries to be made now. */
export async function dueWebhooks(db: Database, now: Instant): Promise<readonly DueWebhook[]> {
  return (await db.run(due, [toPostgres(now)])).map(subscription.read);
}
