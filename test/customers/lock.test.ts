import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AddressInput } from '../../src/domain/customers/address.ts';
import type {
  Changed,
  CustomerChange,
  Profile,
  StoredCustomer,
} from '../../src/domain/customers/customer.ts';
import { applyChange } from '../../src/domain/customers/customer.ts';
import { Refusal } from '../../src/domain/errors.ts';
import type { CustomerField } from '../../src/domain/fields.ts';
import { customerFields, maskSsn } from '../../src/domain/fields.ts';
import { Problems } from '../../src/domain/problems.ts';
import type { Stored } from './domain-people.ts';
import {
  addressDefaults,
  asChange,
  asInput,
  problemsWith,
  stored,
  storedCustomerOf,
} from './domain-people.ts';

const fieldNames = Object.keys(customerFields) as readonly CustomerField[];

/** What a PATCH does to the addresses. The first six leave the primary ones alone. */
const addressMoves = [
  'same',
  'same, without ids',
  'same, in another order',
  'secondary changed',
  'secondary added',
  'secondaries removed',
  'primary changed',
  'primary removed',
  'primary added',
  'secondary promoted',
  'primary demoted',
] as const;
type AddressMove = (typeof addressMoves)[number];

interface Plan {
  readonly fields: Readonly<Record<string, 'absent' | 'same' | 'same in NFD' | 'new'>>;
  readonly addresses: AddressMove | 'absent';
}

const plan: fc.Arbitrary<Plan> = fc.record({
  fields: fc.record(
    Object.fromEntries(
      fieldNames.map((field) => [
        field,
        fc.constantFrom('absent' as const, 'same' as const, 'same in NFD' as const, 'new' as const),
      ]),
    ),
  ),
  addresses: fc.constantFrom('absent' as const, ...addressMoves),
});

/** Lawful values that no stored customer of these tests has. */
const newValues: Readonly<Record<string, string>> = {
  dob: '1980-02-29',
  first_name: 'Sebastian',
  middle_name: 'Else',
  last_name: 'Altogether',
  ssn: '457-31-6789',
  phone: '555-111-2222',
  phone_country_code: '52',
  email: 'sebastian.else@example.org',
};

interface Planned {
  readonly change: CustomerChange;
  /** The fields that really change, and those of them that KYC locks, by the field table. */
  readonly changed: ReadonlySet<string>;
  readonly locked: ReadonlySet<string>;
}

function applyPlan({ fields, addresses: move }: Plan, { profile }: Stored): Planned {
  const change: Record<string, unknown> = {};
  const changed = new Set<string>();
  const locked = new Set<string>();
  for (const field of fieldNames) {
    if (field === 'addresses' || field === 'identification') continue;
    const now = profile[field];
    const what = fields[field];
    if (what === 'new') {
      change[field] = newValues[field];
      changed.add(field);
      if (customerFields[field].afterKyc === 'locked') locked.add(field);
    } else if (what !== 'absent' && now !== undefined) {
      change[field] = what === 'same' ? now : now.normalize('NFD');
    }
  }
  if (move !== 'absent') {
    const sent = moved(move, profile);
    change['addresses'] = sent ?? profile.addresses.map(asInput);
    const isChange = sent !== undefined && !['same', 'same, without ids'].includes(move);
    if (isChange) changed.add('addresses');
    if (isChange && addressMoves.indexOf(move) >= 6) locked.add('addresses');
  }
  return { change, changed, locked };
}

const elsewhere = {
  address_type: 'MAILING',
  street: '1 Nowhere Else',
  city: 'Denver',
  state: 'CO',
  zip_code: '80202',
  country: 'US',
} as const;

/** The whole new set, or `undefined` where this customer's addresses do not allow the move. */
function moved(move: AddressMove, { addresses }: Profile): readonly AddressInput[] | undefined {
  const all = addresses.map(asInput);
  const primaries = all.filter((one) => one.is_primary);
  const secondary = all.find((one) => !one.is_primary);
  const [primary] = primaries;
  const instead = (old: AddressInput | undefined, changes: Partial<AddressInput>) =>
    old && all.map((one) => (one === old ? { ...one, ...changes } : one));
  switch (move) {
    case 'same':
      return all;
    case 'same, without ids':
      return all.map(({ address_id: _, ...rest }) => rest);
    case 'same, in another order':
      return all.length > 1 ? [...all.slice(1), ...all.slice(0, 1)] : undefined;
    case 'secondary changed':
      return instead(secondary, elsewhere);
    case 'secondary added':
      return [...all, { ...elsewhere, is_primary: false }];
    case 'secondaries removed':
      return secondary && primaries;
    case 'primary changed':
      return instead(primary, { street: '1 Nowhere Else' });
    case 'primary removed':
      return primaries.length > 1 ? all.filter((one) => one !== primary) : undefined;
    case 'primary added':
      return [...all, { ...elsewhere, is_primary: true }];
    case 'secondary promoted':
      return instead(secondary, { is_primary: true });
    case 'primary demoted':
      return primaries.length > 1 ? instead(primary, { is_primary: false }) : undefined;
  }
}

