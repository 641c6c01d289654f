import type { Instant } from '../domain/time.ts';
import { plusSeconds } from '../domain/time.ts';
import { eventDays } from '../domain/webhooks/events.ts';
import type { Database } from '../store/connection/database.ts';
import { sweepDeliveries, sweepEvents, sweepIdempotency } from '../store/sweep.ts';
import type { Task } from './task.ts';
import { startTask } from './task.ts';

/** Milliseconds between two rounds, and rows of a table deleted by one. */
const interval = 60_000;
const batch = 1_000;

/** Deletes what has run out. */
export const startSweeper = (db: Database, now: () => Instant): Task =>
  startTask(interval, async () => ((await sweep(db, now())) === batch ? 'more' : 'done'));

async function sweep(db: Database, now: Instant): Promise<number> {
  const answers = await sweepIdempotency(db, now, batch);
  const before = plusSeconds(now, -eventDays * 86_400);
  const events = await sweepEvents(db, before, batch);
  const deliveries = await sweepDeliveries(db, before, batch);
  return Math.max(answers, events, deliveries);
}
