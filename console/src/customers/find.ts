import type { components } from '../api/schema.d.ts';

/** What a person typed to find a customer, as the exact value that it is; or nothing that can be found. */
export type Sought =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'part' }
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'exact'; readonly word: string; readonly body: SearchBody };

type SearchBody = components['schemas']['CustomerSearch'];

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const namedAndBorn = /^(\p{L}[\p{L}\p{M} '’.-]*?)[\s,]+(\d{4}-\d{2}-\d{2})$/u;
const ssn = /^(?:\d{3}-\d{2}-\d{4}|\d{9})$/;
const alienNumber = /^A[ -]?\d{7,9}$/i;
const identified =
  /^(passport|alien[ _]number|government[ _]id)[\s,]+([a-z]{2})[\s,]+([a-z0-9][a-z0-9 -]{2,38}[a-z0-9])$/i;
const phone = /^(?:\+(\d{1,3})[\s-]+)?\(?([\d][\d\s().-]{5,}\d)$/;

/** Records are sealed, so only whole values are found. This tells which value was typed. */
export function soughtIn(typed: string): Sought {
  const text = typed.trim();
  if (text === '') return { kind: 'nothing' };
  if (uuid.test(text)) return { kind: 'id', id: text.toLowerCase() };
  if (text.includes('@') && !/\s/.test(text)) return { kind: 'exact', word: 'email', body: { email: text } };
  const [, lastName, dob] = namedAndBorn.exec(text) ?? [];
  if (lastName && dob)
    return { kind: 'exact', word: 'name and birthday', body: { last_name: lastName.trim(), dob } };
  if (ssn.test(text)) return { kind: 'exact', word: 'SSN', body: { ssn: text } };
  const identification = identificationIn(text);
  if (identification) return { kind: 'exact', word: 'identification', body: { identification } };
  const [, countryCode, number] = phone.exec(text) ?? [];
  if (number)
    return {
      kind: 'exact',
      word: 'phone',
      body: {
        phone: number.replaceAll(/\D/g, ''),
        ...(countryCode && { phone_country_code: countryCode }),
      },
    };
  return { kind: 'part' };
}

/** Kind, country and number: "passport DE C01X00T47". An alien number says what it is by its A. */
function identificationIn(text: string): SearchBody['identification'] {
  if (alienNumber.test(text)) return { kind: 'alien_number', country: 'US', number: text };
  const [, kind, country, number] = identified.exec(text) ?? [];
  if (!kind || !country || !number) return undefined;
  const name = kind.toLowerCase().replace(' ', '_') as 'passport' | 'alien_number' | 'government_id';
  return { kind: name, country: country.toUpperCase(), number };
}
