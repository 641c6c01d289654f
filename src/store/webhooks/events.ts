import type { EventType } from '../../domain/webhooks/events.ts';
import { statement } from '../connection/database.ts';
import type { BrandScope } from '../scope.ts';

/** An event that has its place. */
export interface NumberedEvent {
  readonly number: bigint;
  readonly eventId: string;
  /** The body as webhooks send it. */
  readonly payload: string;
}

export interface EventPage {
  readonly events: readonly NumberedEvent[];
  /** How far was looked: there is nothing more up to here that fits. */
  readonly upTo: bigint;
  /** The number of the oldest event that is still kept, or would be: what came before is gone. */
  readonly oldest: bigint;
}

export interface EventQuery {
  readonly types: readonly EventType[] | undefined;
  readonly customerId: string | undefined;
  readonly after: bigint;
  readonly most: number;
}

// One statement, so that the head and the rows are of one moment: what is committed meanwhile comes later.
const page = statement(
  'events_page',
  `with head as (
     select coalesce((select event_number from journal_heads where brand_id = $1), 0) as number
   ), oldest as (
     select coalesce((select min(number) from events where brand_id = $1), (select number + 1 from head)) as number
   ), found as (
     select number, event_id, payload from events
      where brand_id = $1 and number > $2::bigint and ($3::text[] is null or type = any ($3::text[]))
        and ($4::uuid is null or customer_id = $4::uuid)
      order by number limit $5
   )
   select head.number as head, oldest.number as oldest, found.number, found.event_id, found.payload
     from head cross join oldest left join found on true order by found.number`,
);

/** The events after a number, oldest first. */
export async function readEvents(scope: BrandScope, query: EventQuery): Promise<EventPage> {
  const { types, customerId, after, most } = query;
  const rows = await scope.db.read(page, [scope.brandId, after, types ?? null, customerId ?? null, most]);
  const events = rows
    .filter((row) => row['number'] !== null)
    .map((row) => ({
      number: BigInt(String(row['number'])),
      eventId: String(row['event_id']),
      payload: String(row['payload']),
    }));
  const head = BigInt(String(rows[0]?.['head'] ?? 0));
  const last = events.length === most ? events.at(-1) : undefined;
  return {
    events,
    upTo: last?.number ?? (head > after ? head : after),
    oldest: BigInt(String(rows[0]?.['oldest'] ?? 1)),
  };
}