/** What came of a change: the new profile, or the refusal. */
function decide(
  present: StoredCustomer,
  change: CustomerChange,
  deferredProblems = problemsWith(change),
): Changed | Refusal {
  try {
    return applyChange(present, change, deferredProblems, addressDefaults());
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/** The locked fields that a refusal names, or what it is where it is none of a lock. */
function namedBy(outcome: Changed | Refusal): ReadonlySet<string> | string {
  if (!(outcome instanceof Refusal)) return `applied to ${outcome.fields.join(', ')}`;
  if (outcome.code !== 'kyc_customer') return `${outcome.code} ${JSON.stringify(outcome.detail)}`;
  const names = /can no longer be changed: (.*?)\. Only/.exec(String(outcome.detail))?.[1] ?? '';
  return new Set(names.split(', ').map((name) => name.replace(' (the primary ones)', '')));
}

/** That what was to change has changed and nothing else has. */
function expectApplied(outcome: Changed | Refusal, before: Stored, { change, changed }: Planned): void {
  if (outcome instanceof Refusal) throw new Error(`Refused: ${JSON.stringify(outcome.detail)}`);
  expect(new Set(outcome.fields)).toEqual(changed);
  expect(outcome.ssn).toBe(changed.has('ssn') ? newValues['ssn']?.replaceAll('-', '') : undefined);
  const expected: Record<string, unknown> = { ...before.profile };
  for (const field of changed) {
    if (field !== 'addresses') expected[field] = change[field as CustomerField];
  }
  if (changed.has('ssn')) expected['ssn'] = maskSsn('6789');
  // A number without its country is one of the United States.
  if (changed.has('phone')) expected['phone_country_code'] ??= '1';
  if (changed.has('addresses')) expected['addresses'] = outcome.profile.addresses;
  expect(outcome.profile).toEqual(expected);
}

describe('after KYC', () => {
  test('a change is refused exactly when a locked field really changes, and names each of those', () => {
    let refused = 0;
    const check = (before: Stored, what: Plan) => {
      const planned = applyPlan(what, before);
      const outcome = decide(storedCustomerOf(before, true), planned.change);
      if (planned.locked.size === 0) return expectApplied(outcome, before, planned);
      refused += 1;
      expect(namedBy(outcome)).toEqual(planned.locked);
    };
    fc.assert(
      fc.property(stored, plan, (before, what) => check(before, what)),
      { numRuns: 3_000 },
    );
    expect(refused).toBeGreaterThan(100);
  });

  test('of all subsets of the fields, exactly those without a locked field are applied', () => {
    const [before] = fc.sample(stored, { numRuns: 1, seed: 7 });
    if (!before) throw new Error('There is nobody to change.');
    let applied = 0;
    // A change has one of the two numbers.
    const names = fieldNames.filter((field) => field !== 'identification');
    for (let subset = 1; subset < 2 ** names.length; subset += 1) {
      const chosen = names.filter((_, index) => (subset >> index) & 1);
      for (const move of ['primary changed', 'secondary added'] as const) {
        const fields = Object.fromEntries(
          names.map((field) => [field, chosen.includes(field) ? ('new' as const) : ('absent' as const)]),
        );
        const planned = applyPlan(
          { fields, addresses: chosen.includes('addresses') ? move : 'absent' },
          before,
        );
        const outcome = decide(storedCustomerOf(before, true), planned.change);
        if (planned.locked.size > 0) {
          expect(namedBy(outcome)).toEqual(planned.locked);
          continue;
        }
        applied += 1;
        expectApplied(outcome, before, planned);
      }
    }
    // The three open fields in every combination, without addresses (twice, by either move) or with a
    // secondary one added; no field at all is no subset.
    expect(applied).toBe((2 ** 3 - 1) * 2 + 2 ** 3);
  });

  test('the lock leaves email, phone with its country code, and secondary addresses open', () => {
    const by = (rule: string) => fieldNames.filter((field) => customerFields[field].afterKyc === rule);
    expect(by('open')).toEqual(['phone', 'phone_country_code', 'email']);
    expect(by('secondary only')).toEqual(['addresses']);
    expect(by('locked')).toEqual(['dob', 'first_name', 'middle_name', 'last_name', 'ssn', 'identification']);
  });

  test('an invalid value is reported before a locked field', () => {
    fc.assert(
      fc.property(stored, (before) => {
        const change = { last_name: 'Sebastian', email: 'nowhere' };
        const outcome = decide(storedCustomerOf(before, true), change);
        expect(outcome).toMatchObject({ code: 'edit_customer_schema', detail: { email: expect.anything() } });
      }),
    );
  });
});

test('before KYC every change is applied completely', () => {
  fc.assert(
    fc.property(stored, plan, (before, what) => {
      const planned = applyPlan(what, before);
      expectApplied(decide(storedCustomerOf(before, false), planned.change), before, planned);
    }),
    { numRuns: 2_000 },
  );
});

test('every field sent back as it was read is no change, before and after KYC, even against today’s rules', () => {
  fc.assert(
    fc.property(stored, fc.boolean(), fc.boolean(), (before, hasPassed, decomposed) => {
      const echo = asChange(before.profile);
      const change = decomposed
        ? (JSON.parse(JSON.stringify(echo).normalize('NFD')) as CustomerChange)
        : echo;
      const outcome = decide(storedCustomerOf(before, hasPassed), change);
      expect(outcome).toMatchObject({ fields: [], ssn: undefined });
      expect((outcome as Changed).profile).toEqual(before.profile);
    }),
    { numRuns: 2_000 },
  );
});

describe('a mask', () => {
  const digits = fc.integer({ min: 0, max: 999_999_999 }).map((number) => String(number).padStart(9, '0'));
  const sent = fc.oneof(
    digits,
    digits.map((all) => `${all.slice(0, 3)}-${all.slice(3, 5)}-${all.slice(5)}`),
    digits.map(maskSsn),
    fc.constantFrom('XXX-XX-6789', 'XXX-XX-0000', 'xxx-xx-6789', 'XXXXX6789', 'XXX-XX-67890', ''),
    fc.string(),
  );

  test('is never stored: a change sets nine digits or no SSN', () => {
    fc.assert(
      fc.property(stored, sent, (before, ssn) => {
        const outcome = decide(storedCustomerOf(before, false), { ssn });
        if (outcome instanceof Refusal) {
          expect(Object.keys(outcome.detail)).toEqual(['ssn']);
          return;
        }
        if (outcome.ssn === undefined) {
          // Nothing came in: so the stored number was sent, in full or as its mask.
          expect(outcome.profile).toEqual(before.profile);
          expect(maskSsn(ssn)).toBe(before.profile.ssn);
        } else {
          expect(outcome.ssn).toMatch(/^[0-9]{9}$/);
          expect(outcome.ssn).toBe(ssn.replaceAll('-', ''));
          expect(outcome.profile.ssn).toBe(`XXX-XX-${outcome.ssn.slice(5)}`);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('that is not the stored SSN’s is refused, and so is any mask without a stored SSN', () => {
    fc.assert(
      fc.property(stored, digits.map(maskSsn), (before, ssn) => {
        fc.pre(ssn !== before.profile.ssn);
        const outcome = decide(storedCustomerOf(before, false), { ssn });
        expect(outcome).toMatchObject({
          code: 'edit_customer_schema',
          detail: { ssn: ['Not the mask of the stored number; send the full number to change it.'] },
        });
      }),
    );
  });

  test('is compared without opening the sealed SSN, and so is a full SSN with other last digits', () => {
    fc.assert(
      fc.property(stored, (before) => {
        fc.pre(before.profile.ssn !== undefined);
        const sealed: StoredCustomer = {
          ...storedCustomerOf(before, false),
          openSsn: () => {
            throw new Error('The sealed number was opened.');
          },
        };
        for (const ssn of [before.profile.ssn, '123-45-1111']) {
          const outcome = applyChange(sealed, { ssn }, new Problems(), addressDefaults());
          expect(outcome.fields).toEqual(ssn === before.profile.ssn ? [] : ['ssn']);
        }
      }),
    );
  });
});
