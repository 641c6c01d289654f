import { Field } from '../../kit/Field.tsx';
import styles from './Forms.module.css';

/** The texts of a person in a form, by the names that the API has for them. */
export type PersonValues = Readonly<Record<PersonField, string>>;
export const personFields = [
  'first_name',
  'middle_name',
  'last_name',
  'dob',
  'ssn',
  'email',
  'phone',
  'phone_country_code',
] as const;
export type PersonField = (typeof personFields)[number];

export interface PersonFieldsProps {
  readonly values: PersonValues;
  readonly onChange: (field: PersonField, value: string) => void;
  readonly errors: Readonly<Record<string, string>>;
  /** Fields that cannot be changed here. */
  readonly locked?: readonly PersonField[];
  /** The stored number, masked: an empty field leaves it as it is. */
  readonly maskedSsn?: string;
}

export function PersonFields({ values, onChange, errors, locked = [], maskedSsn }: PersonFieldsProps) {
  const of = (name: PersonField) => ({
    name,
    value: values[name],
    disabled: locked.includes(name),
    error: errors[name],
    onChange: ({ target }: { readonly target: { readonly value: string } }) => onChange(name, target.value),
  });
  return (
    <>
      <fieldset className={styles.group}>
        <legend className={styles.legend}>Person</legend>
        <div className={styles.three}>
          <Field label="First name" required data-autofocus autoFocus {...of('first_name')} />
          <Field label="Middle name" {...of('middle_name')} />
          <Field label="Last name" required {...of('last_name')} />
        </div>
        <div className={styles.two}>
          <Field label="Birthday" placeholder="1994-03-20" inputMode="numeric" required {...of('dob')} />
          <Field
            label="SSN"
            placeholder={maskedSsn ? `${maskedSsn}, unchanged` : '123-45-6789'}
            inputMode="numeric"
            {...of('ssn')}
          />
        </div>
      </fieldset>
      <fieldset className={styles.group}>
        <legend className={styles.legend}>Contact</legend>
        <Field label="Email" type="email" {...of('email')} />
        <div className={styles.phone}>
          <Field label="Country code" placeholder="1" inputMode="numeric" {...of('phone_country_code')} />
          <Field label="Phone" type="tel" placeholder="650-123-4567" {...of('phone')} />
        </div>
      </fieldset>
    </>
  );
}
