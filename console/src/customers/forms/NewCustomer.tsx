import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { answerOf, api } from '../../api/client.ts';
import type { components } from '../../api/schema.d.ts';
import { useHere } from '../../api/session.ts';
import { useWrite } from '../../api/write.ts';
import { Button } from '../../kit/Button.tsx';
import { CopyCurl } from '../../kit/Curl.tsx';
import { Drawer } from '../../kit/Drawer.tsx';
import { FormError } from '../../kit/Field.tsx';
import { toast } from '../../kit/Toast.tsx';
import { useWindowTitle } from '../../kit/title.ts';
import { exampleCustomer } from '../example.ts';
import { customerChanged } from '../queries.ts';
import { AddressFields, emptyAddress } from './AddressFields.tsx';
import { submitOnControlEnter } from './EditPerson.tsx';
import styles from './Forms.module.css';
import { PersonFields } from './PersonFields.tsx';
import { emptyPerson, typedFields } from './person-values.ts';

const firstAddress = { ...emptyAddress, is_primary: true };

export function NewCustomer() {
  useWindowTitle('New customer', 'record');
  const { brand } = useHere();
  const navigate = useNavigate();
  const [person, setPerson] = useState(emptyPerson);
  const [address, setAddress] = useState(firstAddress);
  const list = `/${brand.slug}/customers`;
  const body = { ...typedFields(person), addresses: [address] };
  const leave = () => void navigate({ to: list });
  const write = useWrite(
    (sent: typeof body, header) =>
      // The API says what is missing, field by field.
      answerOf(
        api.POST('/customers', {
          params: { header },
          body: sent as components['schemas']['NewCustomer'],
        }),
      ),
    async ({ customer_id: id }) => {
      await customerChanged(brand, id);
      toast('The customer is created');
      await navigate({ to: `${list}/${id}` });
    },
  );
  const { failure } = write;
  const hasFieldErrors = Object.keys(failure?.fields ?? {}).length > 0;
  return (
    <Drawer title="New customer" onClose={leave}>
      <form
        noValidate
        className={`${styles.form} ${styles.padded}`}
        onKeyDown={submitOnControlEnter}
        onSubmit={(event) => {
          event.preventDefault();
          write.send(body);
        }}
      >
        <PersonFields
          values={person}
          onChange={(field, value) => setPerson((before) => ({ ...before, [field]: value }))}
          errors={failure?.fields ?? {}}
        />
        <AddressFields
          values={address}
          onChange={setAddress}
          errors={failure?.fields ?? {}}
          prefix="addresses.0."
          mayBePrimary={false}
        />
        {failure && (
          <FormError>{hasFieldErrors ? 'Some fields have to be different.' : failure.message}</FormError>
        )}
        <div className={styles.actions}>
          <CopyCurl call={() => ({ method: 'POST', path: '/customers', body: exampleCustomer })} />
          <Button type="submit" look="main" busy={write.isSending} aria-keyshortcuts="Control+Enter">
            Create
          </Button>
        </div>
      </form>
    </Drawer>
  );
}
