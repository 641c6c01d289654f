import type { Id } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { instantOfPostgres, toPostgres } from '../../domain/time.ts';
import type { PayloadKind, WebhookStatus } from '../../domain/webhooks/subscription.ts';
import type { Row, Value } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import type { IdempotencyClaim, WriteOutcome } from '../idempotency-claim.ts';
import { settle } from '../idempotency-claim.ts';
import type { BrandScope } from '../scope.ts';
import type { StatementPart } from '../statement-parts.ts';
import { assemble } from '../statement-parts.ts';

export type WebhookId = Id<'webhook'>;

/** A subscription as stored. */
export interface WebhookRow {
  readonly id: WebhookId;
  /** Sealed. */
  readonly settings: string;
  /** Counts the changes: what was decided on an older one is not written. */
  readonly settingsSeal: number;
  readonly events: readonly string[];
  readonly payload: PayloadKind;
  readonly status: WebhookStatus;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly failingSince: Instant | undefined;
}

export const webhookColumns =
  "w.webhook_id, w.settings, w.settings_seal, array_to_string(w.events, ',') as events, w.payload, w.status, w.created_at, w.updated_at, w.failing_since";

export function webhookOf(row: Row): WebhookRow {
  const failingSince = row['failing_since'];
  return {
    id: row['webhook_id'] as WebhookId,
    settings: String(row['settings']),
    settingsSeal: Number(row['settings_seal']),
    events: String(row['events']).split(','),
    payload: row['payload'] as PayloadKind,
    status: row['status'] as WebhookStatus,
    createdAt: instantOfPostgres(String(row['created_at'])),
    updatedAt: instantOfPostgres(String(row['updated_at'])),
    failingSince:
      failingSince === null || failingSince === undefined
        ? undefined
        : instantOfPostgres(String(failingSince)),
  };
}

const all = statement(
  'webhooks_of',
  `select ${webhookColumns} from webhooks w where w.brand_id = $1 order by w.seq`,
);

export const listWebhooks = async (scope: BrandScope): Promise<readonly WebhookRow[]> =>
  (await scope.db.read(all, [scope.brandId])).map(webhookOf);

const one = statement(
  'webhook_read',
  `select ${webhookColumns} from webhooks w where w.brand_id = $1 and w.webhook_id = $2`,
);

export async function readWebhook(scope: BrandScope, id: WebhookId): Promise<WebhookRow | undefined> {
  const [row] = await scope.db.read(one, [scope.brandId, id]);
  return row && webhookOf(row);
}

/** How far the sequencer has come: what a subscription that begins now has behind it. */
const headSql = 'coalesce((select event_number from journal_heads where brand_id = $1), 0)';

/** Nobody: a subscription belongs to no customer. `$2` of every change is the customer. */
const nobody = null;

/** Writes a new subscription. It is told what happens from now on. */
export function insertWebhook(
  scope: BrandScope,
  row: WebhookRow,
  journal: StatementPart,
  claim?: IdempotencyClaim,
): Promise<WriteOutcome> {
  const { query, values } = assemble({
    name: 'webhook_create',
    values: [
      scope.brandId,
      nobody,
      row.id,
      row.settings,
      row.settingsSeal,
      row.events,
      row.payload,
      row.status,
      toPostgres(row.createdAt),
    ],
    claim,
    gate: 'gate',
    changed: 'changed',
    parts: [journal],
    text: (claimed, rest) => `with gate as (select 1), ${claimed} changed as (
      insert into webhooks (brand_id, webhook_id, settings, settings_seal, events, payload, status, created_at, updated_at, fanned)
      select $1, $3::uuid, $4, $5::int, $6::text[], $7, $8, $9::timestamptz, $9::timestamptz, ${headSql}
        from ${claimed ? 'claim' : 'gate'} where $2::uuid is null
      returning 1 as done), ${rest} result as (select done from changed) select done from result`,
  });
  return settle(claim, scope.db.run(query, values));
}

/** One change of a subscription that still stands as it was read. */
function write(
  scope: BrandScope,
  name: string,
  row: Pick<WebhookRow, 'id' | 'settingsSeal'>,
  more: readonly Value[],
  journal: StatementPart,
  claim: IdempotencyClaim | undefined,
  effect: string,
): Promise<WriteOutcome> {
  const { query, values } = assemble({
    name,
    values: [scope.brandId, nobody, row.id, row.settingsSeal, ...more],
    claim,
    gate: 'held',
    changed: 'changed',
    parts: [journal],
    text: (claimed, rest) => `with held as (
        select 1 from webhooks where brand_id = $1 and $2::uuid is null and webhook_id = $3::uuid and settings_seal = $4::int for update
      ), ${claimed} gate as (select 1 from ${claimed ? 'claim' : 'held'}), ${effect},
      ${rest} result as (select 1 as done from changed) select done from result`,
  });
  return settle(claim, scope.db.run(query, values));
}

const mine = 'brand_id = $1 and webhook_id = $3::uuid and exists (select from gate)';

/** Writes what a subscription is to be. Enabled again, it is told what happens from then on. */
export function changeWebhook(
  scope: BrandScope,
  before: WebhookRow,
  after: WebhookRow,
  journal: StatementPart,
  claim?: IdempotencyClaim,
): Promise<WriteOutcome> {
  const more = [
    after.settings,
    after.settingsSeal,
    after.events,
    after.payload,
    after.status,
    toPostgres(after.updatedAt),
    after.failingSince !== undefined,
  ];
  return write(
    scope,
    'webhook_change',
    before,
    more,
    journal,
    claim,
    `changed as (update webhooks set settings = $5, settings_seal = $6::int, events = $7::text[], payload = $8,
       fanned = case when status <> $9 then ${headSql} else fanned end,
       failing_since = case when $11::boolean then failing_since end,
       status = $9, updated_at = $10::timestamptz where ${mine} returning 1)`,
  );
}

