import { useRouter, useSearch } from '@tanstack/react-router';
import { queryClient } from '../api/query.ts';
import type { Session } from '../api/session.ts';
import { sessionQuery } from '../api/session.ts';

/** Goes where the person wanted to go before they had to sign in. */
export function useEnter(): (session: Session) => void {
  const { history } = useRouter();
  const { to } = useSearch({ strict: false }) as { readonly to?: string };
  return (session) => {
    queryClient.clear();
    queryClient.setQueryData(sessionQuery.queryKey, session);
    history.push(`/console${to ?? '/'}`);
  };
}
