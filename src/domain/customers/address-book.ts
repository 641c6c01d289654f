import { Refusal } from '../errors.ts';
import type { AddressId } from '../ids.ts';
import { Problems } from '../problems.ts';
import type { ValidationContext } from '../values.ts';
import type { Address, AddressDefaults, AddressInput } from './address.ts';
import { addressFields, checkAddress, equalFields, maxAddresses } from './address.ts';
import type { Changed, StoredCustomer } from './customer.ts';
import { applyChange } from './customer.ts';

/**
 * Changes of one address at a time. Each is decided as the equivalent PATCH of the whole set, so that one rule
 * decides what KYC locks and which addresses keep their verdicts.
 */

/** Any of the eight fields, of the right shape. */
export type AddressChange = Partial<Omit<AddressInput, 'address_id'>>;

/** Checks the values of a new address; the schema reports wrong types. */
export function checkNewAddress(body: unknown, validationContext: ValidationContext): Problems {
  const problems = new Problems();
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
    checkAddress(body as Readonly<Record<string, unknown>>, '', validationContext, problems);
  }
  return problems;
}

/** @throws Refusal `address_dne` */
export function findAddress(addresses: readonly Address[], id: AddressId): Address {
  const address = addresses.find((one) => one.address_id === id);
  if (!address) throw new Refusal('address_dne');
  return address;
}

/** The stored addresses as a client could send them back. */
const asInputs = (addresses: readonly Address[]): readonly AddressInput[] =>
  addresses.map(({ deliverability: _verdict, date_created: _date, ...sent }) => sent);

/** @throws Refusal `edit_customer_schema` if there are already 20, or `kyc_customer`. */
export function addAddress(
  present: StoredCustomer,
  sent: AddressInput,
  addressDefaults: AddressDefaults,
): Changed {
  const { addresses } = present.profile;
  if (addresses.length >= maxAddresses) {
    throw new Refusal('edit_customer_schema', {
      body: [`A customer has at most ${maxAddresses} addresses.`],
    });
  }
  return applyChange(present, { addresses: [...asInputs(addresses), sent] }, new Problems(), addressDefaults);
}

/**
 * `deferredProblems` are problems of the shape of the change. Values are checked here with the stored ones: the
 * rule of a state depends on the country, and an unchanged stored value is valid.
 *
 * @throws Refusal `address_dne`, `edit_customer_schema` or `kyc_customer`.
 */
export function changeAddress(
  present: StoredCustomer,
  id: AddressId,
  change: AddressChange,
  deferredProblems: Problems,
  validationContext: ValidationContext,
  addressDefaults: AddressDefaults,
): Changed {
  const { addresses } = present.profile;
  const stored = findAddress(addresses, id);
  const wanted: AddressInput = { ...stored, ...change };
  const problems = new Problems();
  checkAddress({ ...wanted }, '', validationContext, problems);
  for (const field of equalFields(stored, addressFields(wanted))) problems.withdraw(field);
  const all = deferredProblems.copy();
  all.addMissing(problems);
  if (all.any) throw new Refusal('edit_customer_schema', all.toObject());

  const sent = asInputs(addresses).map((one) => (one.address_id === id ? { ...one, ...change } : one));
  const changed = applyChange(present, { addresses: sent }, new Problems(), addressDefaults);
  refuseWithoutPrimary(sent, 'is_primary');
  return changed;
}

/** @throws Refusal `address_dne`, `edit_customer_schema` for the last primary address, or `kyc_customer`. */
export function removeAddress(
  present: StoredCustomer,
  id: AddressId,
  addressDefaults: AddressDefaults,
): Changed {
  const { addresses } = present.profile;
  findAddress(addresses, id);
  const sent = asInputs(addresses).filter((one) => one.address_id !== id);
  // First the lock, which no other address would open.
  const changed = applyChange(present, { addresses: sent }, new Problems(), addressDefaults);
  refuseWithoutPrimary(sent, 'address_id');
  return changed;
}

function refuseWithoutPrimary(addresses: readonly AddressInput[], field: string): void {
  if (addresses.some((address) => address.is_primary)) return;
  throw new Refusal('edit_customer_schema', {
    [field]: ['The last primary address cannot be removed: make another one primary first.'],
  });
}
