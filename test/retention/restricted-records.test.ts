import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { documentsExample } from '../../src/contract/kyc/examples.ts';
import { createKey } from '../../src/operations/brands/api-keys.ts';
import { erasureRequest, newCustomer, verifiedCustomer } from '../contract-samples.ts';
import { startedPath } from '../kyc/waiting.ts';
import { person } from '../people.ts';
import { rewrite } from '../rewrite.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld, settled } from '../world.ts';

// What an examiner asks about a deleted customer can be produced: verifications with the data that was judged,
// documents, decisions, change requests and the full SSN. A read-only key sees the same kind of record of a customer
// who is there.

let world: World;
let brand: BrandClient;
let applicant: ReturnType<typeof person>;
let customerId: string;
let verificationId: string;

const get = async (path: string, caller = brand) => (await caller.call('GET', path)).json;
const restricted = (path = '') => `/restricted-customers/${customerId}${path}`;

beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
  brand = await world.brand();
  applicant = person();
  ({ customerId, verificationId } = await withSubmittedDocument(applicant));
  await put(customerId, 'under_review');
  const colleague = await brand.colleague();
  const body = { decision: 'decline', note: 'The photograph is another person.' };
  const decided = await colleague.call('POST', `/kyc/reviews/${verificationId}/decision`, { body });
  expect(decided.json).toMatchObject({ kyc_status: 'failed' });
  await brand.call('DELETE', `/customers/${customerId}`);
});
afterAll(() => world.close());

/** Lets the customer's verification wait for the person or for a reviewer. */
const put = (id: string, status: 'document_required' | 'under_review') =>
  rewrite(
    brand,
    `with run as (
       update kyc_runs set status = $2, revision = revision + 1, poll_at = null, review_since = now(),
         wanted = '{government_id}',
         documents_until = case when $2 = 'document_required' then now() + interval '28 days' end
        where customer_id = $1
     ) update customers set version = version + 1, kyc_status = $2 where customer_id = $1`,
    [id, status],
  );

async function withSubmittedDocument(overrides: object = {}) {
  const path = await startedPath(brand, overrides);
  const [, , id = ''] = path.split('/');
  await put(id, 'document_required');
  expect((await brand.call('POST', `${path}/documents`, { body: documentsExample })).status).toBe(200);
  const { data } = await get(`/customers/${id}/verifications`);
  return { customerId: id, verificationId: String(data[0].verification_id) };
}

