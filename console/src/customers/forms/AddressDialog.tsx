import { useState } from 'react';
import { answerOf, api } from '../../api/client.ts';
import { useHere } from '../../api/session.ts';
import { useWrite } from '../../api/write.ts';
import { Button } from '../../kit/Button.tsx';
import { Dialog } from '../../kit/Dialog.tsx';
import { DialogActions } from '../../kit/DialogActions.tsx';
import { FormError } from '../../kit/Field.tsx';
import { toast } from '../../kit/Toast.tsx';
import type { Address } from '../queries.ts';
import { customerChanged } from '../queries.ts';
import type { AddressValues } from './AddressFields.tsx';
import { AddressFields, emptyAddress } from './AddressFields.tsx';
import { submitOnControlEnter } from './EditPerson.tsx';
import styles from './Forms.module.css';

export interface AddressDialogProps {
  readonly customerId: string;
  /** The address to change; a new one without it. */
  readonly address: Address | undefined;
  readonly mayBePrimary: boolean;
  readonly onClose: () => void;
}

const valuesOf = ({
  address_id: _,
  date_created: __,
  deliverability: ___,
  ...values
}: Address): AddressValues => values;

export function AddressDialog({ customerId, address, mayBePrimary, onClose }: AddressDialogProps) {
  const { brand } = useHere();
  const [values, setValues] = useState(() => (address ? valuesOf(address) : emptyAddress));
  const write = useWrite(
    (body: AddressValues, header) => {
      const path = { customer_id: customerId };
      return answerOf(
        address
          ? api.PATCH('/customers/{customer_id}/addresses/{address_id}', {
              params: { path: { ...path, address_id: address.address_id }, header },
              body,
            })
          : api.POST('/customers/{customer_id}/addresses', { params: { path, header }, body }),
      );
    },
    async () => {
      await customerChanged(brand, customerId);
      toast('The address is saved');
      onClose();
    },
  );
  const { failure } = write;
  return (
    <Dialog title={address ? 'Edit the address' : 'Add an address'} onClose={onClose}>
      <form
        className={styles.form}
        onKeyDown={submitOnControlEnter}
        onSubmit={(event) => {
          event.preventDefault();
          write.send(values);
        }}
      >
        <AddressFields
          values={values}
          onChange={setValues}
          errors={failure?.fields ?? {}}
          mayBePrimary={mayBePrimary}
        />
        {failure && Object.keys(failure.fields).length === 0 && <FormError>{failure.message}</FormError>}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="main" busy={write.isSending}>
            Save
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
