import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Session } from '../api/session.ts';
import { Answer } from '../kit/Answer.tsx';
import { Button } from '../kit/Button.tsx';
import { Panel } from '../kit/Panel.tsx';
import { When } from '../kit/When.tsx';
import styles from './Account.module.css';
import { AddPasskey } from './AddPasskey.tsx';
import type { Passkey } from './queries.ts';
import { passkeysQuery } from './queries.ts';
import { RemovePasskey } from './RemovePasskey.tsx';

/** The passkeys of the account, and the way to another one. */
export function Passkeys({ session }: { readonly session: Session }) {
  const query = useQuery(passkeysQuery);
  const [isAdding, setAdding] = useState(false);
  const [removed, setRemoved] = useState<Passkey>();
  // Beside a passkey, only a session that one has proven adds another.
  const mayAdd = session.passkeys === 0 || session.with_passkey;
  return (
    <Panel title="Passkeys">
      <p className={styles.text}>
        A passkey signs you in with a fingerprint, your face or a PIN. No other site can get hold of it.
      </p>
      <Answer query={query}>
        {({ data }) => (
          <>
            <ul className={styles.rows}>
              {data.map((passkey) => (
                <li key={passkey.passkey_id} className={styles.row}>
                  <div>
                    <span className={styles.name}>{passkey.name}</span>
                    <p className={styles.facts}>
                      For {passkey.host}. Added <When time={passkey.date_created} />
                      {passkey.date_used && (
                        <>
                          , used <When time={passkey.date_used} />
                        </>
                      )}
                      .
                    </p>
                  </div>
                  <Button
                    small
                    look="quiet"
                    aria-label={`Remove ${passkey.name}`}
                    onClick={() => setRemoved(passkey)}
                  >
                    Remove
                  </Button>
                </li>
              ))}
            </ul>
            {mayAdd && (
              <div>
                <Button icon="passkey" onClick={() => setAdding(true)}>
                  Add a passkey
                </Button>
              </div>
            )}
            {isAdding && <AddPasskey session={session} known={data} onClose={() => setAdding(false)} />}
            {removed && <RemovePasskey passkey={removed} onClose={() => setRemoved(undefined)} />}
          </>
        )}
      </Answer>
    </Panel>
  );
}
