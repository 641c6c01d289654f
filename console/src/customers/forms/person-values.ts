import type { Customer } from '../queries.ts';
import type { PersonField, PersonValues } from './PersonFields.tsx';
import { personFields } from './PersonFields.tsx';

export const emptyPerson = Object.fromEntries(personFields.map((field) => [field, ''])) as PersonValues;

/** The stored texts; the SSN stays empty, because only its mask is known. */
export const personOf = (customer: Customer): PersonValues =>
  Object.fromEntries(
    personFields.map((field) => [field, field === 'ssn' ? '' : (customer[field] ?? '')]),
  ) as PersonValues;

/** The fields whose texts differ from the stored ones. */
export function changedFields(values: PersonValues, stored: PersonValues): Partial<PersonValues> {
  const changed = personFields.filter((field) => values[field].trim() !== stored[field]);
  return Object.fromEntries(changed.map((field) => [field, values[field].trim()]));
}

/** What was typed, for a new customer: empty fields are left out. */
export const typedFields = (values: PersonValues): Partial<Record<PersonField, string>> =>
  Object.fromEntries(
    personFields.map((field) => [field, values[field].trim()] as const).filter(([, text]) => text !== ''),
  );
