import { randomUUID } from 'node:crypto';
import { documentsExample } from '../../../src/contract/kyc/examples.ts';
import type { OperationRow } from '../../../src/contract/operation.ts';
import { apiPrefix } from '../../../src/contract/table.ts';
import type { ErrorCode } from '../../../src/domain/errors.ts';
import { errorCatalogue } from '../../../src/domain/errors.ts';
import type { Scope } from '../../../src/domain/scopes.ts';
import { isForSessions, keyScopes } from '../../../src/domain/scopes.ts';
import { createKey } from '../../../src/operations/brands/api-keys.ts';
import { checkAnswer } from '../../contract-check.ts';
import type { Prepared } from '../../contract-samples.ts';
import {
  changeRequest,
  customerPath,
  defaultProgram,
  erasureRequest,
  newCustomer,
  prepare,
  restrictedPath,
  send,
} from '../../contract-samples.ts';
import { startedPath } from '../../kyc/waiting.ts';
import { headersFor, signedIn } from '../../operators/people.ts';
import { address, person } from '../../people.ts';
import { rewrite } from '../../rewrite.ts';
import type { Called } from '../../world.ts';
import { settled } from '../../world.ts';
import { rawExchange, requestHead } from '../raw-socket.ts';
import { bent, noToken } from './bent.ts';
import type { Case } from './budgets.ts';
import { revealCases, sentInVain, spent } from './budgets.ts';
import { keyCases } from './keys.ts';
import { operatorCases } from './operators.ts';
import { screeningCases } from './screening.ts';
import { altered, brand, broken, full, live, sendPrepared, unreachable, waiting, world } from './worlds.ts';

const json = { 'Content-Type': 'application/json' } as const;

const unknownParameter = bent(({ path }) => ({ path: `${path}?nonsense=1` }));
const malformedBody = bent(() => ({ raw: '{', headers: json }));

/** Sent over a bare socket, for what no client would send; the answer is held to the contract all the same. */
async function byHand(
  { method, path }: Prepared,
  headers: Readonly<Record<string, string>>,
): Promise<Called> {
  const sent = Object.entries({ ...brand.headers, ...headers }).map(([name, value]) => `${name}: ${value}`);
  const answer = await rawExchange(world.url, requestHead(`${method} ${apiPrefix}${path} HTTP/1.1`, ...sent));
  const called = { ...answer, json: JSON.parse(answer.text) };
  checkAnswer(method, path, called);
  return called;
}
const withoutHost: Case = async (row, headers) => byHand(await prepare(row, brand), headers);

