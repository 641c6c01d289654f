import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useHere } from '../../api/session.ts';
import { Answer } from '../../kit/Answer.tsx';
import { DrawerPart } from '../../kit/Drawer.tsx';
import { Skeleton } from '../../kit/Skeleton.tsx';
import { Status } from '../../kit/Status.tsx';
import { When } from '../../kit/When.tsx';
import { matchState } from '../../shell/words.ts';
import { screeningsQuery } from '../queries.ts';
import styles from './Drawer.module.css';

/** When the customer was last compared with lists of sanctioned people, and what was found. */
export function Screenings({ id }: { readonly id: string }) {
  const { brand } = useHere();
  return (
    <DrawerPart title="Checks against lists">
      <Answer query={useQuery(screeningsQuery(brand, id))} skeleton={<Skeleton lines={1} />}>
        {({ data }) => <Found screenings={data} />}
      </Answer>
    </DrawerPart>
  );
}

type Screened = Awaited<
  ReturnType<NonNullable<ReturnType<typeof screeningsQuery>['queryFn']>>
>['data'][number];

function Found({ screenings }: { readonly screenings: readonly Screened[] }) {
  const { brand } = useHere();
  const [last] = screenings;
  if (!last) return <p className={styles.soft}>This customer was not checked.</p>;
  const matches = screenings.flatMap((one) => one.matches);
  return (
    <>
      <p className={styles.soft}>
        Last <When time={last.date_checked} focusable /> by {last.provider}
        {matches.length === 0 && ' · nothing was found'}
      </p>
      <ul>
        {matches.map((match) => (
          <li key={match.match_id} className={styles.itemHead}>
            <span className={styles.itemTitle}>
              {brand.may('kyc:review') ? (
                <Link to={`/${brand.slug}/matches/${match.match_id}`}>{match.entry.name}</Link>
              ) : (
                match.entry.name
              )}
            </span>
            <Status {...matchState(match)} />
          </li>
        ))}
      </ul>
    </>
  );
}
