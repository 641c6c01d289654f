import { useState } from 'react';
import { answerOf, api } from '../api/client.ts';
import { useWrite } from '../api/write.ts';
import { Button } from '../kit/Button.tsx';
import { Field } from '../kit/Field.tsx';
import { FormDialog } from '../kit/FormDialog.tsx';
import { Panel } from '../kit/Panel.tsx';
import { toast } from '../kit/Toast.tsx';
import { accountChanged } from './queries.ts';

export function Password() {
  const [isChanging, setChanging] = useState(false);
  return (
    <Panel title="Password">
      <div>
        <Button icon="lock" onClick={() => setChanging(true)}>
          Change the password
        </Button>
      </div>
      {isChanging && <ChangePassword onClose={() => setChanging(false)} />}
    </Panel>
  );
}

function ChangePassword({ onClose }: { readonly onClose: () => void }) {
  const [password, setPassword] = useState('');
  const write = useWrite(
    () => answerOf(api.POST('/session/password', { body: { password } })),
    async () => {
      await accountChanged();
      toast('The password is changed, and your other sessions have ended');
      onClose();
    },
  );
  return (
    <FormDialog
      title="Change the password"
      verb="Change it"
      write={write}
      fields={['password']}
      onSend={() => write.send(undefined)}
      onClose={onClose}
    >
      <Field
        label="New password"
        type="password"
        autoComplete="new-password"
        hint="12 characters or more; a sentence is good"
        required
        value={password}
        onChange={({ target }) => setPassword(target.value)}
        error={write.failure?.fields['password']}
      />
    </FormDialog>
  );
}
