import { useState } from 'react';
import { answerOf, api } from '../../api/client.ts';
import { useHere } from '../../api/session.ts';
import { useWrite } from '../../api/write.ts';
import { Button } from '../../kit/Button.tsx';
import { Dialog, DialogActions } from '../../kit/Dialog.tsx';
import { FormError, TextArea } from '../../kit/Field.tsx';
import { toast } from '../../kit/Toast.tsx';
import { customerChanged } from '../queries.ts';
import styles from './Drawer.module.css';

/** A hold keeps a record from being erased until it is released. */
export function SetHold({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const { brand } = useHere();
  const [reason, setReason] = useState('');
  const write = useWrite(
    (body: { readonly reason: string }, header) =>
      answerOf(
        api.POST('/customers/{customer_id}/legal-holds', {
          params: { path: { customer_id: id }, header },
          body,
        }),
      ),
    async () => {
      await customerChanged(brand, id);
      toast('The hold is set');
      onClose();
    },
  );
  const { failure } = write;
  return (
    <Dialog title="Why must this record be kept?" onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          write.send({ reason });
        }}
      >
        <TextArea
          label="Reason"
          hint="Nothing of the record is erased until the hold is released. The reason is kept with your name."
          minLength={3}
          maxLength={500}
          required
          value={reason}
          onChange={({ target }) => setReason(target.value)}
          error={failure?.fields['reason']}
        />
        {failure && !failure.fields['reason'] && <FormError>{failure.message}</FormError>}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="main" busy={write.isSending}>
            Set the hold
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
