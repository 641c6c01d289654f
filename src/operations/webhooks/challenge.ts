import type { BrandId } from '../../domain/ids.ts';
import { spacedJson } from '../../domain/text.ts';
import { plusSeconds, withOffset } from '../../domain/time.ts';
import type { ChallengeOutcome } from '../../domain/webhooks/challenge.ts';
import { challengeEvent, challengeOutcome } from '../../domain/webhooks/challenge.ts';
import type { Ownership } from '../../domain/webhooks/subscription.ts';
import type { OutboundOutcome } from '../../providers/outbound.ts';
import { challengeFailed } from '../../store/webhooks/challenges.ts';
import type { WebhookRow } from '../../store/webhooks/subscriptions.ts';
import type { System } from '../system.ts';
import { scopeOf } from '../system.ts';
import { headersFor, outcomeOf, pauseAfter } from './messages.ts';
import type { WebhookSettings } from './sealing.ts';
import { openSettings } from './sealing.ts';
import type { OpenedWebhook } from './standing.ts';
import { factsOf, reasonToStop, stopWebhook, writeDecision } from './standing.ts';

/** What a URL has to do before it gets events, from where it is now. */
export function ownershipOf(
  system: System,
  place: 'inside' | 'public',
): Pick<WebhookRow, 'ownership' | 'challengeDue' | 'challenges' | 'challengeOutcome'> &
  Pick<WebhookSettings, 'challenge'> {
  const fresh = { challenges: 0, challengeOutcome: undefined } as const;
  if (place === 'inside') return { ...fresh, ownership: 'inside', challengeDue: undefined };
  const challenge = system.random(32).toString('base64url');
  return { ...fresh, ownership: 'unverified', challengeDue: system.now(), challenge };
}

/** Sends the challenge of a subscription and writes its result. */
export async function sendChallenge(
  system: System,
  { brandId, webhook }: { readonly brandId: BrandId; readonly webhook: WebhookRow },
): Promise<void> {
  const keyring = await system.keyrings.of(brandId);
  const settings = await openSettings({ system, keyring }, webhook);
  const opened = { row: webhook, settings };
  const reason = await reasonToStop(system, brandId, webhook);
  if (reason === 'wait') return;
  if (reason) return stopWebhook(system, brandId, opened, reason);
  // The operator may have allowed the network since.
  if ((await system.outbound.locate(settings.url)) === 'inside')
    return settle(system, brandId, opened, 'inside');
  const { challenge = '' } = settings;
  const now = system.now();
  const body = spacedJson({
    event: challengeEvent,
    webhook_id: webhook.id,
    challenge,
    occurred_at: withOffset(now),
  });
  const answer = await system.outbound.send({
    method: 'POST',
    mayRepeat: true,
    url: settings.url,
    headers: headersFor(settings, system.newId(), body, now),
    body,
    only: 'public',
  });
  const outcome = answer.kind === 'answered' ? proofOf(challenge, answer) : outcomeOf(answer);
  if (outcome === 'delivered') return settle(system, brandId, opened, 'verified');
  await challengeFailed(scopeOf(system, brandId), webhook, outcome, nextAt(system, webhook, answer));
}

const proofOf = (
  challenge: string,
  { status, body }: Extract<OutboundOutcome, { kind: 'answered' }>,
): ChallengeOutcome => challengeOutcome(challenge, status, body.toString('utf8'));

/** When the next challenge is sent: on the schedule of deliveries. */
function nextAt(system: System, { challenges }: WebhookRow, answer: OutboundOutcome) {
  const now = system.now();
  const pause = pauseAfter(system, challenges + 1, answer, now);
  return pause === undefined ? undefined : plusSeconds(now, pause);
}

async function settle(
  system: System,
  brandId: BrandId,
  { row, settings: { challenge: _, ...settings } }: OpenedWebhook,
  ownership: Ownership,
): Promise<void> {
  const next = { ...row, ownership, challengeDue: undefined, challenges: 0, challengeOutcome: undefined };
  const facts = factsOf({ row, settings });
  await writeDecision(system, brandId, { row: next, settings }, { operation: 'verifyWebhook', facts });
}

/** Asks a URL for its proof that was inside an allowed network and is not any more. */
export async function askForProof(system: System, brandId: BrandId, opened: OpenedWebhook): Promise<void> {
  const { challenge, ...standing } = ownershipOf(system, 'public');
  const settings = { ...opened.settings, ...(challenge !== undefined && { challenge }) };
  const facts = factsOf(opened);
  const row = { ...opened.row, ...standing };
  await writeDecision(system, brandId, { row, settings }, { operation: 'challengeWebhook', facts });
}
