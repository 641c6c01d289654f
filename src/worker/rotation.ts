import { plusSeconds } from '../domain/time.ts';
import { rotateKey } from '../operations/rotation/brand-rotation.ts';
import type { RootPolicy } from '../operations/rotation/root-rotation.ts';
import { maintainRootKey } from '../operations/rotation/root-rotation.ts';
import type { System } from '../operations/system.ts';
import { claimRotations } from '../store/rotation/claims.ts';
import type { Task } from './task.ts';
import { startTask } from './task.ts';

/** Milliseconds between two rounds. */
const interval = 30_000;

/** Replaces keys when they are old enough, and goes on with what somebody began and did not finish. */
export function startRotations(system: System, policy: RootPolicy): Task {
  let isStopped = false;
  const rounds = startTask(interval, async () => {
    await rotationRound(system, policy, () => isStopped);
    return 'done';
  });
  return {
    stop() {
      isStopped = true;
      return rounds.stop();
    },
  };
}

/** One round. What fails for one brand is tried again in the next round, and keeps no other from its turn. */
export async function rotationRound(
  system: System,
  policy: RootPolicy,
  isStopped: () => boolean = () => false,
): Promise<void> {
  const { rotateDays } = policy;
  const now = system.now();
  const before = rotateDays > 0 ? plusSeconds(now, -rotateDays * 86_400) : undefined;
  for (const { brandId, kind } of await claimRotations(system.db, now, before)) {
    if (isStopped()) return;
    await rotateKey(system, brandId, kind, { by: 'clientele', isStopped }).catch(() => undefined);
  }
  await maintainRootKey(system, policy);
}
