import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { useState } from 'react';
import { answerOf, api } from '../api/client.ts';
import { askPasskey } from '../api/passkeys.ts';
import { providerUrl } from '../api/provider.ts';
import type { components } from '../api/schema.d.ts';
import { useWrite } from '../api/write.ts';
import { Button } from '../kit/Button.tsx';
import { Field, FormError } from '../kit/Field.tsx';
import { useWindowTitle } from '../kit/title.ts';
import styles from './Plate.module.css';
import { Plate } from './Plate.tsx';
import { useEnter } from './use-enter.ts';

type SignInOptions = components['schemas']['SignInOptions'];
type DemoAccount = 'avery' | 'sam' | 'robin';

export function SignIn() {
  useWindowTitle('Sign in', 'page');
  const { data: options, isPending } = useQuery({
    queryKey: ['sign-in'],
    queryFn: () => answerOf(api.GET('/sign-in')),
  });
  const [showsPassword, setShowsPassword] = useState(false);
  const provider = options?.provider ?? undefined;
  return (
    <Plate
      title="Clientele"
      sub="Sign in to look after your customers."
      note={
        options?.environment === 'sandbox' ? 'This is a sandbox. The people in it are made up.' : undefined
      }
    >
      {provider !== undefined && <ProviderButton label={provider} />}
      {isPending ? null : provider !== undefined && !showsPassword ? (
        <Button look="quiet" wide onClick={() => setShowsPassword(true)}>
          Use a password instead
        </Button>
      ) : (
        <WithPassword isMain={provider === undefined} isFirst={options?.first_start ?? false} />
      )}
      {options && options.demo.length > 0 && <DemoPeople options={options} />}
    </Plate>
  );
}

/** Leads to the provider of the company, and from there to the page that the person wanted. */
function ProviderButton({ label }: { readonly label: string }) {
  const { to } = useSearch({ strict: false }) as { readonly to?: string };
  const write = useWrite(
    () => providerUrl('sign_in', to),
    (url) => location.assign(url),
  );
  return (
    <>
      {write.failure && <FormError>{write.failure.message}</FormError>}
      <Button look="main" wide busy={write.isSending} onClick={() => write.send(undefined)}>
        Sign in with {label}
      </Button>
    </>
  );
}

interface WithPasswordProps {
  /** Whether there is no other way in. */
  readonly isMain: boolean;
  readonly isFirst: boolean;
}

/** The accounts that this service keeps itself. */
function WithPassword({ isMain, isFirst }: WithPasswordProps) {
  const enter = useEnter();
  const write = useWrite(
    (body: { readonly email: string; readonly password: string }) => answerOf(api.POST('/session', { body })),
    enter,
  );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    write.send({ email: String(form.get('email')).trim(), password: String(form.get('password')) });
  };
  return (
    <>
      <form onSubmit={submit}>
        {write.failure && <FormError>{sentenceOf(write.failure)}</FormError>}
        <Field label="Email" name="email" type="email" autoComplete="username" required autoFocus />
        <Field label="Password" name="password" type="password" autoComplete="current-password" required />
        <Button type="submit" look={isMain ? 'main' : 'plain'} wide busy={write.isSending}>
          Sign in
        </Button>
      </form>
      <PasskeyButton />
      <p className={styles.aside}>
        {isFirst
          ? 'There is no account yet. A sandbox prints a link for the first one when it starts; in live, clientele operators create makes it.'
          : 'No password? The person who runs this machine makes a new link with '}
        {!isFirst && <code>clientele operators reset</code>}
      </p>
    </>
  );
}

/** Signs in without an email address: the passkey says whose it is. */
function PasskeyButton() {
  const enter = useEnter();
  const write = useWrite(async () => {
    const passkey = await askPasskey();
    return answerOf(api.POST('/session/passkey', { body: { passkey } }));
  }, enter);
  return (
    <>
      {write.failure && (
        <FormError>
          {write.failure.status === 401 ? 'This passkey opens no account here.' : write.failure.message}
        </FormError>
      )}
      <Button icon="passkey" wide busy={write.isSending} onClick={() => write.send(undefined)}>
        Use a passkey
      </Button>
    </>
  );
}

const sentenceOf = ({ status, message }: { readonly status: number; readonly message: string }): string =>
  status === 401 ? 'Email or password is not right.' : message;

/** The accounts of the demo, each by one click. */
function DemoPeople({ options }: { readonly options: SignInOptions }) {
  const enter = useEnter();
  const write = useWrite(
    (account: DemoAccount) => answerOf(api.POST('/session/demo', { body: { account } })),
    enter,
  );
  return (
    <section className={styles.people} aria-label="People of the demo">
      <p className={styles.aside}>Sandbox: sign in as</p>
      {write.failure && <FormError>{write.failure.message}</FormError>}
      {options.demo.map(({ account, name, roles }) => (
        <Button key={account} wide busy={write.isSending} onClick={() => write.send(account as DemoAccount)}>
          {name}, {roles.length > 2 ? 'all roles' : roles.join(' and ')}
        </Button>
      ))}
    </section>
  );
}
