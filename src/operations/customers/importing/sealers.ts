import type { DigestedLine } from './check.ts';
import type { Prepared } from './prepare.ts';
import { prepared } from './prepare.ts';
import type { Writing } from './write.ts';

/** Seals batches of checked lines, each into a statement. */
export interface Sealers {
  prepare(lines: readonly DigestedLine[]): Promise<Prepared>;
  /** How many batches are worth to be under way beside the one that is being read. */
  readonly ahead: number;
  close(): Promise<void>;
}

/** Threads that seal lines. */
export interface SealingThreads {
  /** Lines from which on the threads are used, if not as many as usual. */
  readonly from?: number;
  /** `undefined` where threads cannot do it. */
  open(writing: Writing): Promise<Sealers | undefined>;
}

/** Seals in this thread. */
export const sealHere = (writing: Writing): Sealers => ({
  prepare: async (lines) =>
    prepared(writing, await writing.system.keyrings.of(writing.brandId), lines),
  ahead: 1,
  close: async () => undefined,
});
