import { sessionSeconds } from '../domain/operators/sessions.ts';
import { plusSeconds } from '../domain/time.ts';
import { eventDays } from '../domain/webhooks/events.ts';
import type { System } from '../operations/system.ts';
import {
  sweepBudgets,
  sweepDeliveries,
  sweepEvents,
  sweepIdempotency,
  sweepSignIns,
} from '../store/sweep.ts';
import type { Task } from './task.ts';
import { startTask } from './task.ts';
import type { TaskLog } from './task-log.ts';

/** Milliseconds between two rounds, and rows that one round deletes from a table. */
const interval = 60_000;
const batch = 1_000;

/** Deletes idempotency keys, events, deliveries, budgets, sessions and links that have expired. */
export const startSweeper = (system: System, log: TaskLog): Task =>
  startTask({ interval, log, round: async () => ((await sweep(system)) === batch ? 'more' : 'done') });

async function sweep({ db, now }: System): Promise<number> {
  const answers = await sweepIdempotency(db, now(), batch);
  const before = plusSeconds(now(), -eventDays * 86_400);
  const events = await sweepEvents(db, before, batch);
  const deliveries = await sweepDeliveries(db, before, batch);
  const budgets = await sweepBudgets(db, now(), batch);
  await sweepSignIns(db, plusSeconds(now(), -sessionSeconds), now());
  return Math.max(answers, events, deliveries, budgets);
}
