import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { queryClient } from '../api/query.ts';
import { needs } from '../api/session.ts';
import { askOnEnter } from '../shell/ask-on-enter.ts';
import { brandRoute } from '../shell/brand-route.tsx';
import type { Subject } from '../shell/subject.ts';
import { filtersOf } from './filters.ts';
import { changeQuery, changesQuery } from './queries.ts';

export const changesRoute = createRoute({
  getParentRoute: () => brandRoute,
  path: '/changes',
  validateSearch: filtersOf,
  loaderDeps: ({ search }) => filtersOf(search),
  beforeLoad: ({ context }) => needs(context.brand, 'customers:read'),
  loader: ({ context, deps }) => void queryClient.prefetchQuery(changesQuery(context.brand, deps)),
  component: lazyRouteComponent(() => import('./Changes.tsx'), 'Changes'),
  ...askOnEnter,
});

export const changeRoute = createRoute({
  getParentRoute: () => changesRoute,
  path: '/$changeId',
  beforeLoad: ({ context }) => needs(context.brand, 'kyc:review'),
  loader: ({ context, params }) =>
    void queryClient.prefetchQuery(changeQuery(context.brand, params.changeId)),
  component: lazyRouteComponent(() => import('./ChangeDrawer.tsx'), 'ChangeDrawer'),
  ...askOnEnter,
});

export const changes: Subject = {
  routes: [changesRoute.addChildren([changeRoute])],
  pages: [
    {
      title: 'Change requests',
      icon: 'changes',
      path: 'changes',
      scopes: ['customers:read'],
      section: 'main',
      key: 'h',
      count: ({ change_requests: waiting }) => waiting,
    },
  ],
  finds: [{ what: 'Change request', icon: 'changes', path: (id) => `changes/${id}`, scopes: ['kyc:review'] }],
};
