import type { Span } from '../../contract/lists.ts';
import { defaultListItems, positionOf, spanOf } from '../../contract/lists.ts';
import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import { operations } from '../../contract/table.ts';
import type { AccessEntry, CustomerAccess } from '../../domain/audit/access.ts';
import {
  accessCursor,
  accessKindOf,
  customersShown,
  mergeAccess,
  parseAccessCursor,
} from '../../domain/audit/access.ts';
import { Refusal } from '../../domain/errors.ts';
import type { BrandId, CustomerId, KeyIdentity } from '../../domain/ids.ts';
import { asciiJson } from '../../domain/text.ts';
import type { Instant } from '../../domain/time.ts';
import type { KeyEntry, KeyPosition } from '../../store/audit/by-key.ts';
import { entriesOfKey } from '../../store/audit/by-key.ts';
import { listKeys } from '../../store/brands/api-keys.ts';
import type { BrandScope } from '../../store/scope.ts';
import type { Answer, Context, System } from '../system.ts';
import { scopeOf } from '../system.ts';
import { requireLinked } from './chain.ts';
import { allPlaced } from './export.ts';
import { recordOperatorAction } from './operator.ts';

/** Entries read at once. */
const batch = 1_000;
const beginning: KeyPosition = { at: '', number: 0 };

/** Whose data a key saw between two moments, a span of its entries a page. */
export async function listKeyAccess(
  { scope }: Context,
  { params, query }: Input<Contract['listKeyAccess']>,
): Promise<Answer> {
  const key = params.identity as string as KeyIdentity;
  if (!(await listKeys(scope)).some(({ identity }) => identity === key)) throw new Refusal('not_found');
  const { from, to } = spanOf(query);
  const start = positionOf(query.cursor, parseAccessCursor) ?? { at: from ?? '', number: 0 };
  const entries = await entriesOfKey(scope, key, start, to, batch);
  for (const entry of entries) requireLinked(scope.brandId, entry);
  const { customers, used } = accessIn(entries, query.limit ?? defaultListItems);
  const last = entries[used - 1];
  const isEnd = used === entries.length && entries.length < batch;
  const next = isEnd || !last ? null : cursorOf(last);
  return { status: 200, body: asciiJson({ data: [...customers.values()], next_cursor: next }) };
}

const instantIn = ({ body }: KeyEntry): Instant => body.slice(7, 33) as Instant;
const cursorOf = (entry: KeyEntry): string => accessCursor(instantIn(entry), entry.number);

const reads: ReadonlySet<string> = new Set(
  operations.filter(({ method }) => method === 'GET').map(({ operationId }) => operationId),
);

/**
 * The customers that the entries show, in the order in which they were first seen, and how many entries that took.
 * It stops before an entry that would bring more than so many customers, but reads at least one.
 */
function accessIn(entries: readonly KeyEntry[], most: number) {
  const customers = new Map<CustomerId, CustomerAccess>();
  let used = 0;
  for (const { body } of entries) {
    const entry = JSON.parse(body) as AccessEntry;
    const shown = customersShown(entry);
    const isNew = shown.filter((id) => !customers.has(id)).length;
    if (used > 0 && customers.size + isNew > most) break;
    const access = [accessKindOf(entry, reads.has(entry.operation))];
    for (const id of shown) {
      const one = { customer_id: id, first_at: entry.at, last_at: entry.at, count: 1, access };
      customers.set(id, mergeAccess(customers.get(id), one));
    }
    used += 1;
  }
  return { customers, used };
}

/**
 * The same for an operator, whole: every customer once. The audit trail records that it was asked.
 *
 * @throws InvalidInput for a moment that is none.
 */
export async function accessOfKey(
  system: System,
  brandId: BrandId,
  key: KeyIdentity,
  span: Span,
  progress: (entries: number, customers: number) => void,
): Promise<readonly CustomerAccess[]> {
  const { from, to } = spanOf(span);
  const scope: BrandScope = scopeOf(system, brandId);
  await allPlaced(system, scope);
  const customers = new Map<CustomerId, CustomerAccess>();
  let read = 0;
  let after: KeyPosition = from === undefined ? beginning : { at: from, number: 0 };
  for (;;) {
    const entries = await entriesOfKey(scope, key, after, to, batch);
    for (const entry of entries) requireLinked(brandId, entry);
    for (const [id, access] of accessIn(entries, Number.POSITIVE_INFINITY).customers)
      customers.set(id, mergeAccess(customers.get(id), access));
    read += entries.length;
    progress(read, customers.size);
    const last = entries.at(-1);
    if (!last || entries.length < batch) break;
    after = { at: instantIn(last), number: last.number };
  }
  await recordOperatorAction(system, brandId, 'audit key', { key });
  return [...customers.values()];
}
