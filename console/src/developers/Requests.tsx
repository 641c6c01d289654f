import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useHere } from '../api/session.ts';
import { Answer } from '../kit/Answer.tsx';
import { Button } from '../kit/Button.tsx';
import { Id } from '../kit/Copy.tsx';
import { shownChoices } from '../kit/choices.ts';
import { Empty } from '../kit/Empty.tsx';
import { Checkbox, Select } from '../kit/Field.tsx';
import { Card, Filters, Page } from '../kit/Page.tsx';
import { Pager } from '../kit/Pager.tsx';
import { Status } from '../kit/Status.tsx';
import type { Column } from '../kit/Table.tsx';
import { Table, TableSkeleton } from '../kit/Table.tsx';
import { exactly, When } from '../kit/When.tsx';
import { useActorName } from '../shell/actors.ts';
import styles from './Developers.module.css';
import type { RequestFilters } from './filters.ts';
import { isFiltered, requestFiltersOf } from './filters.ts';
import type { ListedRequest } from './queries.ts';
import { requestsQuery } from './queries.ts';
import { requestsRoute } from './routes.ts';

const statuses = [
  ['', 'Any status'],
  ['2xx', 'Succeeded (2xx)'],
  ['4xx', 'Refused (4xx)'],
  ['5xx', 'Failed (5xx)'],
  ['401', '401'],
  ['403', '403'],
  ['404', '404'],
  ['429', '429'],
] as const;

export function Requests() {
  const { brand } = useHere();
  const filters = requestsRoute.useSearch();
  const list = useQuery(requestsQuery(brand, filters));
  return (
    <Page
      title="Requests"
      sub={
        list.data
          ? `Seen by this process since ${exactly(list.data.since)}; other processes keep their own.`
          : ' '
      }
      actions={
        <Button icon="refresh" onClick={() => void list.refetch()} busy={list.isFetching}>
          Look again
        </Button>
      }
    >
      <Narrow filters={filters} requests={list.data?.data ?? []} />
      <Card label="Requests">
        <Answer query={list} skeleton={<TableSkeleton columns={columnsFor(String)} count={14} compact />}>
          {(page) => <Listed requests={page.data} next={page.next_cursor} filters={filters} />}
        </Answer>
      </Card>
    </Page>
  );
}

interface NarrowProps {
  readonly filters: RequestFilters;
  readonly requests: readonly ListedRequest[];
}

function Narrow({ filters, requests }: NarrowProps) {
  const navigate = useNavigate();
  const actor = useActorName();
  const go = (next: Readonly<Record<string, unknown>>) => {
    const { cursor: _, ...rest } = filters;
    void navigate({ to: '.', search: requestFiltersOf({ ...rest, ...next }) });
  };
  const operations = shownChoices(
    requests.map(({ operation }) => operation),
    filters.operation,
  );
  const actors = shownChoices(
    requests.map(({ actor: { id } }) => id),
    filters.actor,
  );
  return (
    <Filters>
      <Select
        label="Status"
        hideLabel
        choices={statuses}
        value={filters.status ?? ''}
        onChange={({ target }) => go({ status: target.value })}
      />
      <Select
        label="Operation"
        hideLabel
        choices={[['', 'Any operation'], ...operations.map((one) => [one, one] as const)]}
        value={filters.operation ?? ''}
        onChange={({ target }) => go({ operation: target.value })}
      />
      <Select
        label="Who"
        hideLabel
        choices={[['', 'Any caller'], ...actors.map((id) => [id, actor(id)] as const)]}
        value={filters.actor ?? ''}
        onChange={({ target }) => go({ actor: target.value })}
      />
      <Checkbox
        label="Also the console's own"
        checked={filters.console === 'true'}
        onChange={({ target }) => go({ console: target.checked })}
      />
      {isFiltered(filters) && (
        <Button look="quiet" onClick={() => void navigate({ to: '.', search: {} })}>
          Clear
        </Button>
      )}
    </Filters>
  );
}

interface ListedProps {
  readonly requests: readonly ListedRequest[];
  readonly next: string | null;
  readonly filters: RequestFilters;
}

function Listed({ requests, next, filters }: ListedProps) {
  const navigate = useNavigate();
  const actor = useActorName();
  if (requests.length === 0)
    return (
      <Empty title={isFiltered(filters) ? 'No request fits these filters.' : 'Nothing was requested yet.'} />
    );
  return (
    <>
      <Table
        label="Requests"
        compact
        columns={columnsFor(actor)}
        rows={requests}
        keyOf={({ request_id: id }) => id}
      />
      <Pager
        onNewer={filters.cursor ? () => history.back() : undefined}
        onOlder={
          next === null ? undefined : () => void navigate({ to: '.', search: { ...filters, cursor: next } })
        }
      />
    </>
  );
}

const columnsFor = (actor: (id: string | undefined) => string): readonly Column<ListedRequest>[] => [
  {
    head: 'Request',
    cell: ({ method, path }) => (
      <code>
        {method} {path}
      </code>
    ),
    corner: 'topLeft',
  },
  { head: 'Operation', cell: ({ operation }) => operation },
  { head: 'Status', cell: (request) => <Answered {...request} />, corner: 'topRight' },
  { head: 'Who', cell: ({ actor: { id } }) => actor(id), corner: 'bottomLeft' },
  { head: 'Request id', cell: ({ request_id: id }) => <Id id={id} what="request id" /> },
  { head: 'Took', cell: ({ milliseconds: ms }) => `${ms.toLocaleString('en')} ms`, end: true },
  { head: 'When', cell: ({ at }) => <When time={at} />, end: true, corner: 'bottomRight' },
];

/** The status, and for a refusal its code with a link to what the code means. */
function Answered({ status, code }: ListedRequest) {
  if (code === undefined) return <Status word={String(status)} tone={status < 400 ? 'good' : 'mute'} />;
  return (
    <span className={styles.actions}>
      <Status word={String(status)} tone={status >= 500 ? 'bad' : 'warn'} icon="alert" loud={status >= 500} />
      <a className={styles.code} href={`/docs/errors#${code}`} target="_blank" rel="noreferrer">
        {code}
      </a>
    </span>
  );
}
