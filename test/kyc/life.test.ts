import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { documentsExample, pixel } from '../../src/contract/kyc/examples.ts';
import { plusSeconds } from '../../src/domain/time.ts';
import { wallClock } from '../../src/runtime.ts';
import { newCustomer } from '../contract-samples.ts';
import { person } from '../people.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';
import { startedPath } from './waiting.ts';

/** The life of a verification in a sandbox, over the wire, as the trigger numbers bring it out. */

let ahead = 0;
let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld({ now: () => plusSeconds(wallClock(), ahead) });
  brand = await world.brand();
}, 120_000);
afterAll(() => world.close());

const running = ['submitted'];

/** Reads a verification until its status is none of these. */
async function until(path: string, not: readonly string[] = running) {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(50)) {
    const read = await brand.call('GET', path);
    if (!not.includes(read.json.kyc_status)) return read.json;
  }
  throw new Error(`It stays ${not.join(' or ')}.`);
}

const customerOf = async (path: string) =>
  (await brand.call('GET', path.replace('/verification-kyc', ''))).json;
const documentsOf = (path: string) => `${path}/documents`;

test('a verification is submitted, then it passes, and the customer is locked', {
  timeout: 60_000,
}, async () => {
  const path = await startedPath(brand);
  expect((await brand.call('GET', path)).json).toMatchObject({ kyc_status: 'submitted' });
  expect(await customerOf(path)).toMatchObject({ kyc_status: 'submitted', kyc_requests_available: 2 });
  expect((await until(path)).kyc_status).toBe('passed');
  const customer = await customerOf(path);
  expect(customer).toMatchObject({ kyc_status: 'passed', kyc_requests_available: 2 });
  const patched = await brand.call('PATCH', `/customers/${customer.customer_id}`, {
    body: { first_name: 'Jane' },
  });
  expect(patched.json.Code).toBe('kyc_customer');
});

test.each([
  ['000-00-0000', 'under_review', undefined],
  ['111-11-1111', 'document_required', ['social_security_card', 'government_id']],
  ['222-22-2222', 'document_required', ['government_id', 'proof_of_address']],
  ['333-33-3333', 'document_required', ['government_id']],
  ['444-44-4444', 'document_required', ['government_id', 'proof_of_address', 'social_security_card']],
  ['888-88-8888', 'expired', undefined],
  ['999-99-0000', 'failed', undefined],
])('%s ends %s', { timeout: 60_000 }, async (ssn, status, wanted) => {
  const path = await startedPath(brand, { ssn });
  const read = await until(path);
  expect(read.kyc_status).toBe(status);
  expect(read.documents?.map((one: { document_type: string }) => one.document_type)).toEqual(wanted);
  expect((await customerOf(path)).kyc_status).toBe(status);
});

test('a verification lists its missing documents, and continues and passes when all are submitted', {
  timeout: 60_000,
}, async () => {
  const path = await startedPath(brand, { ssn: '444-44-4444' });
  expect((await until(path)).kyc_status).toBe('document_required');
  const image = { file_name: 'a.png', image: pixel };
  const hand = (body: object) => brand.call('POST', documentsOf(path), { body });
  expect((await hand(documentsExample)).json).toMatchObject({ num_documents_submitted: 1 });
  expect((await hand(documentsExample)).json.Code).toBe('kyc_init_fail');
  expect((await brand.call('GET', path)).json).toMatchObject({
    kyc_status: 'document_required',
    documents: [{ status: 'submitted' }, { status: 'required' }, { status: 'required' }],
  });
  const rest = { proof_of_address: { type: 'utility_bill', ...image }, social_security_card: image };
  expect((await hand(rest)).json).toMatchObject({ num_documents_submitted: 2 });
  expect((await until(path)).kyc_status).toBe('passed');
});

