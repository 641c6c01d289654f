import type { BrandId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import { columns, computed, flag, hex, id, named, number, text } from '../columns.ts';
import type { Connection, Database } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import { sql } from '../sql.ts';

// The sequencer reads the outbox of every brand. Only it writes numbers, hashes and heads. A number assigned
// before the commit could be skipped by readers.

const lock = columns({ held: flag() });

const hold = statement('sequence_hold', 'select pg_try_advisory_xact_lock(7203518452) as held');

/** Makes this transaction the only sequencer. False: another process is the sequencer. */
export async function lockSequencer(db: Connection): Promise<boolean> {
  const [row] = await db.run(hold, []);
  return row !== undefined && lock.read(row).held;
}

const dueSql = `audit_number > checkpoint_number
  and (audit_number >= checkpoint_number + $1 or checkpoint_at is null or checkpoint_at <= $2::timestamptz)`;

const work = columns({ waiting: flag() });

const waiting = statement(
  'sequence_waiting',
  `select exists (select from journal) or exists (select from journal_heads where ${dueSql}) as waiting`,
);

/**
 * When a checkpoint is due: after this many entries, or if there are new entries and the last checkpoint is not
 * later than this time.
 */
export interface SequencerWork {
  readonly entries: number;
  readonly notAfter: Instant;
}

/** Whether there is anything to number, to chain or to sign. */
export async function isSequenceWaiting(db: Database, due: SequencerWork): Promise<boolean> {
  const [row] = await db.run(waiting, [due.entries, toPostgres(due.notAfter)]);
  return row !== undefined && work.read(row).waiting;
}

/** An outbox row: a committed change whose entry and event have no number yet. */
export interface Unsequenced {
  readonly brandId: BrandId;
  readonly arrived: string;
  /** The entry of the audit trail. */
  readonly body: string;
  readonly hasEvent: boolean;
}

const unsequenced = columns({
  brandId: id<BrandId>(),
  arrived: text(),
  body: text(),
  hasEvent: computed('event_id is not null', flag()),
});

const oldest = statement(
  'sequence_oldest',
  `select ${unsequenced.list} from journal order by arrived limit $1`,
);

/** The outbox, in the order in which its rows arrived. */
export async function readUnsequenced(db: Connection, most: number): Promise<readonly Unsequenced[]> {
  return (await db.run(oldest, [most])).map(unsequenced.read);
}

/** The end of a brand's trail. */
export interface TrailHead {
  readonly brandId: BrandId;
  readonly number: number;
  /** Hex. */
  readonly hash: string;
}

/** The end of the audit trail and the end of the events. */
export interface Head extends TrailHead {
  readonly events: number;
}

const trailHead = columns({
  brandId: id<BrandId>(),
  number: named('audit_number', number()),
  hash: named('audit_hash', hex()),
});
const eventHead = columns({ events: named('event_number', number()) });

const headsOf = statement(
  'sequence_heads',
  `select ${trailHead.list}, ${eventHead.list} from journal_heads where brand_id = any ($1::uuid[])`,
);

/** The heads of these brands. A brand without entries is left out. */
export async function headsOfBrands(db: Connection, brands: readonly BrandId[]): Promise<readonly Head[]> {
  return (await db.run(headsOf, [brands])).map((row) => ({
    ...trailHead.read(row),
    ...eventHead.read(row),
  }));
}

/** An outbox row with its number in the audit trail and, where it has an event, in the events. */
export interface SequencedRow extends Unsequenced {
  readonly number: number;
  /** Hex. */
  readonly hash: string;
  readonly eventNumber: number | undefined;
}

const place = sql(
  'sequence_place',
  `with placed as (
     select * from unnest(:brandIds::uuid[], :arrived::bigint[], :numbers::bigint[], :hashes::text[], :eventNumbers::bigint[])
       as placed (brand_id, arrived, number, hash, event_number)
   ), taken as (
     delete from journal using placed where journal.brand_id = placed.brand_id and journal.arrived = placed.arrived
     returning journal.*, placed.number, placed.hash, placed.event_number
   ), chained as (
     insert into audit (brand_id, number, customer_id, body, reason, hash)
     select brand_id, number, customer_id, body, reason, decode(hash, 'hex') from taken
   ), announced as (
     insert into events (brand_id, number, event_id, type, customer_id, occurred_at, payload)
     select brand_id, event_number, event_id, type, customer_id, occurred_at, payload from taken where event_id is not null
   )
   insert into journal_heads (brand_id, audit_number, audit_hash, event_number)
   select brand_id, number, decode(hash, 'hex'), events
     from unnest(:headBrandIds::uuid[], :headNumbers::bigint[], :headHashes::text[], :headEvents::bigint[]) as head (brand_id, number, hash, events)
   on conflict (brand_id) do update
     set audit_number = excluded.audit_number, audit_hash = excluded.audit_hash, event_number = excluded.event_number`,
);

/** Moves outbox rows to the audit trail and the events, and writes the new heads of the brands. */
export async function writeSequenced(
  db: Connection,
  entries: readonly SequencedRow[],
  heads: readonly Head[],
): Promise<void> {
  await place.run(db, {
    brandIds: entries.map(({ brandId }) => brandId),
    arrived: entries.map(({ arrived }) => arrived),
    numbers: entries.map(({ number }) => String(number)),
    hashes: entries.map(({ hash }) => hash),
    // An array parameter cannot hold null. Nothing reads the number of a missing event.
    eventNumbers: entries.map(({ eventNumber }) => String(eventNumber ?? 0)),
    headBrandIds: heads.map(({ brandId }) => brandId),
    headNumbers: heads.map(({ number }) => String(number)),
    headHashes: heads.map(({ hash }) => hash),
    headEvents: heads.map(({ events }) => String(events)),
  });
}

const dueOnes = statement('sequence_due', `select ${trailHead.list} from journal_heads where ${dueSql}`);

/** The trails that are due for a signed checkpoint. */
export async function dueHeads(db: Connection, due: SequencerWork): Promise<readonly TrailHead[]> {
  return (await db.run(dueOnes, [due.entries, toPostgres(due.notAfter)])).map(trailHead.read);
}

const keep = sql(
  'sequence_checkpoint',
  `with signed as (
     insert into audit_checkpoints (brand_id, number, hash, signed_at, key, signature)
     values (:brandId, :number, decode(:hash, 'hex'), :at, :key, :signature)
   )
   update journal_heads set checkpoint_number = :number, checkpoint_at = :at where brand_id = :brandId`,
);

/** Stores a checkpoint of a trail's end. */
export async function insertCheckpoint(
  db: Connection,
  { brandId, number, hash }: TrailHead,
  signed: { readonly at: Instant; readonly key: string; readonly signature: string },
): Promise<void> {
  const { at, key, signature } = signed;
  await keep.run(db, { brandId, number, hash, at: toPostgres(at), key, signature });
}
