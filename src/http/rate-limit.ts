import { Refusal } from '../domain/errors.ts';

/** The length of one window in seconds. */
const window = 60;

export interface RateLimiter {
  /**
   * Counts one request of a key and answers the two headers of the IETF draft on rate limits.
   * @throws Refusal `rate_limited` with the seconds until the window ends.
   */
  take(key: string): readonly [policy: string, limit: string];
}

/** Limits the requests of each key to `perMinute`, counted by this process. */
export function openRateLimiter(
  perMinute: number,
  clock: () => number = () => performance.now(),
): RateLimiter {
  const policy = `"default";q=${perMinute};w=${window}`;
  let endsAt = 0;
  let used = new Map<string, number>();
  return {
    take(key) {
      // Whole milliseconds: fractions would sometimes give a wait of 61 seconds.
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

/** Carries the rate limit headers, so that a refused client also receives the policy. */
export class RateLimited extends Refusal {
  readonly headers: readonly [policy: string, limit: string];

  constructor(policy: string, limit: string, wait: number) {
    super('rate_limited', undefined, { retryAfter: wait });
    this.headers = [policy, limit];
  }
}
