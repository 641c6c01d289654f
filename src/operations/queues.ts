import { millisOf } from '../domain/time.ts';
import type { QueueName } from '../store/installation/queues.ts';
import { readQueues } from '../store/installation/queues.ts';
import type { System } from './system.ts';

/** What waits in a queue of the whole installation. */
export interface QueueState {
  readonly queue: QueueName;
  /** At most 100,000: a longer queue shows this number. */
  readonly depth: number;
  /** How long the oldest item has waited, past its time where it has one; 0 if nothing waits or is due yet. */
  readonly oldestSeconds: number;
}

/** Rows of a queue that are counted. */
const mostCounted = 100_000;

/** The queues of all brands, read once for monitoring. */
export async function measureQueues({ db, now }: Pick<System, 'db' | 'now'>): Promise<readonly QueueState[]> {
  const at = millisOf(now());
  return (await readQueues(db, mostCounted)).map(({ queue, depth, oldest }) => ({
    queue,
    depth,
    oldestSeconds: oldest === undefined ? 0 : Math.max(0, (at - millisOf(oldest)) / 1_000),
  }));
}
