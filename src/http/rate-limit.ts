import { Refusal } from '../domain/errors.ts';

/** Seconds of one window. */
const window = 60;

export interface RateLimiter {
  /**
   * Counts one request of a key and answers the two headers of the IETF draft on rate limits.
   * @throws Refusal `rate_limited` with the seconds until the window ends.
   */
  take(key: string): readonly [policy: string, limit: string];
}

/** So many requests a minute for each key, counted by this process. */
export function openRateLimiter(
  perMinute: number,
  clock: () => number = () => performance.now(),
): RateLimiter {
  const policy = `"default";q=${perMinute};w=${window}`;
  let endsAt = 0;
  let used = new Map<string, number>();
  return {
    take(key) {
      // Whole milliseconds: fractions would add up to a window of 61 seconds now and then.
      const now = Math.trunc(clock());
      if (now >= endsAt) {
        endsAt = now + window * 1000;
        used = new Map();
      }
      const count = (used.get(key) ?? 0) + 1;
      used.set(key, count);
      const wait = Math.max(1, Math.ceil((endsAt - now) / 1000));
      const limit = `"default";r=${Math.max(0, perMinute - count)};t=${wait}`;
      if (count > perMinute) throw new RateLimited(policy, limit, wait);
      return [policy, limit];
    },
  };
}

/** Carries the headers along, so that a refused client reads the policy too. */
export class RateLimited extends Refusal {
  readonly headers: readonly [policy: string, limit: string];

  constructor(policy: string, limit: string, wait: number) {
    super('rate_limited', undefined, { retryAfter: wait });
    this.headers = [policy, limit];
  }
}
