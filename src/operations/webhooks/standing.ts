import type { BrandId } from '../../domain/ids.ts';
import type { StopReason } from '../../domain/webhooks/subscription.ts';
import { auditedAddress, stopReasonOf } from '../../domain/webhooks/subscription.ts';
import { findKey } from '../../store/brands/api-keys.ts';
import type { WebhookRow } from '../../store/webhooks/subscriptions.ts';
import { changeInBackground } from '../../store/webhooks/subscriptions.ts';
import { backgroundCause } from '../background.ts';
import type { ChangeRecord } from '../journal.ts';
import { journalOf } from '../journal.ts';
import { withFreshKeyring } from '../keyrings.ts';
import { checkKey } from '../proofs.ts';
import { retryOnConflict } from '../retry.ts';
import type { System } from '../system.ts';
import { scopeOf } from '../system.ts';
import type { WebhookSettings } from './sealing.ts';
import { sealSettings } from './sealing.ts';

/** A subscription and its opened settings. */
export interface OpenedWebhook {
  readonly row: WebhookRow;
  readonly settings: WebhookSettings;
}

/** What the audit trail says of a subscription. */
export const factsOf = ({ row, settings }: OpenedWebhook) => ({
  webhook_id: row.id,
  address: auditedAddress(settings.url),
  payload: row.payload,
});

/**
 * Why nothing may be sent under a subscription now; `undefined` if it may. Reads the key that answers for it. After
 * `wait` the caller leaves what it has claimed, and any worker tries it again when the lease is over.
 *
 * @throws VaultError where the row of the key was altered.
 */
export async function reasonToStop(
  system: System,
  brandId: BrandId,
  { keyId, payload }: WebhookRow,
): Promise<StopReason | 'wait' | undefined> {
  // Without a key on record: made by an older version, or from the reference page of a sandbox.
  if (keyId === undefined) return system.environment === 'live' && payload !== 'thin' ? 'unknown' : undefined;
  const key = await findKey(system.db, keyId);
  if (key?.brandId !== brandId) return 'unknown';
  const keyring = await system.keyrings.of(brandId);
  const proven = await withFreshKeyring(system.keyrings, keyring, (one) => checkKey(one, key));
  return stopReasonOf(payload, proven, system.now());
}

/** Stops a subscription, and says so in an event, in the audit trail and as a security event. */
export async function stopWebhook(
  system: System,
  brandId: BrandId,
  { row, settings }: OpenedWebhook,
  stopped: StopReason,
): Promise<void> {
  const more = { webhook_id: row.id };
  const key = row.keyId === undefined ? {} : { key: row.keyId };
  const isStopped = await writeDecision(
    system,
    brandId,
    { row: { ...row, stopped }, settings },
    {
      operation: 'stopWebhook',
      event: { type: 'webhook.stopped', more },
      facts: { ...more, ...key, because: stopped },
    },
  );
  if (!isStopped) return;
  const about = { outcome: 'detected', brandId, operation: 'stopWebhook', ...key } as const;
  system.security.record({ name: 'webhook_stopped', ...about });
}

/**
 * Writes what Clientele itself decided about a subscription. False where it was changed since it was read: the next
 * attempt decides again.
 */
export async function writeDecision(
  system: System,
  brandId: BrandId,
  { row, settings }: OpenedWebhook,
  { operation, ...changeRecord }: ChangeRecord & { readonly operation: string },
): Promise<boolean> {
  const now = system.now();
  const facts = { ...changeRecord.facts, record_version: row.settingsSeal + 1 };
  const journal = journalOf(system, brandId, backgroundCause(operation), now, { ...changeRecord, facts });
  const isWritten = await retryOnConflict(system.keyrings, brandId, (keyring) =>
    changeInBackground(
      scopeOf(system, brandId),
      sealSettings(keyring, { ...row, updatedAt: now }, settings),
      journal,
    ),
  );
  if (isWritten) system.db.wake();
  return isWritten;
}
