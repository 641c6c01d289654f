import { parseId } from '../ids.ts';
import { Problems } from '../problems.ts';
import type { Scope } from '../scopes.ts';
import { checkShortTexts, isHarmless, shortText } from '../text.ts';
import type { Instant } from '../time.ts';
import { notATime, parseInstant } from '../time.ts';
import { typesOf } from './events.ts';

/** Subscriptions to events and the rules of their fields. Names are Bond's. */
export const webhookStatuses = ['STATUS_ENABLED', 'STATUS_DISABLED'] as const;
export type WebhookStatus = (typeof webhookStatuses)[number];

/** `thin`: ids and names of fields. `full`: with the whole customer, the SSN masked. */
export const payloadKinds = ['thin', 'full'] as const;
export type PayloadKind = (typeof payloadKinds)[number];

/**
 * The scopes that each form of payload shows the data of: those of the operations that answer the same. A subscription
 * is for keys that have all of them.
 */
export const payloadScopes = {
  thin: ['events:read'],
  full: ['events:read', 'customers:read'],
} as const satisfies Readonly<Record<PayloadKind, readonly Scope[]>>;

/** The scopes of a form that a key lacks. */
export const missingScopes = (payload: PayloadKind, scopes: Iterable<Scope>): readonly Scope[] => {
  const held = new Set(scopes);
  return payloadScopes[payload].filter((scope) => !held.has(scope));
};

/**
 * Whether a URL has proved that it wants events. `inside`: it is in a network that the operator allows, and was asked
 * nothing. Older subscriptions have none of these, and were asked nothing either.
 */
export type Ownership = 'unverified' | 'verified' | 'inside';

/** Whether a subscription gets events. `stopped` and `unverified` are Clientele's own decisions. */
export const webhookStates = ['active', 'disabled', 'stopped', 'unverified'] as const;
export type WebhookState = (typeof webhookStates)[number];

/** Why a subscription was stopped. */
export const stopReasons = {
  revoked: 'The key that answers for it was revoked.',
  expired: 'The key that answers for it has expired.',
  narrowed: 'The key that answers for it does not have every scope any more.',
  unknown: 'An older version made it, and recorded no key that answers for it.',
} as const;
export type StopReason = keyof typeof stopReasons;

/** What counts of the key that answers for a subscription. */
export interface AnsweringKey {
  readonly scopes: readonly Scope[];
  readonly expiresAt: Instant | undefined;
  readonly revokedAt: Instant | undefined;
  readonly disabledAt: Instant | undefined;
}

/**
 * Why nothing may be sent under this key now; `undefined` if it may. `wait`: a restore has disabled the key, and what
 * is due waits until an operator has enabled or revoked it.
 */
export function stopReasonOf(
  payload: PayloadKind,
  key: AnsweringKey,
  now: Instant,
): StopReason | 'wait' | undefined {
  if (key.revokedAt !== undefined) return 'revoked';
  if (key.expiresAt !== undefined && key.expiresAt <= now) return 'expired';
  if (missingScopes(payload, key.scopes).length > 0) return 'narrowed';
  return key.disabledAt === undefined ? undefined : 'wait';
}

/** Subscriptions that a brand may have, and events that one request replays. */
export const maxWebhooks = 500;
export const maxReplayedEvents = 10_000;

/** Hours for which an old secret also signs. */
export const secretOverlapHours = { usual: 24, most: 168 } as const;

export const description = shortText(255, { minLength: 0 });

/** Whether an event type matches one of the patterns. */
export function matchesEventType(patterns: readonly string[], type: string): boolean {
  return patterns.some((pattern) =>
    pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern,
  );
}

/** The masked secret, with the end that distinguishes two secrets. */
export const maskSecret = (secret: string): string => `whsec_************${secret.slice(-4)}`;

/** A part of a path that is certainly a word: other parts may be secrets. */
const word = /^[a-z][a-z_-]{0,15}$|^v[0-9]{1,2}$/;

/** A URL for the audit trail: without its query, and with a `*` for each part of its path that may be a secret. */
export function auditedAddress(url: string): string {
  if (!URL.canParse(url)) return '*';
  const { protocol, host, pathname } = new URL(url);
  const parts = pathname.split('/').map((part) => (part === '' || word.test(part) ? part : '*'));
  return `${protocol}//${host}${parts.join('/')}`;
}

/** The URL under either of its two names. */
export const urlOf = (body: { readonly url?: string; readonly callback_url?: string }): string | undefined =>
  body.url ?? body.callback_url;

type Body = Readonly<Record<string, unknown>>;

const isBody = (body: unknown): body is Body => typeof body === 'object' && body !== null;

/** Checks the values of a changed subscription. */
export function checkWebhookChange(body: unknown): Problems {
  const problems = new Problems();
  if (!isBody(body)) return problems;
  if (body['url'] !== undefined && body['callback_url'] !== undefined)
    problems.add('callback_url', 'The older name of url: send one of the two.');
  const { events } = body;
  problems.addMissing(checkShortTexts({ description })(body));
  if (Array.isArray(events)) {
    events.forEach((pattern, index) => {
      if (typeof pattern === 'string' && isHarmless(pattern) && typesOf(pattern).length === 0)
        problems.add(`events.${index}`, 'No event has this type. The reference lists them all.');
    });
  }
  return problems;
}

/** Checks a new subscription, which also needs a URL. */
export function checkNewWebhook(body: unknown): Problems {
  const problems = checkWebhookChange(body);
  if (isBody(body) && body['url'] === undefined && body['callback_url'] === undefined)
    problems.add('url', 'Missing data for required field.');
  return problems;
}

/**
 * Checks the selection of a replay: one event, a range of numbers or of times, or the deliveries that were given
 * up.
 */
export function checkReplay(body: unknown): Problems {
  const problems = new Problems();
  if (!isBody(body)) return problems;
  const ways = [
    body['event_id'] !== undefined,
    body['from_number'] !== undefined || body['to_number'] !== undefined,
    body['from'] !== undefined || body['to'] !== undefined,
    body['dead'] !== undefined,
  ].filter(Boolean).length;
  if (ways !== 1)
    problems.add('body', 'Send one of: event_id; from_number and to_number; from and to; dead.');
  for (const [one, other] of pairs) {
    for (const [here, there] of [
      [one, other],
      [other, one],
    ] as const) {
      if (body[here] !== undefined && body[there] === undefined)
        problems.add(there, `Goes together with ${here}.`);
    }
  }
  for (const field of ['from', 'to']) {
    const at = body[field];
    if (typeof at === 'string' && parseInstant(at) === undefined) problems.add(field, notATime);
  }
  const { event_id: eventId } = body;
  if (typeof eventId === 'string' && parseId(eventId) === undefined)
    problems.add('event_id', 'Not a valid UUID.');
  return problems;
}

const pairs = [
  ['from_number', 'to_number'],
  ['from', 'to'],
] as const;
