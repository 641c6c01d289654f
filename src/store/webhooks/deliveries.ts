import type { CustomerId, Id } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { instantOfPostgres, plusSeconds, toPostgres } from '../../domain/time.ts';
import type { AttemptOutcome } from '../../domain/webhooks/delivery.ts';
import { attemptsKept } from '../../domain/webhooks/delivery.ts';
import type { Connection, Row } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import type { BrandScope } from '../scope.ts';
import type { WebhookId, WebhookRow } from './subscriptions.ts';
import { webhookColumns, webhookOf } from './subscriptions.ts';

export type DeliveryId = Id<'delivery'>;

/** Seconds for which a claimed delivery is its worker's; one that died is made good for after them. */
const lease = 30;

/** An event that a subscription has not been looked at for. */
export interface FreshEvent {
  readonly number: string;
  readonly type: string;
  readonly customerId: CustomerId | undefined;
  /** The body as webhooks send it. */
  readonly payload: string;
}

const fresh = statement(
  'events_fresh',
  'select number, type, customer_id, payload from events where brand_id = $1 and number > $2::bigint order by number limit $3',
);

/** The events after a number, oldest first. */
export async function freshEvents(
  scope: Pick<BrandScope, 'brandId'>,
  db: Connection,
  after: string,
  most: number,
): Promise<readonly FreshEvent[]> {
  return (await db.run(fresh, [scope.brandId, after, most])).map((row) => ({
    number: String(row['number']),
    type: String(row['type']),
    customerId: (row['customer_id'] ?? undefined) as CustomerId | undefined,
    payload: String(row['payload']),
  }));
}

export interface NewDelivery {
  readonly deliveryId: DeliveryId;
  readonly number: string;
  /** Sealed, where more is sent than the event itself says. */
  readonly payload: string | undefined;
}

// A delivery behind one of the same customer that waits for a later try falls due together with it. The look at
// that one is safe where it is not due for a minute: nobody claims it while this statement runs.
const fan = statement(
  'deliveries_fan_out',
  `with made as (
     insert into deliveries (brand_id, delivery_id, webhook_id, number, event_id, type, customer_id, occurred_at, payload, status, due_at, updated_at)
     select e.brand_id, n.delivery_id, $2::uuid, e.number, e.event_id, e.type, e.customer_id, e.occurred_at, nullif(n.payload, ''), 'pending',
            coalesce((select max(d.due_at) from deliveries d where d.brand_id = $1 and d.webhook_id = $2::uuid
                         and d.customer_id = e.customer_id and d.status = 'pending' and d.claim is null
                         and d.due_at > $3::timestamptz + interval '1 minute'), $3::timestamptz),
            $3::timestamptz
       from unnest($4::bigint[], $5::uuid[], $6::text[]) as n (number, delivery_id, payload)
       join events e on e.brand_id = $1 and e.number = n.number
     on conflict (brand_id, webhook_id, number) do nothing
   )
   update webhooks set fanned = $7::bigint where brand_id = $1 and webhook_id = $2::uuid`,
);

/** Writes the deliveries of events up to a number, and that they have been looked at: both or neither. */
export async function insertDeliveries(
  scope: Pick<BrandScope, 'brandId'>,
  db: Connection,
  id: WebhookId,
  deliveries: readonly NewDelivery[],
  upTo: string,
  now: Instant,
): Promise<void> {
  await db.run(fan, [
    scope.brandId,
    id,
    toPostgres(now),
    deliveries.map(({ number }) => number),
    deliveries.map(({ deliveryId }) => deliveryId),
    deliveries.map(({ payload }) => payload ?? ''),
    upTo,
  ]);
}

/** A delivery that is one worker's for the time of the lease, with the subscription as it is now. */
export interface ClaimedDelivery {
  readonly deliveryId: DeliveryId;
  readonly webhook: WebhookRow;
  readonly customerId: CustomerId | undefined;
  readonly eventId: string;
  /** The event's own body, and the sealed one where there is one. */
  readonly thin: string;
  readonly full: string | undefined;
  /** Attempts in all, and those of the present schedule, before this one. */
  readonly attempts: number;
  readonly tries: number;
  /** The worker's proof that it is still its own. */
  readonly claim: string;
}

