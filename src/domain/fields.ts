/**
 * The field table: what is known about each field of a person, said once. The blind index and the KYC lock
 * read it. Every field in it describes a person: it is sealed at rest and never logged.
 */
export interface Field {
  /** The blind index that the field takes part in, so that it can be found by equality. */
  readonly index?: 'ssn' | 'email' | 'phone' | 'name_dob';
  /** Once KYC has passed: closed to changes, open, or open but for primary addresses. */
  readonly afterKyc: 'locked' | 'open' | 'secondary only';
}

export const customerFields = {
  dob: { index: 'name_dob', afterKyc: 'locked' },
  first_name: { afterKyc: 'locked' },
  middle_name: { afterKyc: 'locked' },
  last_name: { index: 'name_dob', afterKyc: 'locked' },
  ssn: { index: 'ssn', afterKyc: 'locked' },
  phone: { index: 'phone', afterKyc: 'open' },
  phone_country_code: { index: 'phone', afterKyc: 'open' },
  email: { index: 'email', afterKyc: 'open' },
  addresses: { afterKyc: 'secondary only' },
} as const satisfies Readonly<Record<string, Field>>;

export type CustomerField = keyof typeof customerFields;

/** What the server alone says about a customer. A client that sends one of these is told so. */
export const serverOwnedFields = [
  'customer_id',
  'bond_brand_id',
  'date_created',
  'date_updated',
  'kyc_requests_available',
  'kyc_status',
] as const;

const mask = 'XXX-XX-';

/** The only form in which an SSN leaves: `XXX-XX-1234`. */
export const maskSsn = (digits: string): string => `${mask}${digits.slice(-4)}`;

export const isSsnMask = (text: string): boolean => /^XXX-XX-[0-9]{4}$/.test(text);
