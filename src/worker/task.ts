import type { TaskLog } from './task-log.ts';

/** Background work that runs in repeated rounds. */
export interface Task {
  /** Resolves when the running round has ended. */
  stop(): Promise<void>;
}

/** Calls the listener when there may be work. Returns a function that stops it. */
export type OnWake = (listener: () => void) => () => void;

export interface TaskOptions {
  /** Milliseconds between two rounds. */
  readonly interval: number;
  /** Returns `more` if the next round should follow at once. */
  readonly round: () => Promise<'more' | 'done'>;
  readonly log: TaskLog;
  /** Starts the next round early. */
  readonly onWake?: OnWake;
}

/** Milliseconds from a wake-up to its round, so that one round handles changes that are close together. */
const gatheringMs = 50;

/**
 * Runs one round after the other. A failed round does not stop the following ones. A task does not keep the process
 * alive.
 */
export function startTask({ interval, round, log, onWake }: TaskOptions): Task {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let isUnderWay = false;
  let isWoken = false;
  let currentRound: Promise<void> = Promise.resolve();

  async function runRound(): Promise<void> {
    isUnderWay = true;
    isWoken = false;
    const outcome = await logged();
    isUnderWay = false;
    if (!stopped) schedule(outcome === 'more' ? 0 : isWoken ? gatheringMs : interval);
  }

  async function logged(): Promise<'more' | 'done'> {
    try {
      const outcome = await round();
      log.roundEnded();
      return outcome;
    } catch (error) {
      log.roundFailed(error);
      return 'done';
    }
  }

  function schedule(wait: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      currentRound = runRound();
    }, wait).unref();
  }

  const unsubscribe = onWake?.(() => {
    if (isWoken || stopped) return;
    isWoken = true;
    if (!isUnderWay) schedule(gatheringMs);
  });
  schedule(interval);

  return {
    async stop() {
      stopped = true;
      unsubscribe?.();
      clearTimeout(timer);
      await currentRound;
    },
  };
}

/** Waits for concurrent items of work and reports those that fail. */
export async function settleAll(work: readonly Promise<unknown>[], onFailure: OnFailure): Promise<void> {
  for (const result of await Promise.allSettled(work))
    if (result.status === 'rejected') onFailure(result.reason);
}

/** Receives the error of a failed item of work. */
export type OnFailure = (error: unknown) => void;

/** For callers without a log: the first failure ends the round. */
export const throwFailure: OnFailure = (error) => {
  throw error;
};
