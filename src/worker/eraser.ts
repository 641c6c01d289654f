import { eraseCustomer } from '../operations/retention/erasure.ts';
import type { System } from '../operations/system.ts';
import { claimLooks } from '../store/retention/due.ts';
import type { Task } from './task.ts';
import { startTask } from './task.ts';

/** Milliseconds between two rounds, and records looked at by one, side by side in small groups. */
const interval = 60_000;
const batch = 64;
const abreast = 4;

/** Erases what retention has let go. */
export const startEraser = (system: System): Task => startTask(interval, () => eraseWhatIsDue(system));

/** One round: looks at the records whose time has come. One that fails is looked at again in two minutes. */
export async function eraseWhatIsDue(system: System): Promise<'more' | 'done'> {
  const looks = await claimLooks(system.db, system.now(), batch);
  for (let at = 0; at < looks.length; at += abreast) {
    const group = looks.slice(at, at + abreast);
    await Promise.allSettled(
      group.map(({ brandId, customerId }) => eraseCustomer(system, brandId, customerId)),
    );
  }
  return looks.length === batch ? 'more' : 'done';
}
