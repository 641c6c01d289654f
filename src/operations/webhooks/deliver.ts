import type { BrandId } from '../../domain/ids.ts';
import { plusSeconds } from '../../domain/time.ts';
import type { AttemptOutcome } from '../../domain/webhooks/delivery.ts';
import { disableAfterSeconds } from '../../domain/webhooks/delivery.ts';
import type { OutboundOutcome } from '../../providers/outbound.ts';
import type { StoredEvent } from '../../store/audit/journal.ts';
import { mayBeInUse } from '../../store/brands/root-versions.ts';
import type { AttemptResult, ClaimedDelivery } from '../../store/webhooks/deliveries.ts';
import { forgetOldAttempts, giveUpDelivery, settleDelivery } from '../../store/webhooks/deliveries.ts';
import type { WebhookRow } from '../../store/webhooks/subscriptions.ts';
import type { Keyring } from '../../vault/vault.ts';
import { VaultError } from '../../vault/vault.ts';
import { isProvenEvent, UnverifiableEvent } from '../journal.ts';
import { readSealed } from '../keyrings.ts';
import { retryOnConflict } from '../retry.ts';
import type { System } from '../system.ts';
import { scopeOf } from '../system.ts';
import { askForProof } from './challenge.ts';
import { headersFor, outcomeOf, pauseAfter } from './messages.ts';
import { answerSealContext, isBodyOf, openSettings, payloadSealContext } from './sealing.ts';
import type { OpenedWebhook } from './standing.ts';
import { reasonToStop, stopWebhook, writeDecision } from './standing.ts';

/** Reads a subscription for the deliveries of one claim. `undefined`: nothing may be sent under it now. */
export type ReadSubscription = () => Promise<OpenedWebhook | undefined>;

/**
 * Opens a subscription and asks for the key that answers for it, once for all deliveries of a claim: they have the same
 * row and are sent at once. Stops the subscription if that key does not count any more.
 */
export function subscriptionOf(system: System, brandId: BrandId, webhook: WebhookRow): ReadSubscription {
  let read: Promise<OpenedWebhook | undefined> | undefined;
  return () => {
    read ??= openWhereCounted(system, brandId, webhook);
    return read;
  };
}

async function openWhereCounted(
  system: System,
  brandId: BrandId,
  webhook: WebhookRow,
): Promise<OpenedWebhook | undefined> {
  const keyring = await system.keyrings.of(brandId);
  const opened = { row: webhook, settings: await openSettings({ system, keyring }, webhook) };
  const reason = await reasonToStop(system, brandId, webhook);
  if (reason === undefined) return opened;
  if (reason !== 'wait') await stopWebhook(system, brandId, opened, reason);
  return undefined;
}

/**
 * Makes one attempt of a claimed delivery and stores its outcome. `onEnd` is called with the outcome before it is stored:
 * the receiver has nothing more to do with this delivery.
 */
export async function deliver(
  system: System,
  brandId: BrandId,
  delivery: ClaimedDelivery,
  subscription = subscriptionOf(system, brandId, delivery.webhook),
  onEnd: (outcome: AttemptOutcome) => void = () => undefined,
): Promise<void> {
  const event = await provenEventOf(system, brandId, delivery);
  if (!event) return giveUp(system, brandId, delivery);
  const opened = await subscription();
  if (!opened) return;
  const keyring = await system.keyrings.of(brandId);
  const { settings } = opened;
  const { webhook } = delivery;
  const body = await bodyOf({ system, keyring }, delivery, event);
  if (body === undefined) return giveUp(system, brandId, delivery);
  const at = system.now();
  const began = performance.now();
  const answer = await system.outbound.send({
    method: 'POST',
    mayRepeat: true,
    url: settings.url,
    headers: headersFor(settings, event.eventId, body, at),
    body,
    ...(webhook.ownership === 'inside' && { only: 'inside' }),
  });
  const latencyMillis = Math.round(performance.now() - began);
  const outcome = outcomeOf(answer);
  onEnd(outcome);
  if (answer.kind === 'refused' && answer.refusal.reason === 'moved')
    return askForProof(system, brandId, opened);
  const attemptId = system.newId();
  const result = deliveryResultOf(system, delivery, outcome, answer);
  // What a service inside the operator's networks answers is not for the brand's keys.
  const text = answer.kind === 'answered' && answer.from === 'public' ? answer.body.toString('utf8') : '';
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
    settleDelivery(scopeOf(system, brandId), { delivery, event, attempt: sealedBy(one) }),
  );
  if (!isSettled) return;
  await disableWhereGone(system, brandId, opened, { outcome, endedAt: result.endedAt });
  await forgetOldAttempts(scopeOf(system, brandId), delivery);
}

