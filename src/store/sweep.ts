import type { Instant } from '../domain/time.ts';
import { toPostgres } from '../domain/time.ts';
import type { Database } from './connection/database.ts';
import { statement } from './connection/database.ts';

// Housekeeping selects rows of every brand by their age alone. It reads no content.

const expired = statement(
  'idempotency_sweep',
  `delete from idempotency where (brand_id, key) in
     (select brand_id, key from idempotency where expires_at <= $1 order by expires_at limit $2 for update skip locked)
   returning 1 as swept`,
);

/** Deletes stored answers to Idempotency-Keys after their 24 hours. Returns how many. */
export async function sweepIdempotency(db: Database, now: Instant, most: number): Promise<number> {
  return (await db.run(expired, [toPostgres(now), most])).length;
}

const oldEvents = statement(
  'events_sweep',
  `delete from events where (brand_id, number) in
     (select brand_id, number from events where occurred_at < $1::timestamptz order by occurred_at limit $2)
   returning 1 as swept`,
);

/** Deletes events before a time. Returns how many. */
export async function sweepEvents(db: Database, before: Instant, most: number): Promise<number> {
  return (await db.run(oldEvents, [toPostgres(before), most])).length;
}

const oldDeliveries = statement(
  'deliveries_sweep',
  `delete from deliveries where (brand_id, delivery_id) in
     (select brand_id, delivery_id from deliveries where occurred_at < $1::timestamptz limit $2)
   returning 1 as swept`,
);

const oldAttempts = statement(
  'delivery_attempts_sweep',
  `delete from delivery_attempts where (brand_id, attempt_id) in
     (select brand_id, attempt_id from delivery_attempts where at < $1::timestamptz limit $2)
   returning 1 as swept`,
);

/** Deletes deliveries of events before a time, and attempts before it. Returns the larger of both numbers. */
export async function sweepDeliveries(db: Database, before: Instant, most: number): Promise<number> {
  const deliveries = await db.run(oldDeliveries, [toPostgres(before), most]);
  const attempts = await db.run(oldAttempts, [toPostgres(before), most]);
  return Math.max(deliveries.length, attempts.length);
}

const emptyBudgets = statement(
  'lookup_budgets_sweep',
  `delete from lookup_budgets where (brand_id, kind, subject) in
     (select brand_id, kind, subject from lookup_budgets where ends_at <= $1 order by ends_at limit $2 for update skip locked)
   returning 1 as swept`,
);

/** Deletes budgets whose window is over. Returns how many. */
export async function sweepBudgets(db: Database, now: Instant, most: number): Promise<number> {
  return (await db.run(emptyBudgets, [toPostgres(now), most])).length;
}

const oldSessions = statement(
  'operator_sessions_sweep',
  'delete from operator_sessions where created_at < $1',
);
const oldLinks = statement('operator_links_sweep', 'delete from operator_links where expires_at < $1');
const oldChallenges = statement(
  'sign_in_challenges_sweep',
  'delete from sign_in_challenges where expires_at < $1',
);
const oldFailures = statement('sign_in_failures_sweep', 'delete from sign_in_failures where ends_at < $1');

/** Deletes sessions that began before a time, and links, challenges and counted failures that are over. */
export async function sweepSignIns(db: Database, began: Instant, now: Instant): Promise<void> {
  await db.run(oldSessions, [toPostgres(began)]);
  await db.run(oldLinks, [toPostgres(now)]);
  await db.run(oldChallenges, [toPostgres(now)]);
  await db.run(oldFailures, [toPostgres(now)]);
}
