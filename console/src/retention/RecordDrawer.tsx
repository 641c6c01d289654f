import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { answerOf, api } from '../api/client.ts';
import { asFailure } from '../api/failure.ts';
import { useHere } from '../api/session.ts';
import { useWrite } from '../api/write.ts';
import { Answer } from '../kit/Answer.tsx';
import { Button } from '../kit/Button.tsx';
import { Id } from '../kit/Copy.tsx';
import { Drawer, DrawerPart } from '../kit/Drawer.tsx';
import { Empty } from '../kit/Empty.tsx';
import { Fact, Facts } from '../kit/Facts.tsx';
import { ReasonDialog } from '../kit/FormDialog.tsx';
import { Skeleton } from '../kit/Skeleton.tsx';
import { toast } from '../kit/Toast.tsx';
import { useWindowTitle } from '../kit/title.ts';
import { dayOf, When } from '../kit/When.tsx';
import { useActorName } from '../shell/actors.ts';
import { keptAs, numberOf } from '../shell/words.ts';
import { Release } from './columns.tsx';
import { Erasures } from './Erasures.tsx';
import type { Hold, KeptRecord } from './queries.ts';
import { recordQuery, retentionChanged } from './queries.ts';
import styles from './Retention.module.css';
import { recordRoute } from './routes.ts';

/** What is kept of one deleted customer, read only. Opening it is written down. */
export function RecordDrawer() {
  const { brand } = useHere();
  const { customerId } = recordRoute.useParams();
  const navigate = useNavigate();
  const query = useQuery(recordQuery(brand, customerId));
  const close = () => void navigate({ to: `/${brand.slug}/retention`, search: (all: object) => all });
  useWindowTitle(`Deleted customer ${customerId.slice(0, 8)}`, 'record');
  return (
    <Drawer title="Deleted customer" sub={<Id id={customerId} />} onClose={close}>
      {asFailure(query.error).status === 404 ? (
        <Empty title="No deleted customer has this id.">
          <p>It may never have been deleted.</p>
        </Empty>
      ) : (
        <Answer query={query} skeleton={<Skeleton lines={8} />}>
          {(record) => (record.date_erased ? <Erased record={record} /> : <Opened record={record} />)}
        </Answer>
      )}
    </Drawer>
  );
}

const Erased = ({ record }: { readonly record: KeptRecord }) => (
  <Empty title="Nothing of this person is left.">
    <p>{record.date_erased && <>Erased on {dayOf(record.date_erased)}.</>}</p>
  </Empty>
);

function Opened({ record }: { readonly record: KeptRecord }) {
  const { customer, kept_as: rule, erase_after: until, date_deleted: deleted, closed_on: closed } = record;
  const home = customer?.addresses.find(({ is_primary: isPrimary }) => isPrimary);
  return (
    <>
      <DrawerPart title="Why it is kept">
        <Facts>
          <Fact name="Deleted">
            <When time={deleted} focusable />
          </Fact>
          {rule && <Fact name="Kept as">{keptAs[rule]}</Fact>}
          <Fact name="Until">{until ? dayOf(until) : 'its hold is released'}</Fact>
          {closed && <Fact name="Account closed">{dayOf(closed)}</Fact>}
        </Facts>
      </DrawerPart>
      {customer && (
        <DrawerPart title="Record">
          <Facts>
            <Fact name="Name">
              {[customer.first_name, customer.middle_name, customer.last_name].filter(Boolean).join(' ')}
            </Fact>
            <Fact name="Birthday">{customer.dob}</Fact>
            <Fact name={numberOf(customer).name}>
              <code>{numberOf(customer).number ?? 'None'}</code>
            </Fact>
            <Fact name="Email">{customer.email ?? 'None'}</Fact>
            <Fact name="Phone">{customer.phone ?? 'None'}</Fact>
            {home && (
              <Fact name="Address">
                {home.street}, {home.city}, {home.state} {home.zip_code}
              </Fact>
            )}
          </Facts>
        </DrawerPart>
      )}
      <Holds record={record} />
      <Erasures record={record} />
    </>
  );
}

function Holds({ record: { customer_id: id, legal_holds: holds } }: { readonly record: KeptRecord }) {
  const { brand } = useHere();
  const [isSetting, setSetting] = useState(false);
  return (
    <DrawerPart
      title="Legal holds"
      aside={
        brand.may('compliance:write') && (
          <Button small look="quiet" icon="hold" onClick={() => setSetting(true)}>
            Set a hold
          </Button>
        )
      }
    >
      {holds.length === 0 ? (
        <p className={styles.soft}>No hold was set.</p>
      ) : (
        <ul className={styles.items}>
          {holds.map((hold) => (
            <OneHold key={hold.hold_id} hold={hold} />
          ))}
        </ul>
      )}
      {isSetting && <SetHold id={id} onClose={() => setSetting(false)} />}
    </DrawerPart>
  );
}

function OneHold({ hold }: { readonly hold: Hold }) {
  const actor = useActorName();
  return (
    <li className={styles.item}>
      <div>
        <p>{hold.reason}</p>
        <p className={styles.soft}>
          {actor(hold.set_by)}, <When time={hold.date_set} focusable />
        </p>
        {hold.date_released && (
          <p className={styles.soft}>
            Released by {actor(hold.released_by)}, <When time={hold.date_released} focusable />:{' '}
            {hold.release_reason}
          </p>
        )}
      </div>
      {!hold.date_released && <Release hold={hold} />}
    </li>
  );
}

function SetHold({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const { brand } = useHere();
  const write = useWrite(
    (reason: string, header) =>
      answerOf(
        api.POST('/customers/{customer_id}/legal-holds', {
          params: { path: { customer_id: id }, header },
          body: { reason },
        }),
      ),
    async () => {
      await retentionChanged(brand);
      toast('The hold is set');
      onClose();
    },
  );
  return (
    <ReasonDialog
      title="Why must this record be kept?"
      hint="Nothing of the record is erased until the hold is released. Name a case, not the person."
      verb="Set the hold"
      write={write}
      onSend={write.send}
      onClose={onClose}
    />
  );
}
