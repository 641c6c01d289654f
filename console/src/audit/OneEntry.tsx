import { Id } from '../kit/Copy.tsx';
import { Fold } from '../kit/Fold.tsx';
import { When } from '../kit/When.tsx';
import { useActorName } from '../shell/actors.ts';
import styles from './Audit.module.css';
import type { Entry } from './queries.ts';

/** One line of the trail. It opens to the whole entry with its hash. */
export function OneEntry({ entry }: { readonly entry: Entry }) {
  const actor = useActorName();
  const { number, actor: who, customer_id: customer, fields, reason, hash } = entry;
  const name = who.id === undefined ? (who.user ?? 'Clientele') : actor(who.id);
  return (
    <Fold
      columns={styles.columns}
      line={
        <>
          <span className={styles.soft}>{number.toLocaleString('en')}</span>
          <When time={entry.at} />
          <span className={styles.who}>{name}</span>
          <code>{entry.operation}</code>
          <span className={styles.soft}>
            {[customer?.slice(0, 8), fields?.join(', '), reason && `“${reason}”`].filter(Boolean).join(' · ')}
          </span>
        </>
      }
    >
      {customer && (
        <span>
          Customer <Id id={customer} what="customer id" />
        </span>
      )}
      {hash && (
        <span>
          Hash <Id id={hash} what="hash" short />
        </span>
      )}
      <pre className={styles.whole}>{JSON.stringify(entry, undefined, 2)}</pre>
    </Fold>
  );
}
