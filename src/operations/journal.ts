import { hash } from 'node:crypto';
import type { AuditFacts } from '../contract/audit-facts.ts';
import type { BrandId, CustomerId, Id } from '../domain/ids.ts';
import type { SealContext } from '../domain/sealed-columns.ts';
import { sealContext } from '../domain/sealed-columns.ts';
import { asciiJson, spacedJson } from '../domain/text.ts';
import type { Instant } from '../domain/time.ts';
import { withOffset } from '../domain/time.ts';
import type { EventType } from '../domain/webhooks/events.ts';
import type { Journal, NewEvent, StoredEvent } from '../store/audit/journal.ts';
import type { Keyring, Vault } from '../vault/vault.ts';
import { UnknownRootVersion, VaultError } from '../vault/vault.ts';

/**
 * Who did it: an API key, an operator, or Clientele itself. An operator of the console has the id of their account, and
 * their address as `user`. Without an id, `user` is an account of the machine.
 */
export type Actor =
  | { readonly kind: 'key'; readonly id: string }
  | { readonly kind: 'operator'; readonly id?: string; readonly user?: string }
  | { readonly kind: 'clientele' };

/** The operation and the actor of a change. */
export interface Cause {
  readonly actor: Actor;
  /** An operationId, a command, or the name of a background step. */
  readonly operation: string;
  readonly requestId?: string;
}

/** The data of the audit entry: field names, ids and digests, never a value. */
export interface ChangeRecord {
  readonly customerId?: CustomerId | undefined;
  /** `more` is added to the event's body. */
  readonly event?:
    | { readonly type: EventType; readonly more?: Readonly<Record<string, unknown>> }
    | undefined;
  /** The names of the fields that changed, for the event and the audit trail. */
  readonly fields?: readonly string[];
  /** From the name of a field to the digest of its new value, under the customer's own key. */
  readonly digests?: Readonly<Record<string, string>>;
  /** Further facts for the audit trail, such as a run or a decision. */
  readonly facts?: AuditFacts;
  /** A reason in free text. It is sealed beside the entry, which records only that there is one. */
  readonly reason?: { readonly words: string; readonly keyring: Keyring } | undefined;
}

/** The context of an entry's reason. */
export const entryReasonSealContext = (body: string): SealContext =>
  sealContext('journal.reason', { 'sha256(body)': hash('sha256', body) });

interface JournalTools {
  readonly newId: <Kind extends string>() => Id<Kind>;
  readonly vault: Pick<Vault, 'mac'>;
}

/** The entry and the event of a change, in their final stored form. */
export function journalOf(
  { newId, vault }: JournalTools,
  brandId: BrandId,
  cause: Cause,
  now: Instant,
  changeRecord: ChangeRecord,
): Journal {
  const { customerId, event, fields, digests, facts, reason } = changeRecord;
  const at = withOffset(now);
  const body = asciiJson({
    at,
    actor: cause.actor,
    ...(cause.requestId !== undefined && { request_id: cause.requestId }),
    operation: cause.operation,
    ...(customerId !== undefined && { customer_id: customerId }),
    ...(fields !== undefined && { fields }),
    ...(digests !== undefined && { digests }),
    ...(reason && { has_reason: true }),
    ...facts,
  });
  const newEvent = event && {
    eventId: newId<'event'>(),
    type: event.type,
    occurredAt: now,
    payload: spacedJson({
      event: event.type,
      ...(customerId !== undefined && { customer_id: customerId }),
      occurred_at: at,
      ...(fields !== undefined && { fields }),
      ...event.more,
    }),
  };
  const entry = {
    body,
    reason: reason?.keyring.seal(entryReasonSealContext(body), reason.words),
    mac: vault.mac('journal row', journalRowFields({ brandId, customerId, body, event: newEvent })),
  };
  return { customerId, event: newEvent, entry };
}

/** What the MAC of an outbox row covers: every column but the reason, which is sealed for exactly this body. */
export const journalRowFields = ({
  brandId,
  customerId,
  body,
  event,
}: {
  readonly brandId: BrandId;
  readonly customerId: CustomerId | undefined;
  readonly body: string;
  readonly event: NewEvent | undefined;
}): readonly string[] => [
  brandId,
  customerId ?? '',
  body,
  event?.eventId ?? '',
  event?.type ?? '',
  event?.occurredAt ?? '',
  event?.payload ?? '',
];

/** What the MAC of a stored event covers: every column. */
export const eventFields = (
  brandId: BrandId,
  { number, customerId, eventId, type, occurredAt, payload }: Omit<StoredEvent, 'mac'>,
): readonly string[] => [brandId, number, eventId, type, customerId ?? '', occurredAt, payload];

type EventVault = { readonly vault: Pick<Vault, 'isMac' | 'missingVersionOf'> };

/**
 * Whether the service wrote a stored event: `proven`, `altered`, or the version of the root key that is needed to tell
 * and is not loaded.
 */
export type EventProof = 'proven' | 'altered' | { readonly missing: number };

export function proofOfEvent({ vault }: EventVault, brandId: BrandId, event: StoredEvent): EventProof {
  if (vault.isMac('event', eventFields(brandId, event), event.mac)) return 'proven';
  const missing = vault.missingVersionOf(event.mac);
  return missing === undefined ? 'altered' : { missing };
}

/** An event that cannot be verified here, because a version of the root key is not loaded. */
export class UnverifiableEvent extends UnknownRootVersion {
  override readonly name = 'UnverifiableEvent';
  constructor(brandId: BrandId, { number }: StoredEvent, version: number) {
    super(version, `The event ${number} of brand ${brandId}`);
  }
}

/**
 * Whether the service wrote a stored event.
 *
 * @throws UnverifiableEvent
 */
export function isProvenEvent(system: EventVault, brandId: BrandId, event: StoredEvent): boolean {
  const proof = proofOfEvent(system, brandId, event);
  if (typeof proof === 'string') return proof === 'proven';
  throw new UnverifiableEvent(brandId, event, proof.missing);
}

/** @throws VaultError where it was altered, or that cannot be verified here. */
export function requireProvenEvent(system: EventVault, brandId: BrandId, event: StoredEvent): void {
  if (isProvenEvent(system, brandId, event)) return;
  throw new VaultError('unreadable', `The event ${event.number} of brand ${brandId} was altered.`);
}
