import { useState } from 'react';
import { answerOf, api } from '../api/client.ts';
import { useHere } from '../api/session.ts';
import { useWrite } from '../api/write.ts';
import { Button } from '../kit/Button.tsx';
import { Checkbox } from '../kit/Field.tsx';
import { FormDialog } from '../kit/FormDialog.tsx';
import { Note } from '../kit/Note.tsx';
import { toast } from '../kit/Toast.tsx';
import type { Operator, WithLink } from './queries.ts';
import { operatorsChanged } from './queries.ts';
import { RoleChoice } from './RoleChoice.tsx';
import { ShownLink } from './ShownLink.tsx';

export interface EditOperatorProps {
  readonly operator: Operator;
  readonly onClose: () => void;
}

/** Changes what another person may do here, and makes a link for one who has lost the password. */
export function EditOperator({ operator, onClose }: EditOperatorProps) {
  const { brand } = useHere();
  const { operator_id: id, name, email, status, by_provider: isByProvider } = operator;
  const path = { operator_id: id };
  const [roles, setRoles] = useState(operator.roles);
  const [isDisabled, setDisabled] = useState(status === 'disabled');
  const [made, setMade] = useState<WithLink>();
  const save = useWrite(
    (_: undefined, header) => {
      const body = {
        ...(!isByProvider && { roles: [...roles] }),
        ...((isByProvider || isDisabled !== (status === 'disabled')) && { disabled: isDisabled }),
      };
      return answerOf(api.PATCH('/operators/{operator_id}', { params: { path, header }, body }));
    },
    async () => {
      await operatorsChanged(brand);
      toast('Saved');
      onClose();
    },
  );
  const reset = useWrite(
    (_: undefined, header) =>
      answerOf(api.POST('/operators/{operator_id}/reset', { params: { path, header } })),
    (answer) => {
      void operatorsChanged(brand);
      if (!isByProvider) return setMade(answer);
      toast('The sessions have ended');
      onClose();
    },
  );
  if (made) return <ShownLink made={made} onClose={onClose} />;
  const failure = save.failure ?? reset.failure;
  return (
    <FormDialog
      title={name === '' ? email : name}
      verb="Save"
      write={{ isSending: save.isSending, failure }}
      onSend={() => save.send(undefined)}
      onClose={onClose}
    >
      {isByProvider ? (
        <Note>The person signs in at the provider, and the groups there give the roles.</Note>
      ) : (
        <RoleChoice chosen={roles} onChange={(chosen) => setRoles([...chosen])} />
      )}
      <Checkbox
        label="The account is disabled, and signs in nowhere"
        checked={isDisabled}
        onChange={({ target }) => setDisabled(target.checked)}
      />
      <div>
        <Button small icon="refresh" busy={reset.isSending} onClick={() => reset.send(undefined)}>
          {isByProvider ? 'End sessions and remove passkeys' : 'End sessions and make a new link'}
        </Button>
      </div>
    </FormDialog>
  );
}
