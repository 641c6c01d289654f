import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf, api } from '../api/client.ts';
import { confirmation } from '../api/confirmation.ts';
import type { Failure } from '../api/failure.ts';
import { askPasskey } from '../api/passkeys.ts';
import { useProviderWindow } from '../api/provider.ts';
import type { components } from '../api/schema.d.ts';
import type { Session } from '../api/session.ts';
import { sessionQuery } from '../api/session.ts';
import { useStore } from '../api/store.ts';
import { useWrite } from '../api/write.ts';
import { Button } from '../kit/Button.tsx';
import { Dialog } from '../kit/Dialog.tsx';
import { DialogActions } from '../kit/DialogActions.tsx';
import { Field, FormError } from '../kit/Field.tsx';

/** Asks who is there, before what only a fresh proof allows. */
export function Confirmation() {
  const asked = useStore(confirmation);
  return asked ? <Proof proven={asked.proven} refused={asked.refused} /> : null;
}

function Proof({ proven, refused }: { readonly proven: () => void; readonly refused: () => void }) {
  const ways = useQuery(sessionQuery).data?.confirm_with ?? [];
  const Way = wayFor(ways);
  return (
    <Dialog title="Is it still you?" closes="at once" onClose={refused}>
      <p>This needs a fresh proof. It holds for five minutes.</p>
      <Way proven={proven} refused={refused} />
    </Dialog>
  );
}

function wayFor(ways: Session['confirm_with']) {
  if (ways.includes('passkey')) return PasskeyProof;
  if (ways.includes('provider')) return ProviderProof;
  return ways.includes('demo') ? DemoProof : PasswordProof;
}

/** The provider asks again, in a window of its own, so that what was typed stays. */
function ProviderProof({ proven, refused }: { readonly proven: () => void; readonly refused: () => void }) {
  const beside = useProviderWindow('proof', proven);
  return (
    <>
      <p>Sign in once more at your provider. A window opens, and this page stays as it is.</p>
      {beside.failure && <FormError>{beside.failure.message}</FormError>}
      <DialogActions>
        <Button onClick={refused}>Cancel</Button>
        <Button look="main" busy={beside.isOpening} onClick={beside.open}>
          Open the window
        </Button>
      </DialogActions>
    </>
  );
}

function PasskeyProof({ proven, refused }: { readonly proven: () => void; readonly refused: () => void }) {
  const write = useWrite(async () => confirmWith({ passkey: await askPasskey() }), proven);
  return (
    <>
      {write.failure && <FormError>{write.failure.message}</FormError>}
      <DialogActions>
        <Button onClick={refused}>Cancel</Button>
        <Button look="main" icon="passkey" busy={write.isSending} onClick={() => write.send(undefined)}>
          Use your passkey
        </Button>
      </DialogActions>
    </>
  );
}

/** An account of the demo has nothing to prove itself with. A click shows where the question comes. */
function DemoProof({ proven, refused }: { readonly proven: () => void; readonly refused: () => void }) {
  const write = useWrite(() => confirmWith({ demo: true }), proven);
  return (
    <>
      <p>A person of the demo has no password. Anybody else is asked for theirs here.</p>
      {write.failure && <FormError>{write.failure.message}</FormError>}
      <DialogActions>
        <Button onClick={refused}>Cancel</Button>
        <Button look="main" busy={write.isSending} onClick={() => write.send(undefined)}>
          It is me
        </Button>
      </DialogActions>
    </>
  );
}

function PasswordProof({ proven, refused }: { readonly proven: () => void; readonly refused: () => void }) {
  const [password, setPassword] = useState('');
  const write = useWrite(() => confirmWith({ password }), proven);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        event.stopPropagation();
        write.send(undefined);
      }}
    >
      <Field
        label="Password"
        type="password"
        autoComplete="current-password"
        value={password}
        onChange={({ target }) => setPassword(target.value)}
        error={write.failure && sentenceOf(write.failure)}
      />
      <DialogActions>
        <Button onClick={refused}>Cancel</Button>
        <Button type="submit" look="main" busy={write.isSending}>
          Go on
        </Button>
      </DialogActions>
    </form>
  );
}

const confirmWith = (body: components['schemas']['IdentityProof']) =>
  answerOf(api.POST('/session/confirmation', { body }));

const sentenceOf = ({ code, message }: Failure): string =>
  code === 'sign_in_err' ? 'This password is not right.' : message;
