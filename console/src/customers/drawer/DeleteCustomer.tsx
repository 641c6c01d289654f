import { useQuery } from '@tanstack/react-query';
import { answerOf, api } from '../../api/client.ts';
import { useHere } from '../../api/session.ts';
import { useWrite } from '../../api/write.ts';
import { Confirm } from '../../kit/Confirm.tsx';
import { toast } from '../../kit/Toast.tsx';
import { dayOf } from '../../kit/When.tsx';
import { keptAs } from '../../shell/words.ts';
import type { OneCustomer } from '../queries.ts';
import { customerChanged, retentionQuery } from '../queries.ts';
import { nameOf } from '../words.ts';

export interface DeleteCustomerProps {
  readonly one: OneCustomer;
  readonly onClose: () => void;
  readonly onDeleted: () => void;
}

export function DeleteCustomer({ one, onClose, onDeleted }: DeleteCustomerProps) {
  const { brand } = useHere();
  const { customer, etag } = one;
  const id = customer.customer_id;
  const retention = useQuery(retentionQuery(brand, id)).data;
  const write = useWrite(
    (_: undefined, header) =>
      answerOf(
        api.DELETE('/customers/{customer_id}', {
          params: { path: { customer_id: id }, header: { ...header, ...(etag && { 'If-Match': etag }) } },
        }),
      ),
    async () => {
      await customerChanged(brand, id);
      toast(`Customer ${id.slice(0, 8)} is deleted`);
      onDeleted();
    },
  );
  return (
    <Confirm
      title={`Delete ${nameOf(customer)}?`}
      verb="Delete"
      danger
      typed={id.slice(-4)}
      busy={write.isSending}
      error={write.failure?.message}
      onConfirm={() => write.send(undefined)}
      onClose={onClose}
    >
      {retention && (
        <p>
          {retention.kept_until
            ? `Kept out of reach until ${dayOf(retention.kept_until)} (${keptAs[retention.kept_as]}), then erased.`
            : 'Kept out of reach until its hold is released, then as long as the law wants, then erased.'}
        </p>
      )}
      <p>The record disappears from every list at once. Type the last four characters of its id.</p>
    </Confirm>
  );
}