describe('of a deleted customer', () => {
  test('every verification is listed and retrieved with what was judged, submitted and decided', async () => {
    const { data } = await get(restricted('/verifications'));
    expect(data).toMatchObject([
      {
        verification_id: verificationId,
        customer_id: customerId,
        program: 'default',
        kyc_status: 'failed',
        started_by: brand.key.identity,
        documents: [{ document_type: 'government_id', status: 'submitted' }],
      },
    ]);
    expect(data[0]).not.toHaveProperty('applicant');
    const verification = await get(restricted(`/verifications/${verificationId}`));
    expect(verification).toMatchObject({
      ...data[0],
      applicant: { first_name: applicant.first_name, dob: applicant.dob },
      files: [{ document_type: 'government_id', file_name: 'passport.png' }],
      decisions: [{ decision: 'decline', note: 'The photograph is another person.' }],
    });
    expect(verification.applicant.ssn).toBe(`XXX-XX-${applicant.ssn.slice(-4)}`);
    expect(JSON.stringify(verification)).not.toContain(applicant.ssn);
  });

  test('a document is downloaded as it was submitted', async () => {
    const { files } = await get(restricted(`/verifications/${verificationId}`));
    const file = await get(restricted(`/verifications/${verificationId}/documents/${files[0].document_id}`));
    expect(file.content).toBe(documentsExample.government_id.front_image.image);
  });

  test('the full SSN is shown with a reason to a key with both scopes', async () => {
    const body = { reason: 'The examiner compares it with the form.' };
    const shown = await brand.call('POST', restricted('/ssn'), { body });
    expect(shown.json).toEqual({ customer_id: customerId, ssn: applicant.ssn });
  });

  test('each of these answers is in the audit trail of the customer', async () => {
    const other = await brand.colleague();
    const { files } = await get(restricted(`/verifications/${verificationId}`), other);
    await get(restricted('/verifications'), other);
    await get(restricted('/change-requests'), other);
    await get(restricted(`/verifications/${verificationId}/documents/${files[0].document_id}`), other);
    const body = { reason: 'For the entry in the trail.' };
    await other.call('POST', restricted('/ssn'), { body });
    await settled(world);
    const { data } = await get(`/customers/${customerId}/audit`);
    const ofOther = data.filter(({ actor }: { actor: { id: string } }) => actor.id === other.key.identity);
    expect(ofOther.map(({ operation }: { operation: string }) => operation)).toEqual([
      'revealRestrictedSsn',
      'getRestrictedDocument',
      'listRestrictedChangeRequests',
      'listRestrictedVerifications',
      'getRestrictedVerification',
      'decideKycReview',
    ]);
    expect(ofOther[0]).toMatchObject({ fields: ['ssn'], reason: body.reason });
    const { data: seen } = await get(`/audit/keys/${other.key.identity}`);
    expect(seen).toMatchObject([
      { customer_id: customerId, access: expect.arrayContaining(['reveal', 'document']) },
    ]);
  });

  test('another customer or verification leads to nothing of it', async () => {
    const { customer_id: present } = (await newCustomer(brand)).json;
    for (const path of [
      `/restricted-customers/${present}/verifications`,
      `/restricted-customers/${present}/change-requests`,
      `/restricted-customers/${present}/verifications/${verificationId}`,
    ])
      expect((await brand.call('GET', path)).json.Code).toBe('customer_dne');
    for (const path of [
      restricted(`/verifications/${randomUUID()}`),
      restricted(`/verifications/${verificationId}/documents/${randomUUID()}`),
    ])
      expect((await brand.call('GET', path)).json.Code).toBe('kyc_dne');
    const { data } = await get(`/customers/${present}/verifications`);
    expect(data).toEqual([]);
    const stolen = await brand.call('GET', `/customers/${present}/verifications/${verificationId}`);
    expect(stolen.json.Code).toBe('kyc_dne');
    const gone = await brand.call('GET', `/customers/${customerId}/verifications/${verificationId}`);
    expect(gone.json.Code).toBe('customer_dne');
  });

  test('once it is erased, all of it is gone', async () => {
    const path = restricted();
    const colleague = await brand.colleague();
    const erasure = await erasureRequest(brand, path);
    expect((await brand.call('POST', `${erasure}/approval`)).status).toBe(200);
    for (const rest of ['/verifications', `/verifications/${verificationId}`, '/change-requests'])
      expect((await colleague.call('GET', restricted(rest))).json.Code).toBe('customer_dne');
    const body = { reason: 'Nothing is left to show.' };
    expect((await colleague.call('POST', restricted('/ssn'), { body })).json.Code).toBe('customer_dne');
  });
});

test('change requests of a deleted customer are listed with values, reasons and decisions', async () => {
  const id = await verifiedCustomer(brand);
  const colleague = await brand.colleague();
  const propose = async (changes: object, reason: string) =>
    (await brand.call('POST', `/customers/${id}/change-requests`, { body: { changes, reason } })).json;
  const { change_request_id: decided } = await propose({ last_name: 'Moneypenny' }, 'Married.');
  await colleague.call('POST', `/change-requests/${decided}/decision`, {
    body: { decision: 'decline', note: 'No certificate.' },
  });
  const { ssn } = person();
  await propose({ ssn }, 'A new card.');
  await brand.call('DELETE', `/customers/${id}`);
  const first = await get(`/restricted-customers/${id}/change-requests?limit=1`);
  expect(first.data).toMatchObject([
    {
      status: 'declined',
      changes: { last_name: 'Moneypenny' },
      reason: 'Married.',
      note: 'No certificate.',
      decided_by: colleague.key.identity,
    },
  ]);
  const second = await get(`/restricted-customers/${id}/change-requests?cursor=${first.next_cursor}`);
  expect(second).toMatchObject({ data: [{ status: 'pending', reason: 'A new card.' }], next_cursor: null });
  expect(JSON.stringify(second)).not.toContain(ssn);
});

test('a key with kyc:read sees verifications and decisions, and neither the data that was judged nor a file', async () => {
  const { customerId: id, verificationId: run } = await withSubmittedDocument();
  const reader = brand.as(await createKey(world.system, brand.brandId, { scopes: ['kyc:read'] }));
  const listed = await get(`/customers/${id}/verifications?limit=1`, reader);
  expect(listed).toMatchObject({ data: [{ verification_id: run }], next_cursor: null });
  const one = await get(`/customers/${id}/verifications/${run}`, reader);
  expect(one).toMatchObject({ files: [{ file_name: 'passport.png' }], decisions: [] });
  expect(one).not.toHaveProperty('applicant');
  expect((await reader.call('GET', `/kyc/reviews/${run}`)).json.Code).toBe('scope_err');
  expect(
    (await reader.call('GET', `/kyc/reviews/${run}/documents/${one.files[0].document_id}`)).json.Code,
  ).toBe('scope_err');
});
