/** Something done again and again. */
export interface Task {
  /** Resolves when the round under way has ended. */
  stop(): Promise<void>;
}

/** Has its listener called when there may be work; returns how to stop that. */
export type OnWake = (listener: () => void) => () => void;

/** Milliseconds from a wake-up to its round: changes that come close together are one round's work. */
const gatheringMs = 50;

/**
 * Does one round after the other, so many milliseconds apart; at once where a round says that there is more
 * to do, and soon where somebody says so meanwhile. A round that fails is made good by the next one. Nothing keeps
 * the process alive for it.
 */
export function startTask(interval: number, round: () => Promise<'more' | 'done'>, onWake?: OnWake): Task {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let isUnderWay = false;
  let isWoken = false;
  let underWay: Promise<void> = Promise.resolve();

  async function once(): Promise<void> {
    isUnderWay = true;
    isWoken = false;
    const outcome = await round().catch(() => 'done' as const);
    isUnderWay = false;
    if (!stopped) next(outcome === 'more' ? 0 : isWoken ? gatheringMs : interval);
  }

  function next(wait: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      underWay = once();
    }, wait).unref();
  }

  const unsubscribe = onWake?.(() => {
    if (isWoken || stopped) return;
    isWoken = true;
    if (!isUnderWay) next(gatheringMs);
  });
  next(interval);

  return {
    async stop() {
      stopped = true;
      unsubscribe?.();
      clearTimeout(timer);
      await underWay;
    },
  };
}
