import { QueryClient } from '@tanstack/react-query';

/**
 * Queries are never sent again by themselves. Some reads write an entry into the audit trail, and an entry says that
 * a person asked. Going to a page asks; focus, a new connection or a pointer above a link does not.
 */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: false,
      retryOnMount: false,
      refetchOnMount: false,
      refetchOnReconnect: false,
      refetchOnWindowFocus: false,
      networkMode: 'always',
      staleTime: 5_000,
      gcTime: 300_000,
    },
    mutations: { retry: false, networkMode: 'always' },
  },
});
