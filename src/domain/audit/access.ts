import type { CustomerId } from '../ids.ts';
import { parseId } from '../ids.ts';
import type { Instant } from '../time.ts';
import { instantOfMicros, microsOf } from '../time.ts';

/** Whose data a key saw: what the audit entries of the key say, customer by customer. */

/**
 * `read`: one record, or something of it. `list` and `search`: among others. `reveal`: the full SSN. `document`:
 * the content of a file. `change`: the answer to a change, which shows the record.
 */
export const accessKinds = ['read', 'list', 'search', 'reveal', 'document', 'change'] as const;
export type AccessKind = (typeof accessKinds)[number];

/** What an entry has to say about it. */
export interface AccessEntry {
  readonly at: string;
  readonly operation: string;
  readonly customer_id?: string;
  readonly customers?: readonly string[];
  readonly outcome?: string;
  readonly document_id?: string;
}

const operations: Readonly<Record<string, AccessKind>> = {
  listCustomers: 'list',
  searchCustomers: 'search',
  revealSsn: 'reveal',
  revealRestrictedSsn: 'reveal',
};

/** How the operation of an entry shows a customer. `isRead` for operations that change nothing. */
export function accessKindOf({ operation, document_id: document }: AccessEntry, isRead: boolean): AccessKind {
  if (document !== undefined) return 'document';
  return operations[operation] ?? (isRead ? 'read' : 'change');
}

/** Outcomes of lookups that showed nobody. */
const shownNobody: readonly (string | undefined)[] = ['refused', 'not found', 'duplicate'];

/** The customers that the answer showed. */
export function customersShown(entry: AccessEntry): readonly CustomerId[] {
  if (shownNobody.includes(entry.outcome)) return [];
  const ids = entry.customers ?? (entry.customer_id === undefined ? [] : [entry.customer_id]);
  return ids.flatMap((id) => parseId<'customer'>(id) ?? []);
}

/** What a key saw of one customer. */
export interface CustomerAccess {
  readonly customer_id: CustomerId;
  readonly first_at: string;
  readonly last_at: string;
  /** How many answers showed the customer. */
  readonly count: number;
  readonly access: readonly AccessKind[];
}

/** Two spans of time as one, the earlier first. */
export function mergeAccess(earlier: CustomerAccess | undefined, later: CustomerAccess): CustomerAccess {
  if (!earlier) return later;
  const seen = new Set([...earlier.access, ...later.access]);
  return {
    customer_id: later.customer_id,
    first_at: earlier.first_at,
    last_at: later.last_at,
    count: earlier.count + later.count,
    access: accessKinds.filter((kind) => seen.has(kind)),
  };
}

/** Opaque to clients. It encodes the time and the number of the last entry of a page. */
export const accessCursor = (at: Instant, number: number): string =>
  `k1_${microsOf(at).toString(36)}_${number.toString(36)}`;
export const accessCursorPattern = '^k1_[0-9a-z]{1,11}_[0-9a-z]{1,10}$';

export function parseAccessCursor(
  text: string,
): { readonly at: Instant; readonly number: number } | undefined {
  const [, micros = '', number = ''] = /^k1_([0-9a-z]{1,11})_([0-9a-z]{1,10})$/.exec(text) ?? [];
  const at = instantOfMicros(Number.parseInt(micros, 36));
  const position = Number.parseInt(number, 36);
  return at !== undefined && Number.isSafeInteger(position) ? { at, number: position } : undefined;
}
