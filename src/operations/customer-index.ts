import type { Profile } from '../domain/customer.ts';
import { indexForms } from '../domain/search.ts';
import type { Keyring } from '../vault/vault.ts';

/** The blind index values of a customer, each where its field is known. */
export function indexValues(ring: Keyring, version: number, profile: Profile, ssn: string | undefined) {
  const { email, phone, phone_country_code: countryCode, last_name: lastName, dob } = profile;
  return {
    ssn: ssn === undefined ? undefined : ring.indexAt(version, 'ssn', indexForms.ssn(ssn)),
    email: email === undefined ? undefined : ring.indexAt(version, 'email', indexForms.email(email)),
    phone:
      phone === undefined ? undefined : ring.indexAt(version, 'phone', indexForms.phone(countryCode, phone)),
    nameAndDob: ring.indexAt(version, 'name_dob', indexForms.nameAndDob(lastName, dob)),
  };
}
