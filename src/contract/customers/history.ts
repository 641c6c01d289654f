import type { TSchema } from 'typebox';
import Type from 'typebox';
import { maxAddresses } from '../../domain/customers/address.ts';
import type { CustomerField } from '../../domain/fields.ts';
import { fieldNames } from '../../domain/fields.ts';
import { listOf, listQuery } from '../lists.ts';
import { operation } from '../operation.ts';
import { oneOf, uuid } from '../shapes.ts';
import { changedCustomerExample } from './examples.ts';
import { addressSchema, shownIdentification } from './schema.ts';

// What changes of a customer replaced.

const closed = { additionalProperties: false } as const;

const orNull = <Value extends TSchema>(value: Value, description: string) =>
  Type.Optional(Type.Union([value, Type.Null()], { description }));
const earlierText = orNull(Type.String(), 'The value before; null where there was none.');

const earlierFields = {
  dob: earlierText,
  first_name: earlierText,
  middle_name: earlierText,
  last_name: earlierText,
  ssn: orNull(Type.String(), 'The number before, masked; null where there was none.'),
  identification: orNull(shownIdentification, 'The identification before; null where there was none.'),
  phone: earlierText,
  phone_country_code: earlierText,
  email: earlierText,
  addresses: Type.Optional(
    Type.Array(addressSchema, { description: 'The whole set before.', maxItems: maxAddresses }),
  ),
} satisfies Record<CustomerField, TSchema>;

const historyItem = Type.Object(
  {
    history_id: uuid("The item's id."),
    customer_id: uuid('The customer.'),
    version: Type.Integer({
      description:
        'The version of the customer that the change wrote. The audit entry with this record_version says who made it.',
      minimum: 2,
    }),
    date_changed: Type.String({ description: 'Until when the values were in force.' }),
    fields: Type.Array(oneOf(fieldNames), {
      description: 'The fields that the change replaced.',
      maxItems: fieldNames.length,
    }),
    earlier: Type.Object(earlierFields, { title: 'EarlierValues', ...closed }),
  },
  { title: 'HistoryItem', ...closed },
);

const historyExample = {
  data: [
    {
      history_id: '0c6f3d3e-4f4b-4d57-9c0b-2f6f3d1c8a11',
      customer_id: changedCustomerExample.customer_id,
      version: 2,
      date_changed: changedCustomerExample.date_updated,
      fields: ['last_name', 'ssn', 'phone'],
      earlier: { last_name: 'Fleming', ssn: 'XXX-XX-1234', phone: null },
    },
  ],
  next_cursor: null,
} as const;

/** What both operations say and answer. */
export const historyList = {
  query: Type.Object(listQuery(), closed),
  answer: {
    status: 200,
    description: 'The items of this page.',
    schema: listOf('CustomerHistory', historyItem),
    example: historyExample,
  },
} as const;

const listCustomerHistory = operation({
  operationId: 'listCustomerHistory',
  method: 'GET',
  path: '/customers/{customer_id}/history',
  tag: 'Retention',
  summary: "List a customer's earlier values",
  description:
    'What every change of the customer replaced, the newest first: what was known of the person until then. An SSN is masked; revealSsn shows it with a reason. A changed verdict on an address is no change of the person. Each read is recorded in the audit trail.',
  scope: 'compliance:read',
  params: { customer_id: { description: "The customer's id.", invalid: 'customer_invalid_uuid4' } },
  ...historyList,
  schemaError: 'get_customer_schema',
  errors: ['customer_dne'],
  unknownError: 'unknown_list_customer_history',
});

export const historyOperations = { listCustomerHistory } as const;
