import { useEffect, useRef, useState } from 'react';
import { answerOf, api } from '../api/client.ts';
import type { ProviderAnswer, Purpose } from '../api/provider.ts';
import { providerUrl, tellAndClose } from '../api/provider.ts';
import { useWrite } from '../api/write.ts';
import { Button, LinkButton } from '../kit/Button.tsx';
import { FormError } from '../kit/Field.tsx';
import { useWindowTitle } from '../kit/title.ts';
import styles from './Plate.module.css';
import { Plate } from './Plate.tsx';
import { useEnterAt } from './use-enter.ts';

/** The code works once and in this browser alone. It is taken out of the address before anything else is done. */
function takeAnswer(): ProviderAnswer {
  const given = new URLSearchParams(location.search);
  if (given.size > 0) history.replaceState(history.state, '', location.pathname);
  const [code, iss, error] = ['code', 'iss', 'error'].map((name) => given.get(name) ?? undefined);
  return {
    state: given.get('state') ?? '',
    ...(code !== undefined && { code }),
    ...(iss !== undefined && { iss }),
    ...(error !== undefined && { error }),
  };
}

const purposeOf = ({ state }: ProviderAnswer): Purpose => {
  if (state.startsWith('proof.')) return 'proof';
  return state.startsWith('window.') ? 'window' : 'sign_in';
};

/** Where the provider sends the browser back to. */
export function Callback() {
  useWindowTitle('Sign in', 'page');
  const [answer] = useState(takeAnswer);
  const purpose = purposeOf(answer);
  const enterAt = useEnterAt();
  const write = useWrite(
    async () => {
      if (purpose === 'proof') {
        await answerOf(api.POST('/session/confirmation', { body: { provider: answer } }));
        return undefined;
      }
      return answerOf(api.POST('/session/provider', { body: answer }));
    },
    (opened) => {
      if (purpose === 'sign_in' && opened) enterAt(opened.session, opened.to ?? '/');
      else tellAndClose(purpose);
    },
  );
  const isSent = useRef(false);
  const { send } = write;
  useEffect(() => {
    if (!isSent.current) send(undefined);
    isSent.current = true;
  });
  if (write.failure) return <Refused purpose={purpose} message={write.failure.message} />;
  return (
    <Plate title="One moment" sub={purpose === 'proof' ? 'Confirming that it is you.' : 'Signing you in.'}>
      {null}
    </Plate>
  );
}

/** Why the person is not signed in, and what they can do. */
function Refused({ purpose, message }: { readonly purpose: Purpose; readonly message: string }) {
  const again = useWrite(
    () => providerUrl(purpose),
    (url) => location.assign(url),
  );
  return (
    <Plate
      title={purpose === 'proof' ? 'Not confirmed' : 'Not signed in'}
      sub={purpose === 'sign_in' ? 'Nothing was opened.' : 'The page beside this window is as you left it.'}
    >
      <FormError>{again.failure?.message ?? message}</FormError>
      <Button look="main" wide busy={again.isSending} onClick={() => again.send(undefined)}>
        Try again
      </Button>
      {purpose === 'sign_in' ? (
        <LinkButton to="/sign-in">Back to sign-in</LinkButton>
      ) : (
        <p className={styles.aside}>Or close this window.</p>
      )}
    </Plate>
  );
}
