import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useHere } from '../api/session.ts';
import { Answer } from '../kit/Answer.tsx';
import { CopyCurl } from '../kit/Curl.tsx';
import { Empty } from '../kit/Empty.tsx';
import { Card, Page } from '../kit/Page.tsx';
import { Pager } from '../kit/Pager.tsx';
import { Skeleton } from '../kit/Skeleton.tsx';
import { ChainCheck } from './ChainCheck.tsx';
import type { AuditFilters } from './filters.ts';
import { isFiltered } from './filters.ts';
import { Narrow } from './Narrow.tsx';
import { OneEntry } from './OneEntry.tsx';
import type { Entry } from './queries.ts';
import { trailQuery } from './queries.ts';
import { auditRoute } from './routes.ts';

export function AuditTrail() {
  const { brand } = useHere();
  const filters = auditRoute.useSearch();
  const trail = useQuery(trailQuery(brand, filters));
  return (
    <Page
      title="Audit trail"
      sub="Who did what, and to whom, in an order that nobody can change unseen."
      actions={<CopyCurl call={() => callOf(filters)} />}
    >
      <ChainCheck />
      <Narrow filters={filters} entries={trail.data?.data ?? []} />
      <Card label="Entries">
        <Answer query={trail} skeleton={<Skeleton lines={14} />}>
          {(page) => <Listed entries={page.data} next={page.next_cursor} filters={filters} />}
        </Answer>
      </Card>
    </Page>
  );
}

function callOf({ customer, cursor: _, ...filters }: AuditFilters) {
  if (customer !== undefined) return { method: 'GET', path: `/customers/${customer}/audit` } as const;
  const query = String(new URLSearchParams(filters));
  return { method: 'GET', path: `/audit${query && `?${query}`}` } as const;
}

interface ListedProps {
  readonly entries: readonly Entry[];
  readonly next: string | null;
  readonly filters: AuditFilters;
}

function Listed({ entries, next, filters }: ListedProps) {
  const navigate = useNavigate();
  if (entries.length === 0 && next === null)
    return <Empty title={isFiltered(filters) ? 'No entry fits these filters.' : 'Nothing is written yet.'} />;
  return (
    <>
      {entries.length === 0 && (
        <Empty title="Looked through 20,000 entries, and none fits. Older ones may." />
      )}
      {entries.map((entry) => (
        <OneEntry key={entry.number} entry={entry} />
      ))}
      <Pager
        words={['Newer', isFiltered(filters) ? 'Look further' : 'Older']}
        onNewer={filters.cursor ? () => history.back() : undefined}
        onOlder={
          next === null ? undefined : () => void navigate({ to: '.', search: { ...filters, cursor: next } })
        }
      />
    </>
  );
}