test('a verification waits 28 days for documents, not a minute less', { timeout: 60_000 }, async () => {
  const path = await startedPath(brand, { ssn: '333-33-3333' });
  expect((await until(path)).kyc_status).toBe('document_required');
  ahead += 28 * 86_400 - 60;
  await sleep(1_500);
  expect((await brand.call('GET', path)).json.kyc_status).toBe('document_required');
  ahead += 61;
  expect((await until(path, ['document_required'])).kyc_status).toBe('expired');
  const late = await brand.call('POST', documentsOf(path), { body: documentsExample });
  expect(late.json.Code).toBe('kyc_init_fail');
});

test('a verification of changed data never passes, and its attempt is returned', {
  timeout: 60_000,
}, async () => {
  const path = await startedPath(brand);
  const id = path.split('/')[2];
  await brand.call('PATCH', `/customers/${id}`, { body: { last_name: 'Moneypenny' } });
  expect((await until(path)).kyc_status).toBe('error');
  expect(await customerOf(path)).toMatchObject({ kyc_status: 'error', kyc_requests_available: 3 });
});

test('missing fields may be sent with the start and are stored', { timeout: 60_000 }, async () => {
  const { ssn, email, phone, phone_country_code, ...rest } = person();
  const { customer_id: id } = (await brand.call('POST', '/customers', { body: rest })).json;
  const path = `/customers/${id}/verification-kyc`;
  const [{ program_id }] = (await brand.call('GET', '/programs')).json;
  const missing = await brand.call('POST', path, { body: { program_id } });
  expect(Object.keys(missing.json.Message)).toEqual(['ssn', 'email', 'phone']);
  const given = { program_id, ssn, email, phone, phone_country_code, ip: '2001:db8::7' };
  expect((await brand.call('POST', path, { body: given })).status).toBe(201);
  expect(await customerOf(path)).toMatchObject({ email, phone, ssn: `XXX-XX-${ssn.slice(-4)}` });
  expect((await brand.call('POST', '/customers/search', { body: { ssn } })).json).toHaveLength(1);
  const { last_name: _name, ...other } = await customerOf(path);
  expect(other.kyc_status).toBeDefined();
});

test('a start after a pass is refused as such, whatever else is missing', async () => {
  const { ssn: _ssn, phone: _phone, ...rest } = person();
  const { customer_id: id } = (await brand.call('POST', '/customers', { body: rest })).json;
  const [{ program_id }] = (await brand.call('GET', '/programs')).json;
  const body = { customer_id: id, program_id };
  expect((await brand.call('POST', '/simulate/kyc-pass', { body })).status).toBe(200);
  const refused = await brand.call('POST', `/customers/${id}/verification-kyc`, { body: { program_id } });
  expect(refused.json).toMatchObject({ Status: 409, Code: 'kyc_reinit_fail' });
});

test('a start that contradicts the stored values names them', async () => {
  const { customer_id: id } = (await newCustomer(brand)).json;
  const [{ program_id }] = (await brand.call('GET', '/programs')).json;
  const body = { program_id, ssn: '123-45-6780', email: 'other@example.com', phone: '650-123-4568' };
  const refused = await brand.call('POST', `/customers/${id}/verification-kyc`, { body });
  expect(refused.json.Code).toBe('create_kyc_schema');
  expect(Object.keys(refused.json.Message).sort()).toEqual(['email', 'phone', 'ssn']);
});

test('of 50 concurrent starts one is accepted and uses one attempt', { timeout: 60_000 }, async () => {
  const { customer_id: id } = (await newCustomer(brand, { ssn: '000-00-0000' })).json;
  const [{ program_id }] = (await brand.call('GET', '/programs')).json;
  const path = `/customers/${id}/verification-kyc`;
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => brand.call('POST', path, { body: { program_id } })),
  );
  const statuses = answers.map(({ status }) => status).sort();
  expect(statuses).toEqual([201, ...Array.from({ length: 49 }, () => 409)]);
  expect(await customerOf(path)).toMatchObject({ kyc_requests_available: 2 });
});