/** Deletes a subscription with all that was to be sent to it. */
export const removeWebhook = (
  scope: BrandScope,
  row: WebhookRow,
  journal: StatementPart,
  claim?: IdempotencyClaim,
): Promise<WriteOutcome> =>
  write(
    scope,
    'webhook_delete',
    row,
    [],
    journal,
    claim,
    `attempts_gone as (delete from delivery_attempts where brand_id = $1 and exists (select from gate) and delivery_id in
       (select delivery_id from deliveries where brand_id = $1 and webhook_id = $3::uuid)),
     deliveries_gone as (delete from deliveries where ${mine}),
     changed as (delete from webhooks where ${mine} returning 1)`,
  );

/** Changes nothing of a subscription but writes a journal about it. */
export const noteWebhook = (
  scope: BrandScope,
  row: WebhookRow,
  journal: StatementPart,
  claim?: IdempotencyClaim,
): Promise<WriteOutcome> =>
  write(scope, 'webhook_note', row, [], journal, claim, 'changed as (select 1 from gate)');

/** Which events are to be sent again: `numbers` of the brand's events. Pending ones stay as they are. */
export const replayDeliveries = (
  scope: BrandScope,
  row: WebhookRow,
  numbers: readonly string[],
  now: Instant,
  journal: StatementPart,
  claim?: IdempotencyClaim,
): Promise<WriteOutcome> =>
  write(
    scope,
    'webhook_replay',
    row,
    [numbers, toPostgres(now)],
    journal,
    claim,
    `again as (
       insert into deliveries (brand_id, delivery_id, webhook_id, number, event_id, type, customer_id, occurred_at, status, due_at, updated_at)
       select brand_id, gen_random_uuid(), $3::uuid, number, event_id, type, customer_id, occurred_at, 'pending', $6::timestamptz, $6::timestamptz
         from events where brand_id = $1 and number = any ($5::bigint[]) and exists (select from gate)
       on conflict (brand_id, webhook_id, number) do update
         set status = 'pending', tries = 0, due_at = excluded.due_at, claim = null, updated_at = excluded.updated_at
         where deliveries.status <> 'pending'),
     changed as (select 1 from gate)`,
  );

/** What to replay, beyond what is pending anyway. */
export type Replay =
  | { readonly kind: 'event'; readonly eventId: string }
  | {
      readonly kind: 'numbers';
      readonly from: number;
      readonly to: number;
      readonly types: readonly string[];
    }
  | {
      readonly kind: 'times';
      readonly from: Instant;
      readonly to: Instant;
      readonly types: readonly string[];
    }
  | { readonly kind: 'dead' };

const deliveryOf = (more: string) =>
  `exists (select from deliveries d where d.brand_id = $1 and d.webhook_id = $2::uuid and d.number = e.number ${more})`;
// A test was for one subscription, and is for no other now.
const replayable = (name: string, where: string) =>
  statement(
    `replayable_${name}`,
    `select e.number from events e
      where e.brand_id = $1 and e.number > $3::bigint and ${where} and not ${deliveryOf("and d.status = 'pending'")}
        and (e.type <> 'webhook.test' or ${deliveryOf('')})
      order by e.number limit $4`,
  );
const replayables = {
  event: replayable('event', 'e.event_id = $5::uuid'),
  numbers: replayable('numbers', 'e.number between $5::bigint and $6::bigint and e.type = any ($7::text[])'),
  times: replayable(
    'times',
    'e.occurred_at >= $5::timestamptz and e.occurred_at < $6::timestamptz and e.type = any ($7::text[])',
  ),
  dead: replayable('dead', deliveryOf("and d.status = 'dead'")),
};

function valuesOf(what: Replay): readonly Value[] {
  switch (what.kind) {
    case 'event':
      return [what.eventId];
    case 'numbers':
      return [what.from, what.to, what.types];
    case 'times':
      return [toPostgres(what.from), toPostgres(what.to), what.types];
    case 'dead':
      return [];
  }
}

/** The numbers of the events that a replay means, from after one number on. */
export async function readReplayable(
  scope: BrandScope,
  id: WebhookId,
  what: Replay,
  after: bigint,
  most: number,
): Promise<readonly string[]> {
  const values = [scope.brandId, id, after, most, ...valuesOf(what)];
  return (await scope.db.read(replayables[what.kind], values)).map((row) => String(row['number']));
}

const disable = statement(
  'webhook_disable',
  `with changed as (
     update webhooks set status = 'STATUS_DISABLED', updated_at = $3::timestamptz
      where brand_id = $1 and webhook_id = $2::uuid and status = 'STATUS_ENABLED' returning 1
   ), journalled as (
     insert into journal (brand_id, body, event_id, type, occurred_at, payload)
     select $1, $4, $5::uuid, $6, $3::timestamptz, $7 from changed
   ) select 1 as done from changed`,
);

/** Disables a subscription whose receiver is gone, and says so; false where somebody has done that already. */
export async function disableWebhook(
  scope: BrandScope,
  id: WebhookId,
  now: Instant,
  said: { readonly body: string; readonly eventId: string; readonly type: string; readonly payload: string },
): Promise<boolean> {
  const values = [scope.brandId, id, toPostgres(now), said.body, said.eventId, said.type, said.payload];
  return (await scope.db.run(disable, values)).length > 0;
}
