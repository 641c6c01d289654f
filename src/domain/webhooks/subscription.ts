import { parseId } from '../ids.ts';
import { Problems } from '../problems.ts';
import { checkShortTexts, shortText } from '../short-text.ts';
import { isHarmless } from '../text.ts';
import { notATime, parseInstant } from '../time.ts';
import { typesOf } from './events.ts';

/** Subscriptions to events and the rules of their fields. Names are Bond's. */
export const webhookStatuses = ['STATUS_ENABLED', 'STATUS_DISABLED'] as const;
export type WebhookStatus = (typeof webhookStatuses)[number];

/** `thin`: ids and names of fields. `full`: with the whole customer, the SSN masked. */
export const payloadKinds = ['thin', 'full'] as const;
export type PayloadKind = (typeof payloadKinds)[number];

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
