import { Checkbox, Field, Select } from '../../kit/Field.tsx';
import styles from './Forms.module.css';

export interface AddressValues {
  readonly address_type: 'MAILING' | 'PHYSICAL';
  readonly street: string;
  readonly street2: string;
  readonly city: string;
  readonly state: string;
  readonly zip_code: string;
  readonly country: string;
  readonly is_primary: boolean;
}

export const emptyAddress: AddressValues = {
  address_type: 'PHYSICAL',
  street: '',
  street2: '',
  city: '',
  state: '',
  zip_code: '',
  country: 'US',
  is_primary: false,
};

export interface AddressFieldsProps {
  readonly values: AddressValues;
  readonly onChange: (values: AddressValues) => void;
  readonly errors: Readonly<Record<string, string>>;
  /** What the API puts before the name of a field: `addresses.0.`. */
  readonly prefix?: string;
  readonly mayBePrimary?: boolean;
}

export function AddressFields(props: AddressFieldsProps) {
  const { values, onChange, errors, prefix = '', mayBePrimary = true } = props;
  const of = (name: 'street' | 'street2' | 'city' | 'state' | 'zip_code' | 'country') => ({
    name: `${prefix}${name}`,
    value: values[name],
    error: errors[`${prefix}${name}`],
    onChange: ({ target }: { readonly target: { readonly value: string } }) =>
      onChange({ ...values, [name]: target.value }),
  });
  return (
    <fieldset className={styles.group}>
      <legend className={styles.legend}>Address</legend>
      <div className={styles.wideNarrow}>
        <Field label="Street" required {...of('street')} />
        <Field label="Unit" {...of('street2')} />
      </div>
      <div className={styles.three}>
        <Field label="City" required {...of('city')} />
        <Field label="State" required {...of('state')} />
        <Field label="ZIP code" {...of('zip_code')} />
      </div>
      <div className={styles.two}>
        <Field label="Country" hint="Two letters" maxLength={2} required {...of('country')} />
        <Select
          label="Kind"
          choices={[
            ['PHYSICAL', 'Physical'],
            ['MAILING', 'Mailing'],
          ]}
          value={values.address_type}
          onChange={({ target }) =>
            onChange({ ...values, address_type: target.value as AddressValues['address_type'] })
          }
        />
      </div>
      {mayBePrimary && (
        <Checkbox
          label="A primary address"
          checked={values.is_primary}
          onChange={({ target }) => onChange({ ...values, is_primary: target.checked })}
        />
      )}
    </fieldset>
  );
}
