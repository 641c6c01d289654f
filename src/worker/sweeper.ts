import type { Instant } from '../domain/time.ts';
import type { Database } from '../store/database.ts';
import { sweepIdempotency } from '../store/sweep.ts';
import type { Rounds } from './rounds.ts';
import { startRounds } from './rounds.ts';

/** Milliseconds between two rounds, and rows deleted by one. */
const interval = 60_000;
const batch = 1_000;

/** Deletes what has run out. */
export const startSweeper = (db: Database, now: () => Instant): Rounds =>
  startRounds(interval, async () => ((await sweepIdempotency(db, now(), batch)) === batch ? 'more' : 'done'));
