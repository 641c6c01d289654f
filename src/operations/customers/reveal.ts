import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import { Refusal } from '../../domain/errors.ts';
import { cleanText } from '../../domain/short-text.ts';
import { asciiJson } from '../../domain/text.ts';
import { digitsOf } from '../../domain/values.ts';
import { insertEntryIfVersion } from '../../store/audit/entries.ts';
import { readForChange } from '../../store/customers/customers.ts';
import { requireDone } from '../retry.ts';
import type { Answer, Context } from '../system.ts';
import { openSsn } from './change.ts';

/** Answers a customer's full SSN after the audit entry with the reason is committed. */
export async function revealSsn(
  context: Context,
  { params, body }: Input<Contract['revealSsn']>,
): Promise<Answer> {
  const { scope, keyring } = context;
  const row = await readForChange(scope, params.customer_id);
  if (!row) throw new Refusal('customer_dne');
  const ssn = await openSsn(context, row);
  if (ssn === undefined) throw new Refusal('ssn_dne');
  const entry = context.journal({
    customerId: params.customer_id,
    fields: ['ssn'],
    reason: { words: cleanText(body.reason), keyring },
  });
  // If the customer has changed or was deleted, nothing is shown and the request is retried.
  const noted = await insertEntryIfVersion(scope, params.customer_id, row.version, entry);
  requireDone(noted ? 'done' : 'stale');
  const [area, group, serial] = [/^.../, /(?<=^...)../, /....$/].map((part) => part.exec(digitsOf(ssn))?.[0]);
  return {
    status: 200,
    body: asciiJson({ customer_id: params.customer_id, ssn: `${area}-${group}-${serial}` }),
  };
}
