import { useQuery } from '@tanstack/react-query';
import { Outlet, useNavigate, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useHere } from '../api/session.ts';
import { Answer } from '../kit/Answer.tsx';
import { Empty } from '../kit/Empty.tsx';
import { Card, Page } from '../kit/Page.tsx';
import { Pager } from '../kit/Pager.tsx';
import type { Column } from '../kit/Table.tsx';
import { Table, TableSkeleton } from '../kit/Table.tsx';
import { Tabs } from '../kit/Tabs.tsx';
import { useWaiting } from '../shell/waiting.ts';
import { keptColumns, useErasureColumns, useHoldColumns } from './columns.tsx';
import type { RetentionFilters, RetentionTab } from './filters.ts';
import { PolicyForm } from './PolicyForm.tsx';
import { erasuresQuery, holdsQuery, keptQuery } from './queries.ts';
import { retentionRoute } from './routes.ts';

/** What is kept of deleted customers: for how long, what holds it, and what is asked to go earlier. */
export function Retention() {
  const { brand } = useHere();
  const { tab = 'kept' }: RetentionFilters = retentionRoute.useSearch();
  const navigate = useNavigate();
  const asked = useWaiting(brand)?.erasures;
  const panels: Readonly<Record<RetentionTab, () => ReactNode>> = {
    kept: () => <Kept />,
    holds: () => <Holds />,
    erasures: () => <Erasures />,
    policy: () => <PolicyForm />,
  };
  return (
    <Page
      title="Retention"
      sub="Deleted customers are kept out of reach for as long as the law wants, then erased."
    >
      <Card label="Retention">
        <Tabs
          tabs={[
            { value: 'kept', word: 'Kept' },
            { value: 'holds', word: 'Holds' },
            { value: 'erasures', word: 'Early erasures', ...(asked !== undefined && { count: asked }) },
            { value: 'policy', word: 'Policy' },
          ]}
          value={tab}
          onChange={(next) =>
            void navigate({
              to: `/${brand.slug}/retention`,
              search: next === 'kept' ? {} : { tab: next as RetentionTab },
            })
          }
        >
          {panels[tab]()}
        </Tabs>
      </Card>
      <Outlet />
    </Page>
  );
}

function Kept() {
  const { brand } = useHere();
  const query = useQuery(keptQuery(brand, retentionRoute.useSearch()));
  return (
    <List
      label="Deleted customers"
      query={query}
      columns={keptColumns}
      keyOf={({ customer_id: id }) => id}
      customerOf={({ customer_id: id }) => id}
      empty={
        <Empty title="Nothing is kept.">
          <p>Customers that are deleted appear here until they are erased.</p>
        </Empty>
      }
    />
  );
}

function Holds() {
  const { brand } = useHere();
  const query = useQuery(holdsQuery(brand, retentionRoute.useSearch()));
  return (
    <List
      label="Legal holds"
      query={query}
      columns={useHoldColumns()}
      keyOf={({ hold_id: id }) => id}
      empty={
        <Empty title="No hold is active.">
          <p>A hold is set in the menu of a customer, or on a deleted one.</p>
        </Empty>
      }
    />
  );
}

function Erasures() {
  const { brand } = useHere();
  const query = useQuery(erasuresQuery(brand, retentionRoute.useSearch()));
  return (
    <List
      label="Early erasures"
      query={query}
      columns={useErasureColumns()}
      keyOf={({ erasure_id: id }) => id}
      customerOf={({ customer_id: id }) => id}
      empty={<Empty title="Nobody asks for an early erasure." />}
    />
  );
}

interface ListProps<Row> {
  readonly label: string;
  readonly query: Parameters<
    typeof Answer<{ readonly data: readonly Row[]; readonly next_cursor: string | null }>
  >[0]['query'];
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row) => string;
  /** The deleted customer whose record a row opens. */
  readonly customerOf?: (row: Row) => string;
  readonly empty: ReactNode;
}

function List<Row>({ label, query, columns, keyOf, customerOf, empty }: ListProps<Row>) {
  const { brand } = useHere();
  const navigate = useNavigate();
  const { cursor } = retentionRoute.useSearch();
  const { customerId } = useParams({ strict: false }) as { readonly customerId?: string };
  return (
    <Answer query={query} skeleton={<TableSkeleton columns={columns} count={8} />}>
      {({ data, next_cursor: next }) =>
        data.length === 0 ? (
          empty
        ) : (
          <>
            <Table
              label={label}
              columns={columns}
              rows={data}
              keyOf={keyOf}
              keepSearch
              {...(customerOf && { linkOf: (row: Row) => `/${brand.slug}/retention/${customerOf(row)}` })}
              {...(customerId && { openKey: customerId })}
            />
            {(next || cursor) && (
              <Pager
                words={['Back', 'Next']}
                onNewer={cursor ? () => history.back() : undefined}
                onOlder={
                  next
                    ? () => void navigate({ to: '.', search: (all: object) => ({ ...all, cursor: next }) })
                    : undefined
                }
              />
            )}
          </>
        )
      }
    </Answer>
  );
}