/**
 * The event of a delivery; `undefined` where the event was altered or removed, or the delivery names another one.
 *
 * @throws VaultError where this machine lacks the version of the root key. Any worker tries it again when the lease is over.
 */
async function provenEventOf(
  system: System,
  brandId: BrandId,
  { event, isOfEvent }: ClaimedDelivery,
): Promise<StoredEvent | undefined> {
  try {
    return event && isProvenEvent(system, brandId, event) && isOfEvent ? event : undefined;
  } catch (error) {
    if (!(error instanceof UnverifiableEvent)) throw error;
    if (!(await mayBeInUse(system.db, error.version))) return undefined;
    system.security.alarm(brandId, 'deliver', { mayWait: true });
    throw error;
  }
}

/** What is sent; `undefined` where the sealed payload was altered, or belongs to another event. */
async function bodyOf(
  { system, keyring }: { readonly system: System; readonly keyring: Keyring },
  { deliveryId, webhook, full }: ClaimedDelivery,
  event: StoredEvent,
): Promise<string | undefined> {
  // The subscription may be thin by now, and its receiver another one.
  if (full === undefined || webhook.payload === 'thin') return event.payload;
  try {
    const body = await readSealed(system.keyrings, keyring, payloadSealContext(deliveryId), full);
    return isBodyOf(event, body) ? body : undefined;
  } catch (error) {
    const isAltered = error instanceof VaultError && error.code !== 'unknown_root_version';
    if (isAltered) return undefined;
    throw error;
  }
}

/**
 * Ends a delivery that was altered, so that it does not hold back later deliveries of its customer. It raises an alarm,
 * unless its event was only deleted because of its age.
 */
async function giveUp(system: System, brandId: BrandId, delivery: ClaimedDelivery): Promise<void> {
  const isGivenUp = await giveUpDelivery(scopeOf(system, brandId), delivery, system.now());
  if (!isGivenUp || (!delivery.event && !delivery.isKept)) return;
  system.security.record({ name: 'record_altered', outcome: 'detected', brandId, operation: 'deliver' });
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
  const pause = pauseAfter(system, tries + 1, answer, endedAt);
  return outcome === 'gone' || pause === undefined
    ? { status: 'dead', dueAt: endedAt, endedAt }
    : { status: 'pending', dueAt: plusSeconds(endedAt, pause), endedAt };
}

/** Disables a subscription whose receiver answers 410 or has failed for days, and writes an event about it. */
async function disableWhereGone(
  system: System,
  brandId: BrandId,
  { row, settings }: OpenedWebhook,
  { outcome, endedAt }: Pick<AttemptResult, 'outcome' | 'endedAt'>,
): Promise<void> {
  const isLongGone =
    row.failingSince !== undefined && plusSeconds(row.failingSince, disableAfterSeconds) <= endedAt;
  if (outcome !== 'gone' && !(outcome !== 'delivered' && isLongGone)) return;
  const more = { webhook_id: row.id };
  await writeDecision(
    system,
    brandId,
    { row: { ...row, status: 'STATUS_DISABLED' }, settings },
    {
      operation: 'disableWebhook',
      event: { type: 'webhook.disabled', more },
      facts: { ...more, because: outcome === 'gone' ? 'gone' : 'failing' },
    },
  );
}
