import type { EventType } from '../domain/events.ts';
import type { CustomerId, Id } from '../domain/ids.ts';
import type { Instant } from '../domain/time.ts';
import { toPostgres } from '../domain/time.ts';
import type { Value } from './database.ts';
import { statement } from './database.ts';
import type { Part } from './parts.ts';
import type { BrandScope } from './scope.ts';

/** What a change leaves behind: an entry of the audit trail, and an event where somebody is to be told. */
export interface Journal {
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

export interface NewEntry {
  /** ASCII JSON, in the very bytes that will be hashed. */
  readonly body: string;
  /** Sealed. */
  readonly reason: string | undefined;
}

const entrySql = (gate: string, from: number): string => `noted as (
    insert into audit (brand_id, customer_id, body, reason)
    select $1, $2::uuid, $${from}::text, $${from + 1}::text from ${gate})`;

/**
 * The CTE that writes an entry about no customer along with a change of something else; its body is the
 * parameter `$from`, and `$1` the brand.
 */
export const operatorEntrySql = (gate: string, from: number): string => `noted as (
    insert into audit (brand_id, body) select $1, $${from}::text from ${gate})`;

const eventSql = (gate: string, from: number): string => `announced as (
    insert into events (brand_id, event_id, type, customer_id, occurred_at, payload)
    select $1, $${from + 2}::uuid, $${from + 3}::text, $2::uuid, $${from + 4}::timestamptz, $${from + 5}::text from ${gate})`;

const entryValues = ({ entry }: Journal): readonly Value[] => [entry.body, entry.reason ?? null];

/** The journal as a part of a change. */
export function journalPart(journal: Journal): Part {
  const { event } = journal;
  if (!event) return { name: 'noted', sql: entrySql, values: entryValues(journal) };
  return {
    name: 'journalled',
    sql: (gate, from) => `${entrySql(gate, from)}, ${eventSql(gate, from)}`,
    values: [...entryValues(journal), event.eventId, event.type, toPostgres(event.occurredAt), event.payload],
  };
}

const note = statement('journal_note', `with gate as (select 1), ${entrySql('gate', 3)} select 1 as done`);
const announce = statement(
  'journal_announce',
  `with gate as (select 1), ${entrySql('gate', 3)}, ${eventSql('gate', 3)} select 1 as done`,
);

/** Writes down what needs no row of its own: that something was read, or that somebody was told. */
export async function writeJournal(
  scope: BrandScope,
  customerId: CustomerId | undefined,
  journal: Journal,
): Promise<void> {
  const { values } = journalPart(journal);
  await scope.db.run(journal.event ? announce : note, [scope.brandId, customerId ?? null, ...values]);
}
