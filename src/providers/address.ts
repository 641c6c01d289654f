import type { AddressFields, Deliverability } from '../domain/customers/address.ts';

/**
 * Who finds out whether mail reaches an address. Two speeds behind one interface: what a verifier knows
 * without a call goes into the very answer of a write, what needs a call is asked by a job. A verifier never
 * throws for an address or for what its vendor does; both are in the return type.
 */
export interface AddressVerifier {
  /** What is known at once, without any call; `later` means that `verify` has to be asked. */
  verifyNow(address: AddressFields): AddressFinding | Later;
  /** The finding, after a call where one is needed. Bounded in time by the verifier itself. */
  verify(address: AddressFields): Promise<AddressFinding>;
}

export type AddressFinding = AddressVerdict | Unknown;

export interface AddressVerdict {
  readonly kind: 'verdict';
  readonly deliverability: Deliverability;
}

/** Nothing was found out: the address has no `deliverability`, or keeps being without one. */
export interface Unknown {
  readonly kind: 'unknown';
  readonly reason: UnknownReason;
  /** When the vendor said how long to wait: whole seconds, at least 1. */
  readonly retryAfterSeconds?: number;
}

export interface Later {
  readonly kind: 'later';
}

/** Why nothing was found out, and whether asking again about the same address can change that. */
const passing = {
  /** No verifier of US addresses has a word on it. */
  not_us: false,
  /** The vendor was asked, and has nothing to say on this very address. */
  no_verdict: false,
  timeout: true,
  rate_limited: true,
  /** The vendor cannot be reached, or says that it is out of order. */
  unavailable: true,
  /** The answer is not of the documented form. */
  malformed: true,
  /** The vendor does not take our key, or our plan is used up: asking helps once an operator has mended it. */
  no_access: true,
} as const satisfies Readonly<Record<string, boolean>>;

export type UnknownReason = keyof typeof passing;

export const isWorthAskingAgain = ({ reason }: Unknown): boolean => passing[reason];

export const verdict = (deliverability: Deliverability): AddressVerdict => ({
  kind: 'verdict',
  deliverability,
});

export const unknown = (reason: UnknownReason, retryAfterSeconds?: number): Unknown => ({
  kind: 'unknown',
  reason,
  ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
});

/** Addresses of the territories and of the armed forces carry the country US, too. */
export const isInUs = ({ country }: AddressFields): boolean => country === 'US';

/**
 * What the USPS's delivery point validation says, in our words. Every vendor of US addresses passes its code
 * on, under names such as `dpv_confirmation` or `dpv_match_code`; a new adapter needs no other table.
 */
const dpvVerdicts: ReadonlyMap<string, Deliverability> = new Map([
  ['Y', 'deliverable'],
  /** The building is confirmed, the unit that was given is not. */
  ['S', 'deliverable_incorrect_unit'],
  /** The building is confirmed, and it has units, but none was given. */
  ['D', 'deliverable_missing_unit'],
  ['N', 'undeliverable'],
  /** No street of that name in the city or under the ZIP code. */
  ['', 'undeliverable'],
]);

/**
 * @param code the one-letter confirmation code, empty where there was no match at all
 * @param footnotes the two-character notes that come with it; `CC` says that the unit is not needed
 * @returns undefined for a code that the USPS does not document
 */
export function dpvVerdict(code: string, footnotes: readonly string[]): Deliverability | undefined {
  const isBuilding = code === 'Y' || code === 'S';
  return isBuilding && footnotes.includes('CC') ? 'deliverable_unnecessary_unit' : dpvVerdicts.get(code);
}
