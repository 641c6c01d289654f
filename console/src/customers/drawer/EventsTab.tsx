import { useQuery } from '@tanstack/react-query';
import { useHere } from '../../api/session.ts';
import { Answer } from '../../kit/Answer.tsx';
import { When } from '../../kit/When.tsx';
import { fieldList } from '../../shell/words.ts';
import { eventsQuery } from '../queries.ts';
import styles from './Drawer.module.css';

export function EventsTab({ id }: { readonly id: string }) {
  const { brand } = useHere();
  return (
    <Answer query={useQuery(eventsQuery(brand, id))}>
      {({ data }) =>
        data.length === 0 ? (
          <p className={styles.item}>Nothing was told about this customer yet.</p>
        ) : (
          <ul className={styles.items}>
            {data.map((event) => (
              <li key={event.event_id} className={styles.item}>
                <p className={styles.itemHead}>
                  <span className={styles.itemTitle}>
                    <code>{event.event}</code>
                  </span>
                  <When time={event.occurred_at} focusable />
                </p>
                <p className={styles.soft}>
                  #{event.number}
                  {event.fields && ` · ${fieldList(event.fields)}`}
                </p>
              </li>
            ))}
          </ul>
        )
      }
    </Answer>
  );
}
