import { newestIndexForm } from '../domain/customers/index-forms.ts';
import { plusSeconds } from '../domain/time.ts';
import type { KeyKind } from '../operations/rotation/brand-rotation.ts';
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

/** Replaces keys that are old enough or have older index forms, and resumes rotations that were interrupted. */
export function startRotations(
  system: System,
  policy: RootPolicy,
  log: TaskLog,
  onProgress: OnRotationProgress,
): Task {
  let isStopped = false;
  const task = startTask({
    interval,
    log,
    async round() {
      await rotationRound(system, policy, {
        isStopped: () => isStopped,
        onFailure: log.failed,
        onProgress,
      });
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

/** Told how many records of a brand's rotation are done, and of how many. */
export type OnRotationProgress = (kind: KeyKind, done: number, total: number) => void;

export interface RotationRound {
  readonly isStopped?: () => boolean;
  readonly onProgress?: OnRotationProgress;
  readonly onFailure?: OnFailure;
}

/** One round. A brand whose rotation fails is retried in the next round and does not delay other brands. */
export async function rotationRound(
  system: System,
  policy: RootPolicy,
  { isStopped = () => false, onProgress = () => undefined, onFailure = throwFailure }: RotationRound = {},
): Promise<void> {
  const { rotateDays } = policy;
  const now = system.now();
  const before = rotateDays > 0 ? plusSeconds(now, -rotateDays * 86_400) : undefined;
  for (const { brandId, kind } of await claimRotations(system.db, now, before, newestIndexForm)) {
    if (isStopped()) return;
    const options = {
      by: 'clientele',
      isStopped,
      onProgress: (done: number, total: number) => onProgress(kind, done, total),
    } as const;
    await rotateKey(system, brandId, kind, options).catch(onFailure);
  }
  await maintainRootKey(system, policy);
}
