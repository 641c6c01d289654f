import { useState } from 'react';
import { answerOf, api, sessionEnded } from '../api/client.ts';
import { queryClient } from '../api/query.ts';
import { sessionQuery, useHere } from '../api/session.ts';
import { useWrite } from '../api/write.ts';
import { Button } from '../kit/Button.tsx';
import { Dialog, DialogActions } from '../kit/Dialog.tsx';
import { Field } from '../kit/Field.tsx';

/** The session has ended. The page behind is emptied, and its forms keep what was typed. */
export function SessionEnded() {
  const { session } = useHere();
  const [password, setPassword] = useState('');
  const leave = () => location.assign('/console/sign-in');
  const write = useWrite(
    () => answerOf(api.POST('/session', { body: { email: session.account.email, password } })),
    (opened) => {
      queryClient.setQueryData(sessionQuery.queryKey, opened);
      sessionEnded.set(false);
    },
  );
  return (
    <Dialog title="Your session has ended" onClose={leave}>
      <form
        data-signs-in=""
        onSubmit={(event) => {
          event.preventDefault();
          write.send(undefined);
        }}
      >
        <p>Sign in again to go on where you were. What you typed is still there.</p>
        <Field label="Email" value={session.account.email} disabled />
        <Field
          label="Password"
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={({ target }) => setPassword(target.value)}
          error={write.failure?.message}
        />
        <DialogActions>
          <Button onClick={leave}>Sign out</Button>
          <Button type="submit" look="main" busy={write.isSending}>
            Sign in
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
