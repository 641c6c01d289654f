import { useState } from 'react';
import { answerOf, api } from '../api/client.ts';
import { confirmation } from '../api/confirmation.ts';
import { useStore } from '../api/store.ts';
import { useWrite } from '../api/write.ts';
import { Button } from '../kit/Button.tsx';
import { Dialog, DialogActions } from '../kit/Dialog.tsx';
import { Field } from '../kit/Field.tsx';

/** Asks who is there, before what only a fresh proof allows. */
export function Confirmation() {
  const asked = useStore(confirmation);
  return asked ? <Proof proven={asked.proven} refused={asked.refused} /> : null;
}

function Proof({ proven, refused }: { readonly proven: () => void; readonly refused: () => void }) {
  const [password, setPassword] = useState('');
  const write = useWrite(() => answerOf(api.POST('/session/confirmation', { body: { password } })), proven);
  return (
    <Dialog title="Is it still you?" onClose={refused}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          event.stopPropagation();
          write.send(undefined);
        }}
      >
        <p>This needs a fresh proof. It holds for five minutes.</p>
        <Field
          label="Password"
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={({ target }) => setPassword(target.value)}
          error={write.failure?.message}
        />
        <DialogActions>
          <Button onClick={refused}>Cancel</Button>
          <Button type="submit" look="main" busy={write.isSending}>
            Go on
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
