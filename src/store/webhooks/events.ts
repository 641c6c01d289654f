import type { EventType } from '../../domain/webhooks/events.ts';
import type { StoredEvent } from '../audit/journal.ts';
import { storedEventColumns } from '../audit/journal.ts';
import { bigint, columns, computed, optional, text } from '../columns.ts';
import type { BrandScope } from '../scope.ts';
import { sql } from '../sql.ts';

export interface EventPage {
  /** Their proofs are not checked yet. */
  readonly events: readonly StoredEvent[];
  /** The number up to which all matching events are in this page. */
  readonly upTo: bigint;
  /** The number of the oldest event that is still kept. Earlier events are deleted. */
  readonly oldest: bigint;
}

export interface EventQuery {
  readonly types: readonly EventType[] | undefined;
  readonly customerId: string | undefined;
  readonly after: bigint;
  readonly most: number;
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
      order by number limit :most
   )
   select ${bounds.list}, ${event.list}
     from head cross join oldest left join found on true order by found.number`,
);

/** The events after a number, oldest first. */
export async function readEvents(scope: BrandScope, query: EventQuery): Promise<EventPage> {
  const { types, customerId, after, most } = query;
  const rows = await page.read(scope.db, { brandId: scope.brandId, after, types, customerId, most });
  const events = rows.filter((row) => isFound.read(row).number !== undefined).map(event.read);
  const { head, oldest } = rows[0] ? bounds.read(rows[0]) : { head: 0n, oldest: 1n };
  const last = events.length === most ? events.at(-1) : undefined;
  return {
    events,
    upTo: last ? BigInt(last.number) : head > after ? head : after,
    oldest,
  };
}
