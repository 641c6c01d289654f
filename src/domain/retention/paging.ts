import type { CustomerId } from '../ids.ts';
import { parseId } from '../ids.ts';
import type { Instant } from '../time.ts';
import { instantOfMillis, millisOf } from '../time.ts';

/** A position in the order of deletion. */
export interface DeletionPosition {
  readonly deletedAt: Instant;
  readonly customerId: CustomerId;
}

/** The form of a cursor of restricted customers. */
export const deletionCursorPattern = '^d1_[0-9a-z]{1,11}_[0-9a-f]{32}$';

/** Opaque to clients: microseconds and an id. */
export function deletionCursor({ deletedAt, customerId }: DeletionPosition): string {
  const micros = millisOf(deletedAt) * 1_000 + Number(deletedAt.slice(23));
  return `d1_${micros.toString(36)}_${customerId.replaceAll('-', '')}`;
}

export function parseDeletionCursor(text: string): DeletionPosition | undefined {
  const parts =
    /^d1_([0-9a-z]{1,11})_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(text);
  if (!parts) return undefined;
  const micros = Number.parseInt(parts[1] ?? '', 36);
  const customerId = parseId<'customer'>(parts.slice(2).join('-'));
  // Exact to the year 2255.
  if (!customerId || !Number.isSafeInteger(micros)) return undefined;
  const millis = Math.floor(micros / 1_000);
  const whole = instantOfMillis(millis).slice(0, 23);
  return { deletedAt: `${whole}${String(micros % 1_000).padStart(3, '0')}` as Instant, customerId };
}
