import type { Instant } from '../domain/time.ts';
import { toPostgres } from '../domain/time.ts';
import type { Database } from './database.ts';
import { statement } from './database.ts';

// Housekeeping looks at every brand's rows by their age alone; nothing of them is read.

const expired = statement(
  'idempotency_sweep',
  `delete from idempotency where (brand_id, key) in
     (select brand_id, key from idempotency where expires_at <= $1 order by expires_at limit $2 for update skip locked)
   returning 1 as swept`,
);

/** Deletes answers to Idempotency-Keys that are past their 24 hours. Returns how many. */
export async function sweepIdempotency(db: Database, now: Instant, most: number): Promise<number> {
  return (await db.run(expired, [toPostgres(now), most])).length;
}
