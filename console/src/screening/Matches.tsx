import { useQuery } from '@tanstack/react-query';
import { Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { useHere } from '../api/session.ts';
import { Answer } from '../kit/Answer.tsx';
import { CopyCurl } from '../kit/Curl.tsx';
import { Empty } from '../kit/Empty.tsx';
import { Select } from '../kit/Field.tsx';
import { Card, Filters, Page } from '../kit/Page.tsx';
import { Pager } from '../kit/Pager.tsx';
import { Status } from '../kit/Status.tsx';
import type { Column } from '../kit/Table.tsx';
import { Table, TableSkeleton } from '../kit/Table.tsx';
import { When } from '../kit/When.tsx';
import { useActorName } from '../shell/actors.ts';
import { matchState } from '../shell/words.ts';
import type { MatchFilters, MatchStatus } from './filters.ts';
import { filtersOf, orderChoices, statusChoices } from './filters.ts';
import type { MatchBrief } from './queries.ts';
import { askedOf, matchesQuery } from './queries.ts';
import { matchesRoute } from './routes.ts';

/** Matches with lists of sanctioned people. The list has no names; opening a match is written down. */
export function Matches() {
  const { brand } = useHere();
  const filters = matchesRoute.useSearch();
  const query = useQuery(matchesQuery(brand, filters));
  const columns = useColumns(filters);
  return (
    <Page
      title="Matches"
      sub="Customers that resemble an entry of a list of sanctioned people. Two people decide on each."
      actions={
        <CopyCurl
          call={() => ({
            method: 'GET',
            path: `/screening/matches?${new URLSearchParams(askedOf(filters))}`,
          })}
        />
      }
    >
      <Narrow filters={filters} />
      <Card label="Matches">
        <Answer query={query} skeleton={<TableSkeleton columns={columns} count={8} />}>
          {({ data, next_cursor: next }) => (
            <Listed data={data} next={next} filters={filters} columns={columns} />
          )}
        </Answer>
      </Card>
      <Outlet />
    </Page>
  );
}

function Narrow({ filters }: { readonly filters: MatchFilters }) {
  const navigate = useNavigate();
  const go = (next: Readonly<Record<string, string>>) => {
    const { cursor: _, ...rest } = filters;
    void navigate({ to: '.', search: filtersOf({ ...rest, ...next }) });
  };
  return (
    <Filters>
      <Select
        label="Status"
        hideLabel
        choices={statusChoices}
        value={filters.status ?? 'waiting'}
        onChange={({ target }) => go({ status: target.value })}
      />
      <Select
        label="Order"
        hideLabel
        choices={orderChoices}
        value={filters.order ?? 'oldest'}
        onChange={({ target }) => go({ order: target.value })}
      />
    </Filters>
  );
}

interface ListedProps {
  readonly data: readonly MatchBrief[];
  readonly next: string | null;
  readonly filters: MatchFilters;
  readonly columns: readonly Column<MatchBrief>[];
}

function Listed({ data, next, filters, columns }: ListedProps) {
  const { brand } = useHere();
  const navigate = useNavigate();
  const { matchId } = useParams({ strict: false }) as { readonly matchId?: string };
  if (data.length === 0) return <Nothing status={filters.status ?? 'waiting'} />;
  const onward = next
    ? () => void navigate({ to: '.', search: (before: object) => ({ ...before, cursor: next }) })
    : undefined;
  return (
    <>
      <Table
        label="Matches"
        columns={columns}
        rows={data}
        keyOf={({ match_id: id }) => id}
        keepSearch
        linkOf={({ match_id: id }) => `/${brand.slug}/matches/${id}`}
        {...(matchId && { openKey: matchId })}
      />
      {(onward || filters.cursor) && (
        <Pager
          words={['Before', 'Next']}
          onNewer={filters.cursor ? () => history.back() : undefined}
          onOlder={onward}
        />
      )}
    </>
  );
}

const nothing: Readonly<Record<MatchStatus, string>> = {
  waiting: 'No match waits.',
  open: 'No match waits for a proposal.',
  proposed: 'No proposal waits.',
  false_positive: 'No match was a false positive yet.',
  confirmed: 'No match was confirmed yet.',
  any: 'No match was found yet.',
};

/** A service without a provider finds nobody, so an empty list says what turns the checks on. */
const Nothing = ({ status }: { readonly status: MatchStatus }) => (
  <Empty title={nothing[status]}>
    <p>
      Customers are checked only where the service has a provider of lists. <code>CLIENTELE_SCREENING</code>{' '}
      and <code>CLIENTELE_SCREENING_URL</code> name it: docs/screening.md says how.
    </p>
  </Empty>
);

function useColumns({ status = 'waiting' }: MatchFilters): readonly Column<MatchBrief>[] {
  const actor = useActorName();
  const named = (id: string | undefined) => (id === undefined ? '' : actor(id));
  const mayBeDecided = ['false_positive', 'confirmed', 'any'].includes(status);
  return [
    { head: 'Match', cell: ({ match_id: id }) => <code>{id.slice(0, 8)}</code>, corner: 'topLeft' },
    { head: 'Status', cell: (match) => <Status {...matchState(match)} />, corner: 'topRight' },
    {
      head: 'Customer',
      cell: ({ customer_id: id }) => <code>{id.slice(0, 8)}</code>,
      corner: 'bottomLeft',
    },
    { head: 'Proposed by', cell: ({ proposed_by: who }) => named(who) },
    ...(mayBeDecided ? [{ head: 'Decided by', cell: ({ decided_by: who }: MatchBrief) => named(who) }] : []),
    {
      head: 'Found',
      cell: ({ date_found: time }) => <When time={time} />,
      end: true,
      corner: 'bottomRight',
    },
  ];
}
