import { runNextCheck } from '../operations/audit/checks/checks.ts';
import type { System } from '../operations/system.ts';
import type { Task } from './task.ts';
import { startTask } from './task.ts';
import type { TaskLog } from './task-log.ts';

/** Milliseconds between two rounds where no change wakes the task. */
const interval = 1_000;

/** Does the checks of audit trails that were asked for, one after the other. */
export const startAuditChecker = (system: System, log: TaskLog): Task =>
  startTask({
    interval,
    log,
    onWake: system.db.onWake,
    round: async () => ((await runNextCheck(system)) ? 'more' : 'done'),
  });
