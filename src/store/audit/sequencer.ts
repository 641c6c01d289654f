import type { Checkpoint } from '../../domain/audit/checkpoint.ts';
import type { BrandId, Id } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import { columns, flag, id, named, number, text } from '../columns.ts';
import type { Connection, Database, Row } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import { sql } from '../sql.ts';
import type { Unsequenced } from './outbox.ts';

// The sequencer reads the outbox of every brand. Only it writes numbers, hashes and heads. A number assigned
// before the commit could be skipped by readers.

const lock = columns({ held: flag() });

// The plan of a statement is kept for as long as its connection, and a plan that was made while the outbox was empty would
// read the whole table and sort it. In this transaction every read has an index. (Where there is none, an older PostgreSQL
// takes the plan for expensive, and would compile it.)
const hold = statement(
  'sequence_hold',
  `select pg_try_advisory_xact_lock(7203518452) as held,
     set_config('enable_seqscan', 'off', true), set_config('enable_sort', 'off', true), set_config('jit', 'off', true)`,
);

/** Makes this transaction the only sequencer. False: another process is the sequencer. */
export async function lockSequencer(db: Connection): Promise<boolean> {
  const [row] = await db.run(hold, []);
  return row !== undefined && lock.read(row).held;
}

// No proof covers when a head was signed. Where it says something that cannot be, a checkpoint is due at once: a number
// past the end, or a time more than a minute in the future, would otherwise end the signing. The difference is taken as
// numeric: with the largest number that a row can hold, a sum would be out of range, and no brand would be signed.
const dueSql = `audit_number <> checkpoint_number
  and (audit_number::numeric - checkpoint_number >= $1 or audit_number < checkpoint_number or checkpoint_at is null
    or checkpoint_at <= $2::timestamptz or checkpoint_at > $2::timestamptz + interval '2 minutes')`;

const work = columns({ waiting: flag() });

