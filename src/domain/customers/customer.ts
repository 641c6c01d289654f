import { Refusal } from '../errors.ts';
import type { CustomerField, Field } from '../fields.ts';
import { customerFields, fieldNames, textFields } from '../fields.ts';
import { parseId } from '../ids.ts';
import type { KycState } from '../kyc/verification.ts';
import { isLocked } from '../kyc/verification.ts';
import { Problems } from '../problems.ts';
import { normalForm } from '../text.ts';
import { withOffset } from '../time.ts';
import type { ValidationContext } from '../values.ts';
import type { Address, AddressDefaults, AddressInput } from './address.ts';
import {
  addressFields,
  checkAddress,
  equalFields,
  matchAddresses,
  newAddress,
  rewriteAddress,
  touchesPrimary,
} from './address.ts';
import type { Identification, SentIdentity, ShownIdentity } from './identification.ts';
import {
  checkIdentification,
  fullNumberOf,
  isSameIdentity,
  maskedNumber,
  numberOf,
} from './identification.ts';

/** The data of a person, in the order of the answer; the number is masked. Absent fields were never given. */
export interface Profile extends ShownIdentity {
  readonly dob: string;
  readonly first_name: string;
  readonly middle_name: string;
  readonly last_name: string;
  readonly phone?: string;
  readonly phone_country_code?: string;
  readonly email?: string;
  readonly addresses: readonly Address[];
}

/** The body of a create with a valid shape; `checkCustomer` checks its values. */
export interface CustomerInput {
  readonly dob: string;
  readonly first_name: string;
  readonly middle_name?: string | undefined;
  readonly last_name: string;
  readonly ssn?: string | undefined;
  readonly identification?: Identification | undefined;
  readonly phone?: string | undefined;
  readonly phone_country_code?: string | undefined;
  readonly email?: string | undefined;
  readonly brand_person_id?: string | undefined;
  readonly addresses: readonly AddressInput[];
}

/** The body of a PATCH: any of the fields, at least one. */
export type CustomerChange = { readonly [Field in CustomerField]?: CustomerInput[Field] | undefined };

