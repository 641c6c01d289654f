import { announceCheckpoints, announcementPause } from '../operations/audit/announce.ts';
import { TrailFault, WaitingTrail } from '../operations/audit/foreign.ts';
import { sequence } from '../operations/audit/sequence.ts';
import { compareTrailEnds } from '../operations/installation/doctor-trail.ts';
import type { System } from '../operations/system.ts';
import type { OnFailure, Task } from './task.ts';
import { startTask } from './task.ts';
import type { TaskLog } from './task-log.ts';

/** Milliseconds between two rounds where no change wakes the task. */
const interval = 1_000;

/**
 * Numbers events and chains audit entries soon after they were committed. The first round compares every audit trail
 * with its anchors.
 */
export function startSequencer(system: System, log: TaskLog): Task {
  const alarm = trailAlarm(system, log);
  let isCompared = false;
  let announcedAt = Number.NEGATIVE_INFINITY;
  return startTask({
    interval,
    log,
    onWake: system.db.onWake,
    async round() {
      if (!isCompared) await compareTrailEnds(system, alarm);
      isCompared = true;
      const outcome = await sequence(system, undefined, alarm);
      if (performance.now() - announcedAt >= announcementPause * 1_000) {
        await announceCheckpoints(system, alarm);
        announcedAt = performance.now();
      }
      return outcome === 'more' ? 'more' : 'done';
    },
  });
}

/** Reports each failure, and raises the alarm about a trail that is not as the service wrote it. */
export const trailAlarm =
  ({ security }: Pick<System, 'security'>, log: TaskLog): OnFailure =>
  (error) => {
    log.failed(error);
    if (error instanceof TrailFault)
      security.alarm(error.brandId, 'sequence', { mayWait: error instanceof WaitingTrail });
  };
