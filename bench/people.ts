const first = ['James', 'Christine', 'Amara', 'Diego', 'Mei', 'Noah', 'Priya', 'Sofia'] as const;
const last = ['Bond', 'Smith', 'Okafor', 'Fernández', 'Tanaka', "O'Brien", 'Sharma', 'Rossi'] as const;

const digits = (value: number, length: number): string => String(value).padStart(length, '0');

/** The body of a create for a person with this number. Two numbers never share an SSN. */
export function personOf(number: number) {
  const ssn = `${digits(100 + (Math.floor(number / 9_000) % 500), 3)}-${digits(10 + (Math.floor(number / 4_500_000) % 80), 2)}-${digits(1_000 + (number % 9_000), 4)}`;
  return {
    dob: `19${digits(50 + (number % 50), 2)}-0${1 + (number % 9)}-1${number % 10}`,
    first_name: first[number % 8] ?? 'James',
    middle_name: 'Herbert',
    last_name: last[Math.floor(number / 8) % 8] ?? 'Bond',
    ssn,
    phone: `650-555-${digits(number % 10_000, 4)}`,
    phone_country_code: '1',
    email: `person.${number}@example.com`,
    addresses: [
      {
        address_type: 'PHYSICAL' as const,
        street: `${1 + (number % 900)} California St.`,
        street2: 'Suite 600',
        city: 'San Francisco',
        state: 'CA',
        zip_code: '94104-2657',
        country: 'US',
        is_primary: true,
      },
      {
        address_type: 'MAILING' as const,
        street: '111 Lake Tahoe Rd.',
        street2: '',
        city: 'San Francisco',
        state: 'CA',
        zip_code: '94105',
        country: 'US',
        is_primary: false,
      },
    ],
  };
}
