import { createRoute, createRouter, redirect } from '@tanstack/react-router';
import { accountRoute } from './account/routes.ts';
import { brandsOf } from './api/session.ts';
import { SkeletonPage } from './kit/SkeletonPage.tsx';
import { Toasts } from './kit/Toast.tsx';
import { brandRoute } from './shell/brand-route.tsx';
import { PageFailed } from './shell/Failures.tsx';
import { NoBrand } from './shell/NoBrand.tsx';
import { rootRoute, signedInRoute } from './shell/root-route.tsx';
import { signInRoutes } from './sign-in/routes.ts';
import { subjects } from './subjects.ts';

/** `/console/` leads to the first brand, and a brand to its first page that the roles reach. */
const startRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/',
  beforeLoad: ({ context }) => {
    const [first] = brandsOf(context.session);
    if (first) throw redirect({ to: `/${first.slug}` });
  },
  component: NoBrand,
});

const brandStartRoute = createRoute({
  getParentRoute: () => brandRoute,
  path: '/',
  beforeLoad: ({ context: { brand } }) => {
    const page = subjects.flatMap(({ pages }) => pages).find(({ scopes }) => brand.may(...scopes));
    if (page) throw redirect({ to: `/${brand.slug}/${page.path}` });
  },
  component: NoBrand,
});

export const router = createRouter({
  basepath: '/console',
  routeTree: rootRoute.addChildren([
    ...signInRoutes,
    signedInRoute.addChildren([
      startRoute,
      accountRoute,
      brandRoute.addChildren([brandStartRoute, ...subjects.flatMap(({ routes }) => routes)]),
    ]),
  ]),
  // A pointer above a link asks nothing of the API: some reads are written down.
  defaultPreload: false,
  defaultPendingComponent: SkeletonPage,
  defaultPendingMs: 150,
  defaultErrorComponent: PageFailed,
  scrollRestoration: false,
  // Toasts have links, so they stand inside the router.
  InnerWrap: Toasts,
});
