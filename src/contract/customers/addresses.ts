import Type from 'typebox';
import { checkNewAddress } from '../../domain/customers/address-book.ts';
import { Problems } from '../../domain/problems.ts';
import { operation } from '../operation.ts';
import { fixedText } from '../shapes.ts';
import { changedCustomerExample, createExample, customerExample } from './examples.ts';
import { addressFields, addressSchema, newAddress } from './schema.ts';

const customerId = {
  customer_id: { description: "The customer's id.", invalid: 'customer_invalid_uuid4' },
} as const;
const bothIds = {
  ...customerId,
  address_id: { description: "The address's id.", invalid: 'address_dne' },
} as const;

const readExample = customerExample.addresses[0];
const changedExample = changedCustomerExample.addresses[0];

const listAddresses = operation({
  operationId: 'listAddresses',
  method: 'GET',
  path: '/customers/{customer_id}/addresses',
  tag: 'Addresses',
  summary: "Retrieve a customer's addresses",
  description: 'All addresses of one customer, in the same order as in the customer.',
  scope: 'customers:read',
  params: customerId,
  answer: {
    status: 200,
    description: 'The addresses.',
    schema: Type.Array(addressSchema, { maxItems: 20 }),
    example: customerExample.addresses,
    headers: ['ETag'],
  },
  schemaError: 'get_customer_schema',
  errors: ['customer_dne'],
  unknownError: 'unknown_list_addresses',
});

const createAddress = operation({
  operationId: 'createAddress',
  method: 'POST',
  path: '/customers/{customer_id}/addresses',
  tag: 'Addresses',
  summary: 'Add an address',
  description: 'Adds one address, up to 20 for a customer. After KYC has passed it cannot be a primary one.',
  scope: 'customers:write',
  params: customerId,
  body: { schema: newAddress, check: checkNewAddress, example: createExample.addresses[0] },
  answer: {
    status: 201,
    description: 'The address as added.',
    schema: addressSchema,
    example: changedExample,
    headers: ['ETag'],
  },
  schemaError: 'edit_customer_schema',
  errors: ['customer_dne', 'kyc_customer'],
  repeatEndsWith: 'deletion',
  unknownError: 'unknown_create_address',
  conditional: true,
});

const getAddress = operation({
  operationId: 'getAddress',
  method: 'GET',
  path: '/customers/{customer_id}/addresses/{address_id}',
  tag: 'Addresses',
  summary: 'Retrieve an address',
  description: 'One address of one customer.',
  scope: 'customers:read',
  params: bothIds,
  answer: {
    status: 200,
    description: 'The address.',
    schema: addressSchema,
    example: readExample,
    headers: ['ETag'],
  },
  schemaError: 'get_customer_schema',
  errors: ['customer_dne', 'address_dne'],
  unknownError: 'unknown_get_address',
});

const updateAddress = operation({
  operationId: 'updateAddress',
  method: 'PATCH',
  path: '/customers/{customer_id}/addresses/{address_id}',
  tag: 'Addresses',
  summary: 'Update an address',
  description:
    'Changes the fields that are sent. A changed address loses its verdict and is verified again. The last primary address must stay primary. After KYC has passed, primary addresses are locked, and no other address can become primary.',
  scope: 'customers:write',
  params: bothIds,
  body: {
    schema: Type.Object(Type.Partial(Type.Object(addressFields)).properties, {
      title: 'AddressChange',
      additionalProperties: false,
      minProperties: 1,
    }),
    // The rule of a state depends on the stored country, so the operation checks the values.
    check: () => new Problems(),
    problemsDecidedLater: true,
    example: { street2: 'Suite 700' },
  },
  answer: {
    status: 200,
    description: 'The address after the change.',
    schema: addressSchema,
    example: changedExample,
    headers: ['ETag'],
  },
  schemaError: 'edit_customer_schema',
  errors: ['customer_dne', 'address_dne', 'kyc_customer'],
  repeatEndsWith: 'deletion',
  unknownError: 'unknown_update_address',
  conditional: true,
});

const deleteAddress = operation({
  operationId: 'deleteAddress',
  method: 'DELETE',
  path: '/customers/{customer_id}/addresses/{address_id}',
  tag: 'Addresses',
  summary: 'Delete an address',
  description:
    'Removes one address. The last primary address cannot be removed, and after KYC has passed no primary one can.',
  scope: 'customers:write',
  params: bothIds,
  answer: fixedText('The address is deleted.', 'Address resource deleted'),
  schemaError: 'edit_customer_schema',
  errors: ['customer_dne', 'address_dne', 'kyc_customer'],
  repeatEndsWith: 'deletion',
  unknownError: 'unknown_delete_address',
  conditional: true,
});

export const addressOperations = {
  listAddresses,
  createAddress,
  getAddress,
  updateAddress,
  deleteAddress,
} as const;
