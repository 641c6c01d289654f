import type { BrandId, CustomerId, Id } from '../ids.ts';
import type { KycStatus } from '../kyc/verification.ts';
import { asciiJson } from '../text.ts';
import type { Instant, TimeForm } from '../time.ts';
import { naiveUtc } from '../time.ts';
import type { Address } from './address.ts';
import type { Profile } from './customer.ts';

/**
 * The sealed form of a profile: the answer's own JSON, in two lines (the person's fields without their
 * braces, then the addresses), so that a read splices text and parses nothing. It is ASCII only, which
 * makes its length in bytes its length as a string.
 */
export function writeProfile(profile: Profile): string {
  const { addresses, ...person } = profile;
  return `${asciiJson(person).slice(1, -1)}\n${asciiJson(addresses)}`;
}

export function readProfile(text: string): Profile {
  const [person, addresses] = halves(text);
  return JSON.parse(`{${person},"addresses":${addresses}}`) as Profile;
}

/** The readable columns of a customer's row that an answer shows. */
export interface CustomerHead {
  readonly customer_id: CustomerId;
  readonly brand_person_id: Id<'brand person'>;
  readonly bond_brand_id: BrandId;
  readonly created_at: Instant;
  readonly updated_at: Instant;
  readonly kyc_status: KycStatus | undefined;
  readonly kyc_requests_available: number;
}

/**
 * A customer as JSON text of an answer. Head values are ids, instants and enumerations, which need no escaping;
 * `text` is the output of `writeProfile`, whose times get the same form.
 */
export function customerJson(head: CustomerHead, text: string, timeForm: TimeForm): string {
  const [person, addresses] = halves(text);
  const status = head.kyc_status === undefined ? '' : `,"kyc_status":"${head.kyc_status}"`;
  return (
    `{"customer_id":"${head.customer_id}","brand_person_id":"${head.brand_person_id}",` +
    `"bond_brand_id":"${head.bond_brand_id}","date_created":"${timeForm(head.created_at)}",${person},` +
    `"kyc_requests_available":${head.kyc_requests_available},"addresses":${datedIn(timeForm, addresses)}${status},` +
    `"date_updated":"${timeForm(head.updated_at)}"}`
  );
}

/** The addresses of a profile's text, as a JSON array. */
export const addressesJson = (text: string, timeForm: TimeForm): string => datedIn(timeForm, halves(text)[1]);

export const addressJson = (address: Address, timeForm: TimeForm): string =>
  datedIn(timeForm, asciiJson(address));

function halves(text: string): readonly [string, string] {
  const end = text.indexOf('\n');
  if (end < 0) throw new Error('A sealed profile must have two lines.');
  return [text.slice(0, end), text.slice(end + 1)];
}

/**
 * The addresses with times in the form of the answer. The text is rewritten directly: quotes inside of a JSON
 * string are escaped, so this pattern matches members only.
 */
function datedIn(timeForm: TimeForm, addresses: string): string {
  if (timeForm === naiveUtc) return addresses;
  return addresses.replaceAll(/"date_created":"([^"]+)"/g, (_, at) => `"date_created":"${timeForm(at)}"`);
}
