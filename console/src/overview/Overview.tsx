import { useQuery } from '@tanstack/react-query';
import { useHere } from '../api/session.ts';
import { Answer } from '../kit/Answer.tsx';
import { Bars, Shares } from '../kit/Bars.tsx';
import { Page } from '../kit/Page.tsx';
import { Panel } from '../kit/Panel.tsx';
import { Skeleton } from '../kit/Skeleton.tsx';
import { FirstSteps } from './FirstSteps.tsx';
import { Lately } from './Lately.tsx';
import styles from './Overview.module.css';
import { overviewQuery } from './queries.ts';
import { addressShares, daySentence, kycShares } from './shares.tsx';
import { Tiles } from './Tiles.tsx';

const today = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' });
const shortDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });

export function Overview() {
  const { brand } = useHere();
  const seesCustomers = brand.may('customers:read');
  const overview = useQuery({ ...overviewQuery(brand), enabled: seesCustomers });
  const counts = overview.data;
  return (
    <Page title="Overview" sub={today.format(new Date())}>
      <Tiles overview={counts} />
      {counts?.customers === 0 && <FirstSteps />}
      <div className={styles.panels}>
        {seesCustomers && (
          <Panel title="New customers" aside="30 days, UTC">
            <Answer query={overview} skeleton={<Skeleton lines={5} />}>
              {({ created }) => <Days created={created} />}
            </Answer>
          </Panel>
        )}
        {seesCustomers && (
          <Panel title="Verification" aside="all customers">
            <Answer query={overview} skeleton={<Skeleton lines={5} />}>
              {({ kyc_status: states, customers }) => (
                <Shares shares={kycShares(states, brand.slug)} total={customers} />
              )}
            </Answer>
          </Panel>
        )}
        {brand.may('events:read') && <Lately />}
        {seesCustomers && (
          <Panel title="Addresses" aside="first primary ones">
            <Answer query={overview} skeleton={<Skeleton lines={4} />}>
              {({ deliverability, customers }) => (
                <Shares shares={addressShares(deliverability, brand.slug)} total={customers} />
              )}
            </Answer>
          </Panel>
        )}
      </div>
    </Page>
  );
}

interface DaysProps {
  readonly created: readonly { readonly day: string; readonly count: number }[];
}

function Days({ created }: DaysProps) {
  const most = Math.max(0, ...created.map(({ count }) => count));
  return (
    <figure>
      <Bars values={created.map(({ count }) => count)} sentence={daySentence(created)} />
      <figcaption className={styles.scale}>
        <span>{shortDay.format(new Date(created[0]?.day ?? 0))}</span>
        <span>most {most.toLocaleString('en')} a day</span>
        <span>today</span>
      </figcaption>
    </figure>
  );
}
