import type { Profile } from '../../domain/customers/customer.ts';
import type { CustomerField } from '../../domain/fields.ts';
import { customerFields } from '../../domain/fields.ts';
import { asciiJson } from '../../domain/text.ts';
import type { ChangeableRow } from '../../store/customers/customers.ts';
import type { CustomerKey, Digest } from '../../vault/vault.ts';
import { withFreshKeyring } from '../keyrings.ts';
import type { Context } from '../system.ts';
import { customerKeySealContext } from './sealing.ts';

/**
 * Digests of values for the audit trail, under a random key of each customer. They show whether two values are
 * equal. Once the key is erased with its customer, they reveal nothing.
 */

/** The fields that a new customer has. */
export const presentFields = (profile: Profile): readonly CustomerField[] =>
  (Object.keys(customerFields) as CustomerField[]).filter((field) => profile[field] !== undefined);

/** The digest of the current value of each field. `ssn`: nine digits, if known. */
export function digestsOf(
  digest: Digest,
  fields: readonly CustomerField[],
  profile: Profile,
  ssn: string | undefined,
): Readonly<Record<string, string>> {
  const value = (field: CustomerField): string =>
    field === 'addresses' ? asciiJson(profile.addresses) : ((field === 'ssn' ? ssn : profile[field]) ?? '');
  return Object.fromEntries(fields.map((field) => [field, digest(field, value(field))]));
}

/** A customer's own key. A row without one gets it with this change: `sealed`. */
export async function customerKeyOf(
  { system, keyring }: Pick<Context, 'system' | 'keyring'>,
  { head, auditKey }: Pick<ChangeableRow, 'head' | 'auditKey'>,
): Promise<{ readonly sealed: string | undefined; readonly key: CustomerKey }> {
  const place = customerKeySealContext(head.customer_id);
  if (auditKey === undefined) return keyring.newCustomerKey(place);
  const key = await withFreshKeyring(system.keyrings, keyring, (fresh) => fresh.customerKey(place, auditKey));
  return { sealed: undefined, key };
}
