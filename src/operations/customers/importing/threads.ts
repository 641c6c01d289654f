import { Worker } from 'node:worker_threads';
import type { Instant } from '../../../domain/time.ts';
import type { DigestedLine } from './check.ts';
import type { Prepared } from './prepare.ts';
import type { Sealers, SealingThreads, ThreadStart } from './sealers.ts';

/** The messages between an import and its threads. */
export interface BatchToSeal {
  readonly id: number;
  readonly lines: readonly DigestedLine[];
  readonly now: Instant;
}
export interface SealedBatch {
  readonly id: number;
  readonly prepared: Prepared | undefined;
}

/** Starts a thread with what it needs. */
type StartThread = (start: ThreadStart) => Worker;

/** The build puts the program of the threads beside the code that starts them. */
const startBuilt: StartThread = (start) =>
  new Worker(new URL('./import-thread.js', import.meta.url), { workerData: start });

/** Lines from which on it pays to start threads. */
const manyLines = 2_000;

/** So many threads that seal the lines of an import; `undefined` for none. */
export const importThreads = (
  count: number,
  from = manyLines,
  startThread = startBuilt,
): SealingThreads | undefined =>
  count < 1
    ? undefined
    : { from, open: (start) => openThreads(startThreads(count, () => startThread(start))) };

/** As many as the machine lets start. What no thread seals, the import seals itself. */
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
 * Once a thread has ended, or an answer of one cannot be read, no batch is given to threads any more: the import seals
 * those that wait and those that come itself. It takes longer, and nobody is told. What keeps a thread from sealing, and
 * the import too, the import reports.
 */
function openThreads(threads: readonly Worker[]): Sealers {
  const waiting = new Map<number, (prepared: Prepared | undefined) => void>();
  let isSealing = threads.length > 0;
  let batches = 0;
  const giveUp = () => {
    isSealing = false;
    for (const resolve of waiting.values()) resolve(undefined);
    waiting.clear();
  };
  for (const thread of threads) {
    thread.on('message', ({ id, prepared }: SealedBatch) => {
      waiting.get(id)?.(prepared);
      waiting.delete(id);
    });
    for (const failure of ['error', 'messageerror', 'exit']) thread.on(failure, giveUp);
  }
  return {
    ahead: threads.length + 1,
    prepare: (lines, now) =>
      new Promise((resolve) => {
        if (!isSealing) return resolve(undefined);
        batches += 1;
        waiting.set(batches, resolve);
        threads[batches % threads.length]?.postMessage({ id: batches, lines, now } satisfies BatchToSeal);
      }),
    async close() {
      await Promise.all(threads.map((thread) => thread.terminate()));
    },
  };
}
