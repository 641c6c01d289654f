import { defaultListItems, positionOf, spanOf } from '../../contract/lists.ts';
import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import type { AuditFilter, AuditOrder } from '../../domain/audit/query.ts';
import {
  actorText,
  auditCursor,
  lastingReasons,
  operationText,
  parseAuditCursor,
} from '../../domain/audit/query.ts';
import { Refusal } from '../../domain/errors.ts';
import type { CustomerId } from '../../domain/ids.ts';
import { invalidField } from '../../domain/problems.ts';
import { asciiJson } from '../../domain/text.ts';
import { plusSeconds } from '../../domain/time.ts';
import type { EntryPage, EntryRow } from '../../store/audit/entries.ts';
import { isCustomerKnown, readEntries } from '../../store/audit/entries.ts';
import { writeParts } from '../../store/statement-parts.ts';
import { entryReasonSealContext } from '../journal.ts';
import { readSealed } from '../keyrings.ts';
import type { Answer, Context } from '../system.ts';
import { requireLinked, requireOwnCustomer } from './chain.ts';

type Query = Input<Contract['listAudit']>['query'];

export async function listAudit(context: Context, { query }: Input<Contract['listAudit']>): Promise<Answer> {
  return { status: 200, body: await entriesPage(context, undefined, query, filterOf(query)) };
}

/** One customer's entries. They stay readable when the customer is deleted. */
export async function getCustomerAudit(
  context: Context,
  { params, query }: Input<Contract['getCustomerAudit']>,
): Promise<Answer> {
  const everything: AuditFilter = { contains: [], from: undefined, to: undefined };
  const body = await entriesPage(context, params.customer_id, query, everything);
  if (body === emptyPage && !(await isCustomerKnown(context.scope, params.customer_id)))
    throw new Refusal('customer_dne');
  return { status: 200, body };
}

const emptyPage = '{"data":[],"next_cursor":null}';

function filterOf(query: Query): AuditFilter {
  const contains: string[] = [];
  if (query.operation !== undefined) contains.push(operationText(query.operation));
  if (query.actor !== undefined) {
    const text = actorText(query.actor);
    if (text === undefined) throw invalidField('actor');
    contains.push(text);
  }
  return { contains, ...spanOf(query) };
}

async function entriesPage(
  context: Context,
  customerId: CustomerId | undefined,
  query: Pick<Query, 'order' | 'limit' | 'cursor'>,
  filter: AuditFilter,
): Promise<string> {
  const order = query.order ?? 'newest';
  const after = positionOf(query.cursor, parseAuditCursor);
  const limit = query.limit ?? defaultListItems;
  const page = await readEntries(context.scope, { customerId, filter, order, after, limit });
  const shown = await Promise.all(
    page.rows.map((row) => entryJson(context, row, context.principal.scopes.has('compliance:read'))),
  );
  const more = page.last && !isPast(page.last, filter, order);
  const next = more ? `"${auditCursor(page.last.number)}"` : 'null';
  return `{"data":[${shown.join(',')}],"next_cursor":${next}}`;
}

/** Seconds by which the order of arrival may differ from the order of times; a change takes at most ten. */
const disorder = 3_600;

/** Whether no later entry can fall into the requested time range. */
function isPast({ at }: NonNullable<EntryPage['last']>, { from, to }: AuditFilter, order: AuditOrder) {
  if (order === 'newest') return from !== undefined && at < plusSeconds(from, -disorder);
  return to !== undefined && at > plusSeconds(to, disorder);
}

type Keys = Pick<Context, 'system' | 'keyring' | 'scope'>;

/** All entries of a customer as JSON texts, the oldest first. */
export async function* customerEntries(keys: Keys, customerId: CustomerId): AsyncGenerator<string> {
  const filter: AuditFilter = { contains: [], from: undefined, to: undefined };
  for (let after: bigint | undefined; ; ) {
    const query = { customerId, filter, order: 'oldest', after, limit: defaultListItems } as const;
    const page = await readEntries(keys.scope, query);
    for (const row of page.rows) yield await entryJson(keys, row, true);
    if (!page.last) return;
    after = page.last.number;
  }
}

/**
 * The stored entry with its number, its hash, and the reason, which is not part of the hashed text. The reasons of holds and
 * erasures are for those who may see restricted records.
 */
async function entryJson(
  { system, keyring, scope }: Keys,
  row: EntryRow,
  seesCompliance: boolean,
): Promise<string> {
  requireLinked(scope.brandId, row);
  requireOwnCustomer(row);
  const { number, body, hash, reason } = row;
  const shown = seesCompliance || !isLasting(body) ? reason : undefined;
  const words = shown && (await readSealed(system.keyrings, keyring, entryReasonSealContext(body), shown));
  const end = words === undefined ? '' : `,"reason":${asciiJson(words)}`;
  return `{"number":${number},${body.slice(1, -1)},"hash":"${hash}"${end}}`;
}

const isLasting = (body: string): boolean =>
  lastingReasons.some((operation) => body.includes(operationText(operation)));

/**
 * Records which customers are about to be shown, if CLIENTELE_AUDIT_READS is on. The answer waits until the entry
 * is committed.
 */
export async function recordReads(context: Context, customers: readonly CustomerId[]): Promise<void> {
  if (!context.system.auditReads) return;
  const [only] = customers.length === 1 ? customers : [];
  const facts = only === undefined ? { facts: { count: customers.length, customers } } : {};
  await writeParts(context.scope, [context.journal({ customerId: only, ...facts })]);
}
