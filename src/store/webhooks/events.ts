import type { Instant } from '../../domain/time.ts';
import { plusSeconds, toPostgres } from '../../domain/time.ts';
import type { EventType } from '../../domain/webhooks/events.ts';
import type { StoredEvent } from '../audit/journal.ts';
import { storedEventColumns } from '../audit/journal.ts';
import { bigint, columns, computed, number, optional, text } from '../columns.ts';
import type { BrandScope } from '../scope.ts';
import type { Query } from '../sql.ts';
import { sql } from '../sql.ts';

export interface EventPage {
  /** Their proofs are not checked yet. */
  readonly events: readonly StoredEvent[];
  /** The number up to which all matching events are in this page. */
  readonly upTo: bigint;
  /** The number of the oldest event that is still kept. Earlier events are deleted. */
  readonly oldest: bigint;
}

export interface EventFilter {
  readonly types: readonly EventType[] | undefined;
  readonly customerId: string | undefined;
  readonly from?: Instant | undefined;
  readonly to?: Instant | undefined;
}

export interface EventQuery extends EventFilter {
  readonly after: bigint;
  readonly most: number;
}

/** Whether an event happened in a span of time. */
const withinSql = `(:from::timestamptz is null or occurred_at >= :from::timestamptz)
  and (:to::timestamptz is null or occurred_at < :to::timestamptz)`;

const span = ({ from, to }: EventFilter) => ({ from: from && toPostgres(from), to: to && toPostgres(to) });

// Numbers are in the order of commits, and times nearly so. The search needs one look at the index for each halving.
const bisection = sql(
  'events_number_at',
  `with recursive narrowed (low, high) as (
     select (select min(number) from events where brand_id = :brandId),
            (select max(number) from events where brand_id = :brandId) + 1
     union all
     select case when found.occurred_at < :at::timestamptz then found.number + 1 else low end,
            case when found.occurred_at < :at::timestamptz then high else (low + high) / 2 end
       from narrowed left join lateral (
              select number, occurred_at from events
               where brand_id = :brandId and number >= (low + high) / 2 and number < high order by number limit 1) as found on true
      where low < high
   )
   select low as number from narrowed order by high - low limit 1`,
);
const bisected = columns({ number: optional(bigint()) });

/** Seconds by which the order of numbers may differ from the order of times; a change takes at most ten. */
const disorder = 3_600;

const highest = 0x7fff_ffff_ffff_ffffn;

/** The numbers that events of a span of time can have: the least, and the one beyond the highest. */
async function numbersWithin(
  scope: BrandScope,
  { from, to }: EventFilter,
): Promise<{ readonly least: bigint; readonly beyond: bigint }> {
  const at = async (moment: Instant) => {
    const found = await bisection.read(scope.db, { brandId: scope.brandId, at: toPostgres(moment) });
    return found[0] && bisected.read(found[0]).number;
  };
  return {
    least: (from && (await at(plusSeconds(from, -disorder)))) ?? 0n,
    beyond: (to && (await at(plusSeconds(to, disorder)))) ?? highest,
  };
}

// One statement reads the head and the rows in one snapshot. Events that are committed later come on a later page.
const event = columns(storedEventColumns, 'found');
const bounds = columns({
  head: computed('head.number', bigint()),
  oldest: computed('oldest.number', bigint()),
});
const isFound = columns({ number: optional(text()) });

const page = sql(
  'events_page',
  `with head as (
     select coalesce((select event_number from journal_heads where brand_id = :brandId), 0) as number
   ), oldest as (
     select coalesce((select min(number) from events where brand_id = :brandId), (select number + 1 from head)) as number
   ), found as (
     select number, event_id, type, customer_id, occurred_at, payload, mac from events
      where brand_id = :brandId and number > :after::bigint and (:types::text[] is null or type = any (:types::text[]))
        and (:customerId::uuid is null or customer_id = :customerId::uuid)
        and number < :beyond::bigint and ${withinSql}
      order by number limit :most
   )
   select ${bounds.list}, ${event.list}
     from head cross join oldest left join found on true order by found.number`,
);

/** The events after a number, oldest first. */
export async function readEvents(scope: BrandScope, query: EventQuery): Promise<EventPage> {
  const { types, customerId, most } = query;
  const { least, beyond } = await numbersWithin(scope, query);
  const after = least - 1n > query.after ? least - 1n : query.after;
  const parameters = { brandId: scope.brandId, after, types, customerId, beyond, most, ...span(query) };
  const rows = await page.read(scope.db, parameters);
  const events = rows.filter((row) => isFound.read(row).number !== undefined).map(event.read);
  const { head, oldest } = rows[0] ? bounds.read(rows[0]) : { head: 0n, oldest: 1n };
  const last = events.length === most ? events.at(-1) : undefined;
  return {
    events,
    // An event that got its number after `beyond` was looked up comes on a later page.
    upTo: last ? BigInt(last.number) : greatest(after, head < beyond ? head : beyond - 1n),
    oldest,
  };
}

const greatest = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** Events examined for one page. A rare match takes more pages, never a longer query. */
const longestLook = 20_000;

const examined = columns({
  many: computed('bound.many', number()),
  last: computed('bound.number', optional(bigint())),
});

const newestPages = Object.fromEntries(
  [true, false].map((ofCustomer) => [
    String(ofCustomer),
    sql(
      `events_newest${ofCustomer ? ' customer' : ''}`,
      `with seen as materialized (
         select number, event_id, type, customer_id, occurred_at, payload, mac from events
          where brand_id = :brandId and number < :before::bigint and number >= :least::bigint and number < :beyond::bigint
                ${ofCustomer ? 'and customer_id = :customerId::uuid' : ''}
          order by number desc limit :look
       ), found as (
         select * from seen where (:types::text[] is null or type = any (:types::text[])) and ${withinSql}
          order by number desc limit :most
       ), bound as (select count(*) as many, min(number) as number from seen)
       select ${examined.list}, ${event.list} from bound left join found on true order by found.number desc`,
    ),
  ]),
);

export interface NewestEvents {
  /** Their proofs are not checked yet. */
  readonly events: readonly StoredEvent[];
  /** The number of the last event that was examined. `undefined`: there are none before it. */
  readonly last: bigint | undefined;
}

/** The events before a number, newest first. Without one, from the end on. */
export async function readNewestEvents(
  scope: BrandScope,
  query: EventFilter & { readonly before: bigint | undefined; readonly most: number },
): Promise<NewestEvents> {
  const { types, customerId, before = highest, most } = query;
  const { least, beyond } = await numbersWithin(scope, query);
  const isNarrow = types !== undefined || query.from !== undefined || query.to !== undefined;
  const look = isNarrow ? longestLook : most;
  const newest = newestPages[String(customerId !== undefined)] as Query;
  // Does not use the shared pipeline: a long query would delay the short reads behind it.
  const rows = await newest.run(scope.db, {
    brandId: scope.brandId,
    before,
    beyond,
    least,
    look,
    types,
    most,
    ...span(query),
    ...(customerId !== undefined && { customerId }),
  });
  const events = rows.filter((row) => isFound.read(row).number !== undefined).map(event.read);
  const last = events.length === most ? events.at(-1) : undefined;
  if (last) return { events, last: BigInt(last.number) };
  const seen = rows[0] && examined.read(rows[0]);
  return { events, last: seen && seen.many === look ? seen.last : undefined };
}
