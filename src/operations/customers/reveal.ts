import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import type { SentIdentity } from '../../domain/customers/identification.ts';
import { numberIn, takenNumber } from '../../domain/customers/identification.ts';
import { Refusal } from '../../domain/errors.ts';
import type { Id } from '../../domain/ids.ts';
import { asciiJson, cleanText } from '../../domain/text.ts';
import type { ChangeableRow } from '../../store/customers/customers.ts';
import { noteReveal } from '../lookups.ts';
import type { Answer, Context } from '../system.ts';
import { openForChange, openSsn } from './change.ts';
import { formerSsn } from './history/records.ts';

/** Answers a customer's full SSN after the audit entry with the reason is committed. */
export async function revealSsn(
  context: Context,
  { params, body }: Input<Contract['revealSsn']>,
): Promise<Answer> {
  const { row } = await openForChange(context, params.customer_id, 'none');
  // If the customer has changed or was deleted, nothing is shown and the request is retried.
  return reveal(context, row, 'customers', body);
}

/** The present number, or one that a change replaced. @throws Refusal `ssn_dne`, `reveal_budget` */
export async function reveal(
  context: Context,
  row: Pick<ChangeableRow, 'head' | 'version' | 'ssn' | 'ssnSeal' | 'auditKey'>,
  table: 'customers' | 'deleted_customers',
  { reason, history_id: historyId }: { readonly reason: string; readonly history_id?: string },
): Promise<Answer> {
  const { customer_id: id } = row.head;
  const ssn =
    historyId === undefined
      ? await openSsn(context, row)
      : await formerSsn(context, { id, auditKey: row.auditKey }, historyId as Id<'customer history'>);
  if (ssn === undefined) throw new Refusal('ssn_dne');
  const facts = historyId === undefined ? undefined : { history_id: historyId };
  const { field } = takenNumber(ssn);
  const shown = { words: cleanText(reason), field, facts };
  await noteReveal(context, { customerId: id, version: row.version, table }, shown);
  return { status: 200, body: asciiJson({ customer_id: id, ...shownNumber(ssn) }) };
}

/** A full number as an answer says it. */
function shownNumber(number: string): SentIdentity {
  const { ssn, ...other } = numberIn(number);
  return ssn === undefined ? other : { ssn: ssn.replace(/^(...)(..)(....)$/, '$1-$2-$3') };
}
