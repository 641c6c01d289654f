import { pageOf } from '../../contract/lists.ts';
import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import { Refusal } from '../../domain/errors.ts';
import type { CustomerId } from '../../domain/ids.ts';
import { deletionCursor, parseDeletionCursor } from '../../domain/retention/paging.ts';
import { basisOf, erasureDueAt } from '../../domain/retention/policy.ts';
import { asciiJson } from '../../domain/text.ts';
import { withOffset } from '../../domain/time.ts';
import type { CustomerRow } from '../../store/customers/customers.ts';
import { readRetainedRecord } from '../../store/retention/erasure.ts';
import type { ErasureRequest } from '../../store/retention/holds.ts';
import { erasureRequestsOf, holdsOf } from '../../store/retention/holds.ts';
import { listRestricted, readRestricted, readTombstone } from '../../store/retention/records.ts';
import { writeParts } from '../../store/statement-parts.ts';
import { showCustomer } from '../customers/customers.ts';
import { readSealed } from '../keyrings.ts';
import type { Answer, Context } from '../system.ts';
import { shownRequest } from './erasure.ts';
import { erasureSealContext, openHold, shownHold } from './holds.ts';

export async function listRestrictedCustomers(
  context: Context,
  { query }: Input<Contract['listRestrictedCustomers']>,
): Promise<Answer> {
  const cursors = { parse: parseDeletionCursor, after: deletionCursor };
  const page = await pageOf(query, cursors, (after, most) => listRestricted(context.scope, after, most));
  await writeParts(context.scope, [context.journal({ facts: { shown: page.rows.length } })]);
  return {
    status: 200,
    body: asciiJson({
      data: page.rows.map(({ customerId, deletedAt, kycStatus, isHeld }) => ({
        customer_id: customerId,
        date_deleted: withOffset(deletedAt),
        ...(kycStatus !== undefined && { kyc_status: kycStatus }),
        legal_hold: isHeld,
      })),
      next_cursor: page.next_cursor,
    }),
  };
}

/** The answer waits until the audit entry is committed. */
export async function getRestrictedCustomer(
  context: Context,
  { params }: Input<Contract['getRestrictedCustomer']>,
): Promise<Answer> {
  const { scope } = context;
  const { customer_id: id } = params;
  const row = await readRestricted(scope, id);
  const shown = row ? await restrictedFacts(context, id, row) : await tombstoneFacts(context, id);
  if (!shown) throw new Refusal('customer_dne');
  await writeParts(scope, [context.journal({ customerId: id })]);
  return { status: 200, body: asciiJson(shown) };
}

async function restrictedFacts(context: Context, id: CustomerId, row: CustomerRow) {
  const { scope } = context;
  const [kept, holds, requests] = await Promise.all([
    readRetainedRecord(scope.db, scope, id),
    holdsOf(scope, id),
    erasureRequestsOf(scope, id),
  ]);
  // Erased since its row was read.
  if (!kept) return tombstoneFacts(context, id);
  const { history, policy } = kept;
  return {
    customer_id: id,
    date_deleted: withOffset(history.deletedAt),
    customer: JSON.parse(await showCustomer(context, row)) as object,
    ...(history.closedOn !== undefined && { closed_on: history.closedOn }),
    kept_as: basisOf(history),
    ...(!history.isHeld && { erase_after: withOffset(erasureDueAt(history, policy)) }),
    legal_holds: await Promise.all(
      holds.map(async (hold) => shownHold(id, await openHold(context, id, hold))),
    ),
    erasure_requests: await Promise.all(
      requests.map(async (one) => shownRequest(id, await openRequest(context, id, one))),
    ),
  };
}

async function openRequest(
  { system, keyring }: Context,
  id: CustomerId,
  request: ErasureRequest,
): Promise<ErasureRequest> {
  const place = erasureSealContext(id, request.erasureId);
  return { ...request, reason: await readSealed(system.keyrings, keyring, place, request.reason) };
}

async function tombstoneFacts({ scope }: Context, id: CustomerId) {
  const left = await readTombstone(scope, id);
  return (
    left && {
      customer_id: id,
      date_deleted: withOffset(left.deletedAt),
      legal_holds: [],
      erasure_requests: [],
      date_erased: withOffset(left.erasedAt),
      erased_because: left.because,
    }
  );
}
