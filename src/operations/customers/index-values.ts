import type { Profile } from '../../domain/customers/customer.ts';
import { indexFormsOf } from '../../domain/customers/index-forms.ts';
import type { CustomerField } from '../../domain/fields.ts';
import { customerFields } from '../../domain/fields.ts';
import type { IndexValues } from '../../store/customers/customers.ts';
import type { Keyring } from '../../vault/vault.ts';

/**
 * The blind index values of a customer's known fields under the newest key; with `fields`, only the indexes that
 * contain one of them.
 */
export function indexValues(
  keyring: Keyring,
  profile: Profile,
  ssn: string | undefined,
  fields: readonly CustomerField[] = Object.keys(customerFields) as CustomerField[],
): IndexValues {
  const { email, phone, phone_country_code: countryCode, last_name: lastName, dob } = profile;
  const wanted = new Set(fields.map((field) => indexOf(field)));
  const value = (kind: 'ssn' | 'email' | 'phone' | 'name_dob', form: () => string | undefined) => {
    const normal = wanted.has(kind) ? form() : undefined;
    return normal === undefined ? undefined : keyring.index(kind, normal);
  };
  const forms = indexFormsOf(keyring.indexFormAt(keyring.indexVersion));
  const older = (kept: string) =>
    keyring.indexVersions
      .slice(0, -1)
      .map((version) =>
        keyring.indexAt(version, 'ssn', indexFormsOf(keyring.indexFormAt(version)).ssn(kept)),
      );
  return {
    version: keyring.indexVersion,
    olderSsn: ssn !== undefined && wanted.has('ssn') ? older(ssn) : [],
    ssn: value('ssn', () => ssn && forms.ssn(ssn)),
    email: value('email', () => email && forms.email(email)),
    phone: value('phone', () => phone && forms.phone(countryCode, phone)),
    nameAndDob: value('name_dob', () => forms.nameAndDob(lastName, dob)),
  };
}

/** Whether a field takes part in a blind index. */
export const isIndexed = (field: CustomerField): boolean => indexOf(field) !== undefined;

function indexOf(field: CustomerField) {
  const entry = customerFields[field];
  return 'index' in entry ? entry.index : undefined;
}
