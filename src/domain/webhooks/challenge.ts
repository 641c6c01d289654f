import type { AttemptOutcome } from './delivery.ts';
import { outcomeOfStatus } from './delivery.ts';

/** The proof that the receiver behind a URL wants events: it repeats a random value that it was sent. */

export const challengeEvent = 'webhook.verify';

/** As an attempt at a delivery; `unproven`: a positive answer without the challenge. */
export type ChallengeOutcome = AttemptOutcome | 'unproven';

/**
 * Whether a body is the challenge and nothing else: as text, or as `{"challenge": "…"}`. A server that returns whatever
 * it is sent returns more than that.
 */
function isChallenge(challenge: string, body: string): boolean {
  const text = body.trim();
  if (text === challenge) return true;
  try {
    const parsed: unknown = JSON.parse(text);
    return JSON.stringify(parsed) === JSON.stringify({ challenge });
  } catch {
    return false;
  }
}

/** What an answer to a challenge amounts to. */
export function challengeOutcome(challenge: string, status: number, body: string): ChallengeOutcome {
  const outcome = outcomeOfStatus(status);
  return outcome === 'delivered' && !isChallenge(challenge, body) ? 'unproven' : outcome;
}

/** What came of the last challenge, as the end of a sentence. */
const outcomeTexts: Readonly<Record<ChallengeOutcome, string>> = {
  delivered: 'answered',
  unproven: 'answered with a 2xx, but not with the challenge as the whole body',
  rejected: 'answered with a status other than 2xx',
  redirected: 'answered with a redirect, which is not followed',
  gone: 'answered 410',
  timeout: 'not answered in time',
  unresolved: 'not sent, because the host has no address',
  unreachable: 'not sent, because there was no connection',
  untrusted: 'not sent, because the certificate cannot be trusted',
  broken: 'not answered in HTTP',
  refused: 'not sent, because the address is not allowed',
};

/** Why an unverified subscription receives nothing, and what to do. */
export function unverifiedSentence(last: ChallengeOutcome | undefined): string {
  const begin = `Its URL has not answered the challenge (${challengeEvent}) yet, so it gets no events.`;
  if (last === undefined) return `${begin} The challenge is on its way.`;
  return `${begin} The last one was ${outcomeTexts[last]}. Send another one with testWebhook.`;
}
