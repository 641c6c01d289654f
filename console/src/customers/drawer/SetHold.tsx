import { answerOf, api } from '../../api/client.ts';
import { useHere } from '../../api/session.ts';
import { useWrite } from '../../api/write.ts';
import { ReasonDialog } from '../../kit/FormDialog.tsx';
import { toast } from '../../kit/Toast.tsx';
import { customerChanged } from '../queries.ts';

/** A hold keeps a record from being erased until it is released. */
export function SetHold({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const { brand } = useHere();
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
  return (
    <ReasonDialog
      title="Why must this record be kept?"
      hint="Nothing of the record is erased until the hold is released. The reason is kept with your name."
      verb="Set the hold"
      write={write}
      onSend={(reason) => write.send({ reason })}
      onClose={onClose}
    />
  );
}
