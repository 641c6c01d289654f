import type { OperationRow } from '../src/contract/operation.ts';
import type { OperationId } from '../src/contract/table.ts';
import { mailing, person } from './people.ts';
import type { BrandClient, Called, CallOptions } from './world.ts';

/** A request of one operation, ready to be sent. */
export interface Prepared {
  readonly method: string;
  readonly path: string;
  readonly options: CallOptions;
}

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
  verifyKey: async (brand) => ({
    method: 'GET',
    path: `/auth/key/${brand.key.identity}`,
    options: {},
  }),
};

/** A customer of the brand, as its create answered it. */
export async function newCustomer(brand: BrandClient, overrides: object = {}): Promise<Called> {
  const created = await brand.call('POST', '/customers', { body: person({ ...overrides }) });
  if (created.status !== 201) throw new Error(`A customer could not be made: ${created.text}`);
  return created;
}

export const customerPath = async (brand: BrandClient): Promise<string> =>
  `/customers/${(await newCustomer(brand)).json.customer_id}`;

/** A customer whose verification has passed, and who is locked therefore. */
export async function verifiedCustomer(brand: BrandClient, overrides: object = {}): Promise<string> {
  const { customer_id } = (await newCustomer(brand, overrides)).json;
  await brand.sql(
    "update customers set kyc_passed_at = now(), kyc_status = 'passed', version = version + 1 where customer_id = $1",
    [customer_id],
  );
  return customer_id;
}

/** A change that waits for a decision. */
export async function changeRequest(brand: BrandClient, changes: object = { last_name: 'Moneypenny' }) {
  const path = `/customers/${await verifiedCustomer(brand)}/change-requests`;
  const proposed = await brand.call('POST', path, { body: { changes, reason: 'Married.' } });
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
