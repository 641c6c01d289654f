import { randomUUID } from 'node:crypto';
import { decisionExample, documentsExample } from '../src/contract/kyc/examples.ts';
import type { OperationRow } from '../src/contract/operation.ts';
import type { OperationId } from '../src/contract/table.ts';
import { millisOf } from '../src/domain/time.ts';
import { createProgram } from '../src/operations/kyc/programs.ts';
import { signStandard } from '../src/providers/signature.ts';
import { keySamples } from './brands/key-samples.ts';
import { startedPath, verificationPath, waiting, withDocument } from './kyc/waiting.ts';
import { operatorSamples } from './operators/samples.ts';
import { mailing, person } from './people.ts';
import { retentionSamples } from './retention/samples.ts';
import { rewrite } from './rewrite.ts';
import { consentSamples } from './samples/consents.ts';
import type { Prepared } from './samples/customers.ts';
import { customerPath, newCustomer } from './samples/customers.ts';
import { screeningSamples } from './samples/screening.ts';
import { deliverySamples } from './webhooks/delivery-samples.ts';
import type { BrandClient, Called, CallOptions } from './world.ts';

export type { Prepared };
export { customerPath, newCustomer };

/** For every operation a request that succeeds, on a customer made for it where it needs one. */
export const samples: Readonly<Record<OperationId, (brand: BrandClient) => Promise<Prepared>>> = {
  listCustomers: async (brand) => {
    await newCustomer(brand);
    return { method: 'GET', path: '/customers', options: {} };
  },
  createCustomer: async () => ({ method: 'POST', path: '/customers', options: { body: person() } }),
  getCustomer: async (brand) => ({ method: 'GET', path: await customerPath(brand), options: {} }),
  updateCustomer: async (brand) => ({
    method: 'PATCH',
    path: await customerPath(brand),
    options: { body: { first_name: 'Jane' } },
  }),
  deleteCustomer: async (brand) => ({ method: 'DELETE', path: await customerPath(brand), options: {} }),
  searchCustomers: async (brand) => {
    await newCustomer(brand);
    return { method: 'POST', path: '/customers/search', options: { body: { email: person().email } } };
  },
  listAddresses: async (brand) => ({
    method: 'GET',
    path: `${await customerPath(brand)}/addresses`,
    options: {},
  }),
  createAddress: async (brand) => ({
    method: 'POST',
    path: `${await customerPath(brand)}/addresses`,
    options: { body: mailing },
  }),
  getAddress: async (brand) => ({ method: 'GET', path: await addressPath(brand), options: {} }),
  updateAddress: async (brand) => ({
    method: 'PATCH',
    path: await addressPath(brand),
    options: { body: { street2: 'Suite 700' } },
  }),
  deleteAddress: async (brand) => ({ method: 'DELETE', path: await addressPath(brand), options: {} }),
  createChangeRequest: async (brand) => {
    const customerId = await verifiedCustomer(brand);
    return {
      method: 'POST',
      path: `/customers/${customerId}/change-requests`,
      options: { body: { changes: { last_name: 'Moneypenny' }, reason: 'Married.' } },
    };
  },
  listChangeRequests: async (brand) => {
    await changeRequest(brand);
    return { method: 'GET', path: '/change-requests?status=pending', options: {} };
  },
  getChangeRequest: async (brand) => ({
    method: 'GET',
    path: `/change-requests/${await changeRequest(brand)}`,
    options: {},
  }),
  decideChangeRequest: async (brand) => ({
    method: 'POST',
    path: `/change-requests/${await changeRequest(brand)}/decision`,
    options: { body: { decision: 'approve', note: 'Certificate seen.' } },
  }),
  startKyc: async (brand) => ({
    method: 'POST',
    path: `${await customerPath(brand)}/verification-kyc`,
    options: { body: { program_id: await defaultProgram(brand) } },
  }),
  getKyc: async (brand) => ({ method: 'GET', path: `${await startedPath(brand)}`, options: {} }),
  submitKycDocuments: async (brand) => ({
    method: 'POST',
    path: `/customers/${(await waiting(brand, 'document_required')).customer_id}/verification-kyc/documents`,
    options: { body: documentsExample },
  }),
  listVerifications: async (brand) => ({
    method: 'GET',
    path: `${(await startedPath(brand)).replace('verification-kyc', 'verifications')}`,
    options: {},
  }),
  getVerification: async (brand) => ({
    method: 'GET',
    path: await verificationPath(brand),
    options: {},
  }),
  listKycReviews: async (brand) => {
    await waiting(brand, 'under_review');
    return { method: 'GET', path: '/kyc/reviews', options: {} };
  },
  getKycReview: async (brand) => ({
    method: 'GET',
    path: `/kyc/reviews/${(await waiting(brand, 'under_review')).run_id}`,
    options: {},
  }),
  decideKycReview: async (brand) => ({
    method: 'POST',
    path: `/kyc/reviews/${(await waiting(await brand.colleague(), 'under_review')).run_id}/decision`,
    options: { body: decisionExample },
  }),
  getKycDocument: async (brand) => {
    const { run_id, document_id } = await withDocument(brand);
    return { method: 'GET', path: `/kyc/reviews/${run_id}/documents/${document_id}`, options: {} };
  },
  listPrograms: async () => ({ method: 'GET', path: '/programs', options: {} }),
  simulateKycPass: async (brand) => ({
    method: 'POST',
    path: '/simulate/kyc-pass',
    options: { body: await simulation(brand) },
  }),
  simulateKycFail: async (brand) => ({
    method: 'POST',
    path: '/simulate/kyc-fail',
    options: { body: await simulation(brand) },
  }),
  receiveKycCallback: async (brand) => {
    const { programId, secret = '' } = await createProgram(brand.system, brand.brandId, randomUUID(), {
      provider: 'http',
      url: 'https://decisions.example.com',
    });
    const raw = JSON.stringify({ run_id: randomUUID() });
    const at = Math.floor(millisOf(brand.system.now()) / 1_000);
    const headers = {
      'Content-Type': 'application/json',
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(at),
      'webhook-signature': signStandard(secret, 'msg_1', at, raw),
    };
    return {
      method: 'POST',
      path: `/callbacks/kyc/${brand.brandId}/${programId}`,
      options: { raw, headers },
    };
  },
  listAudit: async (brand) => {
    await newCustomer(brand);
    return { method: 'GET', path: '/audit', options: {} };
  },
  listKeyAccess: async (brand) => {
    await newCustomer(brand);
    return { method: 'GET', path: `/audit/keys/${brand.key.identity}`, options: {} };
  },
  getCustomerAudit: async (brand) => ({
    method: 'GET',
    path: `${await customerPath(brand)}/audit`,
    options: {},
  }),
  revealSsn: async (brand) => ({
    method: 'POST',
    path: `${await customerPath(brand)}/ssn`,
    options: { body: { reason: 'To show that it can be shown.' } },
  }),
  listRestrictedVerifications: async (brand) => {
    const path = await verificationPath(brand, 'restricted');
    return { method: 'GET', path: path.replace(/\/[^/]+$/, ''), options: {} };
  },
  getRestrictedVerification: async (brand) => ({
    method: 'GET',
    path: await verificationPath(brand, 'restricted'),
    options: {},
  }),
  getRestrictedDocument: async (brand) => {
    const { customer_id, run_id, document_id } = await withDocument(brand);
    await brand.call('DELETE', `/customers/${customer_id}`);
    const path = `/restricted-customers/${customer_id}/verifications/${run_id}/documents/${document_id}`;
    return { method: 'GET', path, options: {} };
  },
  listRestrictedChangeRequests: async (brand) => {
    const customerId = await verifiedCustomer(brand);
    await brand.call('POST', `/customers/${customerId}/change-requests`, {
      body: { changes: { last_name: 'Moneypenny' }, reason: 'Married.' },
    });
    await brand.call('DELETE', `/customers/${customerId}`);
    return { method: 'GET', path: `/restricted-customers/${customerId}/change-requests`, options: {} };
  },
  listCustomerHistory: async (brand) => ({
    method: 'GET',
    path: `${await changedPath(brand)}/history`,
    options: {},
  }),
  listRestrictedCustomerHistory: async (brand) => {
    const path = await changedPath(brand);
    await brand.call('DELETE', path);
    return { method: 'GET', path: `/restricted-customers/${path.split('/')[2]}/history`, options: {} };
  },
  ...screeningSamples,
  ...consentSamples,
  exportCustomerFile: async (brand) => ({
    method: 'POST',
    path: `${await customerPath(brand)}/file`,
    options: { body: { reason: 'Request of 3 March.' } },
  }),
  ...retentionSamples,
  getWaiting: async () => ({ method: 'GET', path: '/waiting', options: {} }),
  getOverview: async () => ({ method: 'GET', path: '/overview', options: {} }),
  listEvents: async (brand) => {
    await newCustomer(brand);
    return { method: 'GET', path: '/events?type=customer*', options: {} };
  },
  createWebhook: async () => ({ method: 'POST', path: '/webhooks', options: { body: subscription() } }),
  listWebhooks: async (brand) => {
    await newWebhook(brand);
    return { method: 'GET', path: '/webhooks', options: {} };
  },
  getWebhook: async (brand) => ({ method: 'GET', path: await webhookPath(brand), options: {} }),
  updateWebhook: async (brand) => ({
    method: 'PATCH',
    path: await webhookPath(brand),
    options: { body: { events: ['*'] } },
  }),
  deleteWebhook: async (brand) => ({ method: 'DELETE', path: await webhookPath(brand), options: {} }),
  testWebhook: async (brand) => ({ method: 'POST', path: `${await webhookPath(brand)}/test`, options: {} }),
  rotateWebhookSecret: async (brand) => ({
    method: 'POST',
    path: `${await webhookPath(brand)}/rotate-secret`,
    options: { body: { overlap_hours: 2 } },
  }),
  listDeliveries: async (brand) => ({
    method: 'GET',
    path: `${await webhookPath(brand)}/deliveries`,
    options: {},
  }),
  replayWebhook: async (brand) => ({
    method: 'POST',
    path: `${await webhookPath(brand)}/replay`,
    options: { body: { dead: true } },
  }),
  startAuditCheck: async () => ({ method: 'POST', path: '/audit/check', options: {} }),
  getAuditCheck: async (brand) => {
    await brand.call('POST', '/audit/check');
    return { method: 'GET', path: '/audit/check', options: {} };
  },
  ...deliverySamples,
  ...keySamples,
  listRequests: async () => ({ method: 'GET', path: '/requests', options: {} }),
  ...operatorSamples,
};

