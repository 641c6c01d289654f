import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useHere } from '../api/session.ts';
import { Answer } from '../kit/Answer.tsx';
import { DrawerPart } from '../kit/Drawer.tsx';
import { Fact, Facts } from '../kit/Facts.tsx';
import { Status } from '../kit/Status.tsx';
import { When } from '../kit/When.tsx';
import { matchState } from '../shell/words.ts';
import type { Match, Screening } from './queries.ts';
import { screeningsQuery } from './queries.ts';
import styles from './Screening.module.css';

/** When the customer was checked last, and what was decided about its other matches. */
export function Checks({ match }: { readonly match: Match }) {
  const { brand } = useHere();
  const query = useQuery(screeningsQuery(brand, match.customer_id));
  return (
    <DrawerPart title="Checks of this customer">
      <Answer query={query}>{({ data }) => <Shown screenings={data} id={match.match_id} />}</Answer>
    </DrawerPart>
  );
}

function Shown({ screenings, id }: { readonly screenings: readonly Screening[]; readonly id: string }) {
  const [last] = screenings;
  const others = screenings.flatMap(({ matches }) => matches).filter((one) => one.match_id !== id);
  return (
    <>
      {last && (
        <Facts>
          <Fact name="Last checked">
            <When time={last.date_checked} focusable /> by {last.provider}
          </Fact>
          <Fact name="In the lists">
            <code>{last.list_version}</code>
          </Fact>
        </Facts>
      )}
      {others.length === 0 ? (
        <p className={styles.soft}>It has no other match.</p>
      ) : (
        <ul className={styles.others}>
          {others.map((one) => (
            <Other key={one.match_id} match={one} />
          ))}
        </ul>
      )}
    </>
  );
}

function Other({ match }: { readonly match: Match }) {
  const { brand } = useHere();
  return (
    <li>
      <p className={styles.other}>
        <Link to={`/${brand.slug}/matches/${match.match_id}`} className={styles.link}>
          {match.match_id.slice(0, 8)}
        </Link>
        <Status {...matchState(match)} />
      </p>
      <p className={styles.soft}>
        {match.entry.name}
        {match.reason && ` · ${match.reason}`}
      </p>
    </li>
  );
}
