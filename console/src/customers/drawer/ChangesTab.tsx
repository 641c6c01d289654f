import { useQuery } from '@tanstack/react-query';
import { useHere } from '../../api/session.ts';
import { Answer } from '../../kit/Answer.tsx';
import { Diff } from '../../kit/Diff.tsx';
import { DrawerPart } from '../../kit/Drawer.tsx';
import { Status } from '../../kit/Status.tsx';
import { When } from '../../kit/When.tsx';
import { useActorName } from '../../shell/actors.ts';
import { historyQuery, valueBefore } from '../../shell/history.ts';
import { fieldList, fieldWord, valueWords } from '../../shell/words.ts';
import { customerQuery, proposalsQuery } from '../queries.ts';
import styles from './Drawer.module.css';

/** What was proposed, and what earlier changes replaced. The earlier values are shown to compliance only. */
export function ChangesTab({ id }: { readonly id: string }) {
  const { brand } = useHere();
  return (
    <>
      <Proposals id={id} />
      {brand.may('compliance:read') && <History id={id} />}
    </>
  );
}

const states = {
  pending: { word: 'Waiting', tone: 'warn', icon: 'clock' },
  approved: { word: 'Approved', tone: 'good', icon: 'check' },
  declined: { word: 'Declined', tone: 'mute', icon: 'close' },
} as const;

function Proposals({ id }: { readonly id: string }) {
  const { brand } = useHere();
  const actor = useActorName();
  return (
    <DrawerPart title="Proposed changes">
      <Answer query={useQuery(proposalsQuery(brand, id))}>
        {({ data }) =>
          data.length === 0 ? (
            <p className={styles.soft}>No change was proposed.</p>
          ) : (
            <ul>
              {data.map((proposal) => (
                <li key={proposal.change_request_id} className={styles.itemHead}>
                  <span className={styles.itemTitle}>
                    <Status {...states[proposal.status]} /> {fieldList(proposal.fields)}
                  </span>
                  <span className={styles.soft}>
                    {actor(proposal.requested_by)}, <When time={proposal.date_created} focusable />
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Answer>
    </DrawerPart>
  );
}

function History({ id }: { readonly id: string }) {
  const { brand } = useHere();
  const customer = useQuery(customerQuery(brand, id)).data?.customer;
  return (
    <Answer query={useQuery(historyQuery(brand, id))}>
      {({ data }) =>
        data.length === 0 ? (
          <p className={styles.item}>Nothing was replaced since this customer was created.</p>
        ) : (
          <ul className={styles.items}>
            {data.map((item, at) => (
              <li key={item.history_id} className={styles.item}>
                <p className={styles.itemHead}>
                  <span className={styles.itemTitle}>{fieldList(item.fields)}</span>
                  <When time={item.date_changed} focusable />
                </p>
                <Diff
                  heads={['Before', 'After']}
                  rows={item.fields.map((field) => ({
                    name: fieldWord(field),
                    before: valueWords(item.earlier[field]),
                    after: valueWords(valueBefore(field, data.slice(0, at).reverse(), customer)),
                  }))}
                />
              </li>
            ))}
          </ul>
        )
      }
    </Answer>
  );
}
