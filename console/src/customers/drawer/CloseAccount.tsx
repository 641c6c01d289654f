import { useState } from 'react';
import { answerOf, api } from '../../api/client.ts';
import { useHere } from '../../api/session.ts';
import { useWrite } from '../../api/write.ts';
import { Button } from '../../kit/Button.tsx';
import { Dialog, DialogActions } from '../../kit/Dialog.tsx';
import { Field, FormError } from '../../kit/Field.tsx';
import { toast } from '../../kit/Toast.tsx';
import { customerChanged } from '../queries.ts';
import styles from './Drawer.module.css';

/** The day from which the time counts that the law wants a record kept. */
export function CloseAccount({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const { brand } = useHere();
  const [day, setDay] = useState(() => new Date().toISOString().slice(0, 10));
  const write = useWrite(
    (body: { readonly closed_on: string }, header) =>
      answerOf(
        api.POST('/customers/{customer_id}/account-closed', {
          params: { path: { customer_id: id }, header },
          body,
        }),
      ),
    async () => {
      await customerChanged(brand, id);
      toast('The day is noted');
      onClose();
    },
  );
  const { failure } = write;
  return (
    <Dialog title="When was the account closed?" onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          write.send({ closed_on: day });
        }}
      >
        <Field
          label="Day"
          type="date"
          required
          hint="The record stays as it is. Once it is deleted, it is kept from this day on."
          value={day}
          onChange={({ target }) => setDay(target.value)}
          error={failure?.fields['closed_on']}
        />
        {failure && !failure.fields['closed_on'] && <FormError>{failure.message}</FormError>}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="main" busy={write.isSending}>
            Close account
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
