import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import { Refusal } from '../../domain/errors.ts';
import type { CustomerId } from '../../domain/ids.ts';
import type { SealContext } from '../../domain/sealed-columns.ts';
import { sealContext } from '../../domain/sealed-columns.ts';
import { asciiJson, cleanText } from '../../domain/text.ts';
import type { Instant } from '../../domain/time.ts';
import { dayOf, withOffset } from '../../domain/time.ts';
import type { CustomerRow } from '../../store/customers/customers.ts';
import { readCustomer } from '../../store/customers/customers.ts';
import { changeCustomer } from '../../store/customers/writes.ts';
import type { Hold } from '../../store/retention/holds.ts';
import {
  changeDeletedCustomer,
  insertHoldPart,
  readHold,
  releaseHoldPart,
} from '../../store/retention/holds.ts';
import { readRestricted } from '../../store/retention/records.ts';
import type { StatementPart } from '../../store/statement-parts.ts';
import type { NextValues } from '../customers/change.ts';
import { nextRow, openProfile } from '../customers/change.ts';
import { requireSecondPerson } from '../four-eyes.ts';
import { readSealed } from '../keyrings.ts';
import { requireDone } from '../retry.ts';
import type { Answer, Context } from '../system.ts';

const reasonContext = (customerId: CustomerId, { holdId, setBy, setAt }: Hold): SealContext =>
  sealContext('legal_holds.reason', {
    customer_id: customerId,
    hold_id: holdId,
    set_by: setBy,
    set_at: setAt,
  });

type Release = NonNullable<Hold['release']>;

const releaseContext = (
  customerId: CustomerId,
  holdId: Hold['holdId'],
  { releasedBy, releasedAt }: Release,
): SealContext =>
  sealContext('legal_holds.release_reason', {
    customer_id: customerId,
    hold_id: holdId,
    released_by: releasedBy,
    released_at: releasedAt,
  });

export async function closeAccount(
  context: Context,
  { params, body }: Input<Contract['closeAccount']>,
): Promise<Answer> {
  const { customer_id: id } = params;
  const { closed_on: closedOn } = body;
  const answer: Answer = { status: 200, body: asciiJson({ customer_id: id, closed_on: closedOn }) };
  await change(context, id, answer, (row) => ({
    next: { closing: { closedOn, statedOn: statedOn(row, closedOn, context.now) } },
    parts: [
      context.journal({ customerId: id, facts: { closed_on: closedOn, record_version: row.version + 1 } }),
    ],
  }));
  return answer;
}

/** Saying the same day again changes nothing: a retry does not lengthen how long the record is kept. */
const statedOn = (row: CustomerRow, closedOn: string, now: Instant): string | undefined =>
  row.closedOn === closedOn ? row.closingStatedOn : dayOf(now);

export async function setLegalHold(
  context: Context,
  { params, body }: Input<Contract['setLegalHold']>,
): Promise<Answer> {
  const { system, principal, now, keyring } = context;
  const { customer_id: id } = params;
  const holdId = system.newId<'hold'>();
  const hold: Hold = {
    holdId,
    reason: cleanText(body.reason),
    setBy: principal.identity,
    setAt: now,
    release: undefined,
  };
  const answer: Answer = { status: 201, body: asciiJson(shownHold(id, hold)) };
  const sealed = { ...hold, reason: keyring.seal(reasonContext(id, hold), hold.reason) };
  await change(context, id, answer, ({ holds, version }) => ({
    next: { holds: holds + 1 },
    parts: [
      insertHoldPart(sealed),
      context.journal({
        customerId: id,
        facts: { hold_id: holdId, record_version: version + 1 },
        reason: { words: hold.reason, keyring },
      }),
    ],
  }));
  return answer;
}

export async function releaseLegalHold(
  context: Context,
  { params, body }: Input<Contract['releaseLegalHold']>,
): Promise<Answer> {
  const { principal, now, keyring } = context;
  const { customer_id: id, hold_id: holdId } = params;
  const release: Release = {
    reason: cleanText(body.reason),
    releasedBy: principal.identity,
    releasedAt: now,
  };
  const sealed = { ...release, reason: keyring.seal(releaseContext(id, holdId, release), release.reason) };
  const customer = await readKnown(context, id);
  // Read behind the customer, whose version guards it.
  const stored = await readHold(context.scope, id, holdId);
  if (!customer || !stored || stored.release) throw new Refusal('hold_dne');
  const opened = { ...stored, release, reason: (await openHold(context, id, stored)).reason };
  await requireSecondPerson(context, [stored.setBy]);
  const answer: Answer = { status: 200, body: asciiJson(shownHold(id, opened)) };
  const facts = { hold_id: holdId, record_version: customer.row.version + 1 };
  const journal = context.journal({ customerId: id, facts, reason: { words: release.reason, keyring } });
  const next = { holds: customer.row.holds - 1 };
  await write(context, customer, next, [releaseHoldPart(holdId, sealed), journal], answer);
  return answer;
}

/** A customer, present or deleted, with its profile as it is stored. */
interface KnownCustomer {
  readonly row: CustomerRow;
  readonly profileText: string;
  readonly isDeleted: boolean;
}

async function readKnown(context: Context, id: CustomerId): Promise<KnownCustomer | undefined> {
  const present = await readCustomer(context.scope, id);
  const row = present ?? (await readRestricted(context.scope, id))?.row;
  return row && { row, profileText: await openProfile(context, row), isDeleted: !present };
}

/** Changes what retention reads of a customer. @throws Refusal `customer_dne` */
async function change(
  context: Context,
  id: CustomerId,
  answer: Answer,
  decide: (row: CustomerRow) => { readonly next: NextValues; readonly parts: readonly StatementPart[] },
): Promise<void> {
  const customer = await readKnown(context, id);
  if (!customer) throw new Refusal('customer_dne');
  const { next, parts } = decide(customer.row);
  await write(context, customer, next, parts, answer);
}

/** @throws ConflictError if the customer was changed or deleted after it was read. */
async function write(
  context: Context,
  { row, profileText, isDeleted }: KnownCustomer,
  next: NextValues,
  parts: readonly StatementPart[],
  answer: Answer,
): Promise<void> {
  const { scope, now } = context;
  const changed = nextRow(context, row, profileText, next);
  const claim = context.claim?.(answer, row.head.customer_id);
  requireDone(
    isDeleted
      ? await changeDeletedCustomer(scope, changed, now, parts, claim)
      : await changeCustomer(scope, changed, parts, claim),
  );
}

/** A hold with its reasons opened. @throws VaultError where its row was altered. */
export async function openHold(
  { system, keyring }: Pick<Context, 'system' | 'keyring'>,
  id: CustomerId,
  hold: Hold,
): Promise<Hold> {
  const { holdId, release } = hold;
  const open = (place: SealContext, sealed: string) => readSealed(system.keyrings, keyring, place, sealed);
  return {
    ...hold,
    reason: await open(reasonContext(id, hold), hold.reason),
    release: release && {
      ...release,
      reason: await open(releaseContext(id, holdId, release), release.reason),
    },
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