/** Checks the values of a create or a PATCH. Skips wrong types, which the schema reports in the same answer. */
export function checkCustomer(body: unknown, validationContext: ValidationContext): Problems {
  const problems = new Problems();
  if (!isRecord(body)) return problems;
  for (const field of fieldNames) {
    const { rule }: Field = customerFields[field];
    const value = body[field];
    if (rule && typeof value === 'string') problems.add(field, rule(value, validationContext));
  }
  problems.addMissing(checkIdentification(body, validationContext));
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

/** A new customer's profile and full number, which are sealed separately. */
export interface CustomerDraft {
  readonly profile: Profile;
  /** As `numberOf` makes it: nine digits, or the number of an identification. */
  readonly ssn: string | undefined;
}

const defaultCountryCode = '1';

/** A new customer's profile. The input has passed `checkCustomer`. */
export function draftCustomer(input: CustomerInput, addressDefaults: AddressDefaults): CustomerDraft {
  const ssn = numberOf(input);
  const countryCode =
    input.phone_country_code ?? (input.phone === undefined ? undefined : defaultCountryCode);
  const profile = inOrder({
    dob: input.dob,
    first_name: normalForm(input.first_name),
    middle_name: normalForm(input.middle_name ?? ''),
    last_name: normalForm(input.last_name),
    ...(ssn !== undefined && maskedNumber(ssn)),
    ...(input.phone !== undefined && { phone: input.phone }),
    ...(countryCode !== undefined && { phone_country_code: countryCode }),
    ...(input.email !== undefined && { email: normalForm(input.email) }),
    addresses: input.addresses.map((address) => newAddress(addressFields(address), addressDefaults)),
  });
  return { profile, ssn };
}

/** The stored customer that a change is decided on. */
export interface StoredCustomer {
  readonly profile: Profile;
  readonly kyc: KycState;
  /** Opens the sealed number (`numberOf`), which most changes do not need. */
  readonly openSsn: () => string | undefined;
}

export interface Changed {
  readonly profile: Profile;
  /** The new number, if the change has one (`numberOf`). */
  readonly ssn: string | undefined;
  /** Empty if every field was sent with its current value. */
  readonly fields: readonly CustomerField[];
}

/**
 * Applies a PATCH. `deferredProblems` are the problems that `checkCustomer` found in the body. A field sent with
 * its stored value is not a change, so its problems are dropped: a stored value may predate the current rules, and
 * a masked SSN is valid only if it repeats the stored one.
 *
 * @throws Refusal `edit_customer_schema` with every remaining problem, or `kyc_customer` with every locked field
 *   that the change affects.
 */
export function applyChange(
  stored: StoredCustomer,
  change: CustomerChange,
  deferredProblems: Problems,
  addressDefaults: AddressDefaults,
): Changed {
  let next = { ...stored.profile } as { -readonly [Field in keyof Profile]: Profile[Field] };
  const fields: CustomerField[] = [];

  for (const field of textFields) {
    const given = change[field];
    if (given === undefined) continue;
    const sent = normalForm(given);
    const kept = stored.profile[field];
    // A stored value may be sent back as it is, even if it predates the current rules.
    if (given.normalize('NFC') === kept) deferredProblems.withdraw(field);
    else if (sent !== kept) {
      next[field] = sent;
      fields.push(field);
    }
  }
  if (fields.includes('phone')) next.phone_country_code ??= defaultCountryCode;

  const ssn = changedNumber(stored, change, deferredProblems);
  if (ssn !== undefined) {
    const { ssn: _, identification: __, ...others } = next;
    next = { ...others, ...maskedNumber(ssn) };
    fields.push(...numberFields.filter((field) => (next[field] ?? stored.profile[field]) !== undefined));
  }

  if (change.addresses) {
    const addresses = changedAddresses(
      stored.profile.addresses,
      change.addresses,
      deferredProblems,
      addressDefaults,
    );
    if (!sameAddresses(stored.profile.addresses, addresses)) {
      next.addresses = addresses;
      fields.push('addresses');
    }
  }

  if (deferredProblems.any) throw new Refusal('edit_customer_schema', deferredProblems.toObject());
  if (isLocked(stored.kyc)) refuseLocked(stored, next, fields);
  return { profile: inOrder(next), ssn, fields };
}

/**
 * The new number, or `undefined` if the sent one equals the stored one, in full or as its mask. A full number for a
 * locked customer is always new: otherwise the answer would tell whether a guess is right.
 */
function changedNumber(
  stored: StoredCustomer,
  { ssn, identification }: SentIdentity,
  deferredProblems: Problems,
): string | undefined {
  if (ssn !== undefined && identification !== undefined) return undefined; // `checkCustomer` refuses both.
  if (ssn === undefined && identification === undefined) return undefined;
  const field = identification ? 'identification' : 'ssn';
  const sent = { ssn, identification };
  const number = fullNumberOf(sent);
  if (number === undefined) {
    deferredProblems.withdraw(field);
    if (!isSameIdentity(stored.profile, sent))
      deferredProblems.add(field, 'Not the mask of the stored number; send the full number to change it.');
    return undefined;
  }
  const couldBeStored = !isLocked(stored.kyc) && isSameIdentity(stored.profile, maskedNumber(number));
  if (!couldBeStored || stored.openSsn() !== number) return number;
  deferredProblems.withdraw(field);
  return undefined;
}

const numberFields = ['ssn', 'identification'] as const;

function changedAddresses(
  stored: readonly Address[],
  sent: readonly AddressInput[],
  deferredProblems: Problems,
  addressDefaults: AddressDefaults,
): readonly Address[] {
  return matchAddresses(sent, stored, deferredProblems).map((pair, index) => {
    if (!pair.stored) return newAddress(pair.sent, addressDefaults);
    for (const field of equalFields(pair.stored, pair.sent))
      deferredProblems.withdraw(`addresses.${index}.${field}`);
    return rewriteAddress(pair.stored, pair.sent, addressDefaults);
  });
}

const sameAddresses = (before: readonly Address[], after: readonly Address[]): boolean =>
  before.length === after.length && before.every((address, index) => address === after[index]);

function refuseLocked(
  { profile: before, kyc }: StoredCustomer,
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
const inOrder = (profile: Profile): Profile =>
  Object.fromEntries(
    fieldNames.filter((field) => profile[field] !== undefined).map((field) => [field, profile[field]]),
  ) as unknown as Profile;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
