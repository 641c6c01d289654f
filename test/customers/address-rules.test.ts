import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Address, AddressFields, AddressInput } from '../../src/domain/customers/address.ts';
import {
  addressFields,
  matchAddresses,
  sameFields,
  touchesPrimary,
} from '../../src/domain/customers/address.ts';
import { applyChange } from '../../src/domain/customers/customer.ts';
import { Refusal } from '../../src/domain/errors.ts';
import type { AddressId } from '../../src/domain/ids.ts';
import { Problems } from '../../src/domain/problems.ts';
import type { Instant } from '../../src/domain/time.ts';
import { addressDefaults, asInput, now, problemsWith, stored, storedCustomerOf } from './domain-people.ts';

const home: Address = {
  address_id: '9e8241d2-ac5e-41c6-8b38-b3fe44387266' as AddressId,
  address_type: 'PHYSICAL',
  street: 'Calle Peña 345',
  street2: '',
  city: 'San José',
  state: 'CA',
  zip_code: '94104-2657',
  country: 'US',
  is_primary: true,
  deliverability: 'deliverable_missing_unit',
  date_created: '2020-10-26T21:48:57.287919' as Instant,
};
const post: Address = {
  ...home,
  address_id: '242c459e-6bd5-4158-89ee-550f0bdd133d' as AddressId,
  address_type: 'MAILING',
  street: '111 Lake Tahoe Rd.',
  is_primary: false,
  deliverability: 'undeliverable',
};

/** The addresses of a customer with `home` and `post` after a PATCH, or what is wrong with it. */
function patched(addresses: readonly AddressInput[], before: readonly Address[] = [home, post]) {
  const profile = {
    dob: '1997-12-25',
    first_name: 'James',
    middle_name: '',
    last_name: 'Bond',
    addresses: before,
  };
  try {
    const present = storedCustomerOf({ profile, ssn: undefined }, false);
    return applyChange(present, { addresses }, problemsWith({ addresses }), addressDefaults()).profile
      .addresses;
  } catch (error) {
    if (error instanceof Refusal) return error.detail;
    throw error;
  }
}

const without = <Name extends string>(item: AddressInput, name: Name) => {
  const { [name as 'street2']: _, ...rest } = item;
  return rest;
};

describe('an address of a PATCH', () => {
  test('with a known id changes that address and keeps its id and date', () => {
    const sent = [asInput(home), { ...asInput(post), street: '112 Lake Tahoe Rd.' }];
    expect(patched(sent)).toEqual([
      home,
      { ...without({ ...post, street: '112 Lake Tahoe Rd.' }, 'deliverability') },
    ]);
  });

  test('without an id continues the stored address that it equals', () => {
    const sent = [asInput(home), asInput(post)].map((one) => without(one, 'address_id'));
    expect(patched(sent)).toEqual([home, post]);
    expect(patched([...sent].reverse())).toEqual([post, home]);
  });

  test('without an id and equal to none is new, with an id, the date of the change and no verdict', () => {
    const sent = { ...without(asInput(home), 'address_id'), street: '1 New St.' };
    const after = patched([sent, asInput(post)]) as readonly Address[];
    expect(after).toEqual([{ ...sent, address_id: expect.any(String), date_created: now }, post]);
    expect([home.address_id, post.address_id]).not.toContain(after[0]?.address_id);
  });

  test('that is left out is removed', () => {
    expect(patched([asInput(home)])).toEqual([home]);
  });

  test('may have its id in upper case', () => {
    expect(patched([{ ...asInput(home), address_id: home.address_id.toUpperCase() }])).toEqual([home]);
  });

  test('with an unknown or repeated id is refused', () => {
    const stranger = { ...asInput(post), address_id: '00000000-0000-4000-8000-000000000000' };
    expect(patched([asInput(home), stranger])).toEqual({
      'addresses.1.address_id': ['Not an address of this customer.'],
    });
    expect(patched([asInput(home), asInput(post), asInput(home)])).toEqual({
      'addresses.2.address_id': ['Appears twice.'],
    });
    expect(patched([asInput(home), { ...asInput(post), address_id: 'x' }])).toHaveProperty([
      'addresses.1.address_id',
    ]);
  });

  test('never continues the address that another item names', () => {
    const twin = without(asInput(home), 'address_id');
    const after = patched([twin, asInput(home), asInput(post)]) as readonly Address[];
    expect(after.slice(1)).toEqual([home, post]);
    expect(after[0]).toMatchObject({ ...twin, date_created: now });
    expect(after[0]?.deliverability).toBeUndefined();
  });

  test('sent twice continues two equal addresses, one each', () => {
    const twin: Address = { ...home, address_id: post.address_id, deliverability: 'deliverable' };
    const item = without(asInput(home), 'address_id');
    expect(patched([item, item], [home, twin])).toEqual([home, twin]);
  });

  test('is equal with and without an empty street2, and composed or not', () => {
    const absent = without(without(asInput(home), 'address_id'), 'street2');
    const decomposed = { ...absent, street: home.street.normalize('NFD'), city: home.city.normalize('NFD') };
    expect(decomposed.street).not.toBe(home.street);
    for (const sent of [absent, decomposed, { ...decomposed, street2: '' }])
      expect(patched([sent, asInput(post)])).toEqual([home, post]);
    expect(patched([{ ...decomposed, address_id: home.address_id }, asInput(post)])).toEqual([home, post]);
  });
});

