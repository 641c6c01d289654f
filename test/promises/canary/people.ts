import { createHash } from 'node:crypto';
import { address, person } from '../../people.ts';

/** A person of whom everything can be recognised wherever it turns up. */
export interface CanaryPerson {
  readonly body: ReturnType<typeof person>;
  /** Everything about the person, as it was sent. */
  readonly values: readonly string[];
}

/** The same person for the same number, every time. */
export function canaryPerson(number: number): CanaryPerson {
  const words = (what: string, length: number) => letters(`${what} ${number}`, length);
  const first_name = capital(words('first', 11));
  const middle_name = capital(words('middle', 11));
  const last_name = capital(words('last', 12));
  const email = `${words('local', 10)}@${words('domain', 9)}.example`;
  const street = `${1_000 + (number % 9_000)} ${capital(words('street', 10))} St.`;
  const street2 = `Suite ${capital(words('suite', 9))}`;
  const city = capital(words('city', 11));
  const ssn = ssnOf(number);
  const phone = `${650 + Math.floor(number / 10_000)}-${digits(`phone ${number}`, 3)}-${String(number % 10_000).padStart(4, '0')}`;
  const body = person({
    first_name,
    middle_name,
    last_name,
    email,
    phone,
    // Sent in both of the forms that there are.
    ssn: number % 2 === 0 ? ssn : ssn.replaceAll('-', ''),
    addresses: [{ ...address, street, street2, city }],
  });
  return { body, values: [first_name, middle_name, last_name, email, street, street2, city, ssn, phone] };
}

function ssnOf(number: number): string {
  const area = 100 + (digest(`area ${number}`)[0] as number);
  const group = 10 + ((digest(`group ${number}`)[0] as number) % 80);
  return `${area}-${group}-${String(1_000 + (number % 9_000))}`;
}

const digest = (seed: string): Buffer => createHash('sha256').update(seed).digest();

const letters = (seed: string, length: number): string =>
  [...digest(seed).subarray(0, length)].map((byte) => String.fromCharCode(97 + (byte % 26))).join('');

const digits = (seed: string, length: number): string =>
  [...digest(seed).subarray(0, length)].map((byte) => byte % 10).join('');

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