export const defaultProgram = async (brand: BrandClient): Promise<string> =>
  (await brand.call('GET', '/programs')).json[0].program_id;

const simulation = async (brand: BrandClient) => ({
  customer_id: (await newCustomer(brand)).json.customer_id,
  program_id: await defaultProgram(brand),
});

/** A customer that was deleted, as those see it who may. `changes` were made before. */
export async function restrictedPath(
  brand: BrandClient,
  overrides: object = {},
  changes?: object,
): Promise<string> {
  const { customer_id } = (await newCustomer(brand, overrides)).json;
  if (changes) await brand.call('PATCH', `/customers/${customer_id}`, { body: changes });
  await brand.call('DELETE', `/customers/${customer_id}`);
  return `/restricted-customers/${customer_id}`;
}

/** Another key's request to erase a deleted customer. */
export async function erasureRequest(brand: BrandClient, path: string): Promise<string> {
  const colleague = await brand.colleague();
  const body = { reason: 'Created twice.' };
  const { erasure_id } = (await colleague.call('POST', `${path}/erasure-requests`, { body })).json;
  return `${path}/erasure-requests/${erasure_id}`;
}

/** A subscription at an address of this machine where nothing listens. */
const subscription = () => ({ url: `http://127.0.0.1:9/${randomUUID()}`, events: ['kyc.*'] });

