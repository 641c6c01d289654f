import { createAddress, deleteAddress, getAddress, listAddresses, updateAddress } from './addresses.ts';
import {
  createCustomer,
  deleteCustomer,
  getCustomer,
  listCustomers,
  searchCustomers,
  updateCustomer,
} from './customers.ts';
import { verifyKey } from './keys.ts';
import type { OperationRow } from './operation.ts';

/** Where the API lives. Bond's clients have it in their base URL. */
export const apiPrefix = '/api/v0.1';

/** Every operation of the API. A row here is a route, a handler's type and a page of the reference. */
export const contract = {
  listCustomers,
  createCustomer,
  getCustomer,
  updateCustomer,
  deleteCustomer,
  searchCustomers,
  listAddresses,
  createAddress,
  getAddress,
  updateAddress,
  deleteAddress,
  verifyKey,
} as const satisfies Readonly<Record<string, OperationRow>>;

export type Contract = typeof contract;
export type OperationId = keyof Contract;

export const operations: readonly OperationRow[] = Object.values(contract);
