import { sequence } from '../operations/audit/sequence.ts';
import type { System } from '../operations/system.ts';
import type { Task } from './task.ts';
import { startTask } from './task.ts';
import type { TaskLog } from './task-log.ts';

/** Milliseconds between two rounds where no change wakes the task. */
const interval = 1_000;

/** Numbers events and chains audit entries soon after they were committed. */
export const startSequencer = (system: System, log: TaskLog): Task =>
  startTask({
    interval,
    log,
    onWake: system.db.onWake,
    round: async () => ((await sequence(system, undefined, log.failed)) === 'more' ? 'more' : 'done'),
  });
