import { useState } from 'react';
import { answerOf, api, sessionEnded } from '../api/client.ts';
import { askPasskey } from '../api/passkeys.ts';
import { useProviderWindow } from '../api/provider.ts';
import { queryClient } from '../api/query.ts';
import type { Session } from '../api/session.ts';
import { sessionQuery, useHere } from '../api/session.ts';
import { useWrite } from '../api/write.ts';
import { Button } from '../kit/Button.tsx';
import { Dialog } from '../kit/Dialog.tsx';
import { DialogActions } from '../kit/DialogActions.tsx';
import { Field, FormError } from '../kit/Field.tsx';

/** The session has ended. The page behind is emptied, and its forms keep what was typed. */
export function SessionEnded() {
  const { session } = useHere();
  const goOn = (opened: Session) => {
    // Another person has their own pages.
    if (opened.account.operator_id !== session.account.operator_id) return location.assign('/console/');
    queryClient.setQueryData(sessionQuery.queryKey, opened);
    sessionEnded.set(false);
  };
  const Way = session.by_provider ? AtProvider : WithPassword;
  return (
    <Dialog title="Your session has ended" closes="never" onClose={leave}>
      <Way session={session} goOn={goOn} />
    </Dialog>
  );
}

interface WayProps {
  readonly session: Session;
  readonly goOn: (opened: Session) => void;
}

const leave = () => location.assign('/console/sign-in');

function AtProvider({ goOn }: WayProps) {
  const read = useWrite(() => answerOf(api.GET('/session')), goOn);
  const beside = useProviderWindow('window', () => read.send(undefined));
  const failure = beside.failure ?? read.failure;
  return (
    <>
      <p data-signs-in="">
        Sign in again at your provider to go on where you were. What you typed is still there.
      </p>
      {failure && <FormError>{failure.message}</FormError>}
      <DialogActions>
        <Button onClick={leave}>Sign out</Button>
        <Button look="main" busy={beside.isOpening || read.isSending} onClick={beside.open}>
          Open the window
        </Button>
      </DialogActions>
    </>
  );
}

function WithPassword({ session, goOn }: WayProps) {
  const [password, setPassword] = useState('');
  const write = useWrite(
    () => answerOf(api.POST('/session', { body: { email: session.account.email, password } })),
    goOn,
  );
  const passkey = useWrite(
    async () => answerOf(api.POST('/session/passkey', { body: { passkey: await askPasskey() } })),
    goOn,
  );
  return (
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
      {passkey.failure && <FormError>{passkey.failure.message}</FormError>}
      <DialogActions>
        <Button onClick={leave}>Sign out</Button>
        {session.passkeys > 0 && (
          <Button busy={passkey.isSending} onClick={() => passkey.send(undefined)}>
            Use a passkey
          </Button>
        )}
        <Button type="submit" look="main" busy={write.isSending}>
          Sign in
        </Button>
      </DialogActions>
    </form>
  );
}
