import { describe, expect, test } from 'vitest';
import type { AddressInput } from '../../src/domain/customers/address.ts';
import {
  addressFields,
  sameFields,
  touchesPrimary,
  withVerdict,
} from '../../src/domain/customers/address.ts';
import {
  addAddress,
  changeAddress,
  checkNewAddress,
  findAddress,
  removeAddress,
} from '../../src/domain/customers/address-book.ts';
import type { StoredCustomer } from '../../src/domain/customers/customer.ts';
import { applyChange, checkCustomer, draftCustomer } from '../../src/domain/customers/customer.ts';
import { earlierValues } from '../../src/domain/customers/history.ts';
import { errorCatalogue, Refusal } from '../../src/domain/errors.ts';
import { isSsnMask, maskSsn } from '../../src/domain/fields.ts';
import type { AddressId } from '../../src/domain/ids.ts';
import { Problems } from '../../src/domain/problems.ts';
import type { Instant } from '../../src/domain/time.ts';
import type { ValidationContext } from '../../src/domain/values.ts';
import { addressDefaults } from '../customers/domain-people.ts';
import { address, mailing } from '../people.ts';

/** The rules of a customer and of one address after the other. */

const now = '2026-11-22T13:00:00.000000' as Instant;
const bond: ValidationContext = { now, sandbox: false };
const streetChars = 'May contain only letters, digits, spaces and . , _ - #';
const between = (least: number, most: number) => `Must be between ${least} and ${most} characters.`;

describe('a body of a customer', () => {
  const primary = 'At least one address must be primary.';
  test.each<[unknown, object]>([
    [null, {}],
    [[], {}],
    ['x', {}],
    [{ dob: 7, ssn: null, addresses: 'x' }, {}],
    [{ brand_person_id: 'x' }, { brand_person_id: ['Not a valid UUID.'] }],
    [{ brand_person_id: 7 }, {}],
    [{ addresses: [] }, {}],
    [{ addresses: [null, 'x', []] }, { addresses: [primary] }],
    [{ addresses: [{ is_primary: 'true' }] }, { addresses: [primary] }],
    [{ addresses: [{ is_primary: true }, { city: 'x' }] }, { 'addresses.1.city': [between(2, 40)] }],
  ])('%j is told %j', (body, problems) => {
    expect(checkCustomer(body, bond).toObject()).toEqual(problems);
  });

  test('becomes a profile in the order of the answer', () => {
    const least = { last_name: ' Bond ', first_name: 'Jose\u0301', dob: '1997-12-25', addresses: [mailing] };
    const { profile, ssn } = draftCustomer(least, addressDefaults());
    expect(Object.keys(profile)).toEqual(['dob', 'first_name', 'middle_name', 'last_name', 'addresses']);
    expect([profile.last_name, profile.first_name, profile.middle_name, ssn]).toEqual([
      'Bond',
      'José',
      '',
      undefined,
    ]);
    const more = { ...least, email: 'Jose\u0301@example.com', ssn: '123-45-6789', middle_name: ' A  B ' };
    const whole = draftCustomer({ ...more, phone: '6501234567' }, addressDefaults());
    expect([whole.ssn, whole.profile.ssn]).toEqual(['123456789', 'XXX-XX-6789']);
    expect([whole.profile.phone_country_code, whole.profile.phone]).toEqual(['1', '6501234567']);
    expect([whole.profile.email, whole.profile.middle_name]).toEqual(['José@example.com', 'A B']);
    const code = draftCustomer({ ...least, phone_country_code: '44' }, addressDefaults()).profile;
    expect(code.phone_country_code).toBe('44');
    expect(profile.addresses).toEqual([{ ...mailing, address_id: expect.any(String), date_created: now }]);
    expect(profile).not.toHaveProperty('phone');
  });
});

test('a mask shows the last four digits, and only a mask is one', () => {
  expect(maskSsn('123456789')).toBe('XXX-XX-6789');
  for (const text of [
    'XXX-XX-678',
    'XXX-XX-67890',
    ' XXX-XX-6789',
    'xxx-xx-6789',
    'XXX-XX-678a',
    '123-45-6789',
  ])
    expect(isSsnMask(text)).toBe(false);
  expect(isSsnMask('XXX-XX-6789')).toBe(true);
});