const claim = statement(
  'deliveries_claim',
  `with due as (
     select d.brand_id, d.delivery_id from deliveries d
      where d.brand_id = $1 and d.webhook_id = $2::uuid and d.status = 'pending' and d.due_at <= $3::timestamptz
        and exists (select from webhooks where brand_id = $1 and webhook_id = $2::uuid and status = 'STATUS_ENABLED')
        and not exists (
          select from deliveries before where before.brand_id = $1 and before.webhook_id = $2::uuid
             and before.customer_id = d.customer_id and before.status = 'pending' and before.number < d.number)
      order by d.number limit $4 for update of d skip locked
   ), claimed as (
     update deliveries d set due_at = $5::timestamptz, claim = $6::uuid
       from due where d.brand_id = due.brand_id and d.delivery_id = due.delivery_id
     returning d.*
   )
   select c.delivery_id, c.customer_id, c.event_id, c.payload as whole, c.attempts, c.tries, e.payload as thin, ${webhookColumns}
     from claimed c join webhooks w on w.brand_id = c.brand_id and w.webhook_id = c.webhook_id
     join events e on e.brand_id = c.brand_id and e.number = c.number
    order by c.number`,
);

/**
 * Claims what is due for one subscription, the oldest events first and of each customer only the first that is
 * not through: so at most one is on its way for an endpoint and a customer, and none overtakes another.
 */
export async function claimDeliveries(
  scope: BrandScope,
  id: WebhookId,
  now: Instant,
  token: string,
  most: number,
): Promise<readonly ClaimedDelivery[]> {
  const until = plusSeconds(now, lease);
  const values = [scope.brandId, id, toPostgres(now), most, toPostgres(until), token];
  return (await scope.db.run(claim, values)).map((row) => ({
    deliveryId: row['delivery_id'] as DeliveryId,
    webhook: webhookOf(row),
    customerId: (row['customer_id'] ?? undefined) as CustomerId | undefined,
    eventId: String(row['event_id']),
    thin: String(row['thin']),
    full: row['whole'] === null ? undefined : String(row['whole']),
    attempts: Number(row['attempts']),
    tries: Number(row['tries']),
    claim: token,
  }));
}

/** One attempt, and what becomes of the delivery with it. */
export interface Attempted {
  readonly attemptId: string;
  readonly at: Instant;
  readonly endedAt: Instant;
  readonly outcome: AttemptOutcome;
  readonly statusCode: number | undefined;
  /** Sealed. */
  readonly answer: string | undefined;
  readonly latencyMillis: number;
  /** `pending`: tried again at `dueAt`. */
  readonly status: 'pending' | 'delivered' | 'dead';
  readonly dueAt: Instant;
}

const settleIt = statement(
  'delivery_settle',
  `with settled as (
     update deliveries set status = $4, due_at = $5::timestamptz, claim = null, attempts = attempts + 1, tries = tries + 1, updated_at = $6::timestamptz
      where brand_id = $1 and delivery_id = $2::uuid and claim = $3::uuid and status = 'pending'
     returning webhook_id, customer_id, number, attempts
   ), noted as (
     insert into delivery_attempts (brand_id, attempt_id, delivery_id, customer_id, ordinal, at, outcome, status_code, answer, latency_ms)
     select $1, $7::uuid, $2::uuid, customer_id, attempts, $8::timestamptz, $9, $10::int, $11, $12::int from settled
   ), forgotten as (
     delete from delivery_attempts a using settled where a.brand_id = $1 and a.delivery_id = $2::uuid and a.ordinal <= settled.attempts - ${attemptsKept}
   ), behind as (
     update deliveries d set due_at = case when $4 = 'pending' then $5::timestamptz else $6::timestamptz end
       from settled s where d.brand_id = $1 and d.webhook_id = s.webhook_id and d.customer_id = s.customer_id
        and d.status = 'pending' and d.claim is null and d.number > s.number
   ), health as (
     update webhooks w set failing_since = case when $4 = 'delivered' then null else $6::timestamptz end
       from settled s where w.brand_id = $1 and w.webhook_id = s.webhook_id
        and (w.failing_since is null) <> ($4 = 'delivered')
   )
   select 1 as done from settled`,
);