/** Cases that fit every operation which can answer the code. */
const generic: Readonly<Partial<Record<ErrorCode, Case>>> = {
  auth_err: bent(() => ({ headers: { Authorization: 'wrong' } })),
  session_err: bent(() => ({ headers: headersFor(noToken, brand.brandId) })),
  foreign_page: bent(() => ({
    headers: { ...headersFor(noToken, brand.brandId), 'Sec-Fetch-Site': 'cross-site' },
  })),
  confirmation_required: async (row, headers) => {
    const person = await signedIn(world.system, brand.brandId, { isConfirmed: false });
    return send(brand, await prepare(row, brand), { headers: { ...headers, ...person.headers } });
  },
  passkey_required: async (row, headers) => {
    const { world: strict, brand: tenant } = await live();
    const person = await signedIn(strict.system, tenant.brandId, { isStrong: false });
    return send(tenant, await prepare(row, tenant), { headers: { ...headers, ...person.headers } });
  },
  scope_err: async (row, headers) => {
    if (row.scope === 'any key' || isForSessions(row.scope as Scope)) {
      const roles = row.scope === 'any key' ? [] : (['viewer'] as const);
      const person = await signedIn(world.system, brand.brandId, { roles });
      return send(brand, await prepare(row, brand), { headers: { ...headers, ...person.headers } });
    }
    const scopes = keyScopes.filter((scope) => scope !== row.scope);
    const limited = brand.as(await createKey(world.system, brand.brandId, { scopes }));
    return send(limited, await prepare(row, brand), { headers });
  },
  rate_limited: async (row, headers) => {
    const { brand: tenant } = await live();
    const prepared = await prepare(row, tenant);
    const key = await createKey((await live()).world.system, tenant.brandId, {});
    const hasty = row.operationId === 'verifyKey' ? tenant : tenant.as(key);
    let answer = await send(hasty, prepared, { headers });
    // A new minute may begin in between, which gives the key its requests again.
    for (let more = 0; more < 12 && answer.status !== 429; more += 1)
      answer = await send(hasty, prepared, { headers });
    return answer;
  },
  unavailable: (row, headers) => sendPrepared(unreachable, row, headers),
  record_altered: (row, headers) => sendPrepared(altered, row, headers),
  idempotency_key_exists: async (row, { Accept = '' }) =>
    (await waiting).get(`${row.operationId} ${Accept}`) as Promise<Called>,
  idempotency_budget: (row, headers) =>
    sendPrepared(full, row, { ...headers, 'Idempotency-Key': randomUUID() }),
  idempotency_mismatch: async (row, headers) => {
    const repeated = { ...headers, 'Idempotency-Key': randomUUID() };
    // Two requests to check the trail are the same.
    if (row.operationId === 'startAuditCheck')
      await brand.call('POST', '/customers', { body: person(), headers: repeated });
    else await send(brand, await prepare(row, brand), { headers: repeated });
    return send(brand, await prepare(row, brand), { headers: repeated });
  },
  customer_deleted: async (row, headers) => {
    // A brand of its own, whose only claim names the customer.
    const own = await world.brand();
    const prepared = await prepare(row, own);
    const repeated = { ...headers, 'Idempotency-Key': randomUUID() };
    await send(own, prepared, { headers: repeated });
    const [claim] = await world.sql('select customer_id from idempotency where brand_id = $1', [own.brandId]);
    if (row.repeatEndsWith === 'deletion') await own.call('DELETE', `/customers/${claim?.['customer_id']}`);
    // What an erasure leaves of a claim.
    else
      await world.sql(
        'update idempotency set answer = null, fingerprint = null, customer_id = null where brand_id = $1',
        [own.brandId],
      );
    return send(own, prepared, { headers: repeated });
  },
  input_error: (row, headers) => {
    if (row.schemaError === 'input_error' && row.method === 'GET') return unknownParameter(row, headers);
    return (row.method === 'GET' ? withoutHost : malformedBody)(row, headers);
  },
  header_too_large: async (row, headers) =>
    byHand(await prepare(row, brand), { Host: 'localhost', ...headers, 'X-Long': 'a'.repeat(17 * 1024) }),
  payload_too_large: (row, headers) =>
    bent(() => ({ raw: ' '.repeat((row.body?.limit ?? 64 * 1024) + 1), headers: json }))(row, headers),
  unsupported_media_type: bent(() => ({ raw: '{}', headers: { 'Content-Type': 'text/plain' } })),
  precondition_failed: bent(() => ({ headers: { 'If-Match': '"99"' } })),
};

/**
 * The case of a code that a parameter of the path stands for: `hold_dne` for `hold_id`, or what the row says
 * of a value that is invalid. Another id for a 404, and what is no id at all for a 400.
 */
function parameterCase(row: OperationRow, code: ErrorCode): Case | undefined {
  const name = Object.entries(row.params).find(
    ([parameter, { invalid }]) => invalid === code || parameter.replace(/_id$/, '_dne') === code,
  )?.[0];
  if (name === undefined) return undefined;
  const segments = row.path.split('/');
  const value = errorCatalogue[code].status === 404 ? randomUUID : () => 'not-a-uuid';
  return bent(({ path }) => ({
    path: path
      .split('/')
      .map((segment, at) => (segments[at] === `{${name}}` ? value() : segment))
      .join('/'),
  }));
}

/** A verified customer whose primary address is touched. */
const lockedAddress =
  (method: string, body?: object): Case =>
  async (_row, headers) => {
    // Two primary ones, so that KYC is what refuses and not the rule of the last one.
    const { customer_id, addresses } = (await newCustomer(brand, { addresses: [address, address] })).json;
    await rewrite(brand, 'update customers set kyc_passed_at = now() where customer_id = $1', [customer_id]);
    const path = `/customers/${customer_id}/addresses`;
    if (method === 'POST') return brand.call(method, path, { body: address, headers });
    return brand.call(method, `${path}/${addresses[0].address_id}`, { ...(body && { body }), headers });
  };

const start = async (customerId: string, body: object, headers: Readonly<Record<string, string>>) =>
  brand.call('POST', `/customers/${customerId}/verification-kyc`, {
    body: { program_id: await defaultProgram(brand), ...body },
    headers,
  });

/** A customer who has passed, as the body of a simulation. */
async function passed() {
  const body = {
    customer_id: (await newCustomer(brand)).json.customer_id,
    program_id: await defaultProgram(brand),
  };
  await brand.call('POST', '/simulate/kyc-pass', { body });
  return body;
}

