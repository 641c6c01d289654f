import fc from 'fast-check';
import type { Address, AddressDefaults, AddressFields } from '../../src/domain/customers/address.ts';
import { addressFields, deliverabilities } from '../../src/domain/customers/address.ts';
import type { CustomerChange, Profile, StoredCustomer } from '../../src/domain/customers/customer.ts';
import { checkCustomer } from '../../src/domain/customers/customer.ts';
import { maskSsn } from '../../src/domain/fields.ts';
import type { AddressId } from '../../src/domain/ids.ts';
import type { Problems } from '../../src/domain/problems.ts';
import type { Instant } from '../../src/domain/time.ts';

/** Stored customers for the tests of the rules, made by chance and never by the rules under test. */

export const now = '2026-11-22T13:00:00.000000' as Instant;
export const passedAt = '2024-05-01T09:30:00.000001' as Instant;

/** Hands out ids that no stored address has. */
export function addressDefaults(): AddressDefaults {
  let count = 0;
  return {
    now,
    newAddressId: () => {
      count += 1;
      return `ffffffff-0000-4000-8000-${String(count).padStart(12, '0')}` as AddressId;
    },
  };
}

/** What the rules find wrong with a body, as a request brings it along. */
export const problemsWith = (body: object): Problems => checkCustomer(body, { now, sandbox: true });

/** A stored address may be older than a rule of today: `O'Hara Pl.` has an apostrophe. */
const fields: fc.Arbitrary<AddressFields> = fc
  .record({
    address_type: fc.constantFrom('MAILING' as const, 'PHYSICAL' as const),
    street: fc.constantFrom('345 California St.', "9 O'Hara Pl.", 'Calle Peña 12', '58 Larkspur Ln.'),
    street2: fc.constantFrom('', 'Suite 600', 'Unité 4'),
    city: fc.constantFrom('San Francisco', 'Cañon City'),
    state: fc.constantFrom('CA', 'CO'),
    zip_code: fc.constantFrom('94104-2657', '12345'),
    country: fc.constantFrom('US', 'GB'),
    is_primary: fc.boolean(),
  })
  .map(addressFields);

/** One to five of them, few enough kinds that some are equal but for their ids; at least one is primary. */
const addresses: fc.Arbitrary<readonly Address[]> = fc
  .array(fc.tuple(fields, fc.option(fc.constantFrom(...deliverabilities))), { minLength: 1, maxLength: 5 })
  .map((list) =>
    list.map(([one, verdict], index) => ({
      address_id: `aaaaaaaa-0000-4000-8000-00000000000${index}` as AddressId,
      ...one,
      is_primary: one.is_primary || index === 0,
      ...(verdict && { deliverability: verdict }),
      date_created: `202${index}-01-01T00:00:00.000000` as Instant,
    })),
  )
  .chain((list) => fc.shuffledSubarray(list, { minLength: list.length }));

/** Names that today's rule refuses are among them: `J` and `Mary-Jane` were stored before it. */
const name = fc.constantFrom('José', 'Nguyễn', 'J', 'O’Brien', "D'Arcy", 'Mary-Jane', 'van den Berg');

export interface Stored {
  readonly profile: Profile;
  /** Nine digits. */
  readonly ssn: string | undefined;
}

export const stored: fc.Arbitrary<Stored> = fc
  .record({
    dob: fc.constantFrom('1997-12-25', '1850-01-01'),
    first_name: name,
    middle_name: fc.oneof(fc.constant(''), name),
    last_name: name,
    ssn: fc.option(fc.constantFrom('123456789', '000000000', '219426789'), { nil: undefined }),
    phone: fc.option(fc.constantFrom('650-123-4567', '6501234567'), { nil: undefined }),
    phone_country_code: fc.option(fc.constantFrom('1', '44'), { nil: undefined }),
    email: fc.option(fc.constantFrom('james.bond@example.com', 'josé@example.com'), { nil: undefined }),
    addresses,
  })
  .map(({ ssn, phone, phone_country_code, email, ...person }) => ({
    profile: {
      ...person,
      ...(ssn !== undefined && { ssn: maskSsn(ssn) }),
      ...(phone !== undefined && { phone }),
      ...(phone_country_code !== undefined && { phone_country_code }),
      ...(email !== undefined && { email }),
    },
    ssn,
  }));

/** A stored customer before or after KYC. It is frozen: a rule that wrote to it would throw. */
export function storedCustomerOf({ profile, ssn }: Stored, hasPassed: boolean): StoredCustomer {
  Object.freeze(profile);
  for (const address of Object.freeze(profile.addresses)) Object.freeze(address);
  return {
    profile,
    kyc: { status: undefined, passedAt: hasPassed ? passedAt : undefined, requestsAvailable: 3 },
    openSsn: () => ssn,
  };
}

/** An address as a client can send it back. */
export function asInput({ deliverability: _verdict, date_created: _date, ...sent }: Address) {
  return sent;
}

/** Every field that a client may send, as it was read. */
export function asChange({ addresses: list, ...person }: Profile): CustomerChange {
  return { ...person, addresses: list.map(asInput) };
}
