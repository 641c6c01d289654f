import type { Address, Customer } from './queries.ts';

/** First and last name. */
export const nameOf = ({ first_name: first, last_name: last }: Customer): string => `${first} ${last}`;

export const fullNameOf = ({ first_name: first, middle_name: middle, last_name: last }: Customer): string =>
  [first, middle, last].filter(Boolean).join(' ');

/** The number, with its country code unless that is 1. */
export function phoneOf({ phone, phone_country_code: code }: Customer): string | undefined {
  if (phone === undefined) return undefined;
  return code && code !== '1' ? `+${code} ${phone}` : phone;
}

/** The locality line of an address: "San Francisco, CA 94104, US". */
export const localityOf = ({ city, state, zip_code: zip, country }: Address): string =>
  `${city}, ${[state, zip].filter(Boolean).join(' ')}, ${country}`;

/** Why an address has its verdict. */
export const verdictReasons: Readonly<Record<string, string>> = {
  deliverable: 'Mail arrives.',
  deliverable_unnecessary_unit: 'Arrives; the unit is not needed.',
  deliverable_incorrect_unit: 'The building is known, this unit is not.',
  deliverable_missing_unit: 'The building has units; say which.',
  undeliverable: 'No mail arrives here.',
  none: 'Nobody has judged this yet.',
};
