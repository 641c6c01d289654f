import type { Id, KeyIdentity } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import type { ChallengeOutcome } from '../../domain/webhooks/challenge.ts';
import type {
  Ownership,
  PayloadKind,
  StopReason,
  WebhookStatus,
} from '../../domain/webhooks/subscription.ts';
import type { Journal } from '../audit/journal.ts';
import { journalParameters, journalSql } from '../audit/journal.ts';
import { columns, id, instant, named, number, optional, text, unprovenText, words } from '../columns.ts';
import { statement } from '../connection/database.ts';
import type { IdempotencyClaim, WriteOutcome } from '../idempotency-claim.ts';
import { runWithClaim } from '../idempotency-claim.ts';
import type { BrandScope } from '../scope.ts';
import type { Parameters } from '../sql.ts';
import { sql } from '../sql.ts';
import type { StatementPart } from '../statement-parts.ts';
import { assemble } from '../statement-parts.ts';

export type WebhookId = Id<'webhook'>;

/** A subscription as stored. */
export interface WebhookRow {
  readonly id: WebhookId;
  /** Sealed. */
  readonly settings: string;
  /** Counts the changes. A change that was decided on an older count is not written. */
  readonly settingsSeal: number;
  readonly events: readonly string[];
  readonly payload: PayloadKind;
  readonly status: WebhookStatus;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly failingSince: Instant | undefined;
  /** The key that made it or last changed it, and answers for it. */
  readonly keyId: KeyIdentity | undefined;
  readonly ownership: Ownership | undefined;
  readonly stopped: StopReason | undefined;
  /** While the URL is unverified: when the next challenge is sent, how many failed, and how the last one ended. */
  readonly challengeDue: Instant | undefined;
  readonly challenges: number;
  readonly challengeOutcome: ChallengeOutcome | undefined;
}

/** A list of words, or an empty one in the place of one that is too long. The bytes are those of the compressed list. */
const boundedWords = () => ({
  ...words(),
  select: (column: string) =>
    `case when pg_column_size(${column}) <= 100000 then array_to_string(${column}, ',') end`,
});

export const webhooks = columns(
  {
    id: named('webhook_id', id<WebhookId>()),
    settings: unprovenText(),
    settingsSeal: number(),
    events: boundedWords(),
    payload: text<PayloadKind>(),
    status: text<WebhookStatus>(),
    createdAt: instant(),
    updatedAt: instant(),
    failingSince: optional(instant()),
    keyId: optional(id<KeyIdentity>()),
    ownership: optional(text<Ownership>()),
    stopped: optional(text<StopReason>()),
    challengeDue: optional(instant()),
    challenges: number(),
    challengeOutcome: optional(unprovenText<ChallengeOutcome>()),
  },
  'w',
);

const all = statement(
  'webhooks_of',
  `select ${webhooks.list} from webhooks w where w.brand_id = $1 order by w.seq`,
);

export const listWebhooks = async (scope: BrandScope): Promise<readonly WebhookRow[]> =>
  (await scope.db.read(all, [scope.brandId])).map(webhooks.read);

const one = statement(
  'webhook_read',
  `select ${webhooks.list} from webhooks w where w.brand_id = $1 and w.webhook_id = $2`,
);

export async function readWebhook(scope: BrandScope, id: WebhookId): Promise<WebhookRow | undefined> {
  const [row] = await scope.db.read(one, [scope.brandId, id]);
  return row && webhooks.read(row);
}

/** The number of the newest event. A subscription that begins now starts after it. */
const headSql = 'coalesce((select event_number from journal_heads where brand_id = :brandId), 0)';

/** Writes a new subscription. It receives events from now on. */
export function insertWebhook(
  scope: BrandScope,
  row: WebhookRow,
  journal: StatementPart,
  claim?: IdempotencyClaim,
): Promise<WriteOutcome> {
  const { query, parameters } = assemble({
    name: 'webhook_create',
    parameters: {
      brandId: scope.brandId,
      id: row.id,
      settings: row.settings,
      settingsSeal: row.settingsSeal,
      events: row.events,
      payload: row.payload,
      status: row.status,
      createdAt: toPostgres(row.createdAt),
      keyId: row.keyId,
      ownership: row.ownership,
      challengeDue: row.challengeDue && toPostgres(row.challengeDue),
    },
    claim,
    gate: 'gate',
    changed: 'changed',
    parts: [journal],
    text: (claimed, rest) => `with gate as (select 1), ${claimed} changed as (
      insert into webhooks (brand_id, webhook_id, settings, settings_seal, events, payload, status, created_at, updated_at, fanned, key_id, ownership, challenge_due)
      select :brandId, :id::uuid, :settings, :settingsSeal::int, :events::text[], :payload, :status,
             :createdAt::timestamptz, :createdAt::timestamptz, ${headSql},
             :keyId::uuid, :ownership, :challengeDue::timestamptz
        from ${claimed ? 'claim' : 'gate'}
      returning 1 as done), ${rest} result as (select done from changed) select done from result`,
  });
  return runWithClaim(claim, query.run(scope.db, parameters));
}

