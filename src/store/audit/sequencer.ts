import type { BrandId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import type { Connection, Database } from '../connection/database.ts';
import { statement } from '../connection/database.ts';

// The sequencer goes through what every brand has committed; only it writes numbers, hashes and heads. A
// number that were given while its change still runs could be overtaken: a reader would go past it.

const hold = statement('sequence_hold', 'select pg_try_advisory_xact_lock(7203518452) as held');

/** Makes this transaction the one sequencer there is, or says that there is another. */
export async function holdSequence(db: Connection): Promise<boolean> {
  const [row] = await db.run(hold, []);
  return row?.['held'] === true;
}

const dueSql = `audit_number > checkpoint_number
  and (audit_number >= checkpoint_number + $1 or checkpoint_at is null or checkpoint_at <= $2::timestamptz)`;

const waiting = statement(
  'sequence_waiting',
  `select exists (select from journal) or exists (select from journal_heads where ${dueSql}) as waiting`,
);

/** When a checkpoint is due: after so many entries, or where there are new ones and the last is not after this moment. */
export interface SequencerWork {
  readonly entries: number;
  readonly notAfter: Instant;
}

/** Whether there is anything to number, to chain or to sign. */
export async function isSequenceWaiting(db: Database, due: SequencerWork): Promise<boolean> {
  const [row] = await db.run(waiting, [due.entries, toPostgres(due.notAfter)]);
  return row?.['waiting'] === true;
}

/** What a change has left behind and has no place yet. */
export interface Unsequenced {
  readonly brandId: BrandId;
  readonly arrived: string;
  /** The entry of the trail. */
  readonly body: string;
  readonly hasEvent: boolean;
}

const unsequencedSql = statement(
  'sequence_loose',
  'select brand_id, arrived, body, event_id is not null as has_event from journal order by arrived limit $1',
);

/** What waits for its place, in the order in which it arrived. */
export async function readUnsequenced(db: Connection, most: number): Promise<readonly Unsequenced[]> {
  return (await db.run(unsequencedSql, [most])).map((row) => ({
    brandId: row['brand_id'] as BrandId,
    arrived: String(row['arrived']),
    body: String(row['body']),
    hasEvent: row['has_event'] === true,
  }));
}

/** The end of a brand's trail. */
export interface TrailHead {
  readonly brandId: BrandId;
  readonly number: number;
  /** Hex. */
  readonly hash: string;
}

/** The ends of both: the trail's and the events'. */
export interface Head extends TrailHead {
  readonly events: number;
}

const headsOf = statement(
  'sequence_heads',
  `select brand_id, audit_number, encode(audit_hash, 'hex') as hash, event_number
     from journal_heads where brand_id = any ($1::uuid[])`,
);

/** How far these brands have come. One that has nothing yet is left out. */
export async function headsOfBrands(db: Connection, brands: readonly BrandId[]): Promise<readonly Head[]> {
  return (await db.run(headsOf, [brands])).map((row) => ({
    brandId: row['brand_id'] as BrandId,
    number: Number(row['audit_number']),
    hash: String(row['hash']),
    events: Number(row['event_number']),
  }));
}

export interface Placed extends Unsequenced {
  readonly number: number;
  /** Hex. */
  readonly hash: string;
  readonly eventNumber: number | undefined;
}

const place = statement(
  'sequence_place',
  `with placed as (
     select * from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[])
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
     from unnest($6::uuid[], $7::bigint[], $8::text[], $9::bigint[]) as head (brand_id, number, hash, events)
   on conflict (brand_id) do update
     set audit_number = excluded.audit_number, audit_hash = excluded.audit_hash, event_number = excluded.event_number`,
);

/** Moves what has its place there, and writes how far the brands have come with it. */
export async function placeAll(
  db: Connection,
  placed: readonly Placed[],
  heads: readonly Head[],
): Promise<void> {
  await db.run(place, [
    placed.map(({ brandId }) => brandId),
    placed.map(({ arrived }) => arrived),
    placed.map(({ number }) => String(number)),
    placed.map(({ hash }) => hash),
    // An array of ours holds no null; nobody reads the number of an event that is not there.
    placed.map(({ eventNumber }) => String(eventNumber ?? 0)),
    heads.map(({ brandId }) => brandId),
    heads.map(({ number }) => String(number)),
    heads.map(({ hash }) => hash),
    heads.map(({ events }) => String(events)),
  ]);
}

const dueOnes = statement(
  'sequence_due',
  `select brand_id, audit_number, encode(audit_hash, 'hex') as hash from journal_heads where ${dueSql}`,
);

/** The trails whose ends are to be signed. */
export async function dueHeads(db: Connection, due: SequencerWork): Promise<readonly TrailHead[]> {
  return (await db.run(dueOnes, [due.entries, toPostgres(due.notAfter)])).map((row) => ({
    brandId: row['brand_id'] as BrandId,
    number: Number(row['audit_number']),
    hash: String(row['hash']),
  }));
}

const keep = statement(
  'sequence_checkpoint',
  `with signed as (
     insert into audit_checkpoints (brand_id, number, hash, signed_at, key, signature)
     values ($1, $2, decode($3, 'hex'), $4, $5, $6)
   )
   update journal_heads set checkpoint_number = $2, checkpoint_at = $4 where brand_id = $1`,
);

/** Keeps a checkpoint over a trail's end. */
export async function keepCheckpoint(
  db: Connection,
  { brandId, number, hash }: TrailHead,
  signed: { readonly at: Instant; readonly key: string; readonly signature: string },
): Promise<void> {
  await db.run(keep, [brandId, number, hash, toPostgres(signed.at), signed.key, signed.signature]);
}
