import { hash } from 'node:crypto';
import { entryText, originText } from '../../domain/audit/checkpoint.ts';
import { Refusal } from '../../domain/errors.ts';
import type { BrandId } from '../../domain/ids.ts';

/** An entry with its number: the text that is hashed, and the hash that the next entry continues from. */
export interface Link {
  readonly text: string;
  readonly hash: string;
}

export function linked(number: number, previous: string, body: string): Link {
  const text = entryText(number, previous, body);
  return { text, hash: sha256(text) };
}

/** The previous hash of a brand's first entry. */
export const firstPreviousHash = (brand: BrandId): string => sha256(originText(brand));

/** The customer that an entry names. Quotes inside of values are escaped, so this is found only as a member. */
export const customerOf = (body: string): string | undefined =>
  /"customer_id":"([0-9a-f-]{36})"/.exec(body)?.[1];

/** An entry as a list shows it, with the hash of the entry before it. */
export interface ListedEntry {
  readonly number: bigint | number;
  readonly previous: string | undefined;
  readonly body: string;
  readonly hash: string;
}

/** @throws Refusal `record_altered` unless the entry follows from the one before it. */
export function requireLinked(brandId: BrandId, { number, previous, body, hash: stated }: ListedEntry): void {
  const place = Number(number);
  const before = place === 1 ? firstPreviousHash(brandId) : previous;
  if (before === undefined || linked(place, before, body).hash !== stated) throw alteredEntry(place);
}

/** @throws Refusal `record_altered` if the entry is listed under another customer than it names. */
export function requireOwnCustomer({
  number,
  customerId,
  body,
}: Pick<ListedEntry, 'number' | 'body'> & { readonly customerId: string | undefined }): void {
  if (customerId !== customerOf(body)) throw alteredEntry(Number(number));
}

const alteredEntry = (number: number): Refusal =>
  new Refusal('record_altered', undefined, {
    cause: new Error(`The entry ${number} of the audit trail, or the one before it, was altered.`),
  });

const sha256 = (text: string): string => hash('sha256', text, 'hex');