/** One change of a subscription with its journal entry and claim. */
interface SubscriptionChange {
  readonly name: string;
  /** The subscription in the state in which it was read. */
  readonly row: Pick<WebhookRow, 'id' | 'settingsSeal'>;
  /** CTEs that end in `changed`. */
  readonly effect: string;
  /** The parameters of the effect besides the brand and the subscription. */
  readonly parameters?: Parameters;
  readonly journal: StatementPart;
  readonly claim: IdempotencyClaim | undefined;
}

/** Writes one change of a subscription if it has not changed since it was read. */
function write(scope: BrandScope, change: SubscriptionChange): Promise<WriteOutcome> {
  const { name, row, effect, claim } = change;
  const { query, parameters } = assemble({
    name,
    parameters: { brandId: scope.brandId, id: row.id, readSeal: row.settingsSeal, ...change.parameters },
    claim,
    gate: 'held',
    changed: 'changed',
    parts: [change.journal],
    text: (claimed, rest) => `with held as (
        select 1 from webhooks where brand_id = :brandId and webhook_id = :id::uuid and settings_seal = :readSeal::int for update
      ), ${claimed} gate as (select 1 from ${claimed ? 'claim' : 'held'}), ${effect},
      ${rest} result as (select 1 as done from changed) select done from result`,
  });
  return runWithClaim(claim, query.run(scope.db, parameters));
}

const thisOne = 'brand_id = :brandId and webhook_id = :id::uuid and exists (select from gate)';

/** The columns that say whether a subscription gets events, besides its status. */
const standingSql = `key_id = :keyId::uuid, ownership = :ownership, stopped = :stopped,
       challenge_due = :challengeDue::timestamptz, challenges = :challenges::int, challenge_outcome = :challengeOutcome`;

const standingParameters = (row: WebhookRow): Parameters => ({
  keyId: row.keyId,
  ownership: row.ownership,
  stopped: row.stopped,
  challengeDue: row.challengeDue && toPostgres(row.challengeDue),
  challenges: row.challenges,
  challengeOutcome: row.challengeOutcome,
});

/** Writes the new state of a subscription. When it is enabled again, it receives events from then on. */
export const changeWebhook = (
  scope: BrandScope,
  before: WebhookRow,
  after: WebhookRow,
  journal: StatementPart,
  claim?: IdempotencyClaim,
): Promise<WriteOutcome> =>
  write(scope, {
    name: 'webhook_change',
    row: before,
    effect: `changed as (update webhooks set settings = :settings, settings_seal = :settingsSeal::int,
       events = :events::text[], payload = :payload,
       fanned = case when status <> :status then ${headSql} else fanned end,
       failing_since = case when :isFailing::boolean then failing_since end,
       status = :status, updated_at = :updatedAt::timestamptz, ${standingSql} where ${thisOne} returning 1)`,
    parameters: {
      settings: after.settings,
      settingsSeal: after.settingsSeal,
      events: after.events,
      payload: after.payload,
      status: after.status,
      updatedAt: toPostgres(after.updatedAt),
      isFailing: after.failingSince !== undefined,
      ...standingParameters(after),
    },
    journal,
    claim,
  });

/** Deletes a subscription with its deliveries. */
export const removeWebhook = (
  scope: BrandScope,
  row: WebhookRow,
  journal: StatementPart,
  claim?: IdempotencyClaim,
): Promise<WriteOutcome> =>
  write(scope, {
    name: 'webhook_delete',
    row,
    effect: `attempts_gone as (delete from delivery_attempts where brand_id = :brandId and exists (select from gate) and delivery_id in
       (select delivery_id from deliveries where brand_id = :brandId and webhook_id = :id::uuid)),
     deliveries_gone as (delete from deliveries where ${thisOne}),
     changed as (delete from webhooks where ${thisOne} returning 1)`,
    journal,
    claim,
  });

/** Writes an entry about a subscription without changing it. */
export const insertWebhookEntry = (
  scope: BrandScope,
  row: WebhookRow,
  journal: StatementPart,
  claim?: IdempotencyClaim,
): Promise<WriteOutcome> =>
  write(scope, { name: 'webhook_note', row, effect: 'changed as (select 1 from gate)', journal, claim });

