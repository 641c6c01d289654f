import type { Instant } from '../../domain/time.ts';
import { parseInstant } from '../../domain/time.ts';
import { isActiveSql } from '../active-webhooks.ts';
import type { Column } from '../columns.ts';
import { columns, number, optional, text } from '../columns.ts';
import type { Database } from '../connection/database.ts';
import { sql } from '../sql.ts';
import { unsignedSql } from '../unsigned-trails.ts';

/** A queue of the whole installation. */
export interface Queue {
  readonly queue: QueueName;
  /** Rows that wait. Not counted beyond the given number. */
  readonly depth: number;
  /** When the oldest of them became due, was asked for, or was written. */
  readonly oldest: Instant | undefined;
}

/**
 * `outbox`: changes without a number yet. `outbox_refused`: rows of the outbox that do not prove what they say.
 * `deliveries_pending` and `deliveries_dead`: webhook deliveries of active subscriptions that wait for an attempt, or that
 * have been given up.
 * `screening`: customers that wait for a check against lists. `screening_matches`: matches without a decision.
 * `trails_unsigned`: brands with changes that no signed checkpoint covers; the oldest such change.
 * `rotation_brand`, `rotation_index`: brands whose older key still has records. `rotation_root`: brand keys under an
 * older root key.
 */
export type QueueName =
  | 'outbox'
  | 'outbox_refused'
  | 'trails_unsigned'
  | 'deliveries_pending'
  | 'deliveries_dead'
  | 'screening'
  | 'screening_matches'
  | 'rotation_brand'
  | 'rotation_index'
  | 'rotation_root';

/**
 * A time as PostgreSQL or as an entry writes it. `undefined` for what is none: a person who can write to the tables could
 * otherwise end the measuring of all queues.
 */
const moment = (): Column<Instant | undefined> => ({
  read(cell) {
    const written = String(cell);
    if (written.includes('T')) return parseInstant(written);
    return written.endsWith('+00') ? parseInstant(`${written.slice(0, -3).replace(' ', 'T')}Z`) : undefined;
  },
});

const queue = columns({
  queue: text<QueueName>(),
  depth: number(),
  oldest: optional(moment()),
});

// Each part stops at `most`: a queue of millions is not counted at each reading.
const depths = sql(
  'queue_depths',
  `with deliveries_pending as (
          select d.due_at from deliveries d join webhooks w using (brand_id, webhook_id)
           where d.status = 'pending' and ${isActiveSql} limit :most::int
        ),
        deliveries_dead as (select updated_at from deliveries where status = 'dead' limit :most::int),
        outbox as (select refused_at from journal limit :most::int),
        first as (select substr(body, 8, 26) as at from journal where refused_at is null order by arrived limit 1),
        unsigned as (${unsignedSql} limit :most::int),
        screening as (select from screening_queue limit :most::int),
        matches as (
          select m.found_at from screening_matches m join customers using (brand_id, customer_id)
           where status in ('open', 'proposed') limit :most::int
        ),
        rotations as (
          select kind, max(created_at) as since from brand_keys group by brand_id, kind having count(*) > 1
        ),
        older as (
          select created_at from brand_keys where root_version < (select max(version) from root_versions)
        ),
        queues (queue, depth, oldest) as (
          select 'outbox', count(*) filter (where refused_at is null), (select at from first) from outbox
          union all select 'outbox_refused', count(refused_at), min(refused_at)::text from outbox
          union all select 'trails_unsigned', count(*), min(since) from unsigned
          union all select 'deliveries_pending', count(*), min(due_at)::text from deliveries_pending
          union all select 'deliveries_dead', count(*), min(updated_at)::text from deliveries_dead
          union all select 'screening', count(*), (select min(asked_at)::text from screening_queue) from screening
          union all select 'screening_matches', count(*), min(found_at)::text from matches
          union all select 'rotation_brand', count(*), min(since)::text from rotations where kind = 'brand'
          union all select 'rotation_index', count(*), min(since)::text from rotations where kind = 'index'
          union all select 'rotation_root', count(*), (select max(since)::text from root_versions) from older
        )
   select queue, depth::int as depth, case when depth > 0 then oldest end as oldest from queues`,
);

/** What waits in the queues of every brand. Counts at most `most` rows of a queue. */
export const readQueues = async (db: Database, most: number): Promise<readonly Queue[]> =>
  (await depths.run(db, { most })).map(queue.read);
