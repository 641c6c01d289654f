import type { Failure } from '../../api/failure.ts';
import { Field, FormError, Select } from '../../kit/Field.tsx';

export interface WebhookValues {
  readonly url: string;
  /** Types or patterns, separated by commas. */
  readonly events: string;
  readonly description: string;
  readonly payload: 'thin' | 'full';
}

export const sentOf = ({ events, ...values }: WebhookValues) => ({
  ...values,
  events: events
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean),
});

const payloads = [
  ['thin', 'Thin: ids and names of fields'],
  ['full', 'Full: also the whole customer, with a masked SSN'],
] as const;

export interface WebhookFieldsProps {
  readonly values: WebhookValues;
  readonly onChange: (values: WebhookValues) => void;
  readonly failure: Failure | undefined;
}

export function WebhookFields({ values, onChange, failure }: WebhookFieldsProps) {
  const put = (name: keyof WebhookValues) => (event: { readonly target: { readonly value: string } }) =>
    onChange({ ...values, [name]: event.target.value });
  const of = (field: string) =>
    Object.entries(failure?.fields ?? {}).find(([path]) => path.split('.')[0] === field)?.[1];
  return (
    <>
      <Field
        label="URL"
        type="url"
        required
        data-autofocus=""
        placeholder="https://hooks.example.com/customers"
        hint="https and a public address. It is asked a challenge first."
        value={values.url}
        onChange={put('url')}
        error={of('url')}
      />
      <Field
        label="Events"
        required
        hint="Types or patterns, separated by commas: customer*, kyc.*"
        value={values.events}
        onChange={put('events')}
        error={of('events')}
      />
      <Select
        label="Payload"
        choices={payloads}
        value={values.payload}
        onChange={put('payload')}
        error={of('payload')}
      />
      <Field
        label="Description"
        value={values.description}
        onChange={put('description')}
        error={of('description')}
      />
      {failure && Object.keys(failure.fields).length === 0 && <FormError>{failure.message}</FormError>}
    </>
  );
}
