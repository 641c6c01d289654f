import type { Instant } from '../time.ts';
import { plusSeconds } from '../time.ts';

/** How long people stay signed in, and how often they may try. */

/** Seconds after which a session ends, used or not. */
export const sessionSeconds = 12 * 3_600;
/** Seconds without a request after which a session ends in live. */
const idleSeconds = 30 * 60;
/** Seconds for which a proof of identity confirms what needs one. */
const confirmedSeconds = 5 * 60;
/** How a person proves that it is still them. */
export const proofs = ['passkey', 'password', 'provider', 'demo'] as const;
export type Proof = (typeof proofs)[number];
/** What a sign-in at the company's provider is for. */
export const providerPurposes = ['sign_in', 'window', 'proof'] as const;
export type ProviderPurpose = (typeof providerPurposes)[number];

/** A page of the console, as the path below `/console`. It leads to no other host. */
export const consolePage = /^\/(?:[A-Za-z0-9_-][A-Za-z0-9_/-]*)?(?:[?][A-Za-z0-9_=&%.-]*)?$/;

/** Seconds for which a browser that went to the provider may come back. */
export const providerSeconds = 10 * 60;

/** Seconds by which the clocks of the provider and of this service may differ. */
export const clockSeconds = 30;

/** Seconds for which a link of each purpose is valid. */
export const linkSeconds = { first: 30 * 60, invitation: 72 * 3_600, reset: 72 * 3_600 } as const;
export type LinkPurpose = keyof typeof linkSeconds;

interface Times {
  readonly createdAt: Instant;
  readonly seenAt: Instant;
  readonly confirmedAt: Instant | undefined;
}

/** When a session ends unless it is used. */
export function endOf({ createdAt, seenAt }: Times, environment: 'sandbox' | 'live'): Instant {
  const end = plusSeconds(createdAt, sessionSeconds);
  const idle = plusSeconds(seenAt, idleSeconds);
  return environment === 'live' && idle < end ? idle : end;
}

/** Until when what needs a fresh proof of identity is allowed. `undefined`: it needs one. */
export function confirmedUntil({ confirmedAt }: Times, now: Instant): Instant | undefined {
  const until = confirmedAt && plusSeconds(confirmedAt, confirmedSeconds);
  return until && until > now ? until : undefined;
}

/** Seconds before the next try after so many failures in a row: the first is for the first failure. */
export const waits: readonly number[] = [0, 0, 0, 0, 10, 20, 40, 80, 160, 900];
/** Tries of one source address in a minute. */
export const triesPerMinute = 30;
/** Seconds after which failures are forgotten. */
export const rememberedSeconds = 24 * 3_600;
