import Type from 'typebox';
import { checkCustomer } from '../../domain/customers/customer.ts';
import { searchScopes } from '../../domain/customers/lookups.ts';
import { checkSearch } from '../../domain/customers/search.ts';
import { arrivalOrders, defaultPerPage, lastPage, perPageChoices } from '../../domain/paging.ts';
import { operation } from '../operation.ts';
import { fixedText, oneOf } from '../shapes.ts';
import {
  changedCustomerExample,
  changeExample,
  createExample,
  customerExample,
  searchExample,
} from './examples.ts';
import { changeCustomerBody, createCustomerBody, customer, searchBody } from './schema.ts';

const customerId = {
  customer_id: { description: "The customer's id.", invalid: 'customer_invalid_uuid4' },
} as const;

const paging = Type.Object(
  {
    page: Type.Optional(
      Type.Integer({
        description: 'The page number to return, from 1. A page past the end is an empty list.',
        format: 'int32',
        minimum: 1,
        maximum: lastPage,
        default: 1,
      }),
    ),
    per_page: Type.Optional(
      Type.Unsafe<(typeof perPageChoices)[number]>({
        type: 'integer',
        format: 'int32',
        description: 'How many customers to return per page.',
        enum: [...perPageChoices],
        default: defaultPerPage,
      }),
    ),
    order: Type.Optional(
      oneOf(arrivalOrders, {
        description:
          'Which customers come first, in the order of creation: the oldest where it is left out. Keep it along a walk by cursor.',
      }),
    ),
    cursor: Type.Optional(
      Type.String({
        description: 'The cursor from rel="next" of the Link header. Not together with page.',
        pattern: '^c1_[0-9a-z]{1,13}$',
        maxLength: 16,
      }),
    ),
  },
  { additionalProperties: false },
);

const pagedHeaders = ['Link', 'X-Total-Count'] as const;
const page = Type.Array(customer, { maxItems: 50 });

const listCustomers = operation({
  operationId: 'listCustomers',
  method: 'GET',
  path: '/customers',
  tag: 'Customers',
  summary: 'Retrieve all customers',
  description:
    'A page of customers of the brand, in the order of creation or the newest first. Follow rel="next" of the Link header to get every customer exactly once, even while others are created and deleted.',
  scope: 'customers:read',
  params: {},
  query: paging,
  answer: {
    status: 200,
    description: 'The customers of this page; empty past the end.',
    schema: page,
    example: [customerExample],
    headers: pagedHeaders,
  },
  schemaError: 'get_customer_schema',
  errors: [],
  unknownError: 'unknown_list_customers',
});

const createCustomer = operation({
  operationId: 'createCustomer',
  method: 'POST',
  path: '/customers',
  tag: 'Customers',
  summary: 'Create a customer',
  description:
    'Creates a customer. The ssn, phone and email may be added later; a verification needs them. Send an Idempotency-Key, so that a repeat after a lost answer creates no duplicate.',
  scope: 'customers:write',
  params: {},
  body: { schema: createCustomerBody, check: checkCustomer, example: createExample },
  answer: {
    status: 201,
    description: 'The customer as created.',
    schema: customer,
    example: changedCustomerExample,
    headers: ['ETag'],
  },
  schemaError: 'create_customer_schema',
  errors: ['ssn_dup', 'person_id_dup', 'lookup_budget'],
  repeatEndsWith: 'deletion',
  unknownError: 'unknown_create_customer',
});

const getCustomer = operation({
  operationId: 'getCustomer',
  method: 'GET',
  path: '/customers/{customer_id}',
  tag: 'Customers',
  summary: 'Retrieve a single customer',
  description: 'One customer. The SSN is masked.',
  scope: 'customers:read',
  params: customerId,
  answer: {
    status: 200,
    description: 'The customer.',
    schema: customer,
    example: customerExample,
    headers: ['ETag'],
  },
  schemaError: 'get_customer_schema',
  errors: ['customer_dne'],
  unknownError: 'unknown_get_customer',
});

const updateCustomer = operation({
  operationId: 'updateCustomer',
  method: 'PATCH',
  path: '/customers/{customer_id}',
  tag: 'Customers',
  summary: 'Update a customer',
  description:
    'Changes the fields that are sent. addresses replaces the whole set: an item with a known address_id, or equal to a stored address, keeps its id, date and verdict. A field sent with its current value is not a change; this includes the masked SSN. After KYC has passed, only email, phone, phone_country_code and secondary addresses can change; a request that changes more is refused as a whole. A full SSN counts as a change then, whether or not it is the stored one.',
  scope: 'customers:write',
  params: customerId,
  body: {
    schema: changeCustomerBody,
    check: checkCustomer,
    problemsDecidedLater: true,
    example: changeExample,
  },
  answer: {
    status: 200,
    description: 'The whole customer after the change.',
    schema: customer,
    example: changedCustomerExample,
    headers: ['ETag'],
  },
  schemaError: 'edit_customer_schema',
  errors: ['customer_dne', 'kyc_customer', 'ssn_dup', 'lookup_budget'],
  repeatEndsWith: 'deletion',
  unknownError: 'unknown_update_customer',
  conditional: true,
});

const deleteCustomer = operation({
  operationId: 'deleteCustomer',
  method: 'DELETE',
  path: '/customers/{customer_id}',
  tag: 'Customers',
  summary: 'Delete a customer',
  description:
    'The customer disappears from every answer at once; its SSN and brand_person_id can be used again. The sealed record is restricted until retention erases it.',
  scope: 'customers:delete',
  params: customerId,
  answer: fixedText('The customer is deleted.', 'Customer resource deleted'),
  schemaError: 'delete_customer_schema',
  errors: ['customer_dne'],
  repeatEndsWith: 'erasure',
  unknownError: 'unknown_delete_customer',
  conditional: true,
});

const searchCustomers = operation({
  operationId: 'searchCustomers',
  method: 'POST',
  path: '/customers/search',
  tag: 'Customers',
  summary: 'Search customers',
  description:
    'The customers that match all criteria, with the same answer and paging as the list. Values are sent in the body, not in the URL, where proxies would log them. The search uses keyed digests, so only exact values match. A search by ssn, email, phone, or last_name and dob writes an audit entry before it is answered, and one that finds nobody uses up a daily budget (`lookup_budget`).',
  scope: 'customers:read',
  memberScopes: searchScopes,
  params: {},
  query: paging,
  body: { schema: searchBody, check: checkSearch, example: searchExample },
  answer: {
    status: 200,
    description: 'The customers of this page; empty if none match.',
    schema: page,
    example: [customerExample],
    headers: pagedHeaders,
  },
  schemaError: 'get_customer_schema',
  errors: ['lookup_budget'],
  unknownError: 'unknown_search_customers',
});

export const customerOperations = {
  listCustomers,
  createCustomer,
  getCustomer,
  updateCustomer,
  deleteCustomer,
  searchCustomers,
} as const;