/** The same for both simulations. */
const simulated: Partial<Record<ErrorCode, Case>> = {
  customer_dne: bent(({ options }) => ({
    body: { ...(options.body as object), customer_id: randomUUID() },
  })),
  invalid_program: bent(({ options }) => ({
    body: { ...(options.body as object), program_id: randomUUID() },
  })),
  kyc_reinit_fail: async (row, headers) => brand.call('POST', row.path, { body: await passed(), headers }),
  not_found: async (row, headers) => {
    const { brand: tenant } = await live();
    return send(tenant, await prepare(row, tenant), { headers });
  },
};

/** Cases of one operation alone. */
const own: Readonly<Record<string, Partial<Record<ErrorCode, Case>>>> = {
  ...keyCases,
  createCustomer: {
    lookup_budget: async (_row, headers) =>
      (await spent('ssn')).call('POST', '/customers', { body: person(), headers }),
    ssn_dup: async (_row, headers) => {
      const body = person();
      await newCustomer(brand, { ssn: body.ssn });
      return brand.call('POST', '/customers', { body, headers });
    },
    person_id_dup: async (_row, headers) => {
      const { brand_person_id } = (await newCustomer(brand)).json;
      return brand.call('POST', '/customers', { body: person({ brand_person_id }), headers });
    },
  },
  searchCustomers: {
    lookup_budget: async (_row, headers) =>
      (await spent('ssn')).call('POST', '/customers/search', { body: { ssn: person().ssn }, headers }),
  },
  updateCustomer: {
    lookup_budget: sentInVain('PATCH', '', async () => ({})),
    ssn_dup: async (_row, headers) => {
      const body = person();
      await newCustomer(brand, { ssn: body.ssn });
      const { customer_id } = (await newCustomer(brand)).json;
      return brand.call('PATCH', `/customers/${customer_id}`, { body: { ssn: body.ssn }, headers });
    },
    kyc_customer: async (_row, headers) => {
      const { customer_id } = (await newCustomer(brand)).json;
      await rewrite(brand, 'update customers set kyc_passed_at = now() where customer_id = $1', [
        customer_id,
      ]);
      return brand.call('PATCH', `/customers/${customer_id}`, { body: { first_name: 'Jane' }, headers });
    },
  },
  releaseLegalHold: {
    second_approver: async (_row, headers) => {
      const path = `${await customerPath(brand)}/legal-holds`;
      const body = { reason: 'Case 24-117.' };
      const { hold_id } = (await brand.call('POST', path, { body })).json;
      return brand.call('POST', `${path}/${hold_id}/release`, { body, headers });
    },
  },
  approveErasure: {
    second_approver: async (_row, headers) => {
      const path = `${await restrictedPath(brand)}/erasure-requests`;
      const { erasure_id } = (await brand.call('POST', path, { body: { reason: 'Created twice.' } })).json;
      return brand.call('POST', `${path}/${erasure_id}/approval`, { headers });
    },
    legal_hold: async (_row, headers) => {
      const path = await restrictedPath(brand);
      await brand.call('POST', `${path.replace('restricted-', '')}/legal-holds`, {
        body: { reason: 'Case 24-117.' },
      });
      return brand.call('POST', `${await erasureRequest(brand, path)}/approval`, { headers });
    },
  },
  startKyc: {
    lookup_budget: sentInVain('POST', '/verification-kyc', async (tenant) => ({
      program_id: await defaultProgram(tenant),
    })),
    invalid_program: bent(() => ({ body: { program_id: randomUUID() } })),
    kyc_init_fail: async (_row, headers) => {
      const path = await startedPath(brand, { ssn: '000-00-0000' });
      return brand.call('POST', path, { body: { program_id: await defaultProgram(brand) }, headers });
    },
    kyc_reinit_fail: async (_row, headers) => {
      const body = await passed();
      const path = `/customers/${body.customer_id}/verification-kyc`;
      return brand.call('POST', path, { body: { program_id: body.program_id }, headers });
    },
    kyc_retries: async (_row, headers) => {
      const { customer_id } = (await newCustomer(brand)).json;
      await rewrite(brand, 'update customers set kyc_requests_available = 0 where customer_id = $1', [
        customer_id,
      ]);
      return start(customer_id, {}, headers);
    },
    kyc_customer: async (_row, headers) => {
      const { ssn, ...rest } = person();
      const { customer_id } = (await brand.call('POST', '/customers', { body: rest })).json;
      await rewrite(brand, 'update customers set kyc_passed_at = now() where customer_id = $1', [
        customer_id,
      ]);
      return start(customer_id, { ssn }, headers);
    },
    ssn_dup: async (_row, headers) => {
      const { ssn, ...rest } = person();
      await newCustomer(brand, { ssn });
      const { customer_id } = (await brand.call('POST', '/customers', { body: rest })).json;
      return start(customer_id, { ssn }, headers);
    },
  },
  getKyc: {
    kyc_dne: async (_row, headers) =>
      brand.call('GET', `${await customerPath(brand)}/verification-kyc`, { headers }),
  },
  submitKycDocuments: {
    document_budget: (row, headers) => sendPrepared(full, row, headers),
    kyc_init_fail: async (_row, headers) =>
      brand.call('POST', `${await startedPath(brand)}/documents`, { body: documentsExample, headers }),
  },
  simulateKycPass: simulated,
  simulateKycFail: simulated,
  decideKycReview: {
    second_approver: async (row, headers) => {
      const colleague = await brand.colleague();
      return send(colleague, await prepare(row, brand), { headers });
    },
    kyc_init_fail: async (row, headers) => {
      const prepared = await prepare(row, brand);
      await send(brand, prepared);
      return send(brand, prepared, { headers });
    },
  },
  receiveKycCallback: {
    auth_err: bent(({ options }) => ({ headers: { ...options.headers, 'webhook-signature': 'v1,AAAA' } })),
  },
  listEvents: {
    events_gone: async (_row, headers) => {
      const past = await world.brand();
      for (let count = 0; count < 3; count += 1) await newCustomer(past);
      await settled(world);
      const { next_cursor } = (await past.call('GET', '/events?limit=1')).json;
      await world.sql('delete from events where brand_id = $1 and number < 3', [past.brandId]);
      return past.call('GET', `/events?cursor=${next_cursor}`, { headers });
    },
  },
  createChangeRequest: {
    change_request_needless: async (_row, headers) => {
      const { customer_id } = (await newCustomer(brand)).json;
      const body = { changes: { last_name: 'Moneypenny' }, reason: 'Married.' };
      return brand.call('POST', `/customers/${customer_id}/change-requests`, { body, headers });
    },
  },
  decideChangeRequest: {
    second_approver: async (_row, headers) => {
      const id = await changeRequest(brand);
      const colleague = await brand.colleague();
      const body = { decision: 'approve' };
      return colleague.call('POST', `/change-requests/${id}/decision`, { body, headers });
    },
    lookup_budget: async (_row, headers) => {
      const tenant = await spent('ssn');
      const { customer_id } = (await newCustomer(tenant, { ssn: '111-11-1111' })).json;
      await rewrite(tenant, 'update customers set kyc_passed_at = now() where customer_id = $1', [
        customer_id,
      ]);
      const body = { changes: { ssn: person().ssn }, reason: 'Mistyped.' };
      const colleague = await tenant.colleague();
      const { json } = await colleague.call('POST', `/customers/${customer_id}/change-requests`, { body });
      const path = `/change-requests/${json.change_request_id}/decision`;
      return tenant.call('POST', path, { body: { decision: 'approve' }, headers });
    },
    change_request_decided: async (_row, headers) => {
      const path = `/change-requests/${await changeRequest(brand)}/decision`;
      await brand.call('POST', path, { body: { decision: 'decline' } });
      return brand.call('POST', path, { body: { decision: 'approve' }, headers });
    },
    ssn_dup: async (_row, headers) => {
      const { ssn } = person();
      const id = await changeRequest(brand, { ssn });
      await newCustomer(brand, { ssn });
      return brand.call('POST', `/change-requests/${id}/decision`, {
        body: { decision: 'approve' },
        headers,
      });
    },
  },
  ...operatorCases,
  ...screeningCases,
  createAddress: { kyc_customer: lockedAddress('POST') },
  updateAddress: { kyc_customer: lockedAddress('PATCH', { street2: 'Suite 700' }) },
  revealSsn: revealCases(
    async (tenant, overrides) => `/customers/${(await newCustomer(tenant, overrides)).json.customer_id}`,
  ),
  revealRestrictedSsn: revealCases(restrictedPath),
  deleteAddress: { kyc_customer: lockedAddress('DELETE') },
};

/** The case in which an operation answers a code; most follow from the row itself. */
export const caseOf = (row: OperationRow, code: ErrorCode): Case | undefined =>
  own[row.operationId]?.[code] ??
  generic[code] ??
  parameterCase(row, code) ??
  (code === row.schemaError ? unknownParameter : undefined) ??
  (code === row.unknownError ? (one, headers) => sendPrepared(broken, one, headers) : undefined);
