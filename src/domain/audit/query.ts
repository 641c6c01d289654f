import { parseId } from '../ids.ts';
import { shortText } from '../text.ts';
import type { Instant } from '../time.ts';

/** The filters and the cursors of the audit trail. */

export const auditOrders = ['newest', 'oldest'] as const;
export type AuditOrder = (typeof auditOrders)[number];

/** Why a full number is needed. */
export const revealReason = shortText(500, { minLength: 3 });

/** An operationId, or a command. */
export const operationPattern = '^[A-Za-z][A-Za-z0-9 -]{0,63}$';

/**
 * The text that a stored entry of this actor contains. The actor is the id of a key or of an operator, `operator` or
 * `clientele`. `undefined` for anything else. Quotes inside of values are escaped, so this is found only as a member,
 * and only an actor has a member `id`.
 */
export function actorText(actor: string): string | undefined {
  if (actor === 'operator' || actor === 'clientele') return `"actor":{"kind":"${actor}"`;
  const id = parseId(actor);
  return id && `","id":"${id}"`;
}

/** The text that a stored entry of this operation contains. */
export const operationText = (operation: string): string => `"operation":"${operation}"`;

/** Opaque to clients. It encodes the position in the order of arrival. */
export const auditCursor = (number: bigint): string => `a1_${number.toString(36)}`;
export const auditCursorPattern = '^a1_[0-9a-z]{1,12}$';

export function parseAuditCursor(text: string): bigint | undefined {
  if (!new RegExp(auditCursorPattern).test(text)) return undefined;
  return [...text.slice(3)].reduce((sum, digit) => sum * 36n + BigInt(Number.parseInt(digit, 36)), 0n);
}

/** The filter of an audit query. */
export interface AuditFilter {
  readonly contains: readonly string[];
  readonly from: Instant | undefined;
  readonly to: Instant | undefined;
}

/**
 * The operations whose reasons stay in the audit trail when their customer is erased: who asked for the erasure, what
 * stood in its way, and why. The other reasons go with the customer.
 */
export const lastingReasons = ['setLegalHold', 'releaseLegalHold', 'requestErasure'] as const;
