import type { ErrorCode } from '../errors.ts';
import type { EventType } from '../webhooks/events.ts';
import { numberOf } from './identification.ts';
import { indexForms } from './index-forms.ts';
import type { SearchInput } from './search.ts';

/**
 * The budgets for what a key can learn about SSNs. A key that may search by SSN, or learns that a number is taken,
 * could try one number after the other. Every operation that compares an SSN therefore uses these budgets, and
 * writes an audit entry before it is answered.
 */

/**
 * `ssn`: compared SSNs that did not match, and duplicates. `search`: searches for a person by other fields without
 * a result. `last_four`: new numbers with the same last four digits, which a mask shows. `reveal`: full SSNs that
 * were shown.
 */
export const budgetKinds = ['ssn', 'search', 'last_four', 'reveal'] as const;
export type BudgetKind = (typeof budgetKinds)[number];

/** Seconds from the first count of a budget until it is full again. */
export const budgetSeconds = 86_400;

/** How much of each budget there is in one window, for one key and for all keys of a brand together. */
export interface BudgetLimits {
  readonly ssnMisses: number;
  readonly ssnMissesOfBrand: number;
  readonly searchMisses: number;
  readonly searchMissesOfBrand: number;
  readonly sameLastFour: number;
  readonly reveals: number;
}

/** How a budget is kept, and what its end is answered with and announced as. */
export interface Budget {
  readonly code: Extract<ErrorCode, 'lookup_budget' | 'reveal_budget'>;
  readonly event: Extract<EventType, 'security.ssn_probing' | 'security.bulk_reveal'>;
  /** Whether an attempt that costs nothing still waits for those before it, so that none slips past the end. */
  readonly isStrict: boolean;
  readonly ofKey: (limits: BudgetLimits) => number | undefined;
  readonly ofBrand: (limits: BudgetLimits) => number | undefined;
  /** The count at which it is announced, once in a window. */
  readonly announcedAt: (limit: number) => number;
}

const none = () => undefined;

export const budgets: Readonly<Record<BudgetKind, Budget>> = {
  ssn: {
    code: 'lookup_budget',
    event: 'security.ssn_probing',
    isStrict: true,
    ofKey: ({ ssnMisses }) => ssnMisses,
    ofBrand: ({ ssnMissesOfBrand }) => ssnMissesOfBrand,
    announcedAt: (limit) => limit,
  },
  search: {
    code: 'lookup_budget',
    event: 'security.ssn_probing',
    isStrict: false,
    ofKey: ({ searchMisses }) => searchMisses,
    ofBrand: ({ searchMissesOfBrand }) => searchMissesOfBrand,
    announcedAt: (limit) => limit,
  },
  last_four: {
    code: 'lookup_budget',
    event: 'security.ssn_probing',
    isStrict: true,
    ofKey: none,
    ofBrand: ({ sameLastFour }) => sameLastFour,
    // Counted within each change, which fails at the end: the first one that does is announced.
    announcedAt: (limit) => limit + 1,
  },
  reveal: {
    code: 'reveal_budget',
    event: 'security.bulk_reveal',
    isStrict: true,
    ofKey: ({ reveals }) => reveals,
    ofBrand: none,
    announcedAt: (limit) => Math.ceil(limit / 2),
  },
};

/** What came of an attempt, for the audit trail. */
export const lookupOutcomes = ['found', 'not found', 'equal', 'different', 'duplicate', 'refused'] as const;

/** What a lookup may name. */
export const lookupValues = ['ssn', 'email', 'phone', 'name_dob'] as const;
export type LookupValues = Readonly<Partial<Record<(typeof lookupValues)[number], string>>>;

/** A search for a person: which budget pays for it, and the values that were asked, in their normal forms. */
export interface Lookup {
  readonly kind: Extract<BudgetKind, 'ssn' | 'search'>;
  readonly asked: LookupValues;
}

/** The personal values that a search looks up. `undefined`: it looks for no particular person. */
export function lookupOf(search: SearchInput): Lookup | undefined {
  const { email, phone, phone_country_code: countryCode, last_name: lastName, dob } = search;
  const number = numberOf(search);
  const asked = {
    ...(number !== undefined && { ssn: indexForms.ssn(number) }),
    ...(email !== undefined && { email: indexForms.email(email) }),
    ...(phone !== undefined && { phone: indexForms.phone(countryCode, phone) }),
    ...(lastName !== undefined && dob !== undefined && { name_dob: indexForms.nameAndDob(lastName, dob) }),
  };
  if (Object.keys(asked).length === 0) return undefined;
  return { kind: number === undefined ? 'search' : 'ssn', asked };
}

/** What a key needs besides the operation's own scope where it searches by this member. */
export const searchScopes = { ssn: 'ssn:search', identification: 'ssn:search' } as const;
