import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import { Refusal } from '../../domain/errors.ts';
import type { CustomerId } from '../../domain/ids.ts';
import { asciiJson, cleanText } from '../../domain/text.ts';
import { digitsOf } from '../../domain/values.ts';
import { noteReveal } from '../lookups.ts';
import type { Answer, Context } from '../system.ts';
import { openForChange, openSsn } from './change.ts';

/** Answers a customer's full SSN after the audit entry with the reason is committed. */
export async function revealSsn(
  context: Context,
  { params, body }: Input<Contract['revealSsn']>,
): Promise<Answer> {
  const { row } = await openForChange(context, params.customer_id, 'none');
  const ssn = await openSsn(context, row);
  if (ssn === undefined) throw new Refusal('ssn_dne');
  // If the customer has changed or was deleted, nothing is shown and the request is retried.
  const about = { customerId: params.customer_id, version: row.version, table: 'customers' } as const;
  await noteReveal(context, about, cleanText(body.reason));
  return fullSsn(params.customer_id, ssn);
}

/** The answer with a full number. */
export function fullSsn(id: CustomerId, ssn: string): Answer {
  const [area, group, serial] = [/^.../, /(?<=^...)../, /....$/].map((part) => part.exec(digitsOf(ssn))?.[0]);
  return { status: 200, body: asciiJson({ customer_id: id, ssn: `${area}-${group}-${serial}` }) };
}
