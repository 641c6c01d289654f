import { useRouter } from '@tanstack/react-router';
import { answerOf, api } from '../api/client.ts';
import { askPasskey } from '../api/passkeys.ts';
import type { Session } from '../api/session.ts';
import { useWrite } from '../api/write.ts';
import { Button } from '../kit/Button.tsx';
import { FormError } from '../kit/Field.tsx';
import { Note } from '../kit/Note.tsx';
import { accountChanged } from './queries.ts';

/** Says why nothing else is open yet, and what opens it. */
export function NeedsPasskey({ session }: { readonly session: Session }) {
  const router = useRouter();
  const write = useWrite(
    async () => {
      const passkey = await askPasskey();
      return answerOf(api.POST('/session/confirmation', { body: { passkey } }));
    },
    async () => {
      await accountChanged();
      await router.navigate({ to: '/' });
    },
  );
  const has = session.passkeys > 0;
  return (
    <>
      <Note
        tone="want"
        icon="passkey"
        action={
          has && (
            <Button look="main" busy={write.isSending} onClick={() => write.send(undefined)}>
              Use your passkey
            </Button>
          )
        }
      >
        {has
          ? `Your roles reach far. They take your passkey beside ${session.by_provider ? 'your sign-in' : 'your password'}.`
          : 'Your roles reach far, so they take a passkey. Add one to go on.'}
      </Note>
      {write.failure && <FormError>{write.failure.message}</FormError>}
    </>
  );
}
