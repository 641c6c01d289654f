import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { queryClient } from '../api/query.ts';
import { askOnEnter } from '../shell/ask-on-enter.ts';
import { brandRoute } from '../shell/brand-route.tsx';
import type { Subject } from '../shell/subject.ts';
import { latelyQuery, overviewQuery, requestsQuery } from './queries.ts';

const overviewRoute = createRoute({
  getParentRoute: () => brandRoute,
  path: '/overview',
  loader: ({ context: { brand } }) => {
    if (brand.may('customers:read')) void queryClient.prefetchQuery(overviewQuery(brand));
    if (brand.may('requests:read')) void queryClient.prefetchQuery(requestsQuery(brand));
    if (brand.may('events:read')) void queryClient.prefetchQuery(latelyQuery(brand));
  },
  component: lazyRouteComponent(() => import('./Overview.tsx'), 'Overview'),
  ...askOnEnter,
});

export const overview: Subject = {
  routes: [overviewRoute],
  pages: [{ title: 'Overview', icon: 'overview', path: 'overview', scopes: [], section: 'main', key: 'o' }],
};