const waiting = statement(
  'sequence_waiting',
  `select (select arrived from journal where refused_at is null order by arrived limit 1) is not null
     or exists (select from journal_heads where ${dueSql}) as waiting`,
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

const announced = columns({ eventId: id<Id<'event'>>() });
const announcedBefore = sql(
  'sequence_announced',
  `select ${announced.list} from events
     join unnest(:brandIds::uuid[], :eventIds::uuid[]) as asked (brand_id, event_id) using (brand_id, event_id)`,
);

/** Which of these events have a number already. */
export async function announcedEvents(
  db: Connection,
  rows: readonly Unsequenced[],
): Promise<ReadonlySet<string>> {
  const ones = rows.flatMap(({ brandId, event }) => (event ? [{ brandId, id: event.eventId }] : []));
  if (ones.length === 0) return new Set();
  const known = await announcedBefore.run(db, {
    brandIds: ones.map(({ brandId }) => brandId),
    eventIds: ones.map(({ id }) => id),
  });
  return new Set(known.map((row) => announced.read(row).eventId));
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
  readonly mac: string;
}

const trailHead = columns({
  brandId: id<BrandId>(),
  number: named('audit_number', number()),
  // The service never leaves it null. A head without a hash has no proof that fits, as any other altered one.
  hash: named('audit_hash', {
    select: (column) => `coalesce(encode(${column}, 'hex'), '')`,
    read: text().read,
  }),
});
const proof = columns({ mac: text() });
const eventHead = columns({ events: named('event_number', number()) });

export const headColumns = `${trailHead.list}, ${eventHead.list}`;
export const headOf = (row: Row): Omit<Head, 'mac'> => ({ ...trailHead.read(row), ...eventHead.read(row) });

const headsOf = statement(
  'sequence_heads',
  `select ${headColumns}, ${proof.list} from journal_heads where brand_id = any ($1::uuid[])`,
);

/** The heads of these brands. A brand without entries is left out. */
export async function headsOfBrands(db: Connection, brands: readonly BrandId[]): Promise<readonly Head[]> {
  return (await db.run(headsOf, [brands])).map((row) => ({ ...headOf(row), ...proof.read(row) }));
}

const brand = columns({ brandId: id<BrandId>() });

const beyond = sql(
  'sequence_beyond',
  `select ${brand.list} from unnest(:brandIds::uuid[], :numbers::bigint[], :events::bigint[]) as ends (brand_id, number, events)
    where exists (select from audit where audit.brand_id = ends.brand_id and audit.number > ends.number)
       or exists (select from events where events.brand_id = ends.brand_id and events.number > ends.events)`,
);

/** Which brands have an entry or an event after their end. Its number would be given a second time. */
export async function brandsBeyond(
  db: Connection,
  ends: readonly Pick<Head, 'brandId' | 'number' | 'events'>[],
): Promise<ReadonlySet<BrandId>> {
  const rows = await beyond.run(db, {
    brandIds: ends.map(({ brandId }) => brandId),
    numbers: ends.map(({ number }) => String(number)),
    events: ends.map(({ events }) => String(events)),
  });
  return new Set(rows.map((row) => brand.read(row).brandId));
}

/** An outbox row with its number in the audit trail and, where it has an event, in the events. */
export interface SequencedRow extends Unsequenced {
  readonly number: number;
  /** Hex. */
  readonly hash: string;
  readonly eventNumber: number | undefined;
  /** The MAC of the event as it is placed. */
  readonly eventMac: string | undefined;
}

const place = sql(
  'sequence_place',
  `with placed as (
     select * from unnest(:brandIds::uuid[], :arrived::bigint[], :numbers::bigint[], :hashes::text[], :eventNumbers::bigint[], :eventMacs::text[])
       as placed (brand_id, arrived, number, hash, event_number, event_mac)
   ), taken as (
     delete from journal using placed where journal.brand_id = placed.brand_id and journal.arrived = placed.arrived
     returning journal.*, placed.number, placed.hash, placed.event_number, placed.event_mac
   ), chained as (
     insert into audit (brand_id, number, customer_id, body, reason, hash)
     select brand_id, number, customer_id, body, reason, decode(hash, 'hex') from taken
   ), announced as (
     insert into events (brand_id, number, event_id, type, customer_id, occurred_at, payload, mac)
     select brand_id, event_number, event_id, type, customer_id, occurred_at, payload, event_mac from taken where event_id is not null
   ), counted as (
     insert into event_days (brand_id, day, type, count)
     select brand_id, (occurred_at at time zone 'UTC')::date, type, count(*) from taken where event_id is not null group by 1, 2, 3
     on conflict (brand_id, day, type) do update set count = event_days.count + excluded.count
   )
   insert into journal_heads (brand_id, audit_number, audit_hash, event_number, mac)
   select brand_id, number, decode(hash, 'hex'), events, mac
     from unnest(:headBrandIds::uuid[], :headNumbers::bigint[], :headHashes::text[], :headEvents::bigint[], :headMacs::text[])
            as head (brand_id, number, hash, events, mac)
   on conflict (brand_id) do update
     set audit_number = excluded.audit_number, audit_hash = excluded.audit_hash, event_number = excluded.event_number,
         mac = excluded.mac`,
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
    eventMacs: entries.map(({ eventMac }) => eventMac ?? ''),
    headBrandIds: heads.map(({ brandId }) => brandId),
    headNumbers: heads.map(({ number }) => String(number)),
    headHashes: heads.map(({ hash }) => hash),
    headEvents: heads.map(({ events }) => String(events)),
    headMacs: heads.map(({ mac }) => mac),
  });
}

const dueOnes = statement(
  'sequence_due',
  `select ${brand.list} from journal_heads where ${dueSql} and ($3::uuid is null or brand_id = $3)`,
);

/** The brands whose trails are due for a signed checkpoint, or whether one brand's is. */
export async function dueBrands(
  db: Connection,
  due: SequencerWork,
  only?: BrandId,
): Promise<readonly BrandId[]> {
  return (await db.run(dueOnes, [due.entries, toPostgres(due.notAfter), only ?? null])).map(
    (row) => brand.read(row).brandId,
  );
}

const keep = sql(
  'sequence_checkpoint',
  `with signed as (
     insert into audit_checkpoints (brand_id, number, hash, signed_at, key, signature,
       previous_number, previous_hash, former_key, endorsement)
     values (:brandId, :number, decode(:hash, 'hex'), :at, :key, :signature,
       :previousNumber::bigint, decode(:previousHash::text, 'hex'), :formerKey::text, :endorsement::text)
   )
   update journal_heads set checkpoint_number = :number, checkpoint_at = :at where brand_id = :brandId`,
);

/** Stores a checkpoint of a trail's end. */
export async function insertCheckpoint(
  db: Connection,
  checkpoint: Checkpoint,
  signature: string,
): Promise<void> {
  const { brand, number, hash, at, key, previous, endorsement } = checkpoint;
  await keep.run(db, {
    brandId: brand,
    number,
    hash,
    at: toPostgres(at),
    key,
    signature,
    previousNumber: previous?.number,
    previousHash: previous?.hash,
    formerKey: endorsement?.key,
    endorsement: endorsement?.signature,
  });
}
