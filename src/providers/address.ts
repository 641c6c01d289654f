import type { AddressFields, Deliverability } from '../domain/customers/address.ts';

/**
 * Finds out whether mail reaches an address. What a verifier knows without a call is part of the response to a
 * write; what needs a call is looked up by a job. A verifier does not throw for an address or for a failure of
 * its vendor: the return type covers both.
 */
export interface AddressVerifier {
  /** The finding that needs no call. `needs_call`: only `verify` can find out. */
  verifyNow(address: AddressFields): AddressFinding | NeedsCall;
  /** The finding, after a call if one is needed. The verifier itself limits the time. */
  verify(address: AddressFields): Promise<AddressFinding>;
}

export type AddressFinding = AddressVerdict | Unknown;

export interface AddressVerdict {
  readonly kind: 'verdict';
  readonly deliverability: Deliverability;
}

/** No verdict: the address has no `deliverability`. */
export interface Unknown {
  readonly kind: 'unknown';
  readonly reason: UnknownReason;
  /** How long the vendor asked to wait, if it did: whole seconds, at least 1. */
  readonly retryAfterSeconds?: number;
}

export interface NeedsCall {
  readonly kind: 'needs_call';
}

/** Why there is no verdict, and whether a retry with the same address can bring one. */
const retryable = {
  /** The verifiers know US addresses only. */
  not_us: false,
  /** The verifier has no verdict on this address. */
  no_verdict: false,
  timeout: true,
  rate_limited: true,
  /** The vendor cannot be reached, or reports an error of its own. */
  unavailable: true,
  /** The response does not have the documented form. */
  malformed: true,
  /** The vendor refuses the API key, or the plan is used up: a retry helps once an operator has fixed that. */
  no_access: true,
} as const satisfies Readonly<Record<string, boolean>>;

export type UnknownReason = keyof typeof retryable;

export const isRetryable = ({ reason }: Unknown): boolean => retryable[reason];

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
 * The verdict for each confirmation code of the USPS's delivery point validation. Every vendor of US addresses
 * returns the code, under names such as `dpv_confirmation` or `dpv_match_code`, so adapters share this table.
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
 * @param code the one-letter confirmation code, empty if there was no match at all
 * @param footnotes the two-character footnotes of the code; `CC` means that the unit is not needed
 * @returns undefined for a code that the USPS does not document
 */
export function dpvVerdict(code: string, footnotes: readonly string[]): Deliverability | undefined {
  const isBuilding = code === 'Y' || code === 'S';
  return isBuilding && footnotes.includes('CC') ? 'deliverable_unnecessary_unit' : dpvVerdicts.get(code);
}
