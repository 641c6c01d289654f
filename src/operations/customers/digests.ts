import type { Profile } from '../../domain/customers/customer.ts';
import type { CustomerField } from '../../domain/fields.ts';
import { customerFields } from '../../domain/fields.ts';
import type { BrandId } from '../../domain/ids.ts';
import { asciiJson } from '../../domain/text.ts';
import type { ChangeableRow } from '../../store/customers/customers.ts';
import { historyOf } from '../../store/customers/history.ts';
import type { CustomerKey, Digest } from '../../vault/vault.ts';
import { VaultError } from '../../vault/vault.ts';
import { withFreshKeyring } from '../keyrings.ts';
import type { Context } from '../system.ts';
import { scopeOf } from '../system.ts';
import { customerKeySealContext } from './sealing.ts';

/**
 * Digests of values for the audit trail, under a random key of each customer. They show whether two values are
 * equal. Once the key is erased with its customer, they reveal nothing.
 */

/** The fields that a new customer has. */
export const presentFields = (profile: Profile): readonly CustomerField[] =>
  (Object.keys(customerFields) as CustomerField[]).filter((field) => profile[field] !== undefined);

/** The digest of the current value of each field. `number`: the full one (`numberOf`), if known. */
export function digestsOf(
  digest: Digest,
  fields: readonly CustomerField[],
  profile: Profile,
  number: string | undefined,
): Readonly<Record<string, string>> {
  const value = (field: CustomerField): string => {
    if (field === 'addresses') return asciiJson(profile.addresses);
    if (field === 'ssn' || field === 'identification')
      return profile[field] === undefined ? '' : (number ?? '');
    return profile[field] ?? '';
  };
  return Object.fromEntries(fields.map((field) => [field, digest(field, value(field))]));
}

/**
 * A customer's own key. A row of a version without them gets it with this change: `sealed`.
 *
 * @throws VaultError where the row has lost its key: a new one would not open what is kept under it.
 */
export async function customerKeyOf(
  { system, keyring }: Pick<Context, 'system' | 'keyring'>,
  { head, auditKey }: Pick<ChangeableRow, 'head' | 'auditKey'>,
): Promise<{ readonly sealed: string | undefined; readonly key: CustomerKey }> {
  const place = customerKeySealContext(head.customer_id);
  if (auditKey === undefined) {
    const scope = scopeOf(system, keyring.brandId as BrandId);
    const kept = await historyOf(scope, head.customer_id, undefined, 1);
    if (kept.length > 0)
      throw new VaultError('unreadable', `customers ${head.customer_id} has lost its key.`);
    return keyring.newCustomerKey(place);
  }
  const key = await withFreshKeyring(system.keyrings, keyring, (fresh) => fresh.customerKey(place, auditKey));
  return { sealed: undefined, key };
}
