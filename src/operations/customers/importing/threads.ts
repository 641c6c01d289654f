import { Worker } from 'node:worker_threads';
import { OperatorError } from '../../../domain/operator-error.ts';
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
    : { from, open: (start) => openThreads(Array.from({ length: count }, () => startThread(start))) };

interface Waiting {
  readonly resolve: (prepared: Prepared | undefined) => void;
  readonly reject: (error: unknown) => void;
}

function openThreads(threads: readonly Worker[]): Sealers {
  const waiting = new Map<number, Waiting>();
  let failure: OperatorError | undefined;
  let isClosing = false;
  let batches = 0;
  const fail = (reason: string) => {
    if (isClosing) return;
    failure ??= new OperatorError(
      `A thread of the import has ended (${reason}). What was imported stays. Import the same file again: what was imported is skipped.`,
    );
    for (const { reject } of waiting.values()) reject(failure);
    waiting.clear();
  };
  for (const thread of threads) {
    thread.on('message', ({ id, prepared }: SealedBatch) => {
      waiting.get(id)?.resolve(prepared);
      waiting.delete(id);
    });
    thread.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.name));
    thread.on('exit', (code) => fail(`exit code ${code}`));
  }
  return {
    ahead: threads.length + 1,
    prepare: (lines, now) =>
      new Promise((resolve, reject) => {
        if (failure) return reject(failure);
        batches += 1;
        waiting.set(batches, { resolve, reject });
        threads[batches % threads.length]?.postMessage({ id: batches, lines, now } satisfies BatchToSeal);
      }),
    async close() {
      isClosing = true;
      await Promise.all(threads.map((thread) => thread.terminate()));
    },
  };
}
