import type { Profile } from '../../domain/customers/customer.ts';
import type { CustomerField } from '../../domain/fields.ts';
import { customerFields } from '../../domain/fields.ts';
import { asciiJson } from '../../domain/text.ts';
import type { ChangeableRow } from '../../store/customers/customers.ts';
import type { Digest } from '../../vault/vault.ts';
import { withFreshKeyring } from '../keyrings.ts';
import type { Context } from '../system.ts';
import { digestsSealContext } from './sealing.ts';

/**
 * What the audit trail says of values: digests under a random key of the customer's own. They show whether
 * a value is the one that was, and nothing once the key has gone with its customer.
 */

/** The fields that a new customer came with. */
export const presentFields = (profile: Profile): readonly CustomerField[] =>
  (Object.keys(customerFields) as CustomerField[]).filter((field) => profile[field] !== undefined);

/** The digest of each of the fields, as they are now. `ssn`: nine digits, where they are known. */
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

/** A customer's digests. A row from before there were any gets its key with this change: `sealed`. */
export async function digesterOf(
  { system, keyring }: Pick<Context, 'system' | 'keyring'>,
  { head, auditKey }: ChangeableRow,
): Promise<{ readonly sealed: string | undefined; readonly digest: Digest }> {
  const place = digestsSealContext(head.customer_id);
  if (auditKey === undefined) return keyring.newDigester(place);
  const digest = await withFreshKeyring(system.keyrings, keyring, (fresh) => fresh.digester(place, auditKey));
  return { sealed: undefined, digest };
}
