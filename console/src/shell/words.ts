import type { StatusProps } from '../kit/Status.tsx';

/** The fields of the API as people call them. */
const fieldWords: Readonly<Record<string, string>> = {
  first_name: 'First name',
  middle_name: 'Middle name',
  last_name: 'Last name',
  dob: 'Birthday',
  ssn: 'SSN',
  identification: 'Identification',
  email: 'Email',
  phone: 'Phone',
  phone_country_code: 'Country code',
  addresses: 'Addresses',
  kyc_status: 'KYC',
};

export const fieldWord = (field: string): string => fieldWords[field] ?? field;
export const fieldList = (fields: readonly string[]): string => fields.map(fieldWord).join(', ');

export const documentWords: Readonly<Record<string, string>> = {
  government_id: 'Government id',
  proof_of_address: 'Proof of address',
  social_security_card: 'Social security card',
};

interface Identification {
  readonly kind: string;
  readonly number: string;
  readonly country: string;
}

/** What a person is identified by, masked or in full: its name, and its number where there is one. */
export function numberOf(person: {
  readonly ssn?: string | undefined;
  readonly identification?: Identification;
}): { readonly name: string; readonly number: string | undefined } {
  const { ssn, identification } = person;
  if (!identification) return { name: 'SSN', number: ssn };
  const { kind, number, country } = identification;
  return { name: `${identificationKinds[kind] ?? kind} (${country})`, number };
}

/** The value of a field, as a change shows it. */
export function valueWords(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'None';
  if (Array.isArray(value)) return (value as readonly Place[]).map(placeWords).join('; ');
  if (typeof value !== 'object') return String(value);
  const { name, number } = numberOf({ identification: value as Identification });
  return `${name} ${number}`;
}

type Place = Readonly<Record<'street' | 'city' | 'state' | 'zip_code', string>>;
const placeWords = ({ street, city, state, zip_code: zip }: Place): string =>
  `${street}, ${city}, ${state} ${zip}`;

const identificationKinds: Readonly<Record<string, string>> = {
  passport: 'Passport',
  alien_number: 'Alien number',
  government_id: 'Government id',
};

/** The rules under which deleted customers are kept. */
export const keptAs = {
  never_verified: 'never verified',
  not_passed: 'not passed',
  identified: 'identity',
} as const;

/** What is decided about a match with a list of sanctioned people. */
export const matchDecisions = { false_positive: 'False positive', confirmed: 'Confirmed' } as const;
type MatchDecision = keyof typeof matchDecisions;

interface Match {
  readonly status: 'open' | 'proposed' | MatchDecision;
  readonly proposed_decision?: MatchDecision | undefined;
}

/** How far a match is: "False positive proposed". */
export function matchState({ status, proposed_decision: proposal }: Match): StatusProps {
  if (status === 'open') return { word: 'Open', tone: 'warn', icon: 'clock', loud: true };
  if (status === 'false_positive') return { word: matchDecisions[status], tone: 'good', icon: 'check' };
  if (status === 'confirmed') return { word: matchDecisions[status], tone: 'bad', icon: 'alert', loud: true };
  const word = proposal === 'confirmed' ? 'Confirmation proposed' : 'False positive proposed';
  return { word, tone: 'want', icon: 'review', loud: true };
}
