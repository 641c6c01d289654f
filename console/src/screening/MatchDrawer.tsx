import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { asFailure } from '../api/failure.ts';
import { useHere } from '../api/session.ts';
import { Answer } from '../kit/Answer.tsx';
import { Id } from '../kit/Copy.tsx';
import { Diff } from '../kit/Diff.tsx';
import { Drawer, DrawerPart } from '../kit/Drawer.tsx';
import { Empty } from '../kit/Empty.tsx';
import { Fact, Facts } from '../kit/Facts.tsx';
import { Skeleton } from '../kit/Skeleton.tsx';
import { Status } from '../kit/Status.tsx';
import { useWindowTitle } from '../kit/title.ts';
import { When } from '../kit/When.tsx';
import { useActorName } from '../shell/actors.ts';
import { matchDecisions, matchState } from '../shell/words.ts';
import { Checks } from './Checks.tsx';
import { Decide } from './Decide.tsx';
import type { Match } from './queries.ts';
import { matchQuery } from './queries.ts';
import { matchRoute } from './routes.ts';
import styles from './Screening.module.css';

const nameOf = ({ first_name: first, middle_name: middle, last_name: last }: Match['person']): string =>
  [first, middle, last].filter(Boolean).join(' ');

/** One match: the customer beside the entry, and what is decided about it. Opening it is written down. */
export function MatchDrawer() {
  const { brand } = useHere();
  const { matchId } = matchRoute.useParams();
  const navigate = useNavigate();
  const query = useQuery(matchQuery(brand, matchId));
  const close = () => void navigate({ to: `/${brand.slug}/matches`, search: (all: object) => all });
  useWindowTitle(`Match ${matchId.slice(0, 8)}`, 'record');
  const match = query.data;
  return (
    <Drawer
      title={match ? nameOf(match.person) : 'Match'}
      sub={
        <>
          {match && <Status {...matchState(match)} />}
          <Id id={matchId} />
        </>
      }
      onClose={close}
    >
      {asFailure(query.error).status === 404 ? (
        <Empty title="There is no such match.">
          <p>It ended with its customer, who was deleted.</p>
        </Empty>
      ) : (
        <Answer query={query} skeleton={<Skeleton lines={8} />}>
          {(one) => (
            <>
              <Compared match={one} />
              <Found match={one} />
              <Decided match={one} />
              <Decide key={one.match_id} match={one} onDone={close} />
              {brand.may('kyc:read') && <Checks match={one} />}
            </>
          )}
        </Answer>
      )}
    </Drawer>
  );
}

function Compared({ match: { person, entry } }: { readonly match: Match }) {
  const born = entry.birth_dates?.join(', ');
  return (
    <DrawerPart title="What was compared">
      <Diff
        heads={['Customer', 'Entry of the list']}
        arrow={false}
        rows={[
          { name: 'Name', before: nameOf(person), after: entry.name },
          { name: 'Birthday', before: person.dob, after: born || 'The entry has none' },
        ]}
      />
    </DrawerPart>
  );
}

function Found({ match }: { readonly match: Match }) {
  const { brand } = useHere();
  const { entry, customer_id: customer } = match;
  return (
    <DrawerPart title="The entry">
      <Facts>
        <Fact name="List">
          <code>{entry.list}</code>
        </Fact>
        <Fact name="Its id there">
          <Id id={entry.entry_id} what="id of the entry" />
        </Fact>
        <Fact name="Score">{Math.round(entry.score * 100)} of 100</Fact>
        {entry.programs && entry.programs.length > 0 && (
          <Fact name="Listed for">{entry.programs.join(', ')}</Fact>
        )}
        <Fact name="Found">
          <When time={match.date_found} focusable />
        </Fact>
        <Fact name="In the lists">
          <code>{match.list_version}</code>
        </Fact>
        <Fact name="Customer">
          {brand.may('customers:read') ? (
            <Link to={`/${brand.slug}/customers/${customer}`} className={styles.link}>
              {customer.slice(0, 8)}
            </Link>
          ) : (
            <code>{customer.slice(0, 8)}</code>
          )}
        </Fact>
      </Facts>
    </DrawerPart>
  );
}

function Decided({ match }: { readonly match: Match }) {
  const actor = useActorName();
  const { proposed_decision: proposal, date_proposed: proposed, date_decided: decided } = match;
  if (!proposal || !proposed) return null;
  return (
    <DrawerPart title={decided ? 'Decision' : 'Proposal'}>
      <p className={styles.reason}>{match.reason}</p>
      <Facts>
        <Fact name="Decision">{matchDecisions[proposal]}</Fact>
        <Fact name="Proposed">
          {actor(match.proposed_by)}, <When time={proposed} focusable />
        </Fact>
        {decided && (
          <Fact name="Approved">
            {actor(match.decided_by)}, <When time={decided} focusable />
          </Fact>
        )}
        {match.note && <Fact name="Note">{match.note}</Fact>}
      </Facts>
    </DrawerPart>
  );
}
