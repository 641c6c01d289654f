import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useHere } from '../api/session.ts';
import { Answer } from '../kit/Answer.tsx';
import { Panel } from '../kit/Panel.tsx';
import { Skeleton } from '../kit/Skeleton.tsx';
import { When } from '../kit/When.tsx';
import { useReachable } from '../shell/reachable.ts';
import styles from './Overview.module.css';
import { latelyQuery } from './queries.ts';

/** The newest events. */
export function Lately() {
  const { brand } = useHere();
  const query = useQuery(latelyQuery(brand));
  const events = useReachable().pages.find(({ path }) => path === 'events');
  return (
    <Panel title="Lately" aside={events && <Link to={events.to}>All events</Link>}>
      <Answer query={query} skeleton={<Skeleton lines={6} />}>
        {({ data }) =>
          data.length === 0 ? (
            <p className={styles.tileSub}>Nothing has happened yet.</p>
          ) : (
            <ul>
              {data.map(({ event_id: key, event, customer_id: id, occurred_at: time }) => (
                <li key={key} className={styles.event}>
                  <code>{event}</code>
                  <span className={styles.of}>
                    {id && brand.may('customers:read') ? (
                      <Link to={`/${brand.slug}/customers/${id}`}>
                        <code>{id.slice(0, 8)}</code>
                      </Link>
                    ) : (
                      id && <code>{id.slice(0, 8)}</code>
                    )}
                  </span>
                  <When time={time} />
                </li>
              ))}
            </ul>
          )
        }
      </Answer>
    </Panel>
  );
}