describe('a verdict', () => {
  const changes: readonly Partial<AddressFields>[] = [
    { address_type: 'MAILING' },
    { street: 'Calle Peña 346' },
    { street2: 'Apt. 2' },
    { city: 'San Jose' },
    { state: 'NV' },
    { zip_code: '94104' },
    { country: 'PR' },
    { is_primary: false },
  ];

  test('stays as long as the eight fields are the same', () => {
    expect(patched([asInput(home), asInput(post)])).toEqual([home, post]);
  });

  test.each(changes)('goes with the content that it was about: %j', (change) => {
    const other = { ...asInput(post), is_primary: true };
    const after = patched([{ ...asInput(home), ...change }, other]) as readonly Address[];
    expect(after[0]).toEqual({ ...asInput(home), ...change, date_created: home.date_created });
    expect(Object.keys(after[0] ?? {})).not.toContain('deliverability');
  });

  test('is removed when any of the eight fields changes', () => {
    expect(changes.flatMap((change) => Object.keys(change)).sort()).toEqual(
      Object.keys(addressFields(home)).sort(),
    );
  });
});

describe('a rule of today', () => {
  const old: Address = { ...home, street: "9 O'Hara Pl.", state: 'XX' };

  test('does not apply to a stored address that is sent back unchanged', () => {
    expect(patched([asInput(old)], [old])).toEqual([old]);
    expect(patched([without(asInput(old), 'address_id')], [old])).toEqual([old]);
  });

  test('applies to each changed field, and only to those', () => {
    expect(patched([{ ...asInput(old), street2: 'Apt. 2' }], [old])).toHaveLength(1);
    expect(patched([{ ...asInput(old), street: "8 O'Hara Pl." }], [old])).toEqual({
      'addresses.0.street': [expect.any(String)],
    });
    expect(patched([{ ...asInput(old), state: 'YY' }], [old])).toEqual({
      'addresses.0.state': [expect.any(String)],
    });
  });

  test('applies to state and ZIP code when the country changes', () => {
    const abroad: Address = { ...home, country: 'GB', state: 'Greater London', zip_code: 'SW1A 1AA' };
    expect(patched([{ ...asInput(abroad), country: 'US' }], [abroad])).toEqual({
      'addresses.0.state': [expect.any(String)],
      'addresses.0.zip_code': [expect.any(String)],
    });
  });

  test('applies to an address that equals one of another customer', () => {
    expect(patched([without(asInput(old), 'address_id')], [home])).toEqual({
      'addresses.0.street': [expect.any(String)],
      'addresses.0.state': [expect.any(String)],
    });
  });
});

