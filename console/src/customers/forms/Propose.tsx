import { useState } from 'react';
import { answerOf, api } from '../../api/client.ts';
import { useHere } from '../../api/session.ts';
import { useWrite } from '../../api/write.ts';
import { Button } from '../../kit/Button.tsx';
import { Dialog } from '../../kit/Dialog.tsx';
import { DialogActions } from '../../kit/DialogActions.tsx';
import { FormError, TextArea } from '../../kit/Field.tsx';
import { toast } from '../../kit/Toast.tsx';
import type { Customer } from '../queries.ts';
import { customerChanged } from '../queries.ts';
import { submitOnControlEnter } from './EditPerson.tsx';
import styles from './Forms.module.css';
import type { PersonValues } from './PersonFields.tsx';
import { PersonFields } from './PersonFields.tsx';
import { changedFields, personOf } from './person-values.ts';

/** Fields that a pass has locked change only when a second person approves. */
export function Propose({
  customer,
  onClose,
}: {
  readonly customer: Customer;
  readonly onClose: () => void;
}) {
  const { brand } = useHere();
  const [values, setValues] = useState<PersonValues>(() => personOf(customer));
  const [reason, setReason] = useState('');
  const { customer_id: id } = customer;
  const changes = changedFields(values, personOf(customer));
  const write = useWrite(
    (body: { readonly changes: Partial<PersonValues>; readonly reason: string }, header) =>
      answerOf(
        api.POST('/customers/{customer_id}/change-requests', {
          params: { path: { customer_id: id }, header },
          body,
        }),
      ),
    async () => {
      await customerChanged(brand, id);
      toast('The change is proposed. Another person decides.');
      onClose();
    },
  );
  const { failure } = write;
  const errors = Object.fromEntries(
    Object.entries(failure?.fields ?? {}).map(([name, text]) => [name.replace(/^changes\./, ''), text]),
  );
  return (
    <Dialog title="Propose a change" onClose={onClose}>
      <form
        className={styles.form}
        onKeyDown={submitOnControlEnter}
        onSubmit={(event) => {
          event.preventDefault();
          write.send({ changes, reason });
        }}
      >
        <PersonFields
          values={values}
          onChange={(field, value) => setValues((before) => ({ ...before, [field]: value }))}
          errors={errors}
          locked={['email', 'phone', 'phone_country_code']}
          maskedSsn={customer.ssn}
        />
        <TextArea
          label="Reason"
          hint="For the person who decides."
          minLength={3}
          maxLength={500}
          required
          value={reason}
          onChange={({ target }) => setReason(target.value)}
          error={errors['reason']}
        />
        {failure && Object.keys(errors).length === 0 && <FormError>{failure.message}</FormError>}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            look="main"
            busy={write.isSending}
            disabled={Object.keys(changes).length === 0}
          >
            Propose
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
