import type { Instant } from '../../domain/time.ts';
import type { AttemptOutcome } from '../../domain/webhooks/delivery.ts';
import type { StoredEvent } from '../audit/journal.ts';
import { storedEventColumns } from '../audit/journal.ts';
import {
  bigint,
  columns,
  computed,
  flag,
  id,
  instant,
  named,
  number,
  optional,
  text,
  unprovenText,
} from '../columns.ts';
import type { Row } from '../connection/database.ts';
import type { BrandScope } from '../scope.ts';
import { sql } from '../sql.ts';
import type { DeliveryId } from './deliveries.ts';
import type { WebhookId } from './subscriptions.ts';

// Deliveries as answers show them.

/** A delivery as the list shows it. */
export interface DeliveryRow {
  readonly deliveryId: DeliveryId;
  readonly eventId: string;
  readonly number: bigint;
  readonly type: string;
  readonly customerId: string | undefined;
  readonly status: 'pending' | 'delivered' | 'dead';
  readonly dueAt: Instant;
  /** Whether more than the body of the event was sent. */
  readonly isFull: boolean;
  readonly attempts: readonly AttemptRow[];
}

export interface AttemptRow {
  readonly attemptId: string;
  readonly at: Instant;
  readonly outcome: AttemptOutcome;
  readonly statusCode: number | undefined;
  /** Sealed. */
  readonly answer: string | undefined;
  readonly latencyMillis: number;
}

const delivery = columns({
  deliveryId: computed('page.delivery_id', id<DeliveryId>()),
  eventId: computed('page.event_id', id()),
  number: computed('page.number', bigint()),
  type: computed('page.type', text()),
  customerId: computed('page.customer_id', optional(id())),
  status: computed('page.status', text<DeliveryRow['status']>()),
  dueAt: computed('page.due_at', instant()),
  isFull: computed('page.payload is not null', flag()),
});
// The answer to the whole of a customer may repeat it, so it is shown for as long as the customer is.
const shownAnswer = `case when page.payload is null or exists (
  select from customers c where c.brand_id = page.brand_id and c.customer_id = page.customer_id) then a.answer end`;
const attempt = columns(
  {
    attemptId: id(),
    at: instant(),
    outcome: text<AttemptOutcome>(),
    statusCode: optional(number()),
    answer: computed(shownAnswer, optional(text())),
    latencyMillis: named('latency_ms', number()),
  },
  'a',
);
const hasAttempt = columns({ attemptId: optional(id()) });

const listSql = (page: string) => `with page as (
     select brand_id, delivery_id, event_id, number, type, customer_id, status, due_at, payload from deliveries
      where brand_id = :brandId and webhook_id = :webhookId::uuid and ${page}
   )
   select ${delivery.list}, ${attempt.list}
     from page left join delivery_attempts a on a.brand_id = page.brand_id and a.delivery_id = page.delivery_id
    order by page.number desc, a.ordinal`;

const list = sql(
  'deliveries_list',
  listSql(
    'number < :before::bigint and (:status::text is null or status = :status) order by number desc limit :most',
  ),
);
const one = sql('delivery_read', listSql('delivery_id = :deliveryId::uuid'));

export interface DeliveryFilter {
  readonly status: DeliveryRow['status'] | undefined;
  /** Only deliveries of events before this number. */
  readonly before: bigint;
  readonly most: number;
}

/** Deliveries of a subscription with their attempts, the newest event first. */
export async function listDeliveries(
  scope: BrandScope,
  id: WebhookId,
  { status, before, most }: DeliveryFilter,
): Promise<readonly DeliveryRow[]> {
  return deliveriesOf(
    await list.read(scope.db, { brandId: scope.brandId, webhookId: id, before, status, most }),
  );
}

/** One delivery of a subscription with its attempts. */
export async function readDelivery(
  scope: BrandScope,
  webhookId: WebhookId,
  deliveryId: DeliveryId,
): Promise<DeliveryRow | undefined> {
  return deliveriesOf(await one.read(scope.db, { brandId: scope.brandId, webhookId, deliveryId }))[0];
}

function deliveriesOf(rows: readonly Row[]): readonly DeliveryRow[] {
  const byDelivery = new Map<string, Row[]>();
  for (const row of rows) {
    const key = delivery.read(row).deliveryId;
    byDelivery.set(key, [...(byDelivery.get(key) ?? []), row]);
  }
  return [...byDelivery.values()].flatMap(([first, ...others]) =>
    first ? [deliveryOf(first, [first, ...others])] : [],
  );
}

const deliveryOf = (row: Row, attempts: readonly Row[]): DeliveryRow => ({
  ...delivery.read(row),
  attempts: attempts.filter((one) => hasAttempt.read(one).attemptId !== undefined).map(attempt.read),
});

/** What a delivery sends. */
export interface SentRow {
  /** The event under its number. Its proof is not checked yet. */
  readonly event: StoredEvent;
  /** The sealed payload, unless there is none or its customer is deleted. */
  readonly full: string | undefined;
}

const event = columns(storedEventColumns, 'e');
const payload = columns({
  full: computed(
    `case when exists (select from customers c where c.brand_id = d.brand_id and c.customer_id = d.customer_id) then d.payload end`,
    optional(unprovenText()),
  ),
});

const sent = sql(
  'delivery_sent',
  `select ${event.list}, ${payload.list} from deliveries d
     join events e on e.brand_id = d.brand_id and e.number = d.number
      and (e.event_id, e.type, e.customer_id, e.occurred_at) is not distinct from (d.event_id, d.type, d.customer_id, d.occurred_at)
    where d.brand_id = :brandId and d.delivery_id = :deliveryId::uuid`,
);

/** The event of a delivery with what was sealed for it. `undefined`: the event is deleted, or is another one. */
export async function readSent(scope: BrandScope, deliveryId: DeliveryId): Promise<SentRow | undefined> {
  const [row] = await sent.read(scope.db, { brandId: scope.brandId, deliveryId });
  return row && { event: event.read(row), full: payload.read(row).full };
}
