import validator from 'validator';
import type { CustomerField } from '../fields.ts';
import { customerFields } from '../fields.ts';
import { parseId } from '../ids.ts';
import { Problems } from '../problems.ts';
import type { ValidationContext } from '../values.ts';
import { valueRules } from '../values.ts';
import type { AddressFields } from './address.ts';
import { addressFields } from './address.ts';
import type { Profile } from './customer.ts';
import type { Identification } from './identification.ts';
import { isSameIdentification, numberIn } from './identification.ts';
import { indexForms } from './index-forms.ts';

/** The applicant of a verification: the data at its start, which the provider checks. */
export interface Applicant {
  readonly first_name: string;
  readonly middle_name: string;
  readonly last_name: string;
  /** `YYYY-MM-DD` */
  readonly dob: string;
  /** Nine digits; empty for a person with another identification, and for a simulated verdict without a number. */
  readonly ssn: string;
  readonly identification?: Identification;
  readonly phone: string;
  readonly phone_country_code: string;
  readonly email: string;
  readonly addresses: readonly AddressFields[];
  /** The applicant's IP address, if the brand sent it. */
  readonly ip?: string;
}

/** `number`: the full one, as `numberOf` makes it. */
export const applicantOf = (profile: Profile, number: string | undefined, ip?: string): Applicant => ({
  first_name: profile.first_name,
  middle_name: profile.middle_name,
  last_name: profile.last_name,
  dob: profile.dob,
  ssn: '',
  ...(number !== undefined && numberIn(number)),
  phone: profile.phone ?? '',
  phone_country_code: profile.phone_country_code ?? '',
  email: profile.email ?? '',
  addresses: profile.addresses.map(addressFields),
  ...(ip !== undefined && { ip }),
});

/**
 * The fields locked by a pass that have changed since the provider received them. The provider has not checked
 * their current values.
 */
export function changedSince(applicant: Applicant, present: Applicant): readonly CustomerField[] {
  return (Object.keys(customerFields) as CustomerField[]).filter((field) => {
    if (customerFields[field].afterKyc === 'open') return false;
    if (field === 'addresses') return primaries(applicant) !== primaries(present);
    if (field === 'identification') return !isSameIdentification(applicant[field], present[field]);
    return applicant[field] !== present[field];
  });
}

/** The primary addresses in a form that is independent of their order. */
const primaries = ({ addresses }: Applicant): string =>
  addresses
    .filter((address) => address.is_primary)
    .map((address) => JSON.stringify(addressFields(address)))
    .sort()
    .join('\n');

/** The fields that the body of a start may contain. */
export interface StartFields {
  readonly ssn?: string | undefined;
  readonly phone?: string | undefined;
  readonly phone_country_code?: string | undefined;
  readonly email?: string | undefined;
}

/** Checks the values of a start; the schema reports wrong types. */
export function checkStart(body: unknown, validationContext: ValidationContext): Problems {
  const problems = new Problems();
  if (typeof body !== 'object' || body === null) return problems;
  const rules = {
    program_id: (text: string) => (parseId(text) ? undefined : 'Not a valid UUID.'),
    ssn: (text: string) => valueRules.ssn(text, validationContext),
    phone: (text: string) => valueRules.phone(text, validationContext),
    phone_country_code: (text: string) => valueRules.phoneCountryCode(text, validationContext),
    email: (text: string) => valueRules.email(text, validationContext),
    ip: (text: string) =>
      validator.isIP(text) && !text.includes('%') ? undefined : 'Not a valid IPv4 or IPv6 address.',
  };
  for (const [field, rule] of Object.entries(rules)) {
    const value = (body as Readonly<Record<string, unknown>>)[field];
    if (typeof value === 'string') problems.add(field, rule(value));
  }
  return problems;
}

/** The fields that a start brings because the customer has none yet. */
export type Completed = Pick<StartFields, 'ssn' | 'phone' | 'phone_country_code' | 'email'>;

/**
 * Compares the body of a start with the stored customer: takes over missing values, and reports values that differ
 * or are still missing. `ssn` is the stored number, as `numberOf` makes it.
 */
export function completeForStart(
  sent: StartFields,
  profile: Profile,
  ssn: string | undefined,
): { readonly completed: Completed; readonly problems: Problems } {
  const problems = new Problems();
  const differs = (field: string) =>
    problems.add(field, 'Differs from the stored value: update the customer first.');
  const compare = (field: 'ssn' | 'email', stored: string | undefined, form: (text: string) => string) => {
    const value = sent[field];
    if (stored === undefined && value === undefined) problems.add(field, missing);
    if (stored === undefined || value === undefined) return;
    if (form(stored) !== form(value)) differs(field);
  };
  compare('ssn', ssn, indexForms.ssn);
  compare('email', profile.email, indexForms.email);
  const phone = profile.phone ?? sent.phone;
  if (phone === undefined) problems.add('phone', missing);
  if (profile.phone !== undefined) {
    const code = profile.phone_country_code;
    const kept = indexForms.phone(code, profile.phone);
    if (sent.phone !== undefined && indexForms.phone(code, sent.phone) !== kept) differs('phone');
    if (
      sent.phone_country_code !== undefined &&
      indexForms.phone(sent.phone_country_code, profile.phone) !== kept
    )
      differs('phone_country_code');
  }
  const completed: Completed = {
    ...(ssn === undefined && sent.ssn !== undefined && { ssn: sent.ssn }),
    ...(profile.email === undefined && sent.email !== undefined && { email: sent.email }),
    ...(profile.phone === undefined &&
      sent.phone !== undefined && {
        phone: sent.phone,
        ...(sent.phone_country_code !== undefined && { phone_country_code: sent.phone_country_code }),
      }),
  };
  return { completed, problems };
}

const missing = 'Missing: the customer has none yet, and a verification needs it.';
