import { Worker } from 'node:worker_threads';
import type { Instant } from '../../../domain/time.ts';
import type { Batch } from './batches.ts';
import type { CheckedBatch } from './check.ts';
import type { Helpers, ImportThreads, ThreadStart } from './helpers.ts';
import type { Prepared } from './prepare.ts';

/** The messages between an import and its threads. */
export interface Task {
  readonly id: number;
  readonly job: 'check' | 'prepare';
  readonly batch: Batch;
  readonly now: Instant;
}
export interface TaskDone {
  readonly id: number;
  readonly result: CheckedBatch | Prepared | undefined;
}

/** Starts a thread with what it needs. */
type StartThread = (start: ThreadStart) => Worker;

/** The build puts the program of the threads beside the code that starts them. */
const startBuilt: StartThread = (start) =>
  new Worker(new URL('./import-thread.js', import.meta.url), { workerData: start });

/** Lines from which on it pays to start threads. */
const manyLines = 2_000;

/** So many threads that help an import; `undefined` for none. */
export const importThreads = (
  count: number,
  from = manyLines,
  startThread = startBuilt,
): ImportThreads | undefined =>
  count < 1
    ? undefined
    : { from, open: (start) => openThreads(startThreads(count, () => startThread(start))) };

/** As many as the machine lets start. What no thread does, the import does itself. */
function startThreads(count: number, startThread: () => Worker): readonly Worker[] {
  const threads: Worker[] = [];
  try {
    while (threads.length < count) threads.push(startThread());
  } catch {
    // Processes and memory may have a limit.
  }
  return threads;
}

/**
 * Once a thread has ended, or an answer of one cannot be read, no batch is given to threads any more: the import does
 * those that wait and those that come itself. It takes longer, and nobody is told. What keeps a thread from its work, and
 * the import too, the import reports.
 */
function openThreads(threads: readonly Worker[]): Helpers {
  const waiting = new Map<number, (result: TaskDone['result']) => void>();
  let isHelping = threads.length > 0;
  let tasks = 0;
  const giveUp = () => {
    isHelping = false;
    for (const resolve of waiting.values()) resolve(undefined);
    waiting.clear();
  };
  for (const thread of threads) {
    thread.on('message', ({ id, result }: TaskDone) => {
      waiting.get(id)?.(result);
      waiting.delete(id);
    });
    for (const failure of ['error', 'messageerror', 'exit']) thread.on(failure, giveUp);
  }
  const give = (task: Omit<Task, 'id'>): Promise<TaskDone['result']> =>
    new Promise((resolve) => {
      if (!isHelping) return resolve(undefined);
      tasks += 1;
      waiting.set(tasks, resolve);
      threads[tasks % threads.length]?.postMessage({ id: tasks, ...task } satisfies Task);
    });
  return {
    ahead: threads.length + 1,
    // While lines are checked, the import has little else to do. With one batch more than there are threads under way, it
    // checks the next one itself.
    check: async (batch, now) =>
      waiting.size <= threads.length
        ? ((await give({ job: 'check', batch, now })) as CheckedBatch | undefined)
        : undefined,
    prepare: (batch, now) => give({ job: 'prepare', batch, now }) as Promise<Prepared | undefined>,
    async close() {
      await Promise.all(threads.map((thread) => thread.terminate()));
    },
  };
}
