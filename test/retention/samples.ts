import type { OperationId } from '../../src/contract/table.ts';
import type { Prepared } from '../contract-samples.ts';
import { customerPath, erasureRequest, restrictedPath } from '../contract-samples.ts';
import { newSsn } from '../people.ts';
import type { BrandClient } from '../world.ts';

/** Another number for each change of a policy, so that no two of them are the same request. */
let years = 0;

/** For each operation about retention a request that succeeds. */
export const retentionSamples = {
  closeAccount: async (brand) => ({
    method: 'POST',
    path: `${await customerPath(brand)}/account-closed`,
    options: { body: { closed_on: '2020-10-31' } },
  }),
  setLegalHold: async (brand) => ({
    method: 'POST',
    path: `${await customerPath(brand)}/legal-holds`,
    options: { body: { reason: 'Case 24-117.' } },
  }),
  releaseLegalHold: async (brand) => {
    const path = `${await customerPath(brand)}/legal-holds`;
    const colleague = await brand.colleague();
    const { hold_id } = (await colleague.call('POST', path, { body: { reason: 'Case 24-117.' } })).json;
    return { method: 'POST', path: `${path}/${hold_id}/release`, options: { body: { reason: 'Settled.' } } };
  },
  listRestrictedCustomers: async (brand) => {
    await restrictedPath(brand);
    return { method: 'GET', path: '/restricted-customers', options: {} };
  },
  getRestrictedCustomer: async (brand) => ({
    method: 'GET',
    path: await restrictedPath(brand),
    options: {},
  }),
  revealRestrictedSsn: async (brand) => ({
    method: 'POST',
    path: `${await restrictedPath(brand, {}, { ssn: newSsn() })}/ssn`,
    options: { body: { reason: 'To show that it can be shown.' } },
  }),
  getCustomerRetention: async (brand) => ({
    method: 'GET',
    path: `${await customerPath(brand)}/retention`,
    options: {},
  }),
  listLegalHolds: async (brand) => {
    await brand.call('POST', `${await customerPath(brand)}/legal-holds`, {
      body: { reason: 'Case 24-117.' },
    });
    return { method: 'GET', path: '/legal-holds?status=active', options: {} };
  },
  listErasureRequests: async (brand) => {
    await erasureRequest(brand, await restrictedPath(brand));
    return { method: 'GET', path: '/erasure-requests', options: {} };
  },
  withdrawErasure: async (brand) => ({
    method: 'POST',
    path: `${await erasureRequest(brand, await restrictedPath(brand))}/withdrawal`,
    options: {},
  }),
  requestErasure: async (brand) => ({
    method: 'POST',
    path: `${await restrictedPath(brand)}/erasure-requests`,
    options: { body: { reason: 'Created twice.' } },
  }),
  approveErasure: async (brand) => ({
    method: 'POST',
    path: `${await erasureRequest(brand, await restrictedPath(brand))}/approval`,
    options: {},
  }),
  getRetentionPolicy: async () => ({ method: 'GET', path: '/retention-policy', options: {} }),
  changeRetentionPolicy: async () => ({
    method: 'PATCH',
    path: '/retention-policy',
    options: { body: { identity_years: 5 + (years++ % 25) } },
  }),
} as const satisfies Partial<Record<OperationId, (brand: BrandClient) => Promise<Prepared>>>;
