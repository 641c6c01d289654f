import { createHmac } from 'node:crypto';
import type { Instant } from '../../domain/time.ts';
import { millisOf } from '../../domain/time.ts';
import type { AttemptOutcome } from '../../domain/webhooks/delivery.ts';
import { outcomeOfStatus, readRetryAfter, retryDelaySeconds } from '../../domain/webhooks/delivery.ts';
import type { OutboundOutcome } from '../../providers/outbound.ts';
import { signStandard } from '../../providers/signature.ts';
import type { System } from '../system.ts';
import type { WebhookSettings } from './sealing.ts';
import { secretsAt } from './sealing.ts';

/** When a message is signed, in Unix seconds. */
export const timestampOf = (at: Instant): string => String(Math.floor(millisOf(at) / 1_000));

/** The headers of every message to a receiver: the signatures of Bond and of Standard Webhooks over the exact bytes sent. */
export function headersFor(
  settings: WebhookSettings,
  eventId: string,
  body: string,
  now: Instant,
): Readonly<Record<string, string>> {
  const { present, previous } = secretsAt(settings, now);
  const seconds = timestampOf(now);
  // Bond's header has one signature: until the overlap ends, that of the old secret.
  const mac = createHmac('sha256', previous ?? present)
    .update(`${seconds}.${body}`)
    .digest('hex');
  const standard = [present, ...(previous === undefined ? [] : [previous])];
  return {
    'content-type': 'application/json',
    'bond-signature': `t=${seconds},v1=${mac},v2=${mac}`,
    'webhook-id': eventId,
    'webhook-timestamp': seconds,
    'webhook-signature': standard
      .map((secret) => signStandard(secret, eventId, Number(seconds), body))
      .join(' '),
  };
}

export function outcomeOf(answer: OutboundOutcome): AttemptOutcome {
  if (answer.kind === 'answered') return outcomeOfStatus(answer.status);
  return answer.kind === 'refused' ? 'refused' : answer.reason;
}

/** Seconds until the next attempt after `tries` of them; `undefined` after the last. */
export function pauseAfter(
  system: System,
  tries: number,
  answer: OutboundOutcome,
  now: Instant,
): number | undefined {
  const header = answer.kind === 'answered' ? answer.headers['retry-after'] : undefined;
  const random = system.random(4).readUInt32BE() / 2 ** 32;
  return retryDelaySeconds(tries, random, readRetryAfter(header, millisOf(now)));
}
