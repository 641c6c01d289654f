import type { CursorForm } from '../../../contract/lists.ts';
import { pageOf } from '../../../contract/lists.ts';
import type { Input } from '../../../contract/operation.ts';
import type { Contract } from '../../../contract/table.ts';
import type { Address } from '../../../domain/customers/address.ts';
import type { EarlierValues } from '../../../domain/customers/history.ts';
import { Refusal } from '../../../domain/errors.ts';
import type { CustomerId } from '../../../domain/ids.ts';
import { cursorAfter, parseCursor } from '../../../domain/paging.ts';
import type { SealContext } from '../../../domain/sealed-columns.ts';
import { asciiJson } from '../../../domain/text.ts';
import { withOffset } from '../../../domain/time.ts';
import type { HistoryId, HistoryRow } from '../../../store/customers/history.ts';
import { historyOf, readHistory } from '../../../store/customers/history.ts';
import { writeParts } from '../../../store/statement-parts.ts';
import { VaultError } from '../../../vault/vault.ts';
import { withFreshKeyring } from '../../keyrings.ts';
import type { Answer, Context } from '../../system.ts';
import { openForChange } from '../change.ts';
import { customerKeySealContext } from '../sealing.ts';
import { earlierSealContext, formerSsnSealContext } from './earlier.ts';

/** What is kept of a customer's earlier values. Each answer waits until its audit entry is committed. */

/** A customer and its own key, sealed. A row from before there was one has no history either. */
export interface KeyOwner {
  readonly id: CustomerId;
  readonly auditKey: string | undefined;
}

export async function listCustomerHistory(
  context: Context,
  { params, query }: Input<Contract['listCustomerHistory']>,
): Promise<Answer> {
  const { row } = await openForChange(context, params.customer_id, 'none');
  return historyPage(context, { id: params.customer_id, auditKey: row.auditKey }, query);
}

/** One page of what changes of a customer replaced, the newest first. The customer may be deleted. */
export async function historyPage(
  context: Context,
  owner: KeyOwner,
  query: { readonly limit?: number; readonly cursor?: string },
): Promise<Answer> {
  const { rows, next_cursor } = await pageOf(query, versions, (below, most) =>
    historyOf(context.scope, owner.id, below, most),
  );
  const data = await Promise.all(rows.map((row) => shownHistory(context, owner, row)));
  await writeParts(context.scope, [context.journal({ customerId: owner.id, facts: { shown: rows.length } })]);
  return { status: 200, body: asciiJson({ data, next_cursor }) };
}

const versions: CursorForm<HistoryRow, number> = {
  parse: (cursor) => {
    const version = Number(parseCursor(cursor));
    return version <= 0x7fff_ffff ? version : undefined;
  },
  after: ({ version }) => cursorAfter(BigInt(version)),
};

/** @throws VaultError where the row was altered. */
export async function shownHistory(context: Keys, owner: KeyOwner, row: HistoryRow): Promise<object> {
  const earlier = await earlierOf(context, owner, row);
  return {
    history_id: row.historyId,
    customer_id: row.customerId,
    version: row.version,
    date_changed: withOffset(row.changedAt),
    fields: row.fields,
    earlier: { ...earlier, ...(earlier.addresses && { addresses: earlier.addresses.map(dated) }) },
  };
}

const earlierOf = async (context: Keys, owner: KeyOwner, row: HistoryRow): Promise<EarlierValues> =>
  JSON.parse(await open(context, owner, earlierSealContext(row), row.earlier));

const dated = (address: Address) => ({ ...address, date_created: withOffset(address.date_created) });

/** The full number that a change replaced (`numberOf`). @throws Refusal `ssn_dne` */
export async function formerSsn(
  context: Keys & Pick<Context, 'scope'>,
  owner: KeyOwner,
  id: HistoryId,
): Promise<string> {
  const row = await readHistory(context.scope, owner.id, id);
  const ssn = row && (await formerSsnIn(context, owner, row));
  if (ssn === undefined) throw new Refusal('ssn_dne');
  return ssn;
}

/** The same of a row that is read already; `undefined` where the change replaced none. */
export async function formerSsnIn(
  context: Keys,
  owner: KeyOwner,
  row: HistoryRow,
): Promise<string | undefined> {
  const earlier = await earlierOf(context, owner, row);
  if (row.ssn !== undefined) return open(context, owner, formerSsnSealContext(row), row.ssn);
  if (!earlier.ssn && !earlier.identification) return undefined;
  throw new VaultError('unreadable', `customer_history ${row.historyId} has lost its ssn.`);
}

type Keys = Pick<Context, 'system' | 'keyring'>;

/** A brand's key that this process does not know yet is loaded: both records are opened with the same one. */
async function open(
  { system, keyring }: Keys,
  { id, auditKey = '' }: KeyOwner,
  place: SealContext,
  sealed: string,
): Promise<string> {
  return withFreshKeyring(system.keyrings, keyring, (fresh) =>
    fresh.customerKey(customerKeySealContext(id), auditKey).open(place, sealed),
  );
}
