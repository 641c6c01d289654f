import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import { Refusal } from '../../domain/errors.ts';
import type { CustomerId, Id } from '../../domain/ids.ts';
import type { SealContext } from '../../domain/sealed-columns.ts';
import { sealContext } from '../../domain/sealed-columns.ts';
import { cleanText } from '../../domain/short-text.ts';
import { asciiJson } from '../../domain/text.ts';
import { withOffset } from '../../domain/time.ts';
import type { WriteOutcome } from '../../store/idempotency-claim.ts';
import type { Hold } from '../../store/retention/holds.ts';
import {
  insertHold,
  isCustomerOfBrand,
  readHold,
  releaseHold,
  writeClosing,
} from '../../store/retention/holds.ts';
import { readSealed } from '../keyrings.ts';
import { requireDone } from '../retry.ts';
import type { Answer, Context } from '../system.ts';

const holdSealContext = (
  column: 'reason' | 'release_reason',
  customerId: CustomerId,
  id: Id<'hold'>,
): SealContext => sealContext(`legal_holds.${column}`, { customer_id: customerId, hold_id: id });

export const erasureSealContext = (customerId: CustomerId, id: Id<'erasure'>): SealContext =>
  sealContext('erasure_requests.reason', { customer_id: customerId, erasure_id: id });

export async function closeAccount(
  context: Context,
  { params, body }: Input<Contract['closeAccount']>,
): Promise<Answer> {
  const { customer_id: id } = params;
  const answer: Answer = {
    status: 200,
    body: asciiJson({ customer_id: id, closed_on: body.closed_on }),
  };
  const journal = context.journal({ customerId: id, facts: { closed_on: body.closed_on } });
  const claim = context.claim?.(answer, id);
  await doneOnKnown(
    context,
    id,
    writeClosing(context.scope, id, body.closed_on, context.now, journal, claim),
  );
  return answer;
}

export async function setLegalHold(
  context: Context,
  { params, body }: Input<Contract['setLegalHold']>,
): Promise<Answer> {
  const { system, principal, now, keyring, scope } = context;
  const { customer_id: id } = params;
  const holdId = system.newId<'hold'>();
  const reason = cleanText(body.reason);
  const hold: Hold = {
    holdId,
    reason: keyring.seal(holdSealContext('reason', id, holdId), reason),
    setBy: principal.identity,
    setAt: now,
    release: undefined,
  };
  const answer: Answer = { status: 201, body: asciiJson(shownHold(id, { ...hold, reason })) };
  const journal = context.journal({ customerId: id, facts: { hold_id: holdId } });
  await doneOnKnown(context, id, insertHold(scope, id, hold, journal, context.claim?.(answer, id)));
  return answer;
}

export async function releaseLegalHold(
  context: Context,
  { params, body }: Input<Contract['releaseLegalHold']>,
): Promise<Answer> {
  const { principal, now, keyring, scope } = context;
  const { customer_id: id, hold_id: holdId } = params;
  const stored = await readHold(scope, id, holdId);
  if (!stored || stored.release) throw new Refusal('hold_dne');
  const reason = cleanText(body.reason);
  const release = { reason, releasedBy: principal.identity, releasedAt: now };
  const sealed = { ...release, reason: keyring.seal(holdSealContext('release_reason', id, holdId), reason) };
  const opened = { ...stored, release, reason: (await openHold(context, id, stored)).reason };
  const answer: Answer = { status: 200, body: asciiJson(shownHold(id, opened)) };
  const journal = context.journal({ customerId: id, facts: { hold_id: holdId } });
  requireDone(await releaseHold(scope, id, { ...sealed, holdId }, journal, context.claim?.(answer, id)));
  return answer;
}

/** A hold with its reasons opened. */
export async function openHold(
  { system, keyring }: Pick<Context, 'system' | 'keyring'>,
  id: CustomerId,
  hold: Hold,
): Promise<Hold> {
  const { holdId, release } = hold;
  const open = (column: 'reason' | 'release_reason', sealed: string) =>
    readSealed(system.keyrings, keyring, holdSealContext(column, id, holdId), sealed);
  return {
    ...hold,
    reason: await open('reason', hold.reason),
    release: release && { ...release, reason: await open('release_reason', release.reason) },
  };
}

/** A hold with its reasons opened, as answers show it. */
export const shownHold = (id: CustomerId, { holdId, reason, setBy, setAt, release }: Hold) => ({
  hold_id: holdId,
  customer_id: id,
  reason,
  set_by: setBy,
  date_set: withOffset(setAt),
  ...(release && {
    release_reason: release.reason,
    released_by: release.releasedBy,
    date_released: withOffset(release.releasedAt),
  }),
});

/** Nothing was written: there is no such customer, or it was deleted at the same time, which is retried. */
async function doneOnKnown(context: Context, id: CustomerId, outcome: Promise<WriteOutcome>): Promise<void> {
  const what = await outcome;
  if (what === 'stale' && !(await isCustomerOfBrand(context.scope, id))) throw new Refusal('customer_dne');
  requireDone(what);
}
