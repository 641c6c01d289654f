import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { queryClient } from '../api/query.ts';
import { needs } from '../api/session.ts';
import { askOnEnter } from '../shell/ask-on-enter.ts';
import { brandRoute } from '../shell/brand-route.tsx';
import type { Subject } from '../shell/subject.ts';
import { filtersOf } from './filters.ts';
import { recordQuery } from './queries.ts';

export const retentionRoute = createRoute({
  getParentRoute: () => brandRoute,
  path: '/retention',
  validateSearch: filtersOf,
  beforeLoad: ({ context }) => needs(context.brand, 'compliance:read'),
  component: lazyRouteComponent(() => import('./Retention.tsx'), 'Retention'),
});

export const recordRoute = createRoute({
  getParentRoute: () => retentionRoute,
  path: '/$customerId',
  loader: ({ context, params }) =>
    void queryClient.prefetchQuery(recordQuery(context.brand, params.customerId)),
  component: lazyRouteComponent(() => import('./RecordDrawer.tsx'), 'RecordDrawer'),
  ...askOnEnter,
});

export const retention: Subject = {
  routes: [retentionRoute.addChildren([recordRoute])],
  pages: [
    {
      title: 'Retention',
      icon: 'retention',
      path: 'retention',
      scopes: ['compliance:read'],
      section: 'compliance',
      key: 't',
      count: ({ erasures }) => erasures,
    },
  ],
  finds: [
    {
      what: 'Kept record',
      icon: 'retention',
      path: (id) => `retention/${id}`,
      scopes: ['compliance:read'],
    },
  ],
};
