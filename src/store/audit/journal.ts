import type { Id } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import type { EventType } from '../../domain/webhooks/events.ts';
import type { StatementPart } from '../statement-parts.ts';

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

/** Always the whole row: with an event or without, one statement serves. */
const journalSql = (gate: string, from: number): string => `journalled as (
    insert into journal (brand_id, customer_id, body, reason, event_id, type, occurred_at, payload)
    select $1, $2::uuid, $${from}::text, $${from + 1}::text, $${from + 2}::uuid, $${from + 3}::text,
           $${from + 4}::timestamptz, $${from + 5}::text from ${gate})`;

/**
 * The CTE that writes an entry about no customer along with a change of something else; its body is the
 * parameter `$from`, and `$1` the brand.
 */
export const operatorEntrySql = (gate: string, from: number): string => `noted as (
    insert into journal (brand_id, body) select $1, $${from}::text from ${gate})`;

/** The journal as a part of a change. */
export function journalPart({ entry, event }: Journal): StatementPart {
  return {
    name: 'journalled',
    sql: journalSql,
    values: [
      entry.body,
      entry.reason ?? null,
      event?.eventId ?? null,
      event?.type ?? null,
      event ? toPostgres(event.occurredAt) : null,
      event?.payload ?? null,
    ],
  };
}
