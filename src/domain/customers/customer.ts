import { Refusal } from '../errors.ts';
import type { CustomerField } from '../fields.ts';
import { customerFields, isSsnMask, maskSsn } from '../fields.ts';
import { parseId } from '../ids.ts';
import type { KycState } from '../kyc/verification.ts';
import { isLocked } from '../kyc/verification.ts';
import { Problems } from '../problems.ts';
import { withOffset } from '../time.ts';
import type { ValidationContext, ValueRule } from '../values.ts';
import { digitsOf, valueRules } from '../values.ts';
import type { Address, AddressDefaults, AddressInput } from './address.ts';
import {
  addressFields,
  checkAddress,
  equalFields,
  newAddress,
  pairAddresses,
  rewriteAddress,
  touchesPrimary,
} from './address.ts';

/** What is known about a person, in the order of the answer; `ssn` is the mask. Absent: never given. */
export interface Profile {
  readonly dob: string;
  readonly first_name: string;
  readonly middle_name: string;
  readonly last_name: string;
  readonly ssn?: string;
  readonly phone?: string;
  readonly phone_country_code?: string;
  readonly email?: string;
  readonly addresses: readonly Address[];
}

/** The body of a create, of the right shape; whether its values are lawful is said by `checkCustomer`. */
export interface CustomerInput {
  readonly dob: string;
  readonly first_name: string;
  readonly middle_name?: string | undefined;
  readonly last_name: string;
  readonly ssn?: string | undefined;
  readonly phone?: string | undefined;
  readonly phone_country_code?: string | undefined;
  readonly email?: string | undefined;
  readonly brand_person_id?: string | undefined;
  readonly addresses: readonly AddressInput[];
}

/** The body of a PATCH: any of the fields, at least one. */
export type CustomerChange = { readonly [Field in CustomerField]?: CustomerInput[Field] | undefined };

const rules: Readonly<Record<string, ValueRule>> = {
  dob: valueRules.dob,
  first_name: valueRules.name,
  middle_name: valueRules.middleName,
  last_name: valueRules.name,
  ssn: valueRules.ssn,
  phone: valueRules.phone,
  phone_country_code: valueRules.phoneCountryCode,
  email: valueRules.email,
};

/**
 * What is wrong with the values of a create or a PATCH. Anything of the wrong type is passed over: the
 * schema speaks of that, in the same answer.
 */
export function checkCustomer(body: unknown, validationContext: ValidationContext): Problems {
  const problems = new Problems();
  if (!isRecord(body)) return problems;
  for (const [field, rule] of Object.entries(rules)) {
    const value = body[field];
    if (typeof value === 'string') problems.add(field, rule(value, validationContext));
  }
  const personId = body['brand_person_id'];
  if (typeof personId === 'string' && !parseId(personId))
    problems.add('brand_person_id', 'Not a valid UUID.');
  const addresses = body['addresses'];
  if (!Array.isArray(addresses)) return problems;
  for (const [index, address] of addresses.entries()) {
    if (isRecord(address)) checkAddress(address, `addresses.${index}`, validationContext, problems);
  }
  if (
    addresses.length > 0 &&
    !addresses.some((address) => isRecord(address) && address['is_primary'] === true)
  ) {
    problems.add('addresses', 'At least one address must be primary.');
  }
  return problems;
}

/** A profile beside the full number, which is sealed apart from it. */
export interface Drafted {
  readonly profile: Profile;
  /** Nine digits. */
  readonly ssn: string | undefined;
}

const defaultCountryCode = '1';

/** A new customer's profile. The input has passed `checkCustomer`. */
export function draftCustomer(input: CustomerInput, addressDefaults: AddressDefaults): Drafted {
  const ssn = input.ssn === undefined ? undefined : digitsOf(input.ssn);
  const countryCode =
    input.phone_country_code ?? (input.phone === undefined ? undefined : defaultCountryCode);
  const profile = inOrder({
    dob: input.dob,
    first_name: input.first_name.normalize('NFC'),
    middle_name: (input.middle_name ?? '').normalize('NFC'),
    last_name: input.last_name.normalize('NFC'),
    ...(ssn !== undefined && { ssn: maskSsn(ssn) }),
    ...(input.phone !== undefined && { phone: input.phone }),
    ...(countryCode !== undefined && { phone_country_code: countryCode }),
    ...(input.email !== undefined && { email: input.email.normalize('NFC') }),
    addresses: input.addresses.map((address) => newAddress(addressFields(address), addressDefaults)),
  });
  return { profile, ssn };
}

export interface Present {
  readonly profile: Profile;
  readonly kyc: KycState;
  /** Opens the sealed number, which most changes never need: nine digits, or `undefined`. */
  readonly openSsn: () => string | undefined;
}

export interface Changed {
  readonly profile: Profile;
  /** Nine digits where the change brings a new number. */
  readonly ssn: string | undefined;
  /** Empty where every field was sent with its present value. */
  readonly fields: readonly CustomerField[];
}

