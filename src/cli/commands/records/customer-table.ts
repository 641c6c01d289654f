import { addressFieldNames } from '../../../domain/customers/address.ts';

/** Customers as a table, under the names of the import. Further addresses are counted only. */
export interface Table {
  readonly header: readonly string[];
  readonly row: (value: Readonly<Record<string, unknown>>) => readonly string[];
}

const shownAddresses = 2;
const single = [
  'customer_id',
  'brand_person_id',
  'date_created',
  'date_updated',
  'dob',
  'first_name',
  'middle_name',
  'last_name',
  'ssn',
  'identification.kind',
  'identification.number',
  'identification.country',
  'phone',
  'phone_country_code',
  'email',
  'kyc_status',
  'kyc_requests_available',
];
const ofAddress = [...addressFieldNames, 'deliverability'];
const columns = [
  ...single,
  ...Array.from({ length: shownAddresses }, (_, at) =>
    ofAddress.map((field) => `addresses.${at}.${field}`),
  ).flat(),
];

export const customerTable: Table = {
  header: [...columns, 'further_addresses'],
  row: (customer) => [
    ...columns.map((path) => textAt(customer, path.split('.'))),
    String(Math.max(0, (customer['addresses'] as readonly unknown[]).length - shownAddresses)),
  ],
};

function textAt(value: unknown, [name, ...path]: readonly string[]): string {
  if (name !== undefined)
    return textAt((value as Readonly<Record<string, unknown>> | undefined)?.[name], path);
  return value === undefined || value === null ? '' : String(value);
}
