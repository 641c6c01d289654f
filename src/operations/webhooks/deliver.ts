import { createHmac } from 'node:crypto';
import type { BrandId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { millisOf, plusSeconds } from '../../domain/time.ts';
import type { AttemptOutcome } from '../../domain/webhooks/delivery.ts';
import {
  disableAfterSeconds,
  outcomeOfStatus,
  readRetryAfter,
  retryDelaySeconds,
} from '../../domain/webhooks/delivery.ts';
import type { OutboundOutcome } from '../../providers/outbound.ts';
import { signStandard } from '../../providers/signature.ts';
import type { AttemptResult, ClaimedDelivery } from '../../store/webhooks/deliveries.ts';
import { settleDelivery } from '../../store/webhooks/deliveries.ts';
import type { WebhookRow } from '../../store/webhooks/subscriptions.ts';
import { disableWebhook } from '../../store/webhooks/subscriptions.ts';
import type { Keyring } from '../../vault/vault.ts';
import { backgroundCause } from '../background.ts';
import { journalOf } from '../journal.ts';
import { readSealed } from '../keyrings.ts';
import { retryOnConflict } from '../retry.ts';
import type { System } from '../system.ts';
import { scopeOf } from '../system.ts';
import type { WebhookSettings } from './sealing.ts';
import { answerSealContext, openSettings, payloadSealContext, sealSettings, secretsAt } from './sealing.ts';

/** Makes one attempt of a claimed delivery and stores its outcome. */
export async function deliver(system: System, brandId: BrandId, delivery: ClaimedDelivery): Promise<void> {
  const keyring = await system.keyrings.of(brandId);
  const { webhook, full, thin } = delivery;
  const settings = await openSettings({ system, keyring }, webhook);
  const place = payloadSealContext(delivery.deliveryId);
  const body = full === undefined ? thin : await readSealed(system.keyrings, keyring, place, full);
  const at = system.now();
  const began = performance.now();
  const answer = await system.outbound.send({
    method: 'POST',
    url: settings.url,
    headers: headersFor(settings, delivery.eventId, body, at),
    body,
  });
  const latencyMillis = Math.round(performance.now() - began);
  const outcome = outcomeOf(answer);
  const attemptId = system.newId();
  const result = deliveryResultOf(system, delivery, outcome, answer);
  const text = answer.kind === 'answered' ? answer.body.toString('utf8') : '';
  const sealedBy = (one: Keyring): AttemptResult => ({
    attemptId,
    at,
    outcome,
    statusCode: answer.kind === 'answered' ? answer.status : undefined,
    answer: text === '' ? undefined : one.seal(answerSealContext(attemptId), text),
    latencyMillis,
    ...result,
  });
  // During the call the keys may have been rotated, and a deletion may have waited for this row.
  const isSettled = await retryOnConflict(system.keyrings, brandId, (one) =>
    settleDelivery(scopeOf(system, brandId), delivery, sealedBy(one)),
  );
  if (isSettled)
    await disableWhereGone(
      system,
      brandId,
      { ...delivery.webhook, settings },
      { outcome, endedAt: result.endedAt },
    );
}

/** The headers of every delivery: the signatures of Bond and of Standard Webhooks over the exact bytes sent. */
function headersFor(
  settings: WebhookSettings,
  eventId: string,
  body: string,
  now: Instant,
): Readonly<Record<string, string>> {
  const { present, previous } = secretsAt(settings, now);
  const seconds = Math.floor(millisOf(now) / 1_000);
  // Bond's header has one signature: until the overlap ends, that of the old secret.
  const mac = createHmac('sha256', previous ?? present)
    .update(`${seconds}.${body}`)
    .digest('hex');
  const standard = [present, ...(previous === undefined ? [] : [previous])];
  return {
    'content-type': 'application/json',
    'bond-signature': `t=${seconds},v1=${mac},v2=${mac}`,
    'webhook-id': eventId,
    'webhook-timestamp': String(seconds),
    'webhook-signature': standard.map((secret) => signStandard(secret, eventId, seconds, body)).join(' '),
  };
}

function outcomeOf(answer: OutboundOutcome): AttemptOutcome {
  if (answer.kind === 'answered') return outcomeOfStatus(answer.status);
  return answer.kind === 'refused' ? 'refused' : answer.reason;
}

/** The state of a delivery after an attempt with this outcome. */
function deliveryResultOf(
  system: System,
  { tries }: ClaimedDelivery,
  outcome: AttemptOutcome,
  answer: OutboundOutcome,
): Pick<AttemptResult, 'status' | 'dueAt' | 'endedAt'> {
  const endedAt = system.now();
  if (outcome === 'delivered') return { status: 'delivered', dueAt: endedAt, endedAt };
  const header = answer.kind === 'answered' ? answer.headers['retry-after'] : undefined;
  const random = system.random(4).readUInt32BE() / 2 ** 32;
  const pause = retryDelaySeconds(tries + 1, random, readRetryAfter(header, millisOf(endedAt)));
  return outcome === 'gone' || pause === undefined
    ? { status: 'dead', dueAt: endedAt, endedAt }
    : { status: 'pending', dueAt: plusSeconds(endedAt, pause), endedAt };
}

/** Disables a subscription whose receiver answers 410 or has failed for days, and writes an event about it. */
async function disableWhereGone(
  system: System,
  brandId: BrandId,
  webhook: Omit<WebhookRow, 'settings'> & { readonly settings: WebhookSettings },
  { outcome, endedAt }: Pick<AttemptResult, 'outcome' | 'endedAt'>,
): Promise<void> {
  const isLongGone =
    webhook.failingSince !== undefined && plusSeconds(webhook.failingSince, disableAfterSeconds) <= endedAt;
  if (outcome !== 'gone' && !(outcome !== 'delivered' && isLongGone)) return;
  const more = { webhook_id: webhook.id };
  const changeRecord = {
    event: { type: 'webhook.disabled', more },
    facts: { ...more, because: outcome === 'gone' ? 'gone' : 'failing' },
  } as const;
  const journal = journalOf(system, brandId, backgroundCause('disableWebhook'), endedAt, changeRecord);
  const { settings, ...row } = webhook;
  const disabled = { ...row, settings: '', status: 'STATUS_DISABLED', updatedAt: endedAt } as const;
  const isDisabled = await retryOnConflict(system.keyrings, brandId, (keyring) =>
    disableWebhook(scopeOf(system, brandId), sealSettings(keyring, disabled, settings), journal),
  );
  if (isDisabled) system.db.wake();
}
