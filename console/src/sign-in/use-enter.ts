import { useRouter, useSearch } from '@tanstack/react-router';
import { queryClient } from '../api/query.ts';
import type { Session } from '../api/session.ts';
import { sessionQuery } from '../api/session.ts';

/** Goes to a page of the console with a new session. */
export function useEnterAt(): (session: Session, page: string) => void {
  const { history } = useRouter();
  return (session, page) => {
    queryClient.clear();
    queryClient.setQueryData(sessionQuery.queryKey, session);
    history.push(`/console${page}`);
  };
}

/** Goes where the person wanted to go before they had to sign in. */
export function useEnter(): (session: Session) => void {
  const enterAt = useEnterAt();
  const { to } = useSearch({ strict: false }) as { readonly to?: string };
  return (session) => enterAt(session, to ?? '/');
}
