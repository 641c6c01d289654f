import { Ajv } from 'ajv';

/** The schemas of the equal-work floor, with the seed's limits. */

const text = (pattern: string) => ({ type: 'string', pattern });
const address = {
  type: 'object',
  additionalProperties: false,
  required: ['address_type', 'street', 'city', 'state', 'zip_code', 'country', 'is_primary'],
  properties: {
    address_type: { enum: ['PHYSICAL', 'MAILING', 'PO_BOX'] },
    street: text('^.{2,40}$'),
    street2: text('^.{0,40}$'),
    city: text('^.{2,40}$'),
    state: text('^[A-Z]{2}$'),
    zip_code: text('^[0-9]{5}(-[0-9]{4})?$'),
    country: text('^[A-Z]{2}$'),
    is_primary: { type: 'boolean' },
  },
};
const customer = {
  type: 'object',
  additionalProperties: false,
  required: ['dob', 'first_name', 'last_name', 'addresses'],
  properties: {
    dob: text('^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    first_name: text("^[\\p{L} ']{2,40}$"),
    middle_name: text("^[\\p{L} ']{0,40}$"),
    last_name: text("^[\\p{L} ']{2,40}$"),
    ssn: text('^[0-9]{3}-[0-9]{2}-[0-9]{4}$'),
    phone: text('^[0-9-]{10,20}$'),
    phone_country_code: text('^[0-9]{1,3}$'),
    email: text('^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$'),
    addresses: { type: 'array', minItems: 1, maxItems: 10, items: address },
  },
};
const ajv = new Ajv({ allErrors: true });
export const checkCustomer = ajv.compile(customer);
export const checkPatch = ajv.compile({
  type: 'object',
  additionalProperties: false,
  minProperties: 1,
  properties: { ...customer.properties, street2: address.properties.street2 },
});
