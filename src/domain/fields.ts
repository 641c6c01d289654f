/**
 * The field table: what is known about each field of a person, said once. Sealing, masking, the blind
 * index, the KYC lock, log redaction and the leak test all read it.
 */
export interface Field {
  /** Whether the value describes a person. All such values are sealed at rest and never logged. */
  readonly pii: boolean;
  /** The blind index that the field takes part in, so that it can be found by equality. */
  readonly index?: 'ssn' | 'email' | 'phone' | 'name_dob';
  /** Once KYC has passed: closed to changes, open, or open but for primary addresses. */
  readonly afterKyc: 'locked' | 'open' | 'secondary only';
  /** Whether answers show it masked. */
  readonly masked?: true;
}

export const customerFields = {
  dob: { pii: true, index: 'name_dob', afterKyc: 'locked' },
  first_name: { pii: true, afterKyc: 'locked' },
  middle_name: { pii: true, afterKyc: 'locked' },
  last_name: { pii: true, index: 'name_dob', afterKyc: 'locked' },
  ssn: { pii: true, index: 'ssn', afterKyc: 'locked', masked: true },
  phone: { pii: true, index: 'phone', afterKyc: 'open' },
  phone_country_code: { pii: true, index: 'phone', afterKyc: 'open' },
  email: { pii: true, index: 'email', afterKyc: 'open' },
  addresses: { pii: true, afterKyc: 'secondary only' },
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
