import type { BrandId } from '../../domain/ids.ts';
import type { SealContext } from '../../domain/sealed-columns.ts';
import { sealContext } from '../../domain/sealed-columns.ts';
import { spacedJson } from '../../domain/text.ts';
import type { Instant } from '../../domain/time.ts';
import type { StoredEvent } from '../../store/audit/journal.ts';
import type { WebhookRow } from '../../store/webhooks/subscriptions.ts';
import type { Keyring } from '../../vault/vault.ts';
import { readSealed } from '../keyrings.ts';
import type { System } from '../system.ts';

/** The sealed part of a subscription: its URL may contain a secret, and its description is free text. */
export interface WebhookSettings {
  readonly url: string;
  readonly description: string;
  readonly secret: string;
  /** The previous secret, during the overlap. */
  readonly previous?: { readonly secret: string; readonly until: Instant };
  /** What the URL has to repeat, until it has. */
  readonly challenge?: string;
}

const webhookSealContext = (row: WebhookRow): SealContext =>
  sealContext(
    'webhooks.settings',
    {
      webhook_id: row.id,
      events: row.events,
      payload: row.payload,
      status: row.status,
      created_at: row.createdAt,
      key_id: row.keyId,
      ownership: row.ownership,
      stopped: row.stopped,
    },
    row.settingsSeal,
  );

export const payloadSealContext = (deliveryId: string): SealContext =>
  sealContext('deliveries.payload', { delivery_id: deliveryId });

type EventBody = Pick<StoredEvent, 'payload'>;

/** The body of an event, up to the customer that is added to it. */
const bodyBeforeCustomer = ({ payload }: EventBody): string => `${payload.slice(0, -1)}, "customer": `;

/** The body of an event with its customer. */
export const bodyWithCustomer = (event: EventBody, customer: unknown): string =>
  `${bodyBeforeCustomer(event)}${spacedJson(customer)}}`;

/**
 * Whether a body with a customer belongs to an event: it begins with all that the event says, its customer and its time
 * to the microsecond included.
 */
export const isBodyOf = (event: EventBody, body: string): boolean =>
  body.startsWith(bodyBeforeCustomer(event));

/** The context of what a receiver answered. */
export const answerSealContext = (attemptId: string): SealContext =>
  sealContext('delivery_attempts.answer', { attempt_id: attemptId });

/** Seals the changed settings of a subscription. */
export function sealSettings(keyring: Keyring, row: WebhookRow, settings: WebhookSettings): WebhookRow {
  const next = { ...row, settingsSeal: row.settingsSeal + 1 };
  return { ...next, settings: keyring.seal(webhookSealContext(next), JSON.stringify(settings)) };
}

export async function openSettings(
  { system, keyring }: { readonly system: System; readonly keyring: Keyring },
  row: WebhookRow,
): Promise<WebhookSettings> {
  return JSON.parse(await readSealed(system.keyrings, keyring, webhookSealContext(row), row.settings));
}

/** The host and port that a subscription's events go to. */
export async function hostOf(system: System, brandId: BrandId, row: WebhookRow): Promise<string> {
  const keyring = await system.keyrings.of(brandId);
  const { url } = await openSettings({ system, keyring }, row);
  return URL.canParse(url) ? new URL(url).host : '';
}

/** The secrets that sign at a given time: the current one, and the previous one during the overlap. */
export const secretsAt = ({ secret, previous }: WebhookSettings, now: Instant) => ({
  present: secret,
  previous: previous && previous.until > now ? previous.secret : undefined,
});
