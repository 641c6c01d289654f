import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../shell/root-route.tsx';

/** A place within the console to go to after sign-in; anything else is left out. */
const placeOf = (to: unknown): string | undefined =>
  typeof to === 'string' && /^\/(?!\/)[\w\-/]*(?:\?[\w\-=&%.]*)?$/.test(to) && !to.startsWith('/sign-in')
    ? to
    : undefined;

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { to?: string } => {
    const to = placeOf(search['to']);
    return to === undefined ? {} : { to };
  },
  component: lazyRouteComponent(() => import('./SignIn.tsx'), 'SignIn'),
});

/** Where links of a first start, an invitation and a reset lead. */
const startRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/start',
  component: lazyRouteComponent(() => import('./Start.tsx'), 'Start'),
});

/** Where the provider of the company sends the browser back to. The page reads the address once, and nothing else does. */
const callbackRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in/callback',
  validateSearch: () => ({}),
  component: lazyRouteComponent(() => import('./Callback.tsx'), 'Callback'),
});

export const signInRoutes = [signInRoute, startRoute, callbackRoute];
