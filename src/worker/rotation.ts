import { plusSeconds } from '../domain/time.ts';
import { rotateKey } from '../operations/rotation/brand-rotation.ts';
import type { RootPolicy } from '../operations/rotation/root-rotation.ts';
import { maintainRootKey } from '../operations/rotation/root-rotation.ts';
import type { System } from '../operations/system.ts';
import { claimRotations } from '../store/rotation/claims.ts';
import type { OnFailure, Task } from './task.ts';
import { startTask, throwFailure } from './task.ts';
import type { TaskLog } from './task-log.ts';

/** Milliseconds between two rounds. */
const interval = 30_000;

/** Replaces keys that are old enough, and resumes rotations that were interrupted. */
export function startRotations(system: System, policy: RootPolicy, log: TaskLog): Task {
  let isStopped = false;
  const task = startTask({
    interval,
    log,
    async round() {
      await rotationRound(system, policy, { isStopped: () => isStopped, onFailure: log.failed });
      return 'done';
    },
  });
  return {
    stop() {
      isStopped = true;
      return task.stop();
    },
  };
}

export interface RotationRound {
  readonly isStopped?: () => boolean;
  readonly onFailure?: OnFailure;
}

/** One round. A brand whose rotation fails is retried in the next round and does not delay other brands. */
export async function rotationRound(
  system: System,
  policy: RootPolicy,
  { isStopped = () => false, onFailure = throwFailure }: RotationRound = {},
): Promise<void> {
  const { rotateDays } = policy;
  const now = system.now();
  const before = rotateDays > 0 ? plusSeconds(now, -rotateDays * 86_400) : undefined;
  for (const { brandId, kind } of await claimRotations(system.db, now, before)) {
    if (isStopped()) return;
    await rotateKey(system, brandId, kind, { by: 'clientele', isStopped }).catch(onFailure);
  }
  await maintainRootKey(system, policy);
}