test('the stored number sent in full is no change before KYC, and what was wrong with it does not count', () => {
  const profile = {
    dob: '',
    first_name: '',
    middle_name: '',
    last_name: '',
    ssn: 'XXX-XX-6789',
    addresses: [],
  };
  const kyc = { status: undefined, passedAt: undefined, requestsAvailable: 3 };
  const stored: StoredCustomer = { profile, kyc, openSsn: () => '000456789' };
  const problems = new Problems();
  problems.add('ssn', 'x');
  const { ssn, fields } = applyChange(stored, { ssn: '000-45-6789' }, problems, addressDefaults());
  expect([ssn, fields, problems.any]).toEqual([undefined, [], false]);
});

describe('an address of a customer', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((letter) => `${letter.repeat(8)}-0000-4000-8000-000000000000`) as [
    AddressId,
    AddressId,
    AddressId,
  ];
  const home = { ...address, address_id: a, deliverability: 'deliverable', date_created: now } as const;
  const post = { ...mailing, address_id: b, date_created: now } as const;
  const customer = (
    addresses: StoredCustomer['profile']['addresses'],
    hasPassed = false,
  ): StoredCustomer => ({
    profile: { dob: '1997-12-25', first_name: 'James', middle_name: '', last_name: 'Bond', addresses },
    kyc: { status: undefined, passedAt: hasPassed ? now : undefined, requestsAvailable: 3 },
    openSsn: () => undefined,
  });
  const two = customer([home, post]);
  const change = (id: AddressId, wanted: object, of = two, found = new Problems()) =>
    changeAddress(of, id, wanted, found, bond, addressDefaults()).profile.addresses;
  const refusal = (work: () => unknown): unknown => {
    try {
      return work();
    } catch (error) {
      return error instanceof Refusal ? [error.code, error.detail] : error;
    }
  };

  const noAddress = errorCatalogue.address_dne.message;

  test('is checked alone as in a list', () => {
    expect(checkNewAddress({ ...address, city: 'x' }, bond).toObject()).toEqual({ city: [between(2, 40)] });
    for (const body of [null, [], 'x', [{ city: 'x' }]]) expect(checkNewAddress(body, bond).any).toBe(false);
  });

  test('is found by its id', () => {
    expect(findAddress([home, post], b)).toBe(post);
    expect(refusal(() => findAddress([home, post], c))).toEqual(['address_dne', noAddress]);
  });

  test('is added to the others, of which there are at most twenty', () => {
    const added = addAddress(two, { ...mailing, street: '9 Elm St.' }, addressDefaults()).profile.addresses;
    expect(added.map(({ street }) => street)).toEqual([home.street, post.street, '9 Elm St.']);
    expect(added.slice(0, 2)).toEqual([home, post]);
    const many = Array.from({ length: 20 }, (_, index) => ({
      ...home,
      address_id: `${String(index).padStart(8, '0')}-0000-4000-8000-000000000000` as AddressId,
    }));
    expect(addAddress(customer(many.slice(1)), mailing, addressDefaults()).profile.addresses).toHaveLength(
      20,
    );
    expect(refusal(() => addAddress(customer(many), mailing, addressDefaults()))).toEqual([
      'edit_customer_schema',
      { body: ['A customer has at most 20 addresses.'] },
    ]);
  });

  test('changes alone, and is refused with every problem', () => {
    expect(change(b, { city: 'Reno' })).toEqual([home, { ...post, city: 'Reno' }]);
    expect(change(a, { city: home.city })).toEqual([home, post]);
    expect(refusal(() => change(c, {}))).toEqual(['address_dne', noAddress]);
    expect(refusal(() => change(b, { city: 'x', zip_code: '1' }))).toEqual([
      'edit_customer_schema',
      { city: [between(2, 40)], zip_code: ['Must be a US zip code: 12345 or 12345-1234.'] },
    ]);
    const found = new Problems();
    found.add('city', 'Not a valid string.');
    expect(refusal(() => change(b, { city: 'x' }, two, found))).toEqual([
      'edit_customer_schema',
      { city: ['Not a valid string.'] },
    ]);
  });

  test('keeps a value that an older rule allowed', () => {
    const old = customer([home, { ...post, street: "9 O'Hara Pl." }]);
    expect(change(b, { city: 'Reno' }, old)[1]?.city).toBe('Reno');
    expect(refusal(() => change(b, { street: "8 O'Hara Pl." }, old))).toEqual([
      'edit_customer_schema',
      { street: [streetChars] },
    ]);
  });

  const last = ['The last primary address cannot be removed: make another one primary first.'];
  test('that is the last primary one stays', () => {
    expect(refusal(() => change(a, { is_primary: false }))).toEqual([
      'edit_customer_schema',
      { is_primary: last },
    ]);
    expect(refusal(() => removeAddress(two, a, addressDefaults()))).toEqual([
      'edit_customer_schema',
      { address_id: last },
    ]);
    expect(removeAddress(two, b, addressDefaults()).profile.addresses).toEqual([home]);
    expect(refusal(() => removeAddress(two, c, addressDefaults()))).toEqual(['address_dne', noAddress]);
  });

  test('of a locked customer is told of the lock first', () => {
    const locked = customer([home, post], true);
    const code = (work: () => unknown) => (refusal(work) as readonly unknown[])[0];
    expect(code(() => removeAddress(locked, a, addressDefaults()))).toBe('kyc_customer');
    expect(code(() => change(a, { is_primary: false }, locked))).toBe('kyc_customer');
    expect(change(b, { city: 'Reno' }, locked)[1]?.city).toBe('Reno');
  });

  test('is primary or not: the lock sees each change of those', () => {
    expect(touchesPrimary([home, post], [post, home])).toBe(false);
    expect(touchesPrimary([home, post], [home])).toBe(false);
    expect(touchesPrimary([home, post], [post])).toBe(true);
    expect(touchesPrimary([home, post], [home, { ...post, is_primary: true }])).toBe(true);
    expect(touchesPrimary([home, post], [{ ...home, city: 'Reno' }, post])).toBe(true);
    expect(touchesPrimary([home, post], [{ ...home, address_id: c }, post])).toBe(true);
  });

  test('is equal in every spelling, also one that an older version stored', () => {
    const spelt = { ...address, street: '345  California St. ', city: 'San Francisco' };
    expect(sameFields(spelt, address)).toBe(true);
    expect(sameFields({ ...address, is_primary: false }, address)).toBe(false);
    const { street2: _unit, ...noUnit }: AddressInput = address;
    expect(addressFields(noUnit).street2).toBe('');
  });

  test('has its verdict before its date, or none', () => {
    const verdict = withVerdict(post, 'undeliverable');
    expect(Object.keys(verdict).slice(-2)).toEqual(['deliverability', 'date_created']);
    expect(withVerdict(verdict, undefined)).toEqual(post);
  });

  test('is among the earlier values exactly where one of the eight fields changed', () => {
    const earlier = (addresses: typeof two.profile.addresses) =>
      earlierValues(two.profile, {
        profile: { ...two.profile, addresses },
        ssn: undefined,
        fields: ['email', 'last_name', 'addresses'],
      });
    const always = { email: null, last_name: 'Bond' };
    expect(earlier([home, post])).toEqual(always);
    expect(earlier([withVerdict(home, 'undeliverable'), post])).toEqual(always);
    const before = { ...always, addresses: [home, post] };
    expect(earlier([home])).toEqual(before);
    expect(earlier([home, post, { ...post, address_id: c }])).toEqual(before);
    expect(earlier([post, home])).toEqual(before);
    expect(earlier([home, { ...post, address_id: c }])).toEqual(before);
    expect(earlier([home, { ...post, city: 'Reno' }])).toEqual(before);
  });

  test('that repeats an id is named with its place', () => {
    const patch = (list: readonly object[]) =>
      refusal(() =>
        applyChange(two, { addresses: list as readonly AddressInput[] }, new Problems(), addressDefaults()),
      );
    expect(
      patch([
        { ...address, address_id: a },
        { ...address, address_id: a },
      ]),
    ).toEqual(['edit_customer_schema', { 'addresses.1.address_id': ['Appears twice.'] }]);
    expect(patch([{ ...address, address_id: c }])).toEqual([
      'edit_customer_schema',
      { 'addresses.0.address_id': ['Not an address of this customer.'] },
    ]);
  });
});
