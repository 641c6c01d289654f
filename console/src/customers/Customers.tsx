import { useQuery } from '@tanstack/react-query';
import { Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useHere } from '../api/session.ts';
import { useWrite } from '../api/write.ts';
import { Answer } from '../kit/Answer.tsx';
import { LinkButton } from '../kit/Button.tsx';
import { Command } from '../kit/Command.tsx';
import { CopyCurl, curlOf } from '../kit/Curl.tsx';
import { Empty } from '../kit/Empty.tsx';
import { FailureNote } from '../kit/FailureNote.tsx';
import { Card, Page } from '../kit/Page.tsx';
import { Pager } from '../kit/Pager.tsx';
import { Table, TableSkeleton } from '../kit/Table.tsx';
import { columns } from './columns.tsx';
import { exampleCustomer } from './example.ts';
import { FindBar } from './FindBar.tsx';
import type { Filters } from './filters.ts';
import { isFiltered } from './filters.ts';
import type { Sought } from './find.ts';
import { soughtIn } from './find.ts';
import type { Customer, CustomerPage } from './queries.ts';
import { customersQuery, findCustomers, searchOf } from './queries.ts';
import { listRoute } from './routes.ts';

export function Customers() {
  const { brand } = useHere();
  const filters = listRoute.useSearch();
  const list = useQuery(customersQuery(brand, filters));
  const find = useFind();
  return (
    <Page
      title="Customers"
      sub={find.found ? `${find.found.length} found` : counted(filters, list.data)}
      actions={
        <>
          <CopyCurl call={() => listCall(filters)} />
          {brand.may('customers:write') && (
            <LinkButton to={`/${brand.slug}/customers/new`} look="main" icon="plus">
              New customer
            </LinkButton>
          )}
        </>
      }
    >
      <FindBar filters={filters} onFind={find.find} isFinding={find.isFinding} onForget={find.forget} />
      <Card label="Customers">
        {find.sought ? (
          <Found {...find} />
        ) : (
          <Answer query={list} skeleton={<TableSkeleton columns={columns} count={14} />}>
            {(page) => <Listed page={page} filters={filters} />}
          </Answer>
        )}
      </Card>
      <Outlet />
    </Page>
  );
}

function counted(filters: Filters, page: CustomerPage | undefined): string {
  if (page?.total === undefined) return ' ';
  return `${page.total.toLocaleString('en')} ${isFiltered(filters) ? 'found' : 'in all'}`;
}

const listCall = (filters: Filters) =>
  isFiltered(filters)
    ? ({ method: 'POST', path: '/customers/search', body: searchOf(filters) } as const)
    : ({ method: 'GET', path: '/customers' } as const);

interface Find {
  readonly sought: Sought | undefined;
  readonly found: readonly Customer[] | undefined;
  readonly failure: unknown;
  readonly isFinding: boolean;
  readonly find: (typed: string) => void;
  readonly forget: () => void;
}

/** Finding by an exact value. What was typed is in no address and in no cache. */
function useFind(): Find {
  const [sought, setSought] = useState<Sought>();
  const [found, setFound] = useState<readonly Customer[]>();
  const write = useWrite((next: Sought) => findCustomers(next), setFound);
  return {
    sought,
    found,
    failure: write.failure,
    isFinding: write.isSending,
    find: (typed) => {
      const next = soughtIn(typed);
      setFound(undefined);
      write.forget();
      setSought(next.kind === 'nothing' ? undefined : next);
      if (next.kind === 'id' || next.kind === 'exact') write.send(next);
    },
    forget: () => setSought(undefined),
  };
}

function Rows({ customers }: { readonly customers: readonly Customer[] }) {
  const { brand } = useHere();
  const { customerId } = useParams({ strict: false }) as { readonly customerId?: string };
  return (
    <Table
      label="Customers"
      columns={columns}
      rows={customers}
      keyOf={({ customer_id: id }) => id}
      linkOf={({ customer_id: id }) => `/${brand.slug}/customers/${id}`}
      keepSearch
      openKey={customerId}
    />
  );
}

function Listed({ page, filters }: { readonly page: CustomerPage; readonly filters: Filters }) {
  const navigate = useNavigate();
  const go = (cursor: string | undefined) =>
    void navigate({
      to: '.',
      search: ({ cursor: _, ...rest }: Filters) => ({ ...rest, ...(cursor && { cursor }) }),
    });
  if (page.customers.length === 0) return <NoCustomers filters={filters} />;
  return (
    <>
      <Rows customers={page.customers} />
      <Pager
        onNewer={filters.cursor ? () => history.back() : undefined}
        onOlder={page.next ? () => go(page.next) : undefined}
      />
    </>
  );
}

function NoCustomers({ filters }: { readonly filters: Filters }) {
  if (isFiltered(filters)) return <Empty title="No customer fits these filters." />;
  return (
    <Empty title="No customers yet">
      <p>This call makes one:</p>
      <Command>{curlOf({ method: 'POST', path: '/customers', body: exampleCustomer })}</Command>
    </Empty>
  );
}

function Found({ sought, found, failure, isFinding }: Find) {
  if (failure) return <FailureNote error={failure} title="This could not be looked up" />;
  if (sought?.kind === 'part')
    return (
      <Empty title="Only exact values can be found">
        <p>
          Records are sealed. Type a whole email, phone, SSN or id, or a last name and a birthday:{' '}
          <code>Bond 1997-12-25</code>
        </p>
      </Empty>
    );
  if (isFinding || !found) return <TableSkeleton columns={columns} count={3} />;
  if (found.length === 0)
    return <Empty title={`Nobody has this ${sought?.kind === 'exact' ? sought.word : 'id'}.`} />;
  return <Rows customers={found} />;
}
