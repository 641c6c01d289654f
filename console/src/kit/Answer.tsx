import type { ReactNode } from 'react';
import { FailureNote } from './FailureNote.tsx';
import { Skeleton } from './Skeleton.tsx';

/** The parts of a query's result that are shown: what `useQuery` returns. */
interface Asked<Data> {
  readonly data: Data | undefined;
  readonly error: unknown;
  readonly refetch: () => unknown;
}

export interface AnswerProps<Data> {
  readonly query: Asked<Data>;
  /** What has the place of the answer until it comes, with the same height. */
  readonly skeleton?: ReactNode;
  readonly children: (data: Data) => ReactNode;
}

/** The answer of a query: on its way, failed, or there. Empty ones are for the caller to tell. */
export function Answer<Data>({ query, skeleton = <Skeleton />, children }: AnswerProps<Data>) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <FailureNote error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <div aria-busy="true" aria-label="Loading" role="status">
      {skeleton}
    </div>
  );
}
