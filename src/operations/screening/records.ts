import type { CursorForm } from '../../contract/lists.ts';
import { pageOf } from '../../contract/lists.ts';
import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import { Refusal } from '../../domain/errors.ts';
import type { CustomerId } from '../../domain/ids.ts';
import { cursorAfter, parseCursor } from '../../domain/paging.ts';
import { asciiJson } from '../../domain/text.ts';
import { withOffset } from '../../domain/time.ts';
import { readCustomer } from '../../store/customers/customers.ts';
import type { MatchRow } from '../../store/screening/matches.ts';
import { matchesOf } from '../../store/screening/matches.ts';
import type { ScreeningRow } from '../../store/screening/screenings.ts';
import { screeningsOf } from '../../store/screening/screenings.ts';
import { recordReads } from '../audit/entries.ts';
import type { Answer, Context } from '../system.ts';
import type { Keys } from './sealing.ts';
import { openMatch, openScreening } from './sealing.ts';

/** What is kept of a customer's checks against lists. */

export async function listScreenings(
  context: Context,
  { params, query }: Input<Contract['listScreenings']>,
): Promise<Answer> {
  const id = params.customer_id;
  if (!(await readCustomer(context.scope, id))) throw new Refusal('customer_dne');
  const page = await screeningPage(context, id, query);
  await recordReads(context, [id]);
  return page;
}

/** One page of a customer's checks, the newest first, each with its matches. The customer may be deleted. */
export async function screeningPage(
  keys: Keys,
  id: CustomerId,
  query: { readonly limit?: number; readonly cursor?: string },
): Promise<Answer> {
  const { rows, next_cursor } = await pageOf(query, ordinals, (below, most) =>
    screeningsOf(keys.scope, id, below, most),
  );
  const matches = await matchesOf(keys.scope, id);
  const data = await Promise.all(rows.map((row) => shownScreening(keys, row, matches)));
  return { status: 200, body: asciiJson({ data, next_cursor }) };
}

const ordinals: CursorForm<ScreeningRow, number> = {
  parse: (cursor) => {
    const ordinal = Number(parseCursor(cursor));
    return ordinal <= 0x7fff_ffff ? ordinal : undefined;
  },
  after: ({ ordinal }) => cursorAfter(BigInt(ordinal)),
};

/** A check with those of the customer's matches that it raised. @throws VaultError where a row was altered. */
export async function shownScreening(
  keys: Keys,
  row: ScreeningRow,
  matches: readonly MatchRow[],
): Promise<object> {
  const { person, entries } = await openScreening(keys, row);
  const own = matches.filter(({ screeningId }) => screeningId === row.screeningId);
  return {
    screening_id: row.screeningId,
    customer_id: row.customerId,
    provider: row.provider,
    person,
    entries,
    first_list_version: row.firstVersion,
    date_first_checked: withOffset(row.firstAt),
    list_version: row.listVersion,
    date_checked: withOffset(row.checkedAt),
    checks: row.checks,
    matches: await Promise.all(own.map((one) => shownMatch(keys, one))),
  };
}

/** A match with everything that is sealed of it. @throws VaultError where the row was altered. */
export async function shownMatch(keys: Keys, row: MatchRow): Promise<object> {
  const { details, reason, note } = await openMatch(keys, row);
  return {
    ...briefMatch(row),
    ...details,
    ...(reason !== undefined && { reason }),
    ...(note !== undefined && { note }),
  };
}

/** A match without what is sealed. */
export const briefMatch = (row: MatchRow) => ({
  match_id: row.matchId,
  customer_id: row.customerId,
  screening_id: row.screeningId,
  status: row.status,
  date_found: withOffset(row.foundAt),
  ...(row.proposal !== undefined && { proposed_decision: row.proposal }),
  ...(row.proposedBy !== undefined && { proposed_by: row.proposedBy }),
  ...(row.proposedAt !== undefined && { date_proposed: withOffset(row.proposedAt) }),
  ...(row.decidedBy !== undefined && { decided_by: row.decidedBy }),
  ...(row.decidedAt !== undefined && { date_decided: withOffset(row.decidedAt) }),
});
