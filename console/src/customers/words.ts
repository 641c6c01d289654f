import type { Customer } from './queries.ts';

/** First and last name. */
export const nameOf = ({ first_name: first, last_name: last }: Customer): string => `${first} ${last}`;

/** The number, with its country code unless that is 1. */
export function phoneOf({ phone, phone_country_code: code }: Customer): string | undefined {
  if (phone === undefined) return undefined;
  return code && code !== '1' ? `+${code} ${phone}` : phone;
}
