import { watchForRollback } from '../operations/installation/rollback.ts';
import type { System } from '../operations/system.ts';
import type { Task } from './task.ts';
import { startTask } from './task.ts';
import type { TaskLog } from './task-log.ts';

/** Milliseconds between two rounds. */
const interval = 3_600_000;

/** Compares a slice of every brand's rows with the audit trail, and raises an alarm for rows that were put back. */
export const startRollbackWatch = (system: System, log: TaskLog): Task =>
  startTask({
    interval,
    log,
    async round() {
      await watchForRollback(system, log.failed);
      return 'done';
    },
  });
