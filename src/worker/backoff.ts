import type { OnFailure } from './task.ts';

/** Milliseconds that an item waits after its first failure. Each further failure doubles them, up to the longest wait. */
const firstWait = 1_000;
export const longestWait = 60_000;

/** Items whose work failed. Each waits, longer after each failure, while the others go on. */
export interface Backoff<Key> {
  /** The items that wait now. */
  waiting(): readonly Key[];
  failed(key: Key, error: unknown): void;
  succeeded(key: Key): void;
}

/** `onFailure` receives each failure. */
export function openBackoff<Key>(
  onFailure: OnFailure,
  clock: () => number = () => performance.now(),
): Backoff<Key> {
  const known = new Map<Key, { readonly wait: number; readonly until: number }>();

  /** An item that had no work for long after its wait begins again, so that deleted ones do not stay here. */
  function forgetOld(now: number): void {
    for (const [key, { until }] of known) if (until + longestWait < now) known.delete(key);
  }

  return {
    waiting() {
      const now = clock();
      return [...known].flatMap(([key, { until }]) => (until > now ? [key] : []));
    },
    failed(key, error) {
      const now = clock();
      forgetOld(now);
      const wait = Math.min(longestWait, 2 * (known.get(key)?.wait ?? firstWait / 2));
      known.set(key, { wait, until: now + wait });
      onFailure(error);
    },
    succeeded(key) {
      known.delete(key);
    },
  };
}
