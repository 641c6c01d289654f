import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Session } from '../api/session.ts';
import { sessionQuery, signOut } from '../api/session.ts';
import { Answer } from '../kit/Answer.tsx';
import { Button } from '../kit/Button.tsx';
import { Note } from '../kit/Note.tsx';
import { Page } from '../kit/Page.tsx';
import { Confirmation } from '../shell/Confirmation.tsx';
import styles from './Account.module.css';
import { NeedsPasskey } from './NeedsPasskey.tsx';
import { Passkeys } from './Passkeys.tsx';
import { Password } from './Password.tsx';
import { Sessions } from './Sessions.tsx';

/** What a person may do with their own account. */
export function AccountPage() {
  const query = useQuery(sessionQuery);
  return (
    <main className={styles.page}>
      <Answer query={query}>{(session) => <Own session={session} />}</Answer>
      <Confirmation />
    </main>
  );
}

function Own({ session }: { readonly session: Session }) {
  const { account, passkey_required: waits } = session;
  return (
    <Page
      title="Your account"
      sub={`${account.name}, ${account.email}`}
      actions={
        <>
          {!waits && (
            <Link to="/" className={styles.back}>
              To the console
            </Link>
          )}
          <Button icon="signOut" onClick={() => void signOut()}>
            Sign out
          </Button>
        </>
      }
    >
      {waits && <NeedsPasskey session={session} />}
      <Passkeys session={session} />
      <Sessions session={session} />
      {session.has_password && <Password />}
      {session.by_provider && (
        <Note>
          You sign in at the provider of your company. Your groups there give your roles, from the next
          sign-in on.
        </Note>
      )}
    </Page>
  );
}
