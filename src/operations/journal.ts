import { hash } from 'node:crypto';
import type { AuditFacts } from '../contract/audit-facts.ts';
import type { CustomerId, Id } from '../domain/ids.ts';
import type { SealContext } from '../domain/sealed-columns.ts';
import { sealContext } from '../domain/sealed-columns.ts';
import { asciiJson, spacedJson } from '../domain/text.ts';
import type { Instant } from '../domain/time.ts';
import { withOffset } from '../domain/time.ts';
import type { EventType } from '../domain/webhooks/events.ts';
import type { Journal } from '../store/audit/journal.ts';
import type { Keyring } from '../vault/vault.ts';

/** Who did it: a key of the brand, an operator at the command line, or Clientele by itself. */
export type Actor =
  | { readonly kind: 'key'; readonly id: string }
  | { readonly kind: 'operator'; readonly user?: string }
  | { readonly kind: 'clientele' };

/** Under which name and at whose wish something is done. */
export interface Cause {
  readonly actor: Actor;
  /** An operationId, a command, or the name of a background step. */
  readonly operation: string;
  readonly requestId?: string;
}

/** What is to be written down. Names of fields, ids and digests only: never a value. */
export interface ChangeRecord {
  readonly customerId?: CustomerId | undefined;
  /** `more` goes into the body that webhooks send. */
  readonly event?:
    | { readonly type: EventType; readonly more?: Readonly<Record<string, unknown>> }
    | undefined;
  /** The names of the fields that changed, for the event and the audit trail. */
  readonly fields?: readonly string[];
  /** From the name of a field to the digest of its new value, under the customer's own key. */
  readonly digests?: Readonly<Record<string, string>>;
  /** What the audit trail says besides: which run, which decision. */
  readonly facts?: AuditFacts;
  /** Somebody's words. They are sealed beside the entry, which says only that there are some. */
  readonly reason?: { readonly words: string; readonly keyring: Keyring } | undefined;
}

/** The context of an entry's reason. */
export const entryReasonSealContext = (body: string): SealContext =>
  sealContext('journal.reason', { 'sha256(body)': hash('sha256', body) });

interface IdMaker {
  readonly newId: <Kind extends string>() => Id<Kind>;
}

/** The entry and the event of a change, as they will be stored for good. */
export function journalOf(
  { newId }: IdMaker,
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
  return {
    customerId,
    event: event && {
      eventId: newId(),
      type: event.type,
      occurredAt: now,
      payload: spacedJson({
        event: event.type,
        ...(customerId !== undefined && { customer_id: customerId }),
        occurred_at: at,
        ...(fields !== undefined && { fields }),
        ...event.more,
      }),
    },
    entry: { body, reason: reason?.keyring.seal(entryReasonSealContext(body), reason.words) },
  };
}
