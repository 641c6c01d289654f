import type { Address, AddressFields, Deliverability } from '../../domain/customers/address.ts';
import type { CustomerDraft } from '../../domain/customers/customer.ts';
import type { AddressId, CustomerId, Id } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import type { DemoCustomer } from './people.ts';
import { unverified } from './people.ts';

/**
 * The customers of Bond's page "Managing customers", as the page prints them, and the two that its sample requests
 * name. Every sample of the page works on a new sandbox after a change of host and keys, and the two reads answer
 * what the page shows.
 *
 * The page blanks its email addresses and shows only the last four digits of an SSN; both are completed here. The
 * middle name `J` is shorter than the page's own rule allows, and is kept.
 */
export const documentBrand = {
  name: 'Universal Exports',
  brandId: 'e2b37ab8-5e6e-4538-bbe0-35121b481845' as Id<'brand'>,
} as const;

const california = {
  address_type: 'PHYSICAL',
  street: '345 California St.',
  street2: '',
  city: 'San Francisco',
  state: 'CA',
  zip_code: '94104-2657',
  country: 'US',
  is_primary: true,
} as const satisfies AddressFields;

/** Undeliverable: the ZIP code is one of Schenectady, New York. */
const lakeTahoe = {
  ...california,
  address_type: 'MAILING',
  street: '111 Lake Tahoe Rd.',
  zip_code: '12345',
  is_primary: false,
} as const satisfies AddressFields;

const at = (created: string, id: string, fields: AddressFields, deliverability: Deliverability): Address => ({
  address_id: id as AddressId,
  ...fields,
  deliverability,
  date_created: created as Instant,
});

const customer = (id: string, personId: string, created: string, drafted: CustomerDraft): DemoCustomer => ({
  customerId: id as CustomerId,
  brandPersonId: personId as Id<'brand person'>,
  createdAt: created as Instant,
  updatedAt: created as Instant,
  kyc: unverified,
  ...drafted,
});

const jamesCreated = '2020-10-26T21:48:57.287919';
const christineCreated = '2020-10-27T22:48:57.287919';
const samCreated = '2021-02-11T13:26:50.553841';
const jimCreated = '2021-02-12T09:14:03.118204';

/** In order of arrival. */
export const documentCustomers: readonly DemoCustomer[] = [
  customer('8559dec0-2edb-4c3c-a3c5-32de10174c34', '7b18da9e-0217-4ecb-8454-8c0ab8bedc14', jamesCreated, {
    profile: {
      dob: '1997-12-25',
      first_name: 'James',
      middle_name: 'Herbert',
      last_name: 'Bond',
      ssn: 'XXX-XX-6789',
      phone: '650-123-4567',
      email: 'james.bond@example.com',
      addresses: [
        at(
          jamesCreated,
          '9e8241d2-ac5e-41c6-8b38-b3fe44387266',
          { ...california, street2: 'Suite 600' },
          'deliverable',
        ),
        at(jamesCreated, '242c459e-6bd5-4158-89ee-550f0bdd133d', lakeTahoe, 'undeliverable'),
      ],
    },
    ssn: '219426789',
  }),
  customer('3cf29100-4396-4c90-b4b0-6edfeca0ee3f', '1ea85e01-c35f-4675-9f74-e39fa877bc53', christineCreated, {
    profile: {
      dob: '1997-12-25',
      first_name: 'Christine',
      middle_name: 'J',
      last_name: 'Smith',
      ssn: 'XXX-XX-6789',
      phone: '650-124-4567',
      email: 'christine.smith@example.com',
      addresses: [
        at(christineCreated, 'acf383d1-8510-47ed-ad28-0ca72f33bc33', california, 'deliverable_missing_unit'),
        at(christineCreated, '47dc4547-b306-4f49-94c4-4ad89cbb9dac', lakeTahoe, 'undeliverable'),
      ],
    },
    ssn: '457316789',
  }),
  // The customer that the page's samples read and delete, and whose name the PATCH answer shows.
  customer('931e2341-c3eb-4681-97d4-f6e09d90da14', '8dd4e2de-33be-4bb3-9a19-25069033a5e2', samCreated, {
    profile: {
      dob: '1961-03-03',
      first_name: 'sam',
      middle_name: 'amazed',
      last_name: 'McKorkindale',
      ssn: 'XXX-XX-2048',
      phone: '415-555-0161',
      phone_country_code: '1',
      email: 'sam.mckorkindale@example.com',
      addresses: [
        at(
          samCreated,
          '6d2f51c4-9c1b-4be5-8a57-0e3f5f6d7b10',
          { ...california, street: '58 Larkspur Ln.', city: 'Oakland', zip_code: '94612' },
          'deliverable',
        ),
      ],
    },
    ssn: '524172048',
  }),
  // The customer that the page's PATCH moves to California; the masked SSN that it sends ends in 9999.
  customer('5fec3f30-dc2e-4b20-9e07-53c31400bbe3', 'c4b7a0f2-3d5e-4c69-b1a8-7e90d2f4a635', jimCreated, {
    profile: {
      dob: '1997-12-25',
      first_name: 'Jim',
      middle_name: '',
      last_name: 'Bond',
      ssn: 'XXX-XX-9999',
      phone: '775-555-0119',
      phone_country_code: '1',
      email: 'jim.bond@example.com',
      addresses: [
        at(
          jimCreated,
          'b82a6e57-41d0-4f3c-9c75-d5a1e60f2c94',
          { ...california, street: '345 California Ave.', city: 'Reno', state: 'NV', zip_code: '89509' },
          'deliverable',
        ),
      ],
    },
    ssn: '318649999',
  }),
];
