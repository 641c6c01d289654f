import { asciiJson } from '../../domain/text.ts';
import type { Instant } from '../../domain/time.ts';
import { withOffset } from '../../domain/time.ts';
import { unverifiedSentence } from '../../domain/webhooks/challenge.ts';
import type { StopReason, WebhookState } from '../../domain/webhooks/subscription.ts';
import { maskSecret, payloadScopes, stopReasons } from '../../domain/webhooks/subscription.ts';
import type { WebhookRow } from '../../store/webhooks/subscriptions.ts';
import type { OpenedWebhook } from './standing.ts';

/** A subscription as it is at a time. */
export interface Opened extends OpenedWebhook {
  /** The current time. */
  readonly now: Instant;
}

export const answerOf = (opened: Opened, secret?: string): string =>
  asciiJson({ webhook_subscription: shown(opened, secret) });

/** The subscription as answers show it, with the secret only if it was just created. */
export function shown({ row, settings, now }: Opened, secret = maskSecret(settings.secret)) {
  const { previous } = settings;
  const stillSigns = previous !== undefined && previous.until > now;
  return {
    id: row.id,
    url: settings.url,
    description: settings.description,
    events: row.events,
    version: '0.1',
    secret,
    status: row.status,
    created_time: withOffset(row.createdAt),
    updated_time: withOffset(row.updatedAt),
    payload: row.payload,
    ...stateOf(row),
    ...(row.keyId !== undefined && { key: row.keyId }),
    ...(stillSigns && { previous_secret_until: withOffset(previous.until) }),
    ...(row.failingSince && { failing_since: withOffset(row.failingSince) }),
  };
}

/** Whether it gets events and, if Clientele itself decided that it does not, why. */
function stateOf(row: WebhookRow): { readonly state: WebhookState; readonly because?: string } {
  if (row.status === 'STATUS_DISABLED') return { state: 'disabled' };
  if (row.stopped) return { state: 'stopped', because: stoppedSentence(row, row.stopped) };
  if (row.ownership === 'unverified')
    return { state: 'unverified', because: unverifiedSentence(row.challengeOutcome) };
  return { state: 'active' };
}

/** Why a subscription is stopped, and how it goes on. */
export function stoppedSentence({ payload }: WebhookRow, stopped: StopReason): string {
  const scopes = ['webhooks:write', ...payloadScopes[payload]];
  return `${stopReasons[stopped]} Nothing is sent until updateWebhook is called with a key that has the scopes ${scopes.slice(0, -1).join(', ')} and ${scopes.at(-1)}.`;
}
