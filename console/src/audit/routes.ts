import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { queryClient } from '../api/query.ts';
import { needs } from '../api/session.ts';
import { askOnEnter } from '../shell/ask-on-enter.ts';
import { brandRoute } from '../shell/brand-route.tsx';
import type { Subject } from '../shell/subject.ts';
import { auditFiltersOf } from './filters.ts';
import { trailQuery } from './queries.ts';

export const auditRoute = createRoute({
  getParentRoute: () => brandRoute,
  path: '/audit',
  validateSearch: auditFiltersOf,
  loaderDeps: ({ search }) => auditFiltersOf(search),
  beforeLoad: ({ context }) => needs(context.brand, 'audit:read'),
  loader: ({ context, deps }) => void queryClient.prefetchQuery(trailQuery(context.brand, deps)),
  component: lazyRouteComponent(() => import('./AuditTrail.tsx'), 'AuditTrail'),
  ...askOnEnter,
});

export const audit: Subject = {
  routes: [auditRoute],
  pages: [
    {
      title: 'Audit trail',
      icon: 'audit',
      path: 'audit',
      scopes: ['audit:read'],
      section: 'compliance',
      key: 'a',
    },
  ],
};
