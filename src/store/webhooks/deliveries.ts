import type { BrandId, CustomerId, Id } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { plusSeconds, toPostgres } from '../../domain/time.ts';
import type { AttemptOutcome } from '../../domain/webhooks/delivery.ts';
import { maxStoredAttempts } from '../../domain/webhooks/delivery.ts';
import { eventDays } from '../../domain/webhooks/events.ts';
import { isActiveSql } from '../active-webhooks.ts';
import type { StoredEvent } from '../audit/journal.ts';
import { storedEventColumns } from '../audit/journal.ts';
import {
  boundedSql,
  columns,
  computed,
  flag,
  id,
  number,
  optional,
  text,
  unprovenInstant,
} from '../columns.ts';
import type { Connection, Row } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import { isContended } from '../connection/outage.ts';
import type { BrandScope } from '../scope.ts';
import type { Parameters } from '../sql.ts';
import { rowsColumns, rowsRelation, sql, withColumns } from '../sql.ts';
import type { WebhookId, WebhookRow } from './subscriptions.ts';
import { webhooks } from './subscriptions.ts';

export type DeliveryId = Id<'delivery'>;

/** Seconds after which another worker may claim the same delivery: the first one may have died. */
const leaseSeconds = 30;

const freshEvent = columns(storedEventColumns);

const fresh = statement(
  'events_fresh',
  `select ${freshEvent.list} from events
    where brand_id = $1 and number > $2::bigint and number <= $3::bigint order by number limit $4`,
);

/** The highest number that a row can have. */
export const highestNumber = '9223372036854775807';

/** The events after a number up to another one, oldest first. Their proofs are not checked yet. */
export async function unmatchedEvents(
  scope: Pick<BrandScope, 'brandId'>,
  db: Connection,
  { after, upTo }: { readonly after: string; readonly upTo: string },
  most: number,
): Promise<readonly StoredEvent[]> {
  return (await db.run(fresh, [scope.brandId, after, upTo, most])).map(freshEvent.read);
}

export interface NewDelivery {
  readonly deliveryId: DeliveryId;
  readonly number: string;
  /** Sealed. Present if the delivery sends more than the body of the event. */
  readonly payload: string | undefined;
}

// A delivery behind a waiting one of the same customer becomes due together with it. Reading that one is safe if it
// is not due within a minute: no worker claims it while this statement runs.
const fan = sql(
  'deliveries_fan_out',
  `with made as (
     insert into deliveries (brand_id, delivery_id, webhook_id, number, event_id, type, customer_id, occurred_at, payload, status, due_at, updated_at)
     select e.brand_id, n.delivery_id, :webhookId::uuid, e.number, e.event_id, e.type, e.customer_id, e.occurred_at, nullif(n.payload, ''), 'pending',
            coalesce((select max(d.due_at) from deliveries d where d.brand_id = :brandId and d.webhook_id = :webhookId::uuid
                         and d.customer_id = e.customer_id and d.status = 'pending' and d.claim is null
                         and d.due_at > :now::timestamptz + interval '1 minute'), :now::timestamptz),
            :now::timestamptz
       from unnest(:numbers::bigint[], :deliveryIds::uuid[], :payloads::text[]) as n (number, delivery_id, payload)
       join events e on e.brand_id = :brandId and e.number = n.number
     on conflict (brand_id, webhook_id, number) do nothing
   )
   update webhooks set fanned = :upTo::bigint where brand_id = :brandId and webhook_id = :webhookId::uuid`,
);

/** Writes the deliveries of events up to a number and marks these events as matched: both or neither. */
export async function insertDeliveries(
  scope: Pick<BrandScope, 'brandId'>,
  db: Connection,
  id: WebhookId,
  deliveries: readonly NewDelivery[],
  upTo: string,
  now: Instant,
): Promise<void> {
  await fan.run(db, {
    brandId: scope.brandId,
    webhookId: id,
    now: toPostgres(now),
    numbers: deliveries.map(({ number }) => number),
    deliveryIds: deliveries.map(({ deliveryId }) => deliveryId),
    payloads: deliveries.map(({ payload }) => payload ?? ''),
    upTo,
  });
}

