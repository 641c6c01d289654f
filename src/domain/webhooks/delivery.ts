/** The retry schedule of deliveries. */

const minute = 60;
const hourSeconds = 60 * minute;
const daySeconds = 24 * hourSeconds;

/** Seconds between a failed attempt and the next: about three days in total. Bond's schedule. */
export const retryDelaysSeconds = [
  5,
  5 * minute,
  30 * minute,
  2 * hourSeconds,
  5 * hourSeconds,
  10 * hourSeconds,
  14 * hourSeconds,
  20 * hourSeconds,
  24 * hourSeconds,
] as const;

/** The random share by which a delay varies, so that deliveries that failed together are not retried together. */
const jitter = 0.1;

/** The maximum Retry-After of a receiver, in seconds: the longest delay of the schedule. */
export const maxRetryAfterSeconds = daySeconds;

/** Seconds of continuous failures after which an endpoint is disabled. */
export const disableAfterSeconds = 5 * daySeconds;

/** Stored attempts of one delivery; the oldest are deleted first. */
export const maxStoredAttempts = 20;

/** How an attempt ended, as the list of deliveries shows it. */
export const attemptOutcomes = [
  'delivered',
  'rejected',
  'redirected',
  'gone',
  'timeout',
  'unresolved',
  'unreachable',
  'untrusted',
  'broken',
  'refused',
] as const;
export type AttemptOutcome = (typeof attemptOutcomes)[number];

/** The outcome of a status: any 2xx is delivered, and a redirect is not followed. */
export function outcomeOfStatus(status: number): AttemptOutcome {
  if (status >= 200 && status < 300) return 'delivered';
  if (status >= 300 && status < 400) return 'redirected';
  return status === 410 ? 'gone' : 'rejected';
}

/**
 * Seconds until the next attempt, or `undefined` at the end of the schedule. `tries` is the number of failed
 * attempts in this schedule, including this one; `random` is from 0 to 1; `retryAfter` is the receiver's request,
 * which can only lengthen the delay.
 */
export function retryDelaySeconds(tries: number, random: number, retryAfter = 0): number | undefined {
  const pause = retryDelaysSeconds[tries - 1];
  if (pause === undefined) return undefined;
  const spread = pause * (1 + jitter * (2 * random - 1));
  return Math.max(spread, Math.min(retryAfter, maxRetryAfterSeconds));
}

/** Seconds that a `Retry-After` asks for (RFC 9110 section 10.2.3): a number, or a date seen from `nowMillis`. */
export function readRetryAfter(value: unknown, nowMillis: number): number {
  if (typeof value !== 'string') return 0;
  if (/^[0-9]{1,9}$/.test(value)) return Number(value);
  const at = /^[A-Z][a-z]{2}, /.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? 0 : Math.max(0, (at - nowMillis) / 1_000);
}
