import { pageOf } from '../../contract/lists.ts';
import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import { Refusal } from '../../domain/errors.ts';
import { erasureCursors, holdCursors } from '../../domain/retention/paging.ts';
import { basisOf, erasureDueAt } from '../../domain/retention/policy.ts';
import { asciiJson } from '../../domain/text.ts';
import { withOffset } from '../../domain/time.ts';
import { readCustomer } from '../../store/customers/customers.ts';
import { removeErasureRequest } from '../../store/retention/holds.ts';
import type { ListedErasureRequest, ListedHold } from '../../store/retention/oversight.ts';
import { listHolds, listErasureRequests as listRequests } from '../../store/retention/oversight.ts';
import { recordReads } from '../audit/entries.ts';
import { requireDone } from '../retry.ts';
import type { Answer, Context } from '../system.ts';
import { requestOf, shownRequest } from './erasure.ts';
import { openHold, shownHold } from './holds.ts';
import { openRequest } from './records.ts';
import { recordIfDeleted } from './retained.ts';

/** What compliance has to watch, over all customers. */

export async function getCustomerRetention(
  context: Context,
  { params }: Input<Contract['getCustomerRetention']>,
): Promise<Answer> {
  const { customer_id: id } = params;
  const row = await readCustomer(context.scope, id);
  if (!row) throw new Refusal('customer_dne');
  const { history, policy } = await recordIfDeleted(context, row, context.now);
  await recordReads(context, [id]);
  return {
    status: 200,
    body: asciiJson({
      customer_id: id,
      kept_as: basisOf(history),
      ...(!history.isHeld && { kept_until: withOffset(erasureDueAt(history, policy)) }),
      ...(history.closedOn !== undefined && { closed_on: history.closedOn }),
      legal_hold: history.isHeld,
    }),
  };
}

export async function listLegalHolds(
  context: Context,
  { query }: Input<Contract['listLegalHolds']>,
): Promise<Answer> {
  const { status, customer_id: customerId } = query;
  const cursors = {
    parse: holdCursors.parse,
    after: ({ setAt, holdId }: ListedHold) => holdCursors.after({ at: setAt, id: holdId }),
  };
  const { rows, next_cursor } = await pageOf(query, cursors, (after, most) =>
    listHolds(context.scope, { status, customerId }, after, most),
  );
  const data = await Promise.all(
    rows.map(async (row) => shownHold(row.customerId, await openHold(context, row.customerId, row))),
  );
  return { status: 200, body: asciiJson({ data, next_cursor }) };
}

export async function listErasureRequests(
  context: Context,
  { query }: Input<Contract['listErasureRequests']>,
): Promise<Answer> {
  const cursors = {
    parse: erasureCursors.parse,
    after: ({ requestedAt, erasureId }: ListedErasureRequest) =>
      erasureCursors.after({ at: requestedAt, id: erasureId }),
  };
  const { rows, next_cursor } = await pageOf(query, cursors, (after, most) =>
    listRequests(context.scope, after, most),
  );
  const data = await Promise.all(
    rows.map(async (row) => ({
      ...shownRequest(row.customerId, await openRequest(context, row.customerId, row)),
      legal_hold: row.isHeld,
    })),
  );
  return { status: 200, body: asciiJson({ data, next_cursor }) };
}

/** Ends a request. One person may do it, also the one who asked: the record is kept as before. */
export async function withdrawErasure(
  context: Context,
  { params }: Input<Contract['withdrawErasure']>,
): Promise<Answer> {
  const { customer_id: id, erasure_id: erasureId } = params;
  const request = await requestOf(context.scope, id, erasureId);
  const shown = shownRequest(id, await openRequest(context, id, request));
  const answer: Answer = { status: 200, body: asciiJson(shown) };
  const journal = context.journal({
    customerId: id,
    facts: { erasure_id: erasureId, requested_by: request.requestedBy },
  });
  requireDone(await removeErasureRequest(context.scope, id, erasureId, journal, context.claim?.(answer, id)));
  return answer;
}