/** A webhook subscription, as its create answered it. */
export async function newWebhook(brand: BrandClient, overrides: object = {}): Promise<Called> {
  const created = await brand.call('POST', '/webhooks', { body: { ...subscription(), ...overrides } });
  if (created.status !== 201) throw new Error(`A subscription could not be made: ${created.text}`);
  return created;
}

const webhookPath = async (brand: BrandClient): Promise<string> =>
  `/webhooks/${(await newWebhook(brand)).json.webhook_subscription.id}`;

/** A customer with another number than it had. */
async function changedPath(brand: BrandClient): Promise<string> {
  const path = await customerPath(brand);
  await brand.call('PATCH', path, { body: { ssn: person().ssn } });
  return path;
}

/** A customer whose verification has passed, and who is locked therefore. */
export async function verifiedCustomer(brand: BrandClient, overrides: object = {}): Promise<string> {
  const { customer_id } = (await newCustomer(brand, overrides)).json;
  await rewrite(
    brand,
    "update customers set kyc_passed_at = now(), kyc_status = 'passed', version = version + 1 where customer_id = $1",
    [customer_id],
  );
  return customer_id;
}

/** A change that a colleague has proposed, and that waits for a decision. */
export async function changeRequest(brand: BrandClient, changes: object = { last_name: 'Moneypenny' }) {
  const path = `/customers/${await verifiedCustomer(brand)}/change-requests`;
  const colleague = await brand.colleague();
  const proposed = await colleague.call('POST', path, { body: { changes, reason: 'Married.' } });
  if (proposed.status !== 201) throw new Error(`Nothing was proposed: ${proposed.text}`);
  return proposed.json.change_request_id as string;
}

/** The secondary address of a customer made for it. */
async function addressPath(brand: BrandClient): Promise<string> {
  const { customer_id, addresses } = (await newCustomer(brand)).json;
  return `/customers/${customer_id}/addresses/${addresses[1].address_id}`;
}

export const prepare = (row: OperationRow, brand: BrandClient): Promise<Prepared> =>
  samples[row.operationId as OperationId](brand);

/** Sends a prepared request, changed where the test wants it to be. */
export const send = (
  brand: BrandClient,
  { method, path, options }: Prepared,
  more: CallOptions & { readonly path?: string } = {},
): Promise<Called> =>
  brand.call(method, more.path ?? path, {
    ...options,
    ...more,
    headers: { ...options.headers, ...more.headers },
  });