/** Any set that a client could send: stored addresses, changed or not, with or without id, and new ones. */
const sets = stored.chain(({ profile }) => {
  const item = fc
    .tuple(fc.constantFrom(...profile.addresses), fc.boolean(), fc.boolean(), fc.boolean())
    .map(([address, named, changed, primary]): AddressInput => {
      const sent = changed
        ? { ...asInput(address), street: '1 New St.', is_primary: primary }
        : asInput(address);
      return named ? sent : without(sent, 'address_id');
    });
  return fc.tuple(fc.constant(profile.addresses), fc.array(item, { minLength: 1, maxLength: 6 }));
});

describe('for any set of addresses', () => {
  test('no stored address is continued twice, and each that is continued was named or is equal', () => {
    fc.assert(
      fc.property(sets, ([before, sent]) => {
        const pairs = matchAddresses(sent, before, new Problems());
        expect(pairs.map((pair) => pair.sent)).toEqual(sent.map(addressFields));
        const continued = pairs.flatMap((pair) => (pair.stored ? [pair.stored] : []));
        expect(new Set(continued).size).toBe(continued.length);
        for (const [index, pair] of pairs.entries()) {
          if (!pair.stored) continue;
          const named = sent[index]?.address_id;
          expect(named ?? pair.stored.address_id).toBe(pair.stored.address_id);
          if (named === undefined) expect(sameFields(pair.stored, pair.sent)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('an address is new only if no equal one was left to continue', () => {
    fc.assert(
      fc.property(sets, ([before, sent]) => {
        const pairs = matchAddresses(sent, before, new Problems());
        const left = before.filter((address) => !pairs.some((pair) => pair.stored === address));
        for (const [index, pair] of pairs.entries()) {
          if (pair.stored || sent[index]?.address_id !== undefined) continue;
          expect(left.some((address) => sameFields(address, pair.sent))).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('every repeated id gets a problem, and no other item does', () => {
    fc.assert(
      fc.property(sets, ([before, sent]) => {
        const problems = new Problems();
        matchAddresses(sent, before, problems);
        const repeated = sent.flatMap(({ address_id: id }, index) =>
          id !== undefined && sent.findIndex((one) => one.address_id === id) < index
            ? [`addresses.${index}.address_id`]
            : [],
        );
        expect(Object.keys(problems.toObject())).toEqual(repeated);
      }),
    );
  });
});

describe('after KYC the primary addresses', () => {
  const second: Address = {
    ...home,
    address_id: 'acf383d1-8510-47ed-ad28-0ca72f33bc33' as AddressId,
    street: '58 Larkspur Ln.',
  };
  const before = [home, post, second];

  test.each<[string, readonly Address[]]>([
    ['all there, whatever became of the others', [second, home]],
    ['in another order', [post, second, home]],
    ['beside a changed secondary one', [home, { ...post, street: '1 New St.' }, second]],
    ['without their verdicts', [{ ...home, deliverability: 'deliverable' }, second]],
  ])('are untouched when %s', (_, after) => expect(touchesPrimary(before, after)).toBe(false));

  test.each<[string, readonly Address[]]>([
    ['one is gone', [home, post]],
    ['one is changed', [home, post, { ...second, street2: 'Apt. 2' }]],
    ['one is no longer primary', [home, post, { ...second, is_primary: false }]],
    ['a secondary one becomes primary', [home, { ...post, is_primary: true }, second]],
    ['a new one is primary', [...before, { ...home, address_id: 'f'.repeat(36) as AddressId }]],
    [
      'an equal one stands in for one of them',
      [home, { ...second, address_id: 'f'.repeat(36) as AddressId }],
    ],
    [
      'two of them exchange their contents',
      [
        { ...home, address_id: second.address_id },
        { ...second, address_id: home.address_id },
      ],
    ],
  ])('are touched when %s', (_, after) => expect(touchesPrimary(before, after)).toBe(true));
});