/** A delivery that one worker holds during the lease, with the present state of the subscription. */
export interface ClaimedDelivery {
  readonly deliveryId: DeliveryId;
  readonly webhook: WebhookRow;
  /** The event under the number of the delivery. Its proof is not checked yet. `undefined`: there is none. */
  readonly event: StoredEvent | undefined;
  /** Whether the delivery has the same event id, type, customer and time as that event. */
  readonly isOfEvent: boolean;
  /** Whether events of the delivery's time are still kept. */
  readonly isKept: boolean;
  /** The sealed payload, unless there is none or its customer is deleted. */
  readonly full: string | undefined;
  /** Attempts before this one: in total, and in the present schedule. */
  readonly attempts: number;
  readonly tries: number;
  /** Token that proves that the worker still holds the claim. */
  readonly claim: string;
}

const claimed = columns({
  deliveryId: computed('c.delivery_id', id<DeliveryId>()),
  isOfEvent: computed(
    '(c.event_id, c.type, c.customer_id, c.occurred_at) is not distinct from (e.event_id, e.type, e.customer_id, e.occurred_at)',
    flag(),
  ),
  isKept: computed(`c.occurred_at >= :now::timestamptz - interval '${eventDays} days'`, flag()),
  full: computed(
    `case when c.payload is not null
           and (select true from customers one where one.brand_id = e.brand_id and one.customer_id between e.customer_id and e.customer_id
                 order by one.customer_id limit 1)
          then ${boundedSql('c.payload')} end`,
    optional(text()),
  ),
  attempts: computed('c.attempts', number()),
  tries: computed('c.tries', number()),
});

// Beside the columns of delivery and subscription, under names of their own.
const claimedEvent = columns({
  sentNumber: computed('e.number', text()),
  sentId: computed('e.event_id', id<StoredEvent['eventId']>()),
  sentType: computed(boundedSql('e.type'), text<StoredEvent['type']>()),
  sentCustomer: computed('e.customer_id', optional(id<CustomerId>())),
  sentAt: computed('e.occurred_at', unprovenInstant()),
  sentPayload: computed(boundedSql('e.payload'), text()),
  sentMac: computed(boundedSql('e.mac'), text()),
});

const hasEvent = columns({ sentNumber: optional(text()) });

function eventOf(row: Row): StoredEvent | undefined {
  if (hasEvent.read(row).sentNumber === undefined) return undefined;
  const sent = claimedEvent.read(row);
  return {
    number: sent.sentNumber,
    eventId: sent.sentId,
    type: sent.sentType,
    customerId: sent.sentCustomer,
    occurredAt: sent.sentAt,
    payload: sent.sentPayload,
    mac: sent.sentMac,
  };
}

// A connection keeps its plan, and one that was made while the table was small could read all that a brand or a
// subscription has. So each look-up names all columns of every index that could serve it, or has an order that only one
// index has: the due ones by time, and the first one of a customer as the first one from that customer on.
const claim = sql(
  'deliveries_claim',
  `with due as (
     select d.brand_id, d.webhook_id, d.number, d.delivery_id from deliveries d
      where d.brand_id = :brandId and d.webhook_id = :webhookId::uuid and d.status = 'pending' and d.due_at <= :now::timestamptz
        and exists (select from webhooks w where w.brand_id = :brandId and w.webhook_id = :webhookId::uuid and ${isActiveSql})
        and (d.customer_id is null or d.number = (
          select first.number from deliveries first
           where first.brand_id = :brandId and first.webhook_id = :webhookId::uuid and first.status = 'pending'
             and first.customer_id >= d.customer_id order by first.customer_id, first.number limit 1))
      order by d.due_at limit :most::int for update of d skip locked
   ), claimed as (
     update deliveries d set due_at = :until::timestamptz, claim = :token::uuid
       from due where d.brand_id = due.brand_id and d.webhook_id = due.webhook_id and d.number = due.number and d.delivery_id = due.delivery_id
     returning d.*
   )
   select ${claimed.list}, ${claimedEvent.list}, ${webhooks.list}
     from claimed c join webhooks w on w.brand_id = c.brand_id and w.webhook_id = c.webhook_id
     left join lateral (
       select * from events where brand_id = c.brand_id and number between c.number and c.number order by number limit 1) e on true
    order by c.number`,
);

