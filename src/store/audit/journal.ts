import type { CustomerId, Id } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import type { EventType } from '../../domain/webhooks/events.ts';
import { id, optional, text, unprovenInstant, unprovenText } from '../columns.ts';
import type { Parameters } from '../sql.ts';
import type { StatementPart } from '../statement-parts.ts';

/** The record of a change: an entry of the audit trail, and an event if subscribers are notified. */
export interface Journal {
  /** The customer that changed, if the change belongs to one. */
  readonly customerId: CustomerId | undefined;
  readonly event: NewEvent | undefined;
  readonly entry: NewEntry;
}

export interface NewEvent {
  readonly eventId: Id<'event'>;
  readonly type: EventType;
  readonly occurredAt: Instant;
  /** The body as webhooks send it. */
  readonly payload: string;
}

/** An event with its number, as it is stored. */
export interface StoredEvent extends NewEvent {
  readonly number: string;
  readonly customerId: CustomerId | undefined;
  /** Proves that the service wrote the row. It is not checked yet. */
  readonly mac: string;
}

/** The columns of a stored event. Nothing in them is proven before its MAC is checked. */
export const eventColumns = {
  number: text(),
  eventId: id<Id<'event'>>(),
  type: unprovenText<EventType>(),
  customerId: optional(id<CustomerId>()),
  occurredAt: unprovenInstant(),
  payload: unprovenText(),
} as const;

/** The same with the proof. */
export const storedEventColumns = { ...eventColumns, mac: unprovenText() } as const;

export interface NewEntry {
  /** ASCII JSON, in exactly the bytes that will be hashed. */
  readonly body: string;
  /** Sealed. */
  readonly reason: string | undefined;
  /** Proves that the service wrote the row: a MAC over everything in it except the reason, which is sealed for the body. */
  readonly mac: string;
}

/**
 * The only insert into the outbox. An absent value is null, so that one statement serves every change. It reads
 * `gate`, which has one row if the change happens. `name` is what the CTE is called.
 */
export const journalSql = (gate: string, name = 'journalled'): string => `${name} as (
    insert into journal (brand_id, customer_id, body, reason, event_id, type, occurred_at, payload, mac)
    select :brandId, :customerId::uuid, :body::text, :reason::text, :eventId::uuid, :type::text,
           :occurredAt::timestamptz, :payload::text, :mac::text from ${gate})`;

/** Every parameter of `journalSql` except the brand. */
export const journalParameters = ({ customerId, entry, event }: Journal): Parameters => ({
  customerId,
  body: entry.body,
  reason: entry.reason,
  eventId: event?.eventId,
  type: event?.type,
  occurredAt: event && toPostgres(event.occurredAt),
  payload: event?.payload,
  mac: entry.mac,
});

/** The same parameters for an entry without an event and without a customer. */
export const entryParameters = (entry: NewEntry): Parameters =>
  journalParameters({ customerId: undefined, entry, event: undefined });

/** An entry and its event, as a part of a change. */
export const journalPart = (journal: Journal): StatementPart => ({
  name: 'journalled',
  sql: journalSql,
  parameters: journalParameters(journal),
  group: { shared: [], exclusive: [] },
});

/** An entry without an event and without a customer, as a part of a change. */
export const entryPart = (entry: NewEntry): StatementPart =>
  journalPart({ customerId: undefined, entry, event: undefined });
