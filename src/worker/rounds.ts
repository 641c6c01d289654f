/** Something done again and again. */
export interface Rounds {
  /** Resolves when the round under way has ended. */
  stop(): Promise<void>;
}

/**
 * Does one round after the other, so many milliseconds apart; at once where a round says that there is more
 * to do. A round that fails is made good by the next one. Nothing keeps the process alive for it.
 */
export function startRounds(interval: number, round: () => Promise<'more' | 'done'>): Rounds {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let underWay: Promise<void> = Promise.resolve();

  async function once(): Promise<void> {
    const outcome = await round().catch(() => 'done' as const);
    if (!stopped) next(outcome === 'more' ? 0 : interval);
  }

  function next(wait: number): void {
    timer = setTimeout(() => {
      underWay = once();
    }, wait).unref();
  }
  next(interval);

  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await underWay;
    },
  };
}
