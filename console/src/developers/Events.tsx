import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useHere } from '../api/session.ts';
import { Answer } from '../kit/Answer.tsx';
import { Button } from '../kit/Button.tsx';
import { Id } from '../kit/Copy.tsx';
import { CopyCurl } from '../kit/Curl.tsx';
import { Empty } from '../kit/Empty.tsx';
import { Field, Select } from '../kit/Field.tsx';
import { Fold } from '../kit/Fold.tsx';
import { Card, Filters, Page } from '../kit/Page.tsx';
import { Pager } from '../kit/Pager.tsx';
import { Skeleton } from '../kit/Skeleton.tsx';
import { When } from '../kit/When.tsx';
import styles from './Developers.module.css';
import type { EventFilters } from './filters.ts';
import { eventFiltersOf, isFiltered } from './filters.ts';
import type { Event } from './queries.ts';
import { eventsAsked, eventsQuery } from './queries.ts';
import { eventsRoute } from './routes.ts';

const types = [
  ['', 'Any type'],
  ['customer*', 'Customers'],
  ['kyc.*', 'Verifications'],
  ['security.*', 'Security'],
  ['webhook.*', 'Webhooks'],
  ['audit.*', 'Audit trail'],
] as const;
const days = [
  ['', 'At any time'],
  ['1', 'Since yesterday'],
  ['7', 'Last 7 days'],
  ['30', 'Last 30 days'],
] as const;

export function Events() {
  const { brand } = useHere();
  const filters = eventsRoute.useSearch();
  const list = useQuery(eventsQuery(brand, filters));
  return (
    <Page
      title="Events"
      sub="What happened in the last 30 days, the newest first. No event has a value of a person."
      actions={
        <CopyCurl
          call={() => ({ method: 'GET', path: `/events?${new URLSearchParams(eventsAsked(filters))}` })}
        />
      }
    >
      <Narrow filters={filters} />
      <Card label="Events">
        <Answer query={list} skeleton={<Skeleton lines={12} />}>
          {(page) => <Listed events={page.data} next={page.next_cursor} filters={filters} />}
        </Answer>
      </Card>
    </Page>
  );
}

function Narrow({ filters }: { readonly filters: EventFilters }) {
  const navigate = useNavigate();
  const [customer, setCustomer] = useState(filters.customer ?? '');
  const go = (next: Readonly<Record<string, unknown>>) => {
    const { cursor: _, ...rest } = filters;
    void navigate({ to: '.', search: eventFiltersOf({ ...rest, ...next }) });
  };
  return (
    <Filters>
      <Select
        label="Type"
        hideLabel
        choices={types}
        value={filters.type ?? ''}
        onChange={({ target }) => go({ type: target.value })}
      />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          go({ customer: customer.trim() });
        }}
      >
        <Field
          label="Customer's id"
          hideLabel
          placeholder="Customer's id"
          type="search"
          value={customer}
          onChange={({ target }) => setCustomer(target.value)}
        />
      </form>
      <Select
        label="Time"
        hideLabel
        choices={days}
        value={filters.days ?? ''}
        onChange={({ target }) => go({ days: target.value })}
      />
      {isFiltered(filters) && (
        <Button
          look="quiet"
          onClick={() => {
            setCustomer('');
            void navigate({ to: '.', search: {} });
          }}
        >
          Clear
        </Button>
      )}
    </Filters>
  );
}

interface ListedProps {
  readonly events: readonly Event[];
  readonly next: string | null;
  readonly filters: EventFilters;
}

function Listed({ events, next, filters }: ListedProps) {
  const navigate = useNavigate();
  const older = () => void navigate({ to: '.', search: { ...filters, ...(next && { cursor: next }) } });
  if (events.length === 0 && next === null)
    return (
      <Empty title={isFiltered(filters) ? 'No event fits these filters.' : 'Nothing has happened yet.'} />
    );
  return (
    <>
      {events.length === 0 && <Empty title="None of the last 20,000 events fits. Older ones may." />}
      {events.map((event) => (
        <OneEvent key={event.event_id} event={event} />
      ))}
      <Pager
        onNewer={filters.cursor ? () => history.back() : undefined}
        onOlder={next === null ? undefined : older}
      />
    </>
  );
}

function OneEvent({ event }: { readonly event: Event }) {
  const { event_id: id, ...payload } = event;
  return (
    <Fold
      columns={styles.columns}
      line={
        <>
          <span className={styles.soft}>#{event.number.toLocaleString('en')}</span>
          <code>{event.event}</code>
          <span className={styles.soft}>{event.fields?.join(', ')}</span>
          <When time={event.occurred_at} />
        </>
      }
    >
      <span>
        Event <Id id={id} what="event id" />
      </span>
      {event.customer_id && (
        <span>
          Customer <Id id={event.customer_id} what="customer id" />
        </span>
      )}
      <pre className={styles.answer}>{JSON.stringify(payload, undefined, 2)}</pre>
    </Fold>
  );
}
