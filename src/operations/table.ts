import type { Input } from '../contract/operation.ts';
import type { Contract, OperationId } from '../contract/table.ts';
import { createAddress, deleteAddress, getAddress, listAddresses, updateAddress } from './addresses.ts';
import {
  createChangeRequest,
  decideChangeRequest,
  getChangeRequest,
  listChangeRequests,
} from './change-requests.ts';
import { listCustomers, searchCustomers } from './customer-lists.ts';
import { createCustomer, deleteCustomer, getCustomer, updateCustomer } from './customers.ts';
import { verifyKey } from './keys.ts';
import type { Answer, Context } from './system.ts';

/** What runs for each row of the contract. A row without its function does not compile. */
export const handlers: {
  readonly [Id in OperationId]: (context: Context, input: Input<Contract[Id]>) => Promise<Answer>;
} = {
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
  createChangeRequest,
  listChangeRequests,
  getChangeRequest,
  decideChangeRequest,
  verifyKey,
};