/**
 * Claims due deliveries of one subscription, the longest due first. For each customer it claims only the first
 * unfinished delivery. At most one delivery per endpoint and customer is in progress, so deliveries keep their
 * order.
 */
export async function claimDeliveries(
  scope: BrandScope,
  id: WebhookId,
  now: Instant,
  token: string,
  most: number,
): Promise<readonly ClaimedDelivery[]> {
  const rows = await scope.db.runTogether(
    claim.statement,
    claim.values({
      brandId: scope.brandId,
      webhookId: id,
      now: toPostgres(now),
      most,
      until: toPostgres(plusSeconds(now, leaseSeconds)),
      token,
    }),
  );
  return rows.map((row) => ({
    ...claimed.read(row),
    event: eventOf(row),
    webhook: webhooks.read(row),
    claim: token,
  }));
}

/** One attempt and the resulting state of the delivery. */
export interface AttemptResult {
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

/** What a statement that writes results reads of each of them. */
const attemptNames = [
  'deliveryId',
  'webhookId',
  'number',
  'token',
  'status',
  'dueAt',
  'endedAt',
  'attemptId',
  'at',
  'outcome',
  'statusCode',
  'answer',
  'latencyMillis',
] as const;

const settleText = `settled as (
     update deliveries set status = :status, due_at = :dueAt::timestamptz, claim = null, attempts = attempts + 1, tries = tries + 1, updated_at = :endedAt::timestamptz
       from given where (brand_id, delivery_id, webhook_id, number) = (brand, :deliveryId::uuid, :webhookId::uuid, :number::bigint)
        and claim = :token::uuid and status not in ('delivered', 'dead')
     returning given.*, customer_id, attempts
   ), noted as (
     insert into delivery_attempts (brand_id, attempt_id, delivery_id, customer_id, ordinal, at, outcome, status_code, answer, latency_ms)
     select brand, :attemptId::uuid, :deliveryId::uuid, customer_id, attempts, :at::timestamptz, :outcome, :statusCode::int, :answer, :latencyMillis::int from settled
   ), waiting as materialized (
     select later.*, case when :status = 'pending' then :dueAt else :endedAt end::timestamptz as due
       from settled cross join lateral (
         select d.brand_id, d.delivery_id, d.webhook_id, d.number, d.due_at from deliveries d
          where d.brand_id = brand and d.webhook_id = :webhookId::uuid and d.status = 'pending' and d.claim is null
            and (d.customer_id, d.number) > (settled.customer_id, :number::bigint) and d.customer_id <= settled.customer_id
          order by d.customer_id, d.number) later
      where later.due_at > :endedAt::timestamptz or :status = 'pending'
   ), behind as (
     update deliveries d set due_at = waiting.due from waiting
      where (d.brand_id, d.delivery_id, d.webhook_id, d.number) = (waiting.brand_id, waiting.delivery_id, waiting.webhook_id, waiting.number)
        and d.claim is null and d.status not in ('delivered', 'dead')
   ), health as (
     update webhooks w set failing_since = case when :status = 'delivered' then null else :endedAt::timestamptz end
       from settled where w.brand_id = brand and w.webhook_id = :webhookId::uuid
        and (w.failing_since is null) <> (:status = 'delivered')
   )
   select n::int - 1 as n from settled`;

// The plan of this one lasts, too.
const settleAll = sql(
  'deliveries_settle',
  `with given as materialized (select :brandId::uuid as brand, * from ${rowsRelation(attemptNames)}), ${withColumns(settleText, new Set())}`,
);

/** A delivery that was sent, and its attempt. */
interface Sent {
  readonly delivery: Pick<ClaimedDelivery, 'deliveryId' | 'claim' | 'webhook' | 'attempts'>;
  readonly event: Pick<StoredEvent, 'number' | 'customerId'>;
  readonly attempt: AttemptResult;
}

function settleParameters(brandId: BrandId, sent: readonly Sent[]): Parameters {
  const rows = sent.map(({ delivery, event, attempt }) => ({
    ...attempt,
    deliveryId: delivery.deliveryId,
    webhookId: delivery.webhook.id,
    number: event.number,
    token: delivery.claim,
    dueAt: toPostgres(attempt.dueAt),
    endedAt: toPostgres(attempt.endedAt),
    at: toPostgres(attempt.at),
  }));
  return { brandId, ...rowsColumns(attemptNames.map((name) => rows.map((row) => row[name]))) };
}

const forget = sql(
  'delivery_attempts_forget',
  'delete from delivery_attempts where brand_id = :brandId and delivery_id = :deliveryId::uuid and ordinal <= :upTo::int',
);

const place = columns({ n: number() });

/** Writes attempts in one statement. Those that are `undefined` were not written. */
async function settleTogether(
  { brandId, db }: BrandScope,
  sent: readonly Sent[],
): Promise<readonly (true | undefined)[]> {
  const { statement: query, values } = settleAll;
  const rows = await db.runTogether(query, values(settleParameters(brandId, sent)));
  const settled = new Set(rows.map((row) => place.read(row).n));
  return sent.map((_, n) => (settled.has(n) ? true : undefined));
}

async function settleAlone(scope: BrandScope, sent: Sent): Promise<boolean> {
  try {
    const [isSettled = false] = await settleTogether(scope, [sent]);
    return isSettled;
  } catch (error) {
    if (!isContended(error)) throw error;
    // A deletion or a rotation holds one of the rows, and this connection waits for it.
    return (await settleAll.run(scope.db, settleParameters(scope.brandId, [sent]))).length > 0;
  }
}

/**
 * Writes an attempt. Deliveries of the same customer that wait behind it become due with it. False: another worker
 * holds the delivery, and nothing is written. Those of a brand that end together share a statement where they were
 * delivered. Others do not, so that the health of a subscription follows each of them.
 */
export async function settleDelivery(scope: BrandScope, sent: Sent): Promise<boolean> {
  const { delivery, event, attempt } = sent;
  const alone = () => settleAlone(scope, sent);
  if (!scope.db.groups || attempt.status !== 'delivered') return alone();
  return scope.db.groups.submit<Sent, boolean>(`${scope.brandId} delivered`, {
    change: sent,
    exclusive: [delivery.deliveryId, `${delivery.webhook.id} ${event.customerId ?? delivery.deliveryId}`],
    alone,
    together: (many) => settleTogether(scope, many),
  });
}

/** Of a delivery that was tried again and again, only the latest attempts are kept. */
export async function forgetOldAttempts(
  { brandId, db }: BrandScope,
  { deliveryId, attempts }: ClaimedDelivery,
): Promise<void> {
  const upTo = attempts + 1 - maxStoredAttempts;
  if (upTo > 0) await forget.run(db, { brandId, deliveryId, upTo });
}

const giveUp = sql(
  'delivery_give_up',
  `with given as (
     update deliveries set status = 'dead', due_at = :now::timestamptz, claim = null, updated_at = :now::timestamptz
      where brand_id = :brandId and delivery_id = :deliveryId::uuid and claim = :token::uuid and status = 'pending'
     returning webhook_id, customer_id, number
   ), behind as (
     update deliveries d set due_at = :now::timestamptz
       from given g where d.brand_id = :brandId and d.webhook_id = g.webhook_id and d.customer_id = g.customer_id
        and d.status = 'pending' and d.claim is null and d.number > g.number
   )
   select 1 as done from given`,
);

/**
 * Ends a delivery that must not be sent, without an attempt. Deliveries of the same customer that wait behind it become
 * due. False: another worker holds the delivery, and nothing is written.
 */
export async function giveUpDelivery(
  scope: BrandScope,
  { deliveryId, claim: token }: Pick<ClaimedDelivery, 'deliveryId' | 'claim'>,
  now: Instant,
): Promise<boolean> {
  const parameters = { brandId: scope.brandId, deliveryId, token, now: toPostgres(now) };
  return (await giveUp.run(scope.db, parameters)).length > 0;
}
