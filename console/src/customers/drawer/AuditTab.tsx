import { useQuery } from '@tanstack/react-query';
import { useHere } from '../../api/session.ts';
import { Answer } from '../../kit/Answer.tsx';
import { When } from '../../kit/When.tsx';
import { useActorName } from '../../shell/actors.ts';
import { fieldList } from '../../shell/words.ts';
import { auditQuery } from '../queries.ts';
import styles from './Drawer.module.css';

export function AuditTab({ id }: { readonly id: string }) {
  const { brand } = useHere();
  const actor = useActorName();
  return (
    <Answer query={useQuery(auditQuery(brand, id))}>
      {({ data }) =>
        data.length === 0 ? (
          <p className={styles.item}>Nothing is written about this customer yet.</p>
        ) : (
          <ul className={styles.items}>
            {data.map((entry) => (
              <li key={entry.number} className={styles.item}>
                <p className={styles.itemHead}>
                  <span className={styles.itemTitle}>
                    <code>{entry.operation}</code>
                  </span>
                  <When time={entry.at} focusable />
                </p>
                <p className={styles.soft}>
                  {entry.number.toLocaleString('en')} ·{' '}
                  {entry.actor.id ? actor(entry.actor.id) : (entry.actor.user ?? entry.actor.kind)}
                  {entry.fields && ` · ${fieldList(entry.fields)}`}
                </p>
                {entry.reason && <p>“{entry.reason}”</p>}
              </li>
            ))}
          </ul>
        )
      }
    </Answer>
  );
}
