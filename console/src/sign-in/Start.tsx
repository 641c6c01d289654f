import type { FormEvent } from 'react';
import { useState } from 'react';
import { answerOf, api } from '../api/client.ts';
import { useWrite } from '../api/write.ts';
import { Button } from '../kit/Button.tsx';
import { Field, FormError } from '../kit/Field.tsx';
import { useWindowTitle } from '../kit/title.ts';
import { Plate } from './Plate.tsx';
import { useEnter } from './use-enter.ts';

/** What a link is for. Its token begins with the word. */
const purposes = {
  first: {
    title: 'Welcome to Clientele',
    sub: 'Make the first account. It has every role.',
    verb: 'Create the account',
  },
  invitation: { title: 'Welcome to Clientele', sub: 'Make your account.', verb: 'Create the account' },
  reset: { title: 'A new password', sub: 'The old one no longer works.', verb: 'Set the password' },
} as const;
type Purpose = keyof typeof purposes;

/** The token is in the fragment, which no log and no other server sees. It is taken out of the address at once. */
function takeToken(): string {
  const token = location.hash.slice(1);
  if (token) history.replaceState(history.state, '', location.pathname);
  return token;
}

const purposeOf = (token: string): Purpose | undefined =>
  (Object.keys(purposes) as Purpose[]).find((purpose) => token.startsWith(`${purpose}_`));

/** Where a link leads: a person chooses a password, and a name where there is no account yet. */
export function Start() {
  useWindowTitle('Welcome', 'page');
  const [token] = useState(takeToken);
  const purpose = purposeOf(token);
  if (!purpose) return <NoLink />;
  return <NewPassword token={token} purpose={purpose} />;
}

const NoLink = () => (
  <Plate title="This link is not whole" sub="Open it again as it was given to you.">
    <p>
      A link works once. A new one is made with <code>clientele operators reset</code>.
    </p>
  </Plate>
);

function NewPassword({ token, purpose }: { readonly token: string; readonly purpose: Purpose }) {
  const enter = useEnter();
  const write = useWrite(
    (body: { token: string; name?: string; email?: string; password: string }) =>
      answerOf(api.POST('/session/invitation', { body })),
    enter,
  );
  const fields = write.failure?.fields ?? {};
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? '').trim();
    write.send({
      token,
      password: String(form.get('password')),
      ...(purpose !== 'reset' && { name: text('name') }),
      ...(purpose === 'first' && { email: text('email') }),
    });
  };
  const { title, sub, verb } = purposes[purpose];
  return (
    <Plate title={title} sub={sub}>
      <form onSubmit={submit}>
        {write.failure && Object.keys(fields).length === 0 && <FormError>{write.failure.message}</FormError>}
        {purpose !== 'reset' && (
          <Field label="Name" name="name" autoComplete="name" required autoFocus error={fields['name']} />
        )}
        {purpose === 'first' && (
          <Field
            label="Email"
            name="email"
            type="email"
            autoComplete="username"
            required
            error={fields['email']}
          />
        )}
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="new-password"
          required
          autoFocus={purpose === 'reset'}
          hint="12 characters or more; a sentence is good"
          error={fields['password']}
        />
        <Button type="submit" look="main" wide busy={write.isSending}>
          {verb}
        </Button>
      </form>
    </Plate>
  );
}
