import type { FormEvent } from 'react';
import { useState } from 'react';
import { api, wholeAnswerOf } from '../../api/client.ts';
import { queryClient } from '../../api/query.ts';
import { useHere } from '../../api/session.ts';
import { useWrite } from '../../api/write.ts';
import { Button } from '../../kit/Button.tsx';
import { CopyCurl } from '../../kit/Curl.tsx';
import { FormError } from '../../kit/Field.tsx';
import { toast } from '../../kit/Toast.tsx';
import type { OneCustomer } from '../queries.ts';
import { customerChanged, customerQuery } from '../queries.ts';
import { Conflict } from './Conflict.tsx';
import styles from './Forms.module.css';
import type { PersonField, PersonValues } from './PersonFields.tsx';
import { PersonFields } from './PersonFields.tsx';
import { changedFields, personOf } from './person-values.ts';

const lockedAfterKyc: readonly PersonField[] = ['first_name', 'middle_name', 'last_name', 'dob', 'ssn'];

export interface EditPersonProps {
  readonly one: OneCustomer;
  readonly onDone: () => void;
}

/** Sends only what was changed, and only if nobody else changed the record since it was read. */
export function EditPerson({ one, onDone }: EditPersonProps) {
  const { brand } = useHere();
  const [base, setBase] = useState(one);
  const [values, setValues] = useState<PersonValues>(() => personOf(one.customer));
  const [theirs, setTheirs] = useState<OneCustomer>();
  const { customer_id: id } = one.customer;
  const path = { customer_id: id };
  const changes = changedFields(values, personOf(base.customer));
  const write = useWrite(
    ({ etag }: { readonly etag: string | undefined }, header) =>
      wholeAnswerOf(
        api.PATCH('/customers/{customer_id}', {
          params: { path, header: { ...header, ...(etag && { 'If-Match': etag }) } },
          body: changes,
        }),
      ),
    async ({ data, etag }) => {
      queryClient.setQueryData(customerQuery(brand, id).queryKey, { customer: data, etag });
      await customerChanged(brand, id);
      toast('The customer is saved');
      onDone();
    },
  );
  const { failure } = write;
  const isConflict = failure?.status === 412;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (Object.keys(changes).length === 0) onDone();
    else write.send({ etag: base.etag });
  };
  if (isConflict)
    return (
      <Conflict
        brand={brand}
        mine={changes}
        base={base}
        theirs={theirs}
        onRead={setTheirs}
        onTakeTheirs={() => {
          void customerChanged(brand, id);
          onDone();
        }}
        onKeepMine={(read) => {
          setBase(read);
          setTheirs(undefined);
          write.send({ etag: read.etag });
        }}
      />
    );
  const fieldErrors = failure?.fields ?? {};
  return (
    <form className={styles.form} onSubmit={submit} onKeyDown={submitOnControlEnter}>
      <PersonFields
        values={values}
        onChange={(field, value) => setValues((before) => ({ ...before, [field]: value }))}
        errors={fieldErrors}
        locked={one.customer.kyc_status === 'passed' ? lockedAfterKyc : []}
        maskedSsn={one.customer.ssn}
      />
      {failure && Object.keys(fieldErrors).length === 0 && <FormError>{failure.message}</FormError>}
      <div className={styles.actions}>
        <CopyCurl
          small
          call={() => ({
            method: 'PATCH',
            path: `/customers/${id}`,
            body: { ...changes, ...(changes.ssn && { ssn: 'SSN' }) },
          })}
        />
        <Button small onClick={onDone}>
          Cancel
        </Button>
        <Button small type="submit" look="main" busy={write.isSending}>
          Save
        </Button>
      </div>
    </form>
  );
}

/** Ctrl Enter saves from any field of a form. */
export function submitOnControlEnter(event: React.KeyboardEvent<HTMLFormElement>): void {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
}
