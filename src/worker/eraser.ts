import { eraseCustomer } from '../operations/retention/erasure.ts';
import type { System } from '../operations/system.ts';
import { claimDueRecords } from '../store/retention/due.ts';
import type { OnFailure, Task } from './task.ts';
import { settleAll, startTask, throwFailure } from './task.ts';
import type { TaskLog } from './task-log.ts';

/** Milliseconds between two rounds, and records that one round examines, a few of them concurrently. */
const interval = 60_000;
const batch = 64;
const concurrency = 4;

/** Erases deleted customers whose retention period is over. */
export const startEraser = (system: System, log: TaskLog): Task =>
  startTask({ interval, log, round: () => eraseDueRecords(system, log.failed) });

/** One round: examines the records that are due. A record that fails is due again in two minutes. */
export async function eraseDueRecords(
  system: System,
  onFailure: OnFailure = throwFailure,
): Promise<'more' | 'done'> {
  const looks = await claimDueRecords(system.db, system.now(), batch);
  for (let at = 0; at < looks.length; at += concurrency) {
    const group = looks.slice(at, at + concurrency);
    await settleAll(
      group.map(({ brandId, customerId }) => eraseCustomer(system, brandId, customerId)),
      onFailure,
    );
  }
  return looks.length === batch ? 'more' : 'done';
}
