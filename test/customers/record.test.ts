import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Profile } from '../../src/domain/customers/customer.ts';
import type { CustomerHead } from '../../src/domain/customers/record.ts';
import { customerJson, readProfile, writeProfile } from '../../src/domain/customers/record.ts';
import { customerFields, serverOwnedFields } from '../../src/domain/fields.ts';
import type { BrandId, CustomerId, Id } from '../../src/domain/ids.ts';
import { kycStatuses } from '../../src/domain/kyc/verification.ts';
import { naiveUtc, withOffset } from '../../src/domain/time.ts';
import { now, passedAt, stored } from './domain-people.ts';

/** Any text in the free fields, text that looks like the record's own included. */
const anyText = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '"date_created":"2020-10-26T21:48:57.287919"',
    '\\"date_created\\":\\"2020-10-26T21:48:57.287919\\"',
    '","date_created":"x',
    '\n[]',
    '$&$1',
    '😀é\u2028\u0000',
  ),
);

const profiles: fc.Arbitrary<Profile> = fc
  .tuple(stored, anyText, anyText)
  .map(([{ profile }, name, unit]) => ({
    ...profile,
    last_name: name,
    addresses: profile.addresses.map((address) => ({ ...address, street2: unit })),
  }));

const heads: fc.Arbitrary<CustomerHead> = fc
  .tuple(
    fc.uuid(),
    fc.uuid(),
    fc.uuid(),
    fc.option(fc.constantFrom(...kycStatuses)),
    fc.integer({ min: 0, max: 3 }),
  )
  .map(([customer, person, brand, status, left]) => ({
    customer_id: customer as CustomerId,
    brand_person_id: person as Id<'brand person'>,
    bond_brand_id: brand as BrandId,
    created_at: passedAt,
    updated_at: now,
    kyc_status: status ?? undefined,
    kyc_requests_available: left,
  }));

describe('a sealed profile', () => {
  test('is read as it was written, for any content', () => {
    fc.assert(
      fc.property(profiles, (profile) => {
        expect(readProfile(writeProfile(profile))).toEqual(profile);
      }),
    );
  });

  test('is ASCII on two lines', () => {
    fc.assert(
      fc.property(profiles, (profile) => {
        expect(writeProfile(profile)).toMatch(/^[\x20-\x7e]+\n[\x20-\x7e]+$/);
      }),
    );
  });

  test('of one line is refused', () => {
    expect(() => readProfile('"dob":"1997-12-25"')).toThrow(/two lines/);
  });
});

describe('an answer', () => {
  const order = [
    'customer_id',
    'brand_person_id',
    'bond_brand_id',
    'date_created',
    'dob',
    'first_name',
    'middle_name',
    'last_name',
    'ssn',
    'phone',
    'phone_country_code',
    'email',
    'kyc_requests_available',
    'addresses',
    'kyc_status',
    'date_updated',
  ];

  test('has every set field in the order of the contract, and no others', () => {
    fc.assert(
      fc.property(heads, profiles, (head, profile) => {
        const shown = JSON.parse(customerJson(head, writeProfile(profile), naiveUtc));
        const { created_at, updated_at, kyc_status, ...ids } = head;
        expect(shown).toEqual({
          ...ids,
          ...profile,
          ...(kyc_status && { kyc_status }),
          date_created: created_at,
          date_updated: updated_at,
        });
        expect(Object.keys(shown)).toEqual(order.filter((name) => name in shown));
      }),
    );
  });

  test('to a change has +00:00 after every time, and never in other text', () => {
    fc.assert(
      fc.property(heads, profiles, (head, profile) => {
        const text = writeProfile(profile);
        const read = JSON.parse(customerJson(head, text, naiveUtc));
        const changed = JSON.parse(customerJson(head, text, withOffset));
        expect(changed).toEqual({
          ...read,
          date_created: withOffset(head.created_at),
          date_updated: withOffset(head.updated_at),
          addresses: profile.addresses.map((address) => ({
            ...address,
            date_created: withOffset(address.date_created),
          })),
        });
        expect(Object.keys(changed)).toEqual(Object.keys(read));
      }),
    );
  });

  test('has the fields of a client, the fields of the server and the brand’s own id', () => {
    // In the place of ssn.
    const { identification: _, ...fields } = customerFields;
    expect([...Object.keys(fields), ...serverOwnedFields, 'brand_person_id'].sort()).toEqual(
      [...order].sort(),
    );
  });
});
