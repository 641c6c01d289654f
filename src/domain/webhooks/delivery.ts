/** When an event that a receiver did not take is sent again, and when that is given up. */

const minute = 60;
const hourSeconds = 60 * minute;
const daySeconds = 24 * hourSeconds;

/** Seconds between an attempt that failed and the next: about three days in all. Bond's schedule. */
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

/** By how much of itself a pause is made longer or shorter, so that what failed together does not return together. */
const jitter = 0.1;

/** The longest that a receiver may ask us to wait, in seconds: what the schedule itself would wait at most. */
export const maxRetryAfterSeconds = daySeconds;

/** How long every attempt at an endpoint may have failed before it is disabled, in seconds. */
export const disableAfterSeconds = 5 * daySeconds;

/** Attempts that are kept of one delivery; the oldest go first. */
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

/** What an answer with this status means: any 2xx is a yes, and a redirect is not followed. */
export function outcomeOfStatus(status: number): AttemptOutcome {
  if (status >= 200 && status < 300) return 'delivered';
  if (status >= 300 && status < 400) return 'redirected';
  return status === 410 ? 'gone' : 'rejected';
}

/**
 * Seconds until the next attempt, or `undefined` where the schedule is at its end. `tries` is how many attempts
 * of this schedule have failed, this one included; `random` is from 0 to 1; `retryAfter` what the receiver asked
 * for, which can make a pause longer and never shorter.
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
