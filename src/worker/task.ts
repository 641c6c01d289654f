import type { TaskLog } from './task-log.ts';

/** Background work that is done in rounds, again and again. */
export interface Task {
  /** Resolves when the round under way has ended. */
  stop(): Promise<void>;
}

/** Has its listener called when there may be work. Returns how to stop that. */
export type OnWake = (listener: () => void) => () => void;

export interface TaskOptions {
  /** Milliseconds between two rounds. */
  readonly interval: number;
  /** Answers `more` where the next round is to follow at once. */
  readonly round: () => Promise<'more' | 'done'>;
  readonly log: TaskLog;
  /** Brings the next round forward. */
  readonly onWake?: OnWake;
}

/** Milliseconds from a wake-up to its round: changes that come close together are one round's work. */
const gatheringMs = 50;

/**
 * Does one round after the other. After a round that fails the next one follows as usual. A task does not keep
 * the process alive.
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

/** Waits for pieces of work that go on side by side, and reports those that fail. */
export async function settleAll(work: readonly Promise<unknown>[], onFailure: OnFailure): Promise<void> {
  for (const result of await Promise.allSettled(work))
    if (result.status === 'rejected') onFailure(result.reason);
}

/** Told of a piece of work that failed. */
export type OnFailure = (error: unknown) => void;

/** For callers without a log: the first failure ends the round. */
export const throwFailure: OnFailure = (error) => {
  throw error;
};
