import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api, wholeAnswerOf } from '../../api/client.ts';
import type { Brand } from '../../api/session.ts';
import { Answer } from '../../kit/Answer.tsx';
import { Button } from '../../kit/Button.tsx';
import { Diff } from '../../kit/Diff.tsx';
import { Note } from '../../kit/Note.tsx';
import { ago } from '../../kit/When.tsx';
import { useActorName } from '../../shell/actors.ts';
import { fieldWord } from '../../shell/words.ts';
import type { OneCustomer } from '../queries.ts';
import { auditQuery } from '../queries.ts';
import styles from './Forms.module.css';
import type { PersonField, PersonValues } from './PersonFields.tsx';

export interface ConflictProps {
  readonly brand: Brand;
  readonly mine: Partial<PersonValues>;
  readonly base: OneCustomer;
  readonly theirs: OneCustomer | undefined;
  readonly onRead: (theirs: OneCustomer) => void;
  readonly onTakeTheirs: () => void;
  readonly onKeepMine: (theirs: OneCustomer) => void;
}

/** Another person was faster: both versions beside each other, and a choice. */
export function Conflict({ brand, mine, base, onRead, onTakeTheirs, onKeepMine }: ConflictProps) {
  const id = base.customer.customer_id;
  const now = useQuery({
    queryKey: [brand.id, 'customer', id, 'conflict', base.etag],
    queryFn: async (): Promise<OneCustomer> => {
      const { data, etag } = await wholeAnswerOf(
        api.GET('/customers/{customer_id}', { params: { path: { customer_id: id } } }),
      );
      return { customer: data, etag };
    },
    gcTime: 0,
  });
  useEffect(() => {
    if (now.data) onRead(now.data);
  }, [now.data, onRead]);
  return (
    <Answer query={now}>
      {(theirs) => (
        <div className={styles.form}>
          <Note tone="warn" icon="alert">
            <WhoChanged brand={brand} theirs={theirs} />
          </Note>
          <Diff
            heads={['Theirs', 'Yours']}
            rows={(Object.keys(mine) as PersonField[]).map((field) => ({
              name: fieldWord(field),
              before: theirs.customer[field] || 'None',
              after: mine[field] || 'None',
            }))}
          />
          <div className={styles.actions}>
            <Button small onClick={onTakeTheirs}>
              Take theirs
            </Button>
            <Button small look="main" onClick={() => onKeepMine(theirs)}>
              Keep mine
            </Button>
          </div>
        </div>
      )}
    </Answer>
  );
}

function WhoChanged({ brand, theirs }: { readonly brand: Brand; readonly theirs: OneCustomer }) {
  const actor = useActorName();
  const { customer_id: id, date_updated: time } = theirs.customer;
  const entries = useQuery({ ...auditQuery(brand, id), enabled: brand.may('audit:read') }).data;
  const last = entries?.data.find(({ operation }) => /^(?:update|create|delete)/.test(operation));
  return `${last ? actor(last.actor.id) : 'Another person'} changed this ${ago(time)}.`;
}
