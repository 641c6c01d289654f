/** The people of the examples: those of Bond's page, so that the examples match the service's answers. */

const addresses = [
  {
    address_id: '9e8241d2-ac5e-41c6-8b38-b3fe44387266',
    address_type: 'PHYSICAL',
    street: '345 California St.',
    street2: 'Suite 600',
    city: 'San Francisco',
    state: 'CA',
    zip_code: '94104-2657',
    country: 'US',
    is_primary: true,
    deliverability: 'deliverable',
    date_created: '2020-10-26T21:48:57.287919',
  },
  {
    address_id: '242c459e-6bd5-4158-89ee-550f0bdd133d',
    address_type: 'MAILING',
    street: '111 Lake Tahoe Rd.',
    street2: '',
    city: 'San Francisco',
    state: 'CA',
    zip_code: '12345',
    country: 'US',
    is_primary: false,
    deliverability: 'undeliverable',
    date_created: '2020-10-26T21:48:57.287919',
  },
] as const;

/** As a read answers it. */
export const customerExample = {
  customer_id: '8559dec0-2edb-4c3c-a3c5-32de10174c34',
  brand_person_id: '7b18da9e-0217-4ecb-8454-8c0ab8bedc14',
  bond_brand_id: 'e2b37ab8-5e6e-4538-bbe0-35121b481845',
  date_created: '2020-10-26T21:48:57.287919',
  dob: '1997-12-25',
  first_name: 'James',
  middle_name: 'Herbert',
  last_name: 'Bond',
  ssn: 'XXX-XX-6789',
  phone: '650-123-4567',
  phone_country_code: '1',
  email: 'james.bond@example.com',
  kyc_requests_available: 3,
  addresses,
  date_updated: '2020-10-26T21:48:57.287919',
} as const;

/** As a change answers it: the same customer, with the offset in its times. */
export const changedCustomerExample = {
  ...customerExample,
  date_created: `${customerExample.date_created}+00:00`,
  addresses: addresses.map((address) => ({ ...address, date_created: `${address.date_created}+00:00` })),
  date_updated: '2021-02-11T13:26:50.553841+00:00',
};

const sentAddress = {
  address_type: 'PHYSICAL',
  street: '345 California Ave.',
  street2: 'Suite 600',
  city: 'San Francisco',
  state: 'CA',
  zip_code: '12345-1234',
  country: 'US',
  is_primary: true,
} as const;

export const createExample = {
  dob: '1997-12-25',
  first_name: 'James',
  middle_name: 'Herbert',
  last_name: 'Bond',
  ssn: '123-45-6789',
  phone: '650-123-4567',
  phone_country_code: '1',
  email: 'james.bond@example.com',
  addresses: [{ ...sentAddress, street: '345 California St.', zip_code: '94104-2657' }],
} as const;

export const changeExample = {
  phone: '555-111-2222',
  phone_country_code: '1',
  email: 'james.bond@example.com',
  addresses: [sentAddress],
} as const;

export const searchExample = { last_name: 'Bond', dob: '1997-12-25' } as const;

export const changeRequestExample = {
  change_request_id: '7d0c9a3e-4b1f-4c52-8f6e-1f5b2f3f9a10',
  customer_id: customerExample.customer_id,
  status: 'pending',
  fields: ['last_name'],
  requested_by: '4f8f2b1e-0a53-4f7d-9f5a-27ad3e0c9e11',
  date_created: '2026-05-04T14:03:21.907113+00:00',
} as const;

export const changeRequestReadExample = {
  ...changeRequestExample,
  changes: { last_name: 'Moneypenny' },
  reason: 'Married on 2026-05-02; certificate seen.',
} as const;
