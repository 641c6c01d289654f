import { answerOf, api } from '../api/client.ts';
import type { Session } from '../api/session.ts';
import { useWrite } from '../api/write.ts';
import { Button } from '../kit/Button.tsx';
import { FormError } from '../kit/Field.tsx';
import { Panel } from '../kit/Panel.tsx';
import { toast } from '../kit/Toast.tsx';
import { When } from '../kit/When.tsx';
import styles from './Account.module.css';
import { accountChanged } from './queries.ts';

/** Where the person is signed in. */
export function Sessions({ session: { sessions } }: { readonly session: Session }) {
  const write = useWrite(
    () => answerOf(api.DELETE('/session', { params: { query: { sessions: 'others' } } })),
    async () => {
      await accountChanged();
      toast('The other sessions have ended');
    },
  );
  return (
    <Panel title="Sessions">
      <ul className={styles.rows}>
        {sessions.map((one) => (
          <li key={one.session_id} className={styles.row}>
            <span className={styles.name}>{one.is_current ? 'This one' : 'Another one'}</span>
            <span className={styles.facts}>
              Signed in <When time={one.date_created} />, used <When time={one.date_seen} />
            </span>
          </li>
        ))}
      </ul>
      {write.failure && <FormError>{write.failure.message}</FormError>}
      {sessions.length > 1 && (
        <div>
          <Button busy={write.isSending} onClick={() => write.send(undefined)}>
            End the others
          </Button>
        </div>
      )}
    </Panel>
  );
}
