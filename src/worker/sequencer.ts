import type { Instant } from '../domain/time.ts';
import { plusSeconds } from '../domain/time.ts';
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
/** Milliseconds in which the alarm about a brand is raised once. */
const alarmPause = 60_000;

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

/** Seconds for which a trail may wait for a version of the root key that this machine lacks. */
export const patience = 600;
/** Seconds without a report after which a trail that waited counts as continued. */
const quiet = 120;

/**
 * Reports each failure, and records a security event for a trail that is not as the service wrote it. A trail that waits
 * for a version of the root key may be as it was written, so its event follows only after a while.
 */
export function trailAlarm({ security, now }: Pick<System, 'security' | 'now'>, log: TaskLog): OnFailure {
  const raisedAt = new Map<string, number>();
  const waits = new Map<string, { readonly since: Instant; readonly reported: Instant }>();

  function hasWaitedLong({ brandId }: WaitingTrail): boolean {
    const at = now();
    const before = waits.get(brandId);
    const since = before && before.reported >= plusSeconds(at, -quiet) ? before.since : at;
    waits.set(brandId, { since, reported: at });
    return since <= plusSeconds(at, -patience);
  }

  return (error) => {
    log.failed(error);
    if (!(error instanceof TrailFault) || (error instanceof WaitingTrail && !hasWaitedLong(error))) return;
    const { brandId } = error;
    if (performance.now() - (raisedAt.get(brandId) ?? Number.NEGATIVE_INFINITY) < alarmPause) return;
    raisedAt.set(brandId, performance.now());
    security.record({ name: 'record_altered', outcome: 'detected', brandId, operation: 'sequence' });
  };
}
