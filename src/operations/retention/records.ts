import { pageOf } from '../../contract/lists.ts';
import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import { Refusal } from '../../domain/errors.ts';
import type { CustomerId } from '../../domain/ids.ts';
import { deletionCursors } from '../../domain/retention/paging.ts';
import { basisOf, erasureDueAt } from '../../domain/retention/policy.ts';
import { asciiJson } from '../../domain/text.ts';
import { withOffset } from '../../domain/time.ts';
import type { ErasureRequest } from '../../store/retention/holds.ts';
import { erasureRequestsOf, holdsOf } from '../../store/retention/holds.ts';
import type { StoredPolicy } from '../../store/retention/policies.ts';
import type { RestrictedBrief } from '../../store/retention/records.ts';
import { listRestricted, readTombstone } from '../../store/retention/records.ts';
import { writeParts } from '../../store/statement-parts.ts';
import { showCustomer } from '../customers/customers.ts';
import { readSealed } from '../keyrings.ts';
import type { Answer, Context } from '../system.ts';
import { erasureSealContext, shownRequest } from './erasure.ts';
import { openHold, shownHold } from './holds.ts';
import type { RetainedRecord } from './retained.ts';
import { brandPolicy, retainedRecord } from './retained.ts';

export async function listRestrictedCustomers(
  context: Context,
  { query }: Input<Contract['listRestrictedCustomers']>,
): Promise<Answer> {
  const page = await pageOf(query, deletionCursors, (after, most) =>
    listRestricted(context.scope, query.order ?? 'oldest', after, most),
  );
  const policy = await brandPolicy(context);
  const shown = await Promise.all(page.rows.map((row) => restrictedBrief(context, row, policy)));
  await writeParts(context.scope, [context.journal({ facts: { shown: page.rows.length } })]);
  // One that was erased since it was listed is left out.
  const data = shown.filter((one) => one !== undefined);
  return { status: 200, body: asciiJson({ data, next_cursor: page.next_cursor }) };
}

async function restrictedBrief(context: Context, row: RestrictedBrief, policy: StoredPolicy) {
  const { id, at, kycStatus, isErasureRequested } = row;
  const record = await retainedRecord(context, id, policy);
  return (
    record && {
      customer_id: id,
      date_deleted: withOffset(at),
      ...(kycStatus !== undefined && { kyc_status: kycStatus }),
      legal_hold: record.history.isHeld,
      ...retentionFacts(record),
      erasure_requested: isErasureRequested,
    }
  );
}

/** The rule under which a record is kept, and until when. A hold has no end that is known. */
const retentionFacts = ({ history, policy }: Pick<RetainedRecord, 'history' | 'policy'>) => ({
  kept_as: basisOf(history),
  ...(!history.isHeld && { erase_after: withOffset(erasureDueAt(history, policy)) }),
});

/** The answer waits until the audit entry is committed. */
export async function getRestrictedCustomer(
  context: Context,
  { params }: Input<Contract['getRestrictedCustomer']>,
): Promise<Answer> {
  const { scope } = context;
  const { customer_id: id } = params;
  const record = await retainedRecord(context, id);
  const shown = record ? await restrictedFacts(context, id, record) : await tombstoneFacts(context, id);
  if (!shown) throw new Refusal('customer_dne');
  await writeParts(scope, [context.journal({ customerId: id })]);
  return { status: 200, body: asciiJson(shown) };
}

type Keys = Pick<Context, 'system' | 'keyring' | 'scope'>;

/** A deleted customer, as it is shown. */
export async function restrictedFacts(keys: Keys, id: CustomerId, record: RetainedRecord) {
  const { row, history } = record;
  return {
    customer_id: id,
    date_deleted: withOffset(history.deletedAt),
    customer: JSON.parse(await showCustomer(keys, row)) as object,
    ...(history.closedOn !== undefined && { closed_on: history.closedOn }),
    ...retentionFacts(record),
    legal_holds: await openedHolds(keys, id),
    erasure_requests: await openedRequests(keys, id),
  };
}

/** The holds of a customer with their reasons, as answers show them. */
export async function openedHolds(keys: Keys, id: CustomerId) {
  const holds = await holdsOf(keys.scope, id);
  return Promise.all(holds.map(async (hold) => shownHold(id, await openHold(keys, id, hold))));
}

/** The requests to erase a deleted customer with their reasons, as answers show them. */
export async function openedRequests(keys: Keys, id: CustomerId) {
  const requests = await erasureRequestsOf(keys.scope, id);
  return Promise.all(requests.map(async (one) => shownRequest(id, await openRequest(keys, id, one))));
}

export async function openRequest(
  { system, keyring }: Keys,
  id: CustomerId,
  request: ErasureRequest,
): Promise<ErasureRequest> {
  const place = erasureSealContext(id, request);
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