/**
 * Writes an attempt down. Whatever waits behind it for the same customer falls due with it. False where the
 * delivery is no longer this worker's, and then nothing is written.
 */
export async function settleDelivery(
  scope: BrandScope,
  { deliveryId, claim: token }: Pick<ClaimedDelivery, 'deliveryId' | 'claim'>,
  attempt: Attempted,
): Promise<boolean> {
  const rows = await scope.db.run(settleIt, [
    scope.brandId,
    deliveryId,
    token,
    attempt.status,
    toPostgres(attempt.dueAt),
    toPostgres(attempt.endedAt),
    attempt.attemptId,
    toPostgres(attempt.at),
    attempt.outcome,
    attempt.statusCode ?? null,
    attempt.answer ?? null,
    attempt.latencyMillis,
  ]);
  return rows.length > 0;
}

/** A delivery as the list shows it. */
export interface DeliveryRow {
  readonly deliveryId: DeliveryId;
  readonly eventId: string;
  readonly number: bigint;
  readonly type: string;
  readonly customerId: string | undefined;
  readonly status: 'pending' | 'delivered' | 'dead';
  readonly dueAt: Instant;
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

const list = statement(
  'deliveries_list',
  `with page as (
     select brand_id, delivery_id, event_id, number, type, customer_id, status, due_at from deliveries
      where brand_id = $1 and webhook_id = $2::uuid and number < $3::bigint and ($4::text is null or status = $4)
      order by number desc limit $5
   )
   select page.*, a.attempt_id, a.at, a.outcome, a.status_code, a.answer, a.latency_ms
     from page left join delivery_attempts a on a.brand_id = page.brand_id and a.delivery_id = page.delivery_id
    order by page.number desc, a.ordinal`,
);

export interface DeliveryFilter {
  readonly status: DeliveryRow['status'] | undefined;
  /** Only those of events before this one. */
  readonly before: bigint;
  readonly most: number;
}

/** Deliveries of a subscription with their attempts, the newest event first. */
export async function listDeliveries(
  scope: BrandScope,
  id: WebhookId,
  { status, before, most }: DeliveryFilter,
): Promise<readonly DeliveryRow[]> {
  const rows = await scope.db.read(list, [scope.brandId, id, before, status ?? null, most]);
  const byDelivery = new Map<string, Row[]>();
  for (const row of rows) {
    const key = String(row['delivery_id']);
    byDelivery.set(key, [...(byDelivery.get(key) ?? []), row]);
  }
  return [...byDelivery.values()].flatMap(([first, ...others]) =>
    first ? [deliveryOf(first, [first, ...others])] : [],
  );
}

const deliveryOf = (row: Row, attempts: readonly Row[]): DeliveryRow => ({
  deliveryId: row['delivery_id'] as DeliveryId,
  eventId: String(row['event_id']),
  number: BigInt(String(row['number'])),
  type: String(row['type']),
  customerId: row['customer_id'] === null ? undefined : String(row['customer_id']),
  status: row['status'] as DeliveryRow['status'],
  dueAt: instantOfPostgres(String(row['due_at'])),
  attempts: attempts.filter((one) => one['attempt_id'] !== null).map(attemptOf),
});

const attemptOf = (row: Row): AttemptRow => ({
  attemptId: String(row['attempt_id']),
  at: instantOfPostgres(String(row['at'])),
  outcome: row['outcome'] as AttemptOutcome,
  statusCode: row['status_code'] === null ? undefined : Number(row['status_code']),
  answer: row['answer'] === null ? undefined : String(row['answer']),
  latencyMillis: Number(row['latency_ms']),
});
