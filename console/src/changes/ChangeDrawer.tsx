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
import type { FieldValues } from '../shell/history.ts';
import { historyQuery, valueBefore } from '../shell/history.ts';
import { fieldList, fieldWord, valueWords } from '../shell/words.ts';
import styles from './Changes.module.css';
import { Decide } from './Decide.tsx';
import type { Change, Present } from './queries.ts';
import { changeQuery, presentQuery } from './queries.ts';
import { changeRoute } from './routes.ts';

const states = {
  pending: { word: 'Waiting', tone: 'warn', icon: 'clock', loud: true },
  approved: { word: 'Approved', tone: 'good', icon: 'check' },
  declined: { word: 'Declined', tone: 'mute', icon: 'close' },
} as const;

/** One proposal: what is, beside what is to be. Opening it is written down. */
export function ChangeDrawer() {
  const { brand } = useHere();
  const { changeId } = changeRoute.useParams();
  const navigate = useNavigate();
  const query = useQuery(changeQuery(brand, changeId));
  const close = () => void navigate({ to: `/${brand.slug}/changes`, search: (all: object) => all });
  useWindowTitle(`Change request ${changeId.slice(0, 8)}`, 'record');
  const change = query.data;
  return (
    <Drawer
      title={change ? fieldList(change.fields) : 'Change request'}
      sub={
        <>
          {change && <Status {...states[change.status]} />}
          <Id id={changeId} />
        </>
      }
      onClose={close}
    >
      {asFailure(query.error).status === 404 ? (
        <Empty title="There is no such change request.">
          <p>It ended with its customer, who was deleted.</p>
        </Empty>
      ) : (
        <Answer query={query} skeleton={<Skeleton lines={8} />}>
          {(one) => <Opened change={one} onDecided={close} />}
        </Answer>
      )}
    </Drawer>
  );
}

/**
 * What the fields of a waiting proposal were when it was made, where one has changed since. The history is read only
 * after a change of the customer, because each look at it is written down.
 */
function useWhenProposed(change: Change, present: Present | undefined): FieldValues | undefined {
  const { brand } = useHere();
  const mayHaveChanged =
    change.status === 'pending' && present !== undefined && present.date_updated > change.date_created;
  const history = useQuery({
    ...historyQuery(brand, change.customer_id),
    enabled: mayHaveChanged && brand.may('compliance:read'),
  });
  const since = history.data?.data.filter(({ date_changed: time }) => time > change.date_created) ?? [];
  if (!present || !since.some(({ fields }) => fields.some((field) => change.fields.includes(field))))
    return undefined;
  return Object.fromEntries(
    change.fields.map((field) => [field, valueBefore(field, since.toReversed(), present)]),
  );
}

function Opened({ change, onDecided }: { readonly change: Change; readonly onDecided: () => void }) {
  const { brand } = useHere();
  const actor = useActorName();
  const present = useQuery(presentQuery(brand, change.customer_id));
  const proposedOn = useWhenProposed(change, present.data);
  const isPending = change.status === 'pending';
  return (
    <>
      <DrawerPart title="What changes">
        <Answer query={present}>
          {(customer) => (
            <Diff
              heads={isPending ? ['Now', 'Wanted'] : ['Now', 'Was wanted']}
              {...(proposedOn && { formerHead: 'When proposed' })}
              rows={change.fields.map((field) => ({
                name: fieldWord(field),
                before: valueWords((customer as Readonly<Record<string, unknown>>)[field]),
                after: valueWords(change.changes[field]),
                ...(proposedOn && { former: valueWords(proposedOn[field]) }),
              }))}
            />
          )}
        </Answer>
      </DrawerPart>
      <DrawerPart title="Why">
        <p className={styles.reason}>{change.reason}</p>
        <Facts>
          <Fact name="Customer">
            <Link to={`/${brand.slug}/customers/${change.customer_id}`} className={styles.link}>
              {change.customer_id.slice(0, 8)}
            </Link>
          </Fact>
          <Fact name="Proposed">
            {actor(change.requested_by)}, <When time={change.date_created} focusable />
          </Fact>
          {change.date_decided && (
            <Fact name="Decided">
              {actor(change.decided_by)}, <When time={change.date_decided} focusable />
            </Fact>
          )}
          {change.note && <Fact name="Note">{change.note}</Fact>}
          {change.verified_elsewhere && <Fact name="Verified elsewhere">{change.verified_elsewhere}</Fact>}
        </Facts>
      </DrawerPart>
      {isPending && <Decide change={change} onDecided={onDecided} />}
    </>
  );
}
