import { useQuery } from '@tanstack/react-query';
import { Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { useHere } from '../api/session.ts';
import { Answer } from '../kit/Answer.tsx';
import { Empty } from '../kit/Empty.tsx';
import { Card, Page } from '../kit/Page.tsx';
import { Pager } from '../kit/Pager.tsx';
import type { Column } from '../kit/Table.tsx';
import { Table, TableSkeleton } from '../kit/Table.tsx';
import { Tabs } from '../kit/Tabs.tsx';
import { When } from '../kit/When.tsx';
import { useActorName } from '../shell/actors.ts';
import { useWaiting } from '../shell/waiting.ts';
import { fieldList } from '../shell/words.ts';
import type { ChangeFilters, ChangeTab } from './filters.ts';
import type { ChangeBrief } from './queries.ts';
import { changesQuery } from './queries.ts';
import { changesRoute } from './routes.ts';

/** Proposed changes of fields that a pass has locked. */
export function Changes() {
  const { brand } = useHere();
  const filters = changesRoute.useSearch();
  const navigate = useNavigate();
  const waiting = useWaiting(brand)?.change_requests;
  const { tab = 'pending' } = filters;
  const query = useQuery(changesQuery(brand, filters));
  const columns = useColumns(tab);
  return (
    <Page title="Change requests" sub="Locked fields change when a second person approves.">
      <Card label="Change requests">
        <Tabs
          tabs={[
            { value: 'pending', word: 'Waiting', ...(waiting !== undefined && { count: waiting }) },
            { value: 'approved', word: 'Approved' },
            { value: 'declined', word: 'Declined' },
          ]}
          value={tab}
          onChange={(next) =>
            void navigate({
              to: `/${brand.slug}/changes`,
              search: next === 'pending' ? {} : { tab: next as ChangeTab },
            })
          }
        >
          <Answer query={query} skeleton={<TableSkeleton columns={columns} count={8} />}>
            {({ data, next_cursor: next }) => (
              <Listed data={data} next={next} filters={filters} columns={columns} />
            )}
          </Answer>
        </Tabs>
      </Card>
      <Outlet />
    </Page>
  );
}

const nothing: Readonly<Record<ChangeTab, string>> = {
  pending: 'No proposals wait.',
  approved: 'Nothing was approved yet.',
  declined: 'Nothing was declined yet.',
};

interface ListedProps {
  readonly data: readonly ChangeBrief[];
  readonly next: string | null;
  readonly filters: ChangeFilters;
  readonly columns: readonly Column<ChangeBrief>[];
}

function Listed({ data, next, filters, columns }: ListedProps) {
  const { brand } = useHere();
  const navigate = useNavigate();
  const { changeId } = useParams({ strict: false }) as { readonly changeId?: string };
  const { tab = 'pending' } = filters;
  if (data.length === 0) return <Empty title={nothing[tab]} />;
  const older = next
    ? () => void navigate({ to: '.', search: (before: object) => ({ ...before, cursor: next }) })
    : undefined;
  return (
    <>
      <Table
        label="Change requests"
        columns={columns}
        rows={data}
        keyOf={({ change_request_id: id }) => id}
        keepSearch
        {...(brand.may('kyc:review') && {
          linkOf: ({ change_request_id: id }: ChangeBrief) => `/${brand.slug}/changes/${id}`,
        })}
        {...(changeId && { openKey: changeId })}
      />
      {(older || filters.cursor) && (
        <Pager
          onNewer={filters.cursor ? () => history.back() : undefined}
          onOlder={older}
          words={tab === 'pending' ? ['Before', 'Next'] : ['Newer', 'Older']}
        />
      )}
    </>
  );
}

function useColumns(tab: ChangeTab): readonly Column<ChangeBrief>[] {
  const actor = useActorName();
  return [
    { head: 'Fields', cell: ({ fields }) => fieldList(fields), corner: 'topLeft' },
    { head: 'Customer', cell: ({ customer_id: id }) => <code>{id.slice(0, 8)}</code>, corner: 'topRight' },
    { head: 'Proposed by', cell: ({ requested_by: who }) => actor(who), corner: 'bottomLeft' },
    ...(tab === 'pending'
      ? []
      : [
          {
            head: 'Decided by',
            cell: ({ decided_by: who }: ChangeBrief) => (who === undefined ? '' : actor(who)),
          },
        ]),
    {
      head: tab === 'pending' ? 'Waits' : 'Decided',
      cell: ({ date_created: created, date_decided: decided }) => <When time={decided ?? created} />,
      end: true,
      corner: 'bottomRight',
    },
  ];
}
