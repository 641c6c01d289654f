import type { Profile } from '../../domain/customers/customer.ts';
import type { IndexForms } from '../../domain/customers/index-forms.ts';
import { indexFormsOf } from '../../domain/customers/index-forms.ts';
import type { CustomerField } from '../../domain/fields.ts';
import { customerFields } from '../../domain/fields.ts';
import type { IndexValues } from '../../store/customers/writes.ts';
import type { IndexKind, Keyring } from '../../vault/vault.ts';

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
  const older = (kept: string) => indexDigests(keyring, 'ssn', ({ ssn }) => ssn(kept)).slice(0, -1);
  return {
    version: keyring.indexVersion,
    olderSsn: ssn !== undefined && wanted.has('ssn') ? older(ssn) : [],
    ssn: value('ssn', () => ssn && forms.ssn(ssn)),
    email: value('email', () => email && forms.email(email)),
    phone: value('phone', () => phone && forms.phone(countryCode, phone)),
    nameAndDob: value('name_dob', () => forms.nameAndDob(lastName, dob)),
  };
}

/** A value's digests under every index key in use, each in the forms of its key; the newest comes last. */
export const indexDigests = (
  keyring: Keyring,
  kind: IndexKind,
  formed: (forms: IndexForms) => string,
): readonly Buffer[] =>
  keyring.indexVersions.map((version) =>
    keyring.indexAt(version, kind, formed(indexFormsOf(keyring.indexFormAt(version)))),
  );

/** Whether a field takes part in a blind index. */
export const isIndexed = (field: CustomerField): boolean => indexOf(field) !== undefined;

function indexOf(field: CustomerField) {
  const entry = customerFields[field];
  return 'index' in entry ? entry.index : undefined;
}
