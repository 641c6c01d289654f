import { useState } from 'react';
import { answerOf, api } from '../api/client.ts';
import { useHere } from '../api/session.ts';
import { useWrite } from '../api/write.ts';
import { Field } from '../kit/Field.tsx';
import { FormDialog } from '../kit/FormDialog.tsx';
import type { Role, WithLink } from './queries.ts';
import { operatorsChanged } from './queries.ts';
import { RoleChoice } from './RoleChoice.tsx';
import { ShownLink } from './ShownLink.tsx';

export function InviteOperator({ onClose }: { readonly onClose: () => void }) {
  const { brand } = useHere();
  const [email, setEmail] = useState('');
  const [roles, setRoles] = useState<readonly Role[]>(['viewer']);
  const [made, setMade] = useState<WithLink>();
  const write = useWrite(
    (_: undefined, header) =>
      answerOf(api.POST('/operators', { params: { header }, body: { email, roles: [...roles] } })),
    (answer) => {
      setMade(answer);
      void operatorsChanged(brand);
    },
  );
  if (made) return <ShownLink made={made} onClose={onClose} />;
  return (
    <FormDialog
      title="Invite a person"
      verb="Invite"
      write={write}
      fields={['email']}
      onSend={() => write.send(undefined)}
      onClose={onClose}
    >
      <Field
        label="Email"
        type="email"
        required
        value={email}
        onChange={({ target }) => setEmail(target.value)}
        error={write.failure?.fields['email']}
        hint="No mail is sent. You get a link to pass on."
      />
      <RoleChoice chosen={roles} onChange={setRoles} />
    </FormDialog>
  );
}