/** Sends the challenge again, with its whole schedule. */
export const challengeAgain = (
  scope: BrandScope,
  row: WebhookRow,
  now: Instant,
  journal: StatementPart,
  claim?: IdempotencyClaim,
): Promise<WriteOutcome> =>
  write(scope, {
    name: 'webhook_challenge_again',
    row,
    effect: `changed as (update webhooks set challenge_due = :now::timestamptz, challenges = 0 where ${thisOne} returning 1)`,
    parameters: { now: toPostgres(now) },
    journal,
    claim,
  });

/** Schedules the brand's events with these numbers for another delivery. Pending deliveries stay as they are. */
export const replayDeliveries = (
  scope: BrandScope,
  row: WebhookRow,
  numbers: readonly string[],
  now: Instant,
  journal: StatementPart,
  claim?: IdempotencyClaim,
): Promise<WriteOutcome> =>
  write(scope, {
    name: 'webhook_replay',
    row,
    effect: `again as (
       insert into deliveries (brand_id, delivery_id, webhook_id, number, event_id, type, customer_id, occurred_at, status, due_at, updated_at)
       select brand_id, gen_random_uuid(), :id::uuid, number, event_id, type, customer_id, occurred_at, 'pending', :now::timestamptz, :now::timestamptz
         from events where brand_id = :brandId and number = any (:numbers::bigint[]) and exists (select from gate)
       on conflict (brand_id, webhook_id, number) do update
         set status = 'pending', tries = 0, due_at = excluded.due_at, claim = null, updated_at = excluded.updated_at
         where deliveries.status <> 'pending'),
     changed as (select 1 from gate)`,
    parameters: { numbers, now: toPostgres(now) },
    journal,
    claim,
  });

/** What to replay. Pending deliveries are never part of a replay. */
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

const eventNumber = columns({ number: text() }, 'e');
const deliveryOf = (more: string) =>
  `exists (select from deliveries d where d.brand_id = :brandId and d.webhook_id = :id::uuid and d.number = e.number ${more})`;
// A test event belongs to one subscription only.
const replayable = (name: string, where: string) =>
  sql(
    `replayable_${name}`,
    `select ${eventNumber.list} from events e
      where e.brand_id = :brandId and e.number > :after::bigint and ${where} and not ${deliveryOf("and d.status = 'pending'")}
        and (e.type <> 'webhook.test' or ${deliveryOf('')})
      order by e.number limit :most`,
  );
const replayables = {
  event: replayable('event', 'e.event_id = :eventId::uuid'),
  numbers: replayable(
    'numbers',
    'e.number between :from::bigint and :to::bigint and e.type = any (:types::text[])',
  ),
  times: replayable(
    'times',
    'e.occurred_at >= :from::timestamptz and e.occurred_at < :to::timestamptz and e.type = any (:types::text[])',
  ),
  dead: replayable('dead', deliveryOf("and d.status = 'dead'")),
};

function parametersOf(what: Replay): Parameters {
  switch (what.kind) {
    case 'event':
      return { eventId: what.eventId };
    case 'numbers':
      return { from: what.from, to: what.to, types: what.types };
    case 'times':
      return { from: toPostgres(what.from), to: toPostgres(what.to), types: what.types };
    case 'dead':
      return {};
  }
}

/** The numbers of the events that a replay selects, after one number. */
export async function readReplayable(
  scope: BrandScope,
  id: WebhookId,
  what: Replay,
  after: bigint,
  most: number,
): Promise<readonly string[]> {
  const parameters = { brandId: scope.brandId, id, after, most, ...parametersOf(what) };
  const rows = await replayables[what.kind].read(scope.db, parameters);
  return rows.map((row) => eventNumber.read(row).number);
}

const background = sql(
  'webhook_background_change',
  `with changed as (
     update webhooks set status = :status, settings = :settings, settings_seal = :settingsSeal::int,
            updated_at = :now::timestamptz, ${standingSql}
      where brand_id = :brandId and webhook_id = :id::uuid and settings_seal = :settingsSeal::int - 1 returning 1
   ), ${journalSql('changed')} select 1 as done from changed`,
);

/**
 * Writes what Clientele itself decided about a subscription: that it is disabled or stopped, or that its URL is
 * verified. False where it was changed since it was read.
 */
export async function changeInBackground(
  scope: BrandScope,
  next: WebhookRow,
  journal: Journal,
): Promise<boolean> {
  const rows = await background.run(scope.db, {
    brandId: scope.brandId,
    id: next.id,
    status: next.status,
    settings: next.settings,
    settingsSeal: next.settingsSeal,
    now: toPostgres(next.updatedAt),
    ...standingParameters(next),
    ...journalParameters(journal),
  });
  return rows.length > 0;
}
