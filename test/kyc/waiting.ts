import { setTimeout as sleep } from 'node:timers/promises';
import { documentsExample } from '../../src/contract/kyc/examples.ts';
import { defaultProgram, newCustomer } from '../contract-samples.ts';
import { rewrite } from '../rewrite.ts';
import type { BrandClient } from '../world.ts';

/** The verification of a customer who has just started one. */
export async function startedPath(brand: BrandClient, overrides: object = {}): Promise<string> {
  const path = `/customers/${(await newCustomer(brand, overrides)).json.customer_id}/verification-kyc`;
  const started = await brand.call('POST', path, { body: { program_id: await defaultProgram(brand) } });
  if (started.status !== 201) throw new Error(`Nothing was started: ${started.text}`);
  return path;
}

/** A verification that waits for the person or a reviewer, whatever the provider would answer. */
export async function waiting(
  brand: BrandClient,
  status: 'document_required' | 'under_review',
): Promise<{ readonly customer_id: string; readonly run_id: string }> {
  const path = await startedPath(brand);
  const [, , customer_id = ''] = path.split('/');
  for (;;) {
    // Between the worker's first look and its second one; or, where people decide, after the first.
    const [row] = await rewrite(
      brand,
      `with run as (
         update kyc_runs set status = $2, revision = revision + 1, poll_at = null, review_since = now(),
           wanted = '{government_id}',
           documents_until = case when $2 = 'document_required' then now() + interval '28 days' end
          where customer_id = $1 and (status = 'under_review' or status = 'submitted' and reference is not null)
         returning run_id
       ), customer as (
         update customers set version = version + 1, kyc_status = $2
          where customer_id = $1 and exists (select from run)
       ) select run_id from run`,
      [customer_id, status],
    );
    if (row) return { customer_id, run_id: String(row['run_id']) };
    const [missed] = await brand.sql(
      "select 1 from kyc_runs where customer_id = $1 and status not in ('submitted', 'under_review')",
      [customer_id],
    );
    if (missed) return waiting(brand, status);
    await sleep(20);
  }
}

/** The path of a verification; `restricted` deletes its customer. */
export async function verificationPath(brand: BrandClient, where?: 'restricted'): Promise<string> {
  const { customer_id, run_id } = await waiting(brand, 'under_review');
  if (where) await brand.call('DELETE', `/customers/${customer_id}`);
  return `/${where ? 'restricted-' : ''}customers/${customer_id}/verifications/${run_id}`;
}

/** A verification with a submitted document. */
export async function withDocument(brand: BrandClient) {
  const { customer_id, run_id } = await waiting(brand, 'document_required');
  await brand.call('POST', `/customers/${customer_id}/verification-kyc/documents`, {
    body: documentsExample,
  });
  const [row] = await brand.sql('select document_id from kyc_documents where run_id = $1', [run_id]);
  return { customer_id, run_id, document_id: String(row?.['document_id']) };
}
