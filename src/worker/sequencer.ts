import { sequence } from '../operations/audit/sequence.ts';
import type { System } from '../operations/system.ts';
import type { Task } from './task.ts';
import { startTask } from './task.ts';

/** Milliseconds between two rounds where nobody says that there is work. */
const interval = 1_000;

/** Numbers events and chains audit entries soon after they were committed. */
export const startSequencer = (system: System): Task =>
  startTask(interval, async () => ((await sequence(system)) === 'more' ? 'more' : 'done'), system.db.onWake);
