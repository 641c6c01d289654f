/** Believable bodies for tests. Every number is made for the call, so that two people never share one. */

let count = 0;

/** A lawful SSN that no other call of this process gets. */
export function newSsn(): string {
  count += 1;
  const area = 100 + (Math.floor(count / 9_000) % 500);
  return `${area}-${String(10 + (Math.floor(count / 9_000 / 500) % 80))}-${String(1_000 + (count % 9_000))}`;
}

export const address = {
  address_type: 'PHYSICAL',
  street: '345 California St.',
  street2: 'Suite 600',
  city: 'San Francisco',
  state: 'CA',
  zip_code: '94104-2657',
  country: 'US',
  is_primary: true,
} as const;

export const mailing = {
  address_type: 'MAILING',
  street: '111 Lake Tahoe Rd.',
  street2: '',
  city: 'San Francisco',
  state: 'CA',
  zip_code: '12345',
  country: 'US',
  is_primary: false,
} as const;

/** The body of a create. */
export function person(overrides: Readonly<Record<string, unknown>> = {}) {
  return {
    dob: '1997-12-25',
    first_name: 'James',
    middle_name: 'Herbert',
    last_name: 'Bond',
    ssn: newSsn(),
    phone: '650-123-4567',
    phone_country_code: '1',
    email: 'james.bond@example.com',
    addresses: [address, mailing],
    ...overrides,
  };
}
