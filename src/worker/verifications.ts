import { advanceVerification } from '../operations/kyc/advance.ts';
import type { System } from '../operations/system.ts';
import { claimDueRuns } from '../store/kyc/due.ts';
import type { Task } from './task.ts';
import { startTask } from './task.ts';

/** Milliseconds between two rounds, and verifications looked at side by side in one. */
const interval = 500;
const batch = 8;

/** Takes verifications further as they fall due; at once where a request has made one due. */
export const startVerifications = (system: System): Task =>
  startTask(
    interval,
    async () => {
      const due = await claimDueRuns(system.db, system.now(), batch);
      await Promise.allSettled(due.map(({ brandId, runId }) => advanceVerification(system, brandId, runId)));
      return due.length === batch ? 'more' : 'done';
    },
    system.db.onWake,
  );
