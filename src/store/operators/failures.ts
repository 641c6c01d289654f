import type { Instant } from '../../domain/time.ts';
import { millisOf, plusSeconds, toPostgres } from '../../domain/time.ts';
import { columns, flag, unprovenInstant } from '../columns.ts';
import type { Connection } from '../connection/database.ts';
import { sql } from '../sql.ts';

// How often people, or others in their name, failed to sign in. The rows say nothing about anybody: a subject is a digest.

const claimed = columns({ isAllowed: flag(), until: unprovenInstant() });

/** Counts a try before it is made, so that tries at the same time do not pass one another. */
const claim = sql(
  'sign_in_claim',
  `with known as (
     select failures, until, ends_at from sign_in_failures where subject = :subject for update
   ), counted as (
     insert into sign_in_failures as f (subject, failures, until, ends_at)
     values (:subject, 1, :now::timestamptz + make_interval(secs => (:waits::int[])[1]), :endsAt)
     on conflict (subject) do update set
       failures = case when f.ends_at <= :now::timestamptz then 1 else f.failures + 1 end,
       until = :now::timestamptz + make_interval(secs => (:waits::int[])[
         least(case when f.ends_at <= :now::timestamptz then 1 else f.failures + 1 end, cardinality(:waits::int[]))]),
       ends_at = case when :isWindow::boolean and f.ends_at > :now::timestamptz then f.ends_at else excluded.ends_at end
     where f.until <= :now::timestamptz or f.ends_at <= :now::timestamptz
     returning until
   )
   select true as is_allowed, until from counted
   union all select false, until from known where not exists (select from counted)`,
);

export interface Limit {
  /** Seconds to wait after each failure in a row. The last one is for all later ones. */
  readonly waits: readonly number[];
  /** Seconds after which failures are forgotten: from the first one in a window, from the last one otherwise. */
  readonly seconds: number;
  readonly isWindow: boolean;
}

/** Counts a try as a failure. Returns the seconds to wait where none is allowed now. */
export async function claimTry(
  db: Connection,
  subject: string,
  now: Instant,
  { waits, seconds, isWindow }: Limit,
): Promise<number | undefined> {
  const endsAt = toPostgres(plusSeconds(now, seconds));
  const given = { subject, now: toPostgres(now), waits: waits.map(String), endsAt, isWindow };
  const [row] = await claim.run(db, given);
  // Another try has just made the row.
  if (!row) return 1;
  const { isAllowed, until } = claimed.read(row);
  return isAllowed ? undefined : Math.max(1, Math.ceil((millisOf(until) - millisOf(now)) / 1_000));
}

const forget = sql('sign_in_forget', 'delete from sign_in_failures where subject = :subject');

/** Forgets the failures of a subject that has succeeded. */
export async function forgetTries(db: Connection, subject: string): Promise<void> {
  await forget.run(db, { subject });
}
