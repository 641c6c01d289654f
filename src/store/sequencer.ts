import type { BrandId } from '../domain/ids.ts';
import type { Instant } from '../domain/time.ts';
import { toPostgres } from '../domain/time.ts';
import type { Connection, Database } from './database.ts';
import { statement } from './database.ts';

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
  `select exists (select from events where number is null) or exists (select from audit where number is null)
       or exists (select from journal_heads where ${dueSql}) as waiting`,
);

/** When a checkpoint is due: after so many entries, or where there are new ones and the last is not after this moment. */
export interface Due {
  readonly entries: number;
  readonly notAfter: Instant;
}

/** Whether there is anything to number, to chain or to sign. */
export async function isSequenceWaiting(db: Database, due: Due): Promise<boolean> {
  const [row] = await db.run(waiting, [due.entries, toPostgres(due.notAfter)]);
  return row?.['waiting'] === true;
}

const numberThem = statement(
  'sequence_events',
  `with pending as (
     select brand_id, event_id, row_number() over (partition by brand_id order by arrived) as place
       from (select brand_id, event_id, arrived from events where number is null order by arrived limit $1) as oldest
   ), counted as (
     select brand_id, count(*) as many from pending group by brand_id
   ), heads as (
     insert into journal_heads as head (brand_id, event_number) select brand_id, many from counted
     on conflict (brand_id) do update set event_number = head.event_number + excluded.event_number
     returning brand_id, event_number
   )
   update events set number = heads.event_number - counted.many + pending.place
     from pending join counted using (brand_id) join heads using (brand_id)
    where events.brand_id = pending.brand_id and events.event_id = pending.event_id
   returning 1 as numbered`,
);

/** Gives the oldest events without a number theirs, brand by brand without a gap. Returns how many. */
export async function numberEvents(db: Connection, most: number): Promise<number> {
  return (await db.run(numberThem, [most])).length;
}

/** An entry that has been committed and not been chained. */
export interface LooseEntry {
  readonly brandId: BrandId;
  readonly arrived: string;
  readonly body: string;
}

const loose = statement(
  'sequence_loose',
  'select brand_id, arrived, body from audit where number is null order by arrived limit $1',
);

/** The entries that wait for their place in the trail, in the order in which they arrived. */
export async function looseEntries(db: Connection, most: number): Promise<readonly LooseEntry[]> {
  return (await db.run(loose, [most])).map((row) => ({
    brandId: row['brand_id'] as BrandId,
    arrived: String(row['arrived']),
    body: String(row['body']),
  }));
}

/** The end of a brand's trail. */
export interface TrailHead {
  readonly brandId: BrandId;
  readonly number: number;
  /** Hex. */
  readonly hash: string;
}

const headsOf = statement(
  'sequence_heads',
  `select brand_id, audit_number, encode(audit_hash, 'hex') as hash
     from journal_heads where brand_id = any ($1::uuid[]) and audit_number > 0`,
);

/** Where the trails of these brands end. One that has no entry yet is left out. */
export async function trailHeads(db: Connection, brands: readonly BrandId[]): Promise<readonly TrailHead[]> {
  return (await db.run(headsOf, [brands])).map((row) => ({
    brandId: row['brand_id'] as BrandId,
    number: Number(row['audit_number']),
    hash: String(row['hash']),
  }));
}

export interface ChainedEntry extends LooseEntry {
  readonly number: number;
  /** Hex. */
  readonly hash: string;
}

const chain = statement(
  'sequence_chain',
  `with chained as (
     update audit set number = placed.number, hash = decode(placed.hash, 'hex')
       from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[]) as placed (brand_id, arrived, number, hash)
      where audit.brand_id = placed.brand_id and audit.arrived = placed.arrived
   )
   insert into journal_heads (brand_id, audit_number, audit_hash)
   select brand_id, number, decode(hash, 'hex')
     from unnest($5::uuid[], $6::bigint[], $7::text[]) as head (brand_id, number, hash)
   on conflict (brand_id) do update set audit_number = excluded.audit_number, audit_hash = excluded.audit_hash`,
);

/** Writes the places of entries, and the ends that the trails have with them. */
export async function chainEntries(
  db: Connection,
  entries: readonly ChainedEntry[],
  heads: readonly TrailHead[],
): Promise<void> {
  await db.run(chain, [
    entries.map(({ brandId }) => brandId),
    entries.map(({ arrived }) => arrived),
    entries.map(({ number }) => String(number)),
    entries.map(({ hash }) => hash),
    heads.map(({ brandId }) => brandId),
    heads.map(({ number }) => String(number)),
    heads.map(({ hash }) => hash),
  ]);
}

const dueOnes = statement(
  'sequence_due',
  `select brand_id, audit_number, encode(audit_hash, 'hex') as hash from journal_heads where ${dueSql}`,
);

/** The trails whose ends are to be signed. */
export async function dueHeads(db: Connection, due: Due): Promise<readonly TrailHead[]> {
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
