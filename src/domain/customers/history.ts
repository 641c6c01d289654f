import type { CustomerField } from '../fields.ts';
import type { Address } from './address.ts';
import { sameFields } from './address.ts';
import type { Changed, Profile } from './customer.ts';

/** The values that a change replaced: `null` where there was none. An SSN is masked. */
export type EarlierValues = { readonly [Field in CustomerField]?: Profile[Field] | null };

/** What a change replaced. A verdict on an address that stays as it is replaces nothing. */
export function earlierValues(before: Profile, { profile, fields }: Changed): EarlierValues {
  const replaced = fields.filter(
    (field) => field !== 'addresses' || !areSame(before.addresses, profile.addresses),
  );
  return Object.fromEntries(replaced.map((field) => [field, before[field] ?? null]));
}

const areSame = (before: readonly Address[], after: readonly Address[]): boolean =>
  before.length === after.length &&
  before.every((address, at) => {
    const other = after[at];
    return other !== undefined && address.address_id === other.address_id && sameFields(address, other);
  });
