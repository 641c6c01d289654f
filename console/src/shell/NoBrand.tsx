import { signOut } from '../api/session.ts';
import { Button } from '../kit/Button.tsx';
import { Page } from '../kit/Page.tsx';

/** A person who is signed in and has no role. */
export function NoBrand() {
  return (
    <Page title="Nothing to see yet">
      <p>You have no role in any brand. Ask an admin of this installation.</p>
      <div>
        <Button onClick={() => void signOut()}>Sign out</Button>
      </div>
    </Page>
  );
}
