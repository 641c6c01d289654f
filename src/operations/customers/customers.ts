import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import { contract } from '../../contract/table.ts';
import { applyChange } from '../../domain/customers/customer.ts';
import { customerJson } from '../../domain/customers/record.ts';
import { Refusal } from '../../domain/errors.ts';
import type { CustomerId } from '../../domain/ids.ts';
import { asciiJson } from '../../domain/text.ts';
import { naiveUtc, withOffset } from '../../domain/time.ts';
import type { CustomerRow } from '../../store/customers/customers.ts';
import { readCustomer } from '../../store/customers/customers.ts';
import { insertCustomer, removeCustomer } from '../../store/customers/writes.ts';
import { recordReads } from '../audit/entries.ts';
import { requireDone } from '../retry.ts';
import type { Answer, Context } from '../system.ts';
import { editCustomer, openProfile, writeUnique } from './change.ts';
import { newCustomer } from './new-customer.ts';
import { deletionSealContext } from './sealing.ts';

/** One customer, as it is read. */
export async function getCustomer(
  context: Context,
  { params }: Input<Contract['getCustomer']>,
): Promise<Answer> {
  const row = await readCustomer(context.scope, params.customer_id);
  if (!row) throw new Refusal('customer_dne');
  await recordReads(context, [params.customer_id]);
  return { status: 200, body: await showCustomer(context, row), version: row.version };
}

/** A stored customer as JSON, in the style of a read. */
export async function showCustomer(
  context: Pick<Context, 'system' | 'keyring'>,
  row: CustomerRow,
): Promise<string> {
  return customerJson(row.head, await openProfile(context, row), naiveUtc);
}

export async function createCustomer(
  context: Context,
  { body }: Input<Contract['createCustomer']>,
): Promise<Answer> {
  const { row, ssn, changeRecord, parts: more } = newCustomer(context, body);
  const answer: Answer = {
    status: 201,
    body: customerJson(row.head, row.profileText, withOffset),
    version: 1,
  };
  const claim = context.claim?.(answer, row.head.customer_id);
  const journal = context.journal(changeRecord);
  const values = { ssn, brandPersonId: body.brand_person_id };
  requireDone(
    await writeUnique(context, values, (parts) =>
      insertCustomer(context.scope, row, [journal, ...more, ...parts], claim),
    ),
  );
  return answer;
}

export async function updateCustomer(
  context: Context,
  { params, body, deferredProblems, ifMatch }: Input<Contract['updateCustomer']>,
): Promise<Answer> {
  return editCustomer(context, {
    customerId: params.customer_id,
    ifMatch,
    sent: body,
    decide: (present, defaults) => applyChange(present, body, deferredProblems.copy(), defaults),
    answer: ({ head, profileText, version }) => ({
      status: 200,
      body: customerJson(head, profileText, withOffset),
      version,
    }),
  });
}

export async function deleteCustomer(
  context: Context,
  { params, ifMatch }: Input<Contract['deleteCustomer']>,
): Promise<Answer> {
  const answer: Answer = { status: 200, body: asciiJson(contract.deleteCustomer.answer.text) };
  const versions = typeof ifMatch === 'object' ? ifMatch : undefined;
  const claim = context.claim?.(answer, params.customer_id);
  const journal = context.journal({
    customerId: params.customer_id,
    event: { type: 'customer.deleted' },
  });
  const place = deletionSealContext(params.customer_id, context.now);
  const outcome = await removeCustomer(
    context.scope,
    params.customer_id,
    { versions, now: context.now, proof: context.keyring.seal(place, '') },
    [journal],
    claim,
  );
  if (outcome === 'stale') await explainNothingDeleted(context, params.customer_id, versions);
  requireDone(outcome);
  return answer;
}

/** Nothing was deleted: no such customer, another version, or an idempotency key in use, which is retried. */
async function explainNothingDeleted(
  context: Context,
  id: CustomerId,
  versions: readonly number[] | undefined,
): Promise<void> {
  const row = await readCustomer(context.scope, id);
  if (!row) throw new Refusal('customer_dne');
  if (row && versions && !versions.includes(row.version)) throw new Refusal('precondition_failed');
}
