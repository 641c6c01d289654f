import type { BrandId, CustomerId, Id } from '../../domain/ids.ts';
import type { EventType } from '../../domain/webhooks/events.ts';
import type { Column } from '../columns.ts';
import { columns, id, instant, optional, text } from '../columns.ts';
import type { Connection, Row } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import type { NewEvent } from './journal.ts';

// The outbox of every brand, as the sequencer reads it. A person who can write to the tables can store a row that cannot
// be read as one. It is told apart here, so that it keeps nobody else's rows waiting.

/** An outbox row: a committed change whose entry and event have no number yet. */
export interface OutboxRow {
  readonly brandId: BrandId;
  readonly arrived: string;
  readonly customerId: CustomerId | undefined;
  /** The entry of the audit trail. */
  readonly body: string;
  readonly event: NewEvent | undefined;
}

/** An outbox row with its proof, which is not checked yet. */
export interface Unsequenced extends OutboxRow {
  readonly mac: string;
}

/** The primary key of an outbox row. */
export type OutboxKey = Pick<OutboxRow, 'brandId' | 'arrived'>;

/** A row that the service cannot have written, because it holds a value that cannot be read. */
export interface UnreadableRow extends OutboxKey {
  readonly cause: unknown;
}

/** Rows of the outbox in the order in which they arrived. */
export interface OutboxRows {
  readonly rows: readonly Unsequenced[];
  readonly unreadable: readonly UnreadableRow[];
  /** Of both together. */
  readonly count: number;
  readonly last: OutboxKey | undefined;
}

/**
 * The most bytes of a text in a row. The service writes less than a tenth of it. A text of hundreds of megabytes would
 * end the connection that reads it. Migration 0027 has the same number.
 */
const longest = 1_000_000;

/** A text of that length at most: a longer one is read as null. */
const bounded = <Text extends string = string>(): Column<Text> => ({
  ...text<Text>(),
  select: (column) => `case when octet_length(${column}) <= ${longest} then ${column} end`,
});

const key = columns({ brandId: id<BrandId>(), arrived: text() });

export const outboxColumns = columns({
  brandId: id<BrandId>(),
  arrived: text(),
  customerId: optional(id<CustomerId>()),
  body: bounded(),
  eventId: optional(id<Id<'event'>>()),
  type: optional(bounded<EventType>()),
  occurredAt: optional(instant()),
  payload: optional(bounded()),
});
const proof = columns({ mac: bounded() });

/** The columns of an outbox row with its proof. */
export const unsequencedList = `${outboxColumns.list}, ${proof.list}`;

export function outboxRowOf(row: Row): OutboxRow {
  const { eventId, type, occurredAt, payload, ...rest } = outboxColumns.read(row);
  const isEvent =
    eventId !== undefined && type !== undefined && occurredAt !== undefined && payload !== undefined;
  return { ...rest, event: isEvent ? { eventId, type, occurredAt, payload } : undefined };
}

export function outboxRowsOf(found: readonly Row[]): OutboxRows {
  const rows: Unsequenced[] = [];
  const unreadable: UnreadableRow[] = [];
  for (const row of found) {
    try {
      rows.push({ ...outboxRowOf(row), ...proof.read(row) });
    } catch (cause) {
      unreadable.push({ ...key.read(row), cause });
    }
  }
  const last = found.at(-1);
  return { rows, unreadable, count: found.length, last: last && key.read(last) };
}

const oldest = statement(
  'sequence_oldest',
  `select ${unsequencedList} from journal
    where refused_at is null and brand_id <> all ($2::uuid[]) and ($3::uuid is null or brand_id = $3)
    order by arrived limit $1`,
);

/** The rows that wait for a number, the oldest first: without those of some brands, or of one brand only. */
export const readUnsequenced = async (
  db: Connection,
  most: number,
  without: readonly BrandId[] = [],
  only?: BrandId,
): Promise<OutboxRows> => outboxRowsOf(await db.run(oldest, [most, without, only ?? null]));

const brand = columns({ brandId: id<BrandId>() });
const waiting = statement(
  'sequence_waiting_brands',
  `select distinct ${brand.list} from journal where refused_at is null`,
);

/** The brands with rows that wait for a number. */
export const brandsWaiting = async (db: Connection): Promise<readonly BrandId[]> =>
  (await db.run(waiting, [])).map((row) => brand.read(row).brandId);
