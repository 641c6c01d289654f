import { advanceVerification } from '../operations/kyc/advance.ts';
import type { System } from '../operations/system.ts';
import { claimDueRuns } from '../store/kyc/due.ts';
import type { Task } from './task.ts';
import { settleAll, startTask } from './task.ts';
import type { TaskLog } from './task-log.ts';

/** Milliseconds between two rounds, and the verifications that one round advances concurrently. */
const interval = 500;
const batch = 8;

/** Advances verifications when they are due, and soon after a request has made one due. */
export const startVerifications = (system: System, log: TaskLog): Task =>
  startTask({
    interval,
    log,
    onWake: system.db.onWake,
    async round() {
      const due = await claimDueRuns(system.db, system.now(), batch);
      await settleAll(
        due.map(({ brandId, runId }) => advanceVerification(system, brandId, runId)),
        log.failed,
      );
      return due.length === batch ? 'more' : 'done';
    },
  });
