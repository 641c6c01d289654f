import type { Instant } from '../domain/time.ts';
import type { Database } from '../store/database.ts';
import { sweepIdempotency } from '../store/sweep.ts';

/** Milliseconds between two rounds, and rows deleted by one statement. */
const interval = 60_000;
const batch = 1_000;

export interface Sweeper {
  /** Resolves when the round under way has ended. */
  stop(): Promise<void>;
}

/** Deletes what has run out, round after round. A round that fails is made good by the next one. */
export function startSweeper(db: Database, now: () => Instant): Sweeper {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();

  async function sweep(): Promise<void> {
    let swept = batch;
    while (swept === batch && !stopped) swept = await sweepIdempotency(db, now(), batch);
  }

  function next(): void {
    timer = setTimeout(() => {
      round = sweep()
        .catch(() => undefined)
        .finally(() => {
          if (!stopped) next();
        });
    }, interval).unref();
  }
  next();

  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await round;
    },
  };
}
