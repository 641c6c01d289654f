import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import { Refusal } from '../../domain/errors.ts';
import type { BrandId, CustomerId } from '../../domain/ids.ts';
import type { RetentionDue } from '../../domain/retention/policy.ts';
import { retentionDueAt } from '../../domain/retention/policy.ts';
import type { SealContext } from '../../domain/sealed-columns.ts';
import { sealContext } from '../../domain/sealed-columns.ts';
import { asciiJson, cleanText } from '../../domain/text.ts';
import type { Instant } from '../../domain/time.ts';
import { withOffset } from '../../domain/time.ts';
import { journalPart } from '../../store/audit/journal.ts';
import type { WriteOutcome } from '../../store/idempotency-claim.ts';
import type { RetentionAction } from '../../store/retention/erasure.ts';
import { applyRetention } from '../../store/retention/erasure.ts';
import type { ErasureRequest } from '../../store/retention/holds.ts';
import { erasureRequestsOf, insertErasureRequest } from '../../store/retention/holds.ts';
import { readRestricted } from '../../store/retention/records.ts';
import type { BrandScope } from '../../store/scope.ts';
import type { StatementPart } from '../../store/statement-parts.ts';
import { backgroundCause } from '../background.ts';
import { requireSecondPerson } from '../four-eyes.ts';
import type { ChangeRecord } from '../journal.ts';
import { journalOf } from '../journal.ts';
import { readSealed } from '../keyrings.ts';
import { requireDone } from '../retry.ts';
import type { Answer, Context, System } from '../system.ts';
import { scopeOf } from '../system.ts';
import type { RetainedRecord } from './retained.ts';
import { retainedRecord } from './retained.ts';

/** The context of the reason of a request, which is bound to who asked for it, and when. */
export const erasureSealContext = (
  customerId: CustomerId,
  { erasureId, requestedBy, requestedAt }: Omit<ErasureRequest, 'reason'>,
): SealContext =>
  sealContext('erasure_requests.reason', {
    customer_id: customerId,
    erasure_id: erasureId,
    requested_by: requestedBy,
    requested_at: requestedAt,
  });

/** Checks one deleted customer and erases what is due. */
export async function eraseCustomer(system: System, brandId: BrandId, id: CustomerId): Promise<void> {
  const now = system.now();
  const journal = (operation: string) => (changeRecord: ChangeRecord) =>
    journalPart(journalOf(system, brandId, backgroundCause(operation), now, changeRecord));
  const scope = scopeOf(system, brandId);
  const keyring = await system.keyrings.of(brandId);
  const outcome = await applyRetention(scope, id, async () => {
    const { history, policy } = await lockedRecord({ system, keyring, scope }, id);
    return retentionActionOf(id, retentionDueAt(history, policy, now), now, journal);
  });
  if (outcome === 'done') system.db.wake();
}

/** The record whose row is locked, so that it is there. */
async function lockedRecord(
  keys: Pick<Context, 'system' | 'keyring' | 'scope'>,
  id: CustomerId,
): Promise<RetainedRecord> {
  const record = await retainedRecord(keys, id);
  if (!record) throw new Error('A row that is locked was not found.');
  return record;
}

function retentionActionOf(
  id: CustomerId,
  due: RetentionDue,
  now: Instant,
  journal: (operation: string) => (changeRecord: ChangeRecord) => StatementPart,
): RetentionAction {
  switch (due.kind) {
    case 'nothing':
      return { kind: 'keep', checkAgainAt: due.until };
    case 'documents': {
      const facts = { made_until: withOffset(due.madeUntil) };
      return {
        kind: 'erase documents',
        madeUntil: due.madeUntil,
        now,
        journal: journal('eraseDocuments')({ customerId: id, facts }),
      };
    }
    case 'everything': {
      const facts = { because: due.because };
      return {
        kind: 'erase everything',
        because: due.because,
        now,
        journal: journal('eraseCustomer')({ customerId: id, facts }),
      };
    }
  }
}

export async function requestErasure(
  context: Context,
  { params, body }: Input<Contract['requestErasure']>,
): Promise<Answer> {
  const { system, principal, now, keyring, scope } = context;
  const { customer_id: id } = params;
  const erasureId = system.newId<'erasure'>();
  const reason = cleanText(body.reason);
  const facts = { erasureId, requestedBy: principal.identity, requestedAt: now };
  const request = { ...facts, reason: keyring.seal(erasureSealContext(id, facts), reason) };
  const answer: Answer = { status: 201, body: asciiJson(shownRequest(id, { ...request, reason })) };
  const journal = context.journal({
    customerId: id,
    facts: { erasure_id: erasureId },
    reason: { words: reason, keyring },
  });
  const claim = context.claim?.(answer, id);
  const outcome = await insertErasureRequest(scope, id, request, journal, claim);
  if (outcome === 'stale' && !(await readRestricted(scope, id))) throw new Refusal('customer_dne');
  requireDone(outcome);
  return answer;
}

/** A request with its reason opened, as answers show it. */
export const shownRequest = (
  id: CustomerId,
  { erasureId, reason, requestedBy, requestedAt }: ErasureRequest,
) => ({
  erasure_id: erasureId,
  customer_id: id,
  reason,
  requested_by: requestedBy,
  date_requested: withOffset(requestedAt),
});

/** The approval by a second person: erases the record at once, unless a legal hold is active. */
export async function approveErasure(
  context: Context,
  { params }: Input<Contract['approveErasure']>,
): Promise<Answer> {
  const { scope, now } = context;
  const { customer_id: id, erasure_id: erasureId } = params;
  const request = await requestOf(scope, id, erasureId);
  await readSealed(context.system.keyrings, context.keyring, erasureSealContext(id, request), request.reason);
  await requireSecondPerson(context, [request.requestedBy]);
  const because = 'early' as const;
  const answer: Answer = {
    status: 200,
    body: asciiJson({
      customer_id: id,
      date_erased: withOffset(now),
      erased_because: because,
    }),
  };
  const journal = context.journal({
    customerId: id,
    facts: { because, erasure_id: erasureId, requested_by: request.requestedBy },
  });
  // The claim names no customer, because erasure deletes the stored answers of a customer. A repeat must still
  // find this one.
  const claim = context.claim?.(answer, undefined);
  const decide = async (): Promise<RetentionAction> => {
    const { history } = await lockedRecord(context, id);
    // It may have been withdrawn before the row was locked.
    await requestOf(scope, id, erasureId);
    if (history.isHeld) throw new Refusal('legal_hold');
    return { kind: 'erase everything', because, now, journal, claim };
  };
  const outcome = await applyRetention(scope, id, decide, claim);
  requireDone(erased(outcome));
  return answer;
}

/** A request that waits. @throws Refusal `erasure_dne` */
export async function requestOf(
  scope: BrandScope,
  id: CustomerId,
  erasureId: ErasureRequest['erasureId'],
): Promise<ErasureRequest> {
  const request = (await erasureRequestsOf(scope, id)).find((one) => one.erasureId === erasureId);
  if (!request) throw new Refusal('erasure_dne');
  return request;
}

/** A record that disappeared after its request was read was erased by a concurrent request. */
function erased(outcome: WriteOutcome | undefined): WriteOutcome {
  if (outcome === undefined) throw new Refusal('erasure_dne');
  return outcome;
}
