import type { AddressId } from '../ids.ts';
import type { Problems } from '../problems.ts';
import { normalForm } from '../text.ts';
import type { Instant } from '../time.ts';
import type { ValidationContext, ValueRule } from '../values.ts';
import { isWide, stateRule, valueRules, zipRule } from '../values.ts';
import { territoriesOfUs, withoutPostalCodes } from './countries.ts';

export const addressTypes = ['MAILING', 'PHYSICAL'] as const;
export type AddressType = (typeof addressTypes)[number];

/** The five verdicts that US vendors share (USPS delivery point validation: Y, Y with S or CC, S, D, N). */
export const deliverabilities = [
  'deliverable',
  'deliverable_unnecessary_unit',
  'deliverable_incorrect_unit',
  'deliverable_missing_unit',
  'undeliverable',
] as const;
export type Deliverability = (typeof deliverabilities)[number];

export const maxAddresses = 20;

/** The eight fields that a client writes, in the order of the seed's samples. */
export interface AddressFields {
  readonly address_type: AddressType;
  readonly street: string;
  readonly street2: string;
  readonly city: string;
  readonly state: string;
  readonly zip_code: string;
  readonly country: string;
  readonly is_primary: boolean;
}

export interface Address extends AddressFields {
  readonly address_id: AddressId;
  /** Absent until a verifier has returned a verdict. */
  readonly deliverability?: Deliverability;
  readonly date_created: Instant;
}

/** An address as a client sends it: `street2` may be left out, and a known `address_id` may come back. */
export interface AddressInput extends Omit<AddressFields, 'street2'> {
  readonly address_id?: string | undefined;
  readonly street2?: string | undefined;
}

/** The fields of an address that a client sends, in the order of the answer. */
export const addressFieldNames = [
  'address_type',
  'street',
  'street2',
  'city',
  'state',
  'zip_code',
  'country',
  'is_primary',
] as const satisfies readonly (keyof AddressFields)[];

const rules: Readonly<Record<string, ValueRule>> = {
  street: valueRules.street,
  street2: valueRules.street2,
  city: valueRules.city,
  country: (text, validationContext) =>
    isWide(validationContext) && territoriesOfUs.has(text)
      ? 'Part of the United States here: send the country US, and this code as the state.'
      : valueRules.country(text, validationContext),
};

/**
 * Checks the values of one address; the schema reports wrong types. `path` is the position of the address in the
 * body (`addresses.0`); empty if the address is the body itself.
 */
export function checkAddress(
  sent: Readonly<Record<string, unknown>>,
  path: string,
  validationContext: ValidationContext,
  problems: Problems,
): void {
  const at = (field: string) => (path === '' ? field : `${path}.${field}`);
  for (const [field, rule] of Object.entries(rules)) {
    const value = sent[field];
    if (typeof value === 'string') problems.add(at(field), rule(value, validationContext));
  }
  const { state, zip_code: zip, country } = sent;
  if (typeof state === 'string') problems.add(at('state'), stateRule(state, country));
  const hasNoZip = zip === '' && isWide(validationContext) && withoutPostalCodes.has(String(country));
  if (typeof zip === 'string' && !hasNoZip) problems.add(at('zip_code'), zipRule(zip, country));
}

/** Text is in its normal form, so that two spellings of one street are equal; an absent unit is an empty text. */
export function addressFields(sent: AddressInput): AddressFields {
  return {
    address_type: sent.address_type,
    street: normalForm(sent.street),
    street2: normalForm(sent.street2 ?? ''),
    city: normalForm(sent.city),
    state: normalForm(sent.state),
    zip_code: normalForm(sent.zip_code),
    country: sent.country,
    is_primary: sent.is_primary,
  };
}

export const sameFields = (one: AddressFields, other: AddressFields): boolean =>
  addressFieldNames.every((name) => isSame(one[name], other[name]));

/** An address that an older version stored may not be in normal form. */
const isSame = (one: string | boolean, other: string | boolean): boolean =>
  one === other ||
  (typeof one === 'string' && typeof other === 'string' && normalForm(one) === normalForm(other));

export interface AddressDefaults {
  readonly now: Instant;
  readonly newAddressId: () => AddressId;
  /** The verdict on an address, if it is known without a call. */
  readonly verdictOn?: (fields: AddressFields) => Deliverability | undefined;
}

/** The fields in which both are equal; a state or ZIP code only counts as equal in the same country. */
export function equalFields(one: AddressFields, other: AddressFields): readonly (keyof AddressFields)[] {
  return addressFieldNames.filter((name) => {
    const depends = name === 'state' || name === 'zip_code';
    return isSame(one[name], other[name]) && (!depends || one.country === other.country);
  });
}

/** A new address in the key order of the answer. */
export function newAddress(fields: AddressFields, addressDefaults: AddressDefaults): Address {
  return withContent(addressDefaults.newAddressId(), addressDefaults.now, fields, addressDefaults);
}

/** The stored address with new content; changed content loses its verdict. */
export function rewriteAddress(
  stored: Address,
  fields: AddressFields,
  addressDefaults: AddressDefaults,
): Address {
  if (sameFields(stored, fields)) return stored;
  return withContent(stored.address_id, stored.date_created, fields, addressDefaults);
}

function withContent(
  id: AddressId,
  created: Instant,
  fields: AddressFields,
  addressDefaults: AddressDefaults,
): Address {
  return withVerdict(
    { address_id: id, ...fields, date_created: created },
    addressDefaults.verdictOn?.(fields),
  );
}

/** The address with a verdict, or without one, in the key order of the answer. */
export function withVerdict(address: Address, verdict: Deliverability | undefined): Address {
  const { deliverability: _old, date_created, ...rest } = address;
  return { ...rest, ...(verdict !== undefined && { deliverability: verdict }), date_created };
}

/** A sent address with the stored address that it continues, if any. */
export interface AddressMatch {
  readonly sent: AddressFields;
  readonly stored: Address | undefined;
}

/**
 * Which stored address each sent item continues: the one whose `address_id` it carries, else one that
 * equals it in content. An unknown or repeated `address_id` is a problem of that item.
 */
export function matchAddresses(
  sent: readonly AddressInput[],
  stored: readonly Address[],
  problems: Problems,
): readonly AddressMatch[] {
  const free = new Map<string, Address>(stored.map((address) => [address.address_id, address]));
  const known = new Set<string>(free.keys());
  const named = sent.map((item, index) => {
    if (item.address_id === undefined) return undefined;
    const id = item.address_id.toLowerCase();
    const address = free.get(id);
    if (!address) {
      const sentence = known.has(id) ? 'Appears twice.' : 'Not an address of this customer.';
      problems.add(`addresses.${index}.address_id`, sentence);
      return undefined;
    }
    free.delete(id);
    return address;
  });
  return sent.map((item, index) => {
    const fields = addressFields(item);
    const byName = named[index];
    if (byName || item.address_id !== undefined) return { sent: fields, stored: byName };
    for (const address of free.values()) {
      if (!sameFields(address, fields)) continue;
      free.delete(address.address_id);
      return { sent: fields, stored: address };
    }
    return { sent: fields, stored: undefined };
  });
}

/** Whether, after KYC, the new set breaks the lock: a primary address changed, left, or was added. */
export function touchesPrimary(before: readonly Address[], after: readonly Address[]): boolean {
  const primaries = before.filter((address) => address.is_primary);
  const kept = after.filter((address) => address.is_primary);
  return (
    kept.length !== primaries.length ||
    !primaries.every((address) =>
      kept.some((other) => other.address_id === address.address_id && sameFields(other, address)),
    )
  );
}
