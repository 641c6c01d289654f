import type { ValueRule } from './values.ts';
import { valueRules } from './values.ts';

/**
 * The field table: the single declaration of each field of a person, in the order of the answer. The checks, the
 * order of a profile, the blind index and the KYC lock use it. Every field is personal data: sealed at rest and
 * never logged.
 */
export interface Field {
  /** The rule of its values; addresses have their own rules. */
  readonly rule?: ValueRule;
  /** The blind index that the field takes part in, so that it can be found by equality. */
  readonly index?: 'ssn' | 'email' | 'phone' | 'name_dob';
  /** After KYC has passed: locked, open, or open except for primary addresses. */
  readonly afterKyc: 'locked' | 'open' | 'secondary only';
}

export const customerFields = {
  dob: { rule: valueRules.dob, index: 'name_dob', afterKyc: 'locked' },
  first_name: { rule: valueRules.name, afterKyc: 'locked' },
  middle_name: { rule: valueRules.middleName, afterKyc: 'locked' },
  last_name: { rule: valueRules.name, index: 'name_dob', afterKyc: 'locked' },
  ssn: { rule: valueRules.ssn, index: 'ssn', afterKyc: 'locked' },
  /** In the place of an SSN, with rules of its own. Both share one column and one index. */
  identification: { index: 'ssn', afterKyc: 'locked' },
  phone: { rule: valueRules.phone, index: 'phone', afterKyc: 'open' },
  phone_country_code: { rule: valueRules.phoneCountryCode, index: 'phone', afterKyc: 'open' },
  email: { rule: valueRules.email, index: 'email', afterKyc: 'open' },
  addresses: { afterKyc: 'secondary only' },
} as const satisfies Readonly<Record<string, Field>>;

export type CustomerField = keyof typeof customerFields;
export const fieldNames = Object.keys(customerFields) as readonly CustomerField[];

/** The fields whose stored value is the text that was sent, in NFC. */
export type TextField = Exclude<CustomerField, 'ssn' | 'identification' | 'addresses'>;
export const textFields = fieldNames.filter(
  (field): field is TextField => field !== 'ssn' && field !== 'identification' && field !== 'addresses',
);

/** Fields that only the server sets. A client that sends one gets a specific problem. */
export const serverOwnedFields = [
  'customer_id',
  'bond_brand_id',
  'date_created',
  'date_updated',
  'kyc_requests_available',
  'kyc_status',
] as const;

const mask = 'XXX-XX-';

/** The masked form of an SSN in answers: `XXX-XX-1234`. */
export const maskSsn = (digits: string): string => `${mask}${digits.slice(-4)}`;

export const isSsnMask = (text: string): boolean => /^XXX-XX-[0-9]{4}$/.test(text);