/**
 * A PATCH, decided. `doubts` is what `checkCustomer` found in the body: a field sent with its present value
 * is not a change, so doubts about it fall away (a stored value may be older than today's rules, and a
 * masked SSN is lawful only as an echo).
 *
 * @throws Refusal `edit_customer_schema` with every doubt that stays, or `kyc_customer` with every locked
 *   field that the change touches. Then nothing may be written.
 */
export function applyChange(
  present: Present,
  change: CustomerChange,
  deferredProblems: Problems,
  addressDefaults: AddressDefaults,
): Changed {
  const next = { ...present.profile } as { -readonly [Field in keyof Profile]: Profile[Field] };
  const fields: CustomerField[] = [];

  for (const field of [
    'dob',
    'first_name',
    'middle_name',
    'last_name',
    'phone',
    'phone_country_code',
    'email',
  ] as const) {
    const sent = change[field]?.normalize('NFC');
    if (sent === undefined) continue;
    if (sent === present.profile[field]) deferredProblems.withdraw(field);
    else {
      next[field] = sent;
      fields.push(field);
    }
  }
  if (fields.includes('phone')) next.phone_country_code ??= defaultCountryCode;

  const ssn = changedSsn(present, change.ssn, deferredProblems);
  if (ssn !== undefined) {
    next.ssn = maskSsn(ssn);
    fields.push('ssn');
  }

  if (change.addresses) {
    const addresses = changedAddresses(
      present.profile.addresses,
      change.addresses,
      deferredProblems,
      addressDefaults,
    );
    if (!sameAddresses(present.profile.addresses, addresses)) {
      next.addresses = addresses;
      fields.push('addresses');
    }
  }

  if (deferredProblems.any) throw new Refusal('edit_customer_schema', deferredProblems.toObject());
  if (isLocked(present.kyc)) refuseLocked(present, next, fields);
  return { profile: inOrder(next), ssn, fields };
}

/** The new number, or `undefined` where the sent one is the present one, in full or as its mask. */
function changedSsn(
  present: Present,
  sent: string | undefined,
  deferredProblems: Problems,
): string | undefined {
  if (sent === undefined) return undefined;
  if (isSsnMask(sent)) {
    deferredProblems.withdraw('ssn');
    if (sent !== present.profile.ssn)
      deferredProblems.add('ssn', 'Not the mask of the stored number; send the full number to change it.');
    return undefined;
  }
  const digits = digitsOf(sent);
  const couldBeStored = present.profile.ssn !== undefined && present.profile.ssn === maskSsn(digits);
  if (!couldBeStored || present.openSsn() !== digits) return digits;
  deferredProblems.withdraw('ssn');
  return undefined;
}

function changedAddresses(
  stored: readonly Address[],
  sent: readonly AddressInput[],
  deferredProblems: Problems,
  addressDefaults: AddressDefaults,
): readonly Address[] {
  return pairAddresses(sent, stored, deferredProblems).map((pair, index) => {
    if (!pair.stored) return newAddress(pair.sent, addressDefaults);
    for (const field of equalFields(pair.stored, pair.sent))
      deferredProblems.withdraw(`addresses.${index}.${field}`);
    return rewriteAddress(pair.stored, pair.sent, addressDefaults);
  });
}

const sameAddresses = (before: readonly Address[], after: readonly Address[]): boolean =>
  before.length === after.length && before.every((address, index) => address === after[index]);

function refuseLocked(
  { profile: before, kyc }: Present,
  after: Profile,
  fields: readonly CustomerField[],
): void {
  const locked = fields.filter((field) => {
    const rule = customerFields[field].afterKyc;
    return (
      rule === 'locked' || (rule === 'secondary only' && touchesPrimary(before.addresses, after.addresses))
    );
  });
  if (locked.length === 0) return;
  const names = locked.map((field) => (field === 'addresses' ? 'addresses (the primary ones)' : field));
  throw new Refusal(
    'kyc_customer',
    `This customer passed KYC at ${passedAtOf(kyc)}, so these fields can no longer be changed: ${names.join(', ')}. ` +
      'Only email, phone, phone_country_code and secondary addresses can. Nothing was changed. ' +
      'To propose the change: POST /customers/{customer_id}/change-requests.',
  );
}

const passedAtOf = ({ passedAt }: KycState): string => (passedAt ? withOffset(passedAt) : '');

/** The profile with its keys in the order of the answer, whatever order they were written in. */
function inOrder(profile: Profile): Profile {
  const { dob, first_name, middle_name, last_name, ssn, phone, phone_country_code, email, addresses } =
    profile;
  return {
    dob,
    first_name,
    middle_name,
    last_name,
    ...(ssn !== undefined && { ssn }),
    ...(phone !== undefined && { phone }),
    ...(phone_country_code !== undefined && { phone_country_code }),
    ...(email !== undefined && { email }),
    addresses,
  };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
