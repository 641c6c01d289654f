import { pageOf } from '../../contract/lists.ts';
import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import { Refusal } from '../../domain/errors.ts';
import type { CustomerId, RunId } from '../../domain/ids.ts';
import { cursorAfter, parseCursor } from '../../domain/paging.ts';
import { asciiJson } from '../../domain/text.ts';
import type { SealedChangeRequest } from '../../store/customers/change-requests.ts';
import { changeRequestsOf } from '../../store/customers/change-requests.ts';
import type { ReviewRow } from '../../store/kyc/reviews.ts';
import { writeParts } from '../../store/statement-parts.ts';
import { shownInFull } from '../customers/change-requests.ts';
import { consentPage } from '../customers/consents/records.ts';
import { historyPage } from '../customers/history/records.ts';
import { reveal } from '../customers/reveal.ts';
import type { ChangeRecord } from '../journal.ts';
import {
  briefOf,
  downloadOf,
  keptOf,
  shownApplicant,
  verificationOf,
  verificationPage,
} from '../kyc/records.ts';
import { screeningPage } from '../screening/records.ts';
import type { Answer, Context } from '../system.ts';
import { restrictedCustomer } from './retained.ts';

/** What is kept of a deleted customer beside its own record. Each answer waits until its audit entry is committed. */

export async function listRestrictedVerifications(
  context: Context,
  { params, query }: Input<Contract['listRestrictedVerifications']>,
): Promise<Answer> {
  const id = params.customer_id;
  const { row } = await restrictedCustomer(context, id);
  const page = await verificationPage(context, id, query, async () => row.kycPassedAt);
  await noteReading(context, id);
  return page;
}

export async function getRestrictedVerification(
  context: Context,
  { params }: Input<Contract['getRestrictedVerification']>,
): Promise<Answer> {
  const id = params.customer_id;
  const { found, passedAt } = await restrictedVerification(context, id, params.verification_id);
  const kept = await keptOf(context, found.run);
  const applicant = await shownApplicant(context, found.run);
  await noteReading(context, id, { run_id: found.run.runId });
  return {
    status: 200,
    body: asciiJson({ ...briefOf(context, found, passedAt), applicant, ...kept }),
  };
}

export async function getRestrictedDocument(
  context: Context,
  { params }: Input<Contract['getRestrictedDocument']>,
): Promise<Answer> {
  const { customer_id: id, verification_id: runId, document_id: document } = params;
  const { found } = await restrictedVerification(context, id, runId);
  const answer = await downloadOf(context, found.run, document);
  await noteReading(context, id, { run_id: runId, document_id: document });
  return answer;
}

async function restrictedVerification(context: Context, id: CustomerId, runId: RunId) {
  const { row } = await restrictedCustomer(context, id);
  const found: ReviewRow | undefined = await verificationOf(context, id, runId);
  if (!found) throw new Refusal('kyc_dne');
  return { found, passedAt: row.kycPassedAt };
}

export async function listRestrictedChangeRequests(
  context: Context,
  { params, query }: Input<Contract['listRestrictedChangeRequests']>,
): Promise<Answer> {
  const id = params.customer_id;
  await restrictedCustomer(context, id);
  const cursors = { parse: parseCursor, after: ({ seq }: SealedChangeRequest) => cursorAfter(seq) };
  const { rows, next_cursor } = await pageOf(query, cursors, (after = 0n, most) =>
    changeRequestsOf(context.scope, id, after, most),
  );
  const data = await Promise.all(rows.map((row) => shownInFull(context, row)));
  await noteReading(context, id, { shown: rows.length });
  return { status: 200, body: asciiJson({ data, next_cursor }) };
}

export async function listRestrictedCustomerHistory(
  context: Context,
  { params, query }: Input<Contract['listRestrictedCustomerHistory']>,
): Promise<Answer> {
  const id = params.customer_id;
  const { auditKey } = await restrictedCustomer(context, id);
  return historyPage(context, { id, auditKey }, query);
}

export async function listRestrictedConsents(
  context: Context,
  { params, query }: Input<Contract['listRestrictedConsents']>,
): Promise<Answer> {
  const id = params.customer_id;
  await restrictedCustomer(context, id);
  const page = await consentPage(context, id, query);
  await noteReading(context, id);
  return page;
}

export async function listRestrictedScreenings(
  context: Context,
  { params, query }: Input<Contract['listRestrictedScreenings']>,
): Promise<Answer> {
  const id = params.customer_id;
  await restrictedCustomer(context, id);
  const page = await screeningPage(context, id, query);
  await noteReading(context, id);
  return page;
}

export async function revealRestrictedSsn(
  context: Context,
  { params, body }: Input<Contract['revealRestrictedSsn']>,
): Promise<Answer> {
  const id = params.customer_id;
  const { row, ssn: sealed, auditKey } = await restrictedCustomer(context, id);
  // If the customer was erased in the meantime, nothing is shown.
  return reveal(context, { ...row, ssn: sealed, auditKey }, 'deleted_customers', body);
}

const noteReading = (context: Context, id: CustomerId, facts: ChangeRecord['facts'] = {}): Promise<void> =>
  writeParts(context.scope, [context.journal({ customerId: id, facts })]);
