import { createRootRoute, createRoute, isRedirect, Outlet, redirect } from '@tanstack/react-router';
import { asFailure } from '../api/failure.ts';
import { queryClient } from '../api/query.ts';
import { sessionQuery } from '../api/session.ts';
import { NotFound, PageFailed } from './Failures.tsx';
import { OfflineBar } from './OfflineBar.tsx';

export const rootRoute = createRootRoute({
  component: () => (
    <>
      <OfflineBar />
      <Outlet />
    </>
  ),
  notFoundComponent: NotFound,
  errorComponent: PageFailed,
});

/** Everything that needs a session. Without one, sign-in comes first and leads back. */
export const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'signed-in',
  beforeLoad: async ({ location }) => {
    try {
      const session = await queryClient.ensureQueryData(sessionQuery);
      if (session.passkey_required && location.pathname !== '/account') throw redirect({ to: '/account' });
      return { session };
    } catch (error) {
      if (isRedirect(error) || asFailure(error).status !== 401) throw error;
      throw redirect({ to: '/sign-in', search: { to: location.pathname + location.searchStr } });
    }
  },
});
