import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useHere } from '../../api/session.ts';
import { Answer } from '../../kit/Answer.tsx';
import { Button } from '../../kit/Button.tsx';
import { Skeleton } from '../../kit/Skeleton.tsx';
import { When } from '../../kit/When.tsx';
import { useActorName } from '../../shell/actors.ts';
import { verificationQuery } from '../queries.ts';
import styles from './Drawer.module.css';

export interface DecisionsProps {
  readonly customer: string;
  readonly run: string;
}

const words = { approve: 'Approved', decline: 'Declined', request_documents: 'Asked for more' } as const;

/** What reviewers decided about a verification, asked for when somebody wants to see it. */
export function Decisions({ customer, run }: DecisionsProps) {
  const { brand } = useHere();
  const actor = useActorName();
  const [isShown, setShown] = useState(false);
  const query = useQuery({ ...verificationQuery(brand, customer, run), enabled: isShown });
  if (!isShown)
    return (
      <div>
        <Button small look="quiet" icon="right" aria-expanded={false} onClick={() => setShown(true)}>
          Decisions
        </Button>
      </div>
    );
  return (
    <Answer query={query} skeleton={<Skeleton lines={2} />}>
      {({ decisions }) =>
        decisions.length === 0 ? (
          <p className={styles.soft}>No reviewer decided about it.</p>
        ) : (
          <ul>
            {decisions.map((one) => (
              <li key={one.date_decided}>
                {words[one.decision]} by {actor(one.decided_by)}, <When time={one.date_decided} focusable />
                {one.note && <span className={styles.soft}> · {one.note}</span>}
              </li>
            ))}
          </ul>
        )
      }
    </Answer>
  );
}
