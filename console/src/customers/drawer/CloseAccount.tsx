import { useState } from 'react';
import { answerOf, api } from '../../api/client.ts';
import { useHere } from '../../api/session.ts';
import { useWrite } from '../../api/write.ts';
import { Field } from '../../kit/Field.tsx';
import { FormDialog } from '../../kit/FormDialog.tsx';
import { toast } from '../../kit/Toast.tsx';
import { customerChanged } from '../queries.ts';

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
  return (
    <FormDialog
      title="When was the account closed?"
      verb="Close account"
      write={write}
      fields={['closed_on']}
      onSend={() => write.send({ closed_on: day })}
      onClose={onClose}
    >
      <Field
        label="Day"
        type="date"
        required
        hint="The record stays as it is. Once it is deleted, it is kept from this day on."
        value={day}
        onChange={({ target }) => setDay(target.value)}
        error={write.failure?.fields['closed_on']}
      />
    </FormDialog>
  );
}
