import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { queryClient } from '../api/query.ts';
import { needs } from '../api/session.ts';
import { askOnEnter } from '../shell/ask-on-enter.ts';
import { brandRoute } from '../shell/brand-route.tsx';
import type { Subject } from '../shell/subject.ts';
import { filtersOf } from './filters.ts';
import { matchesQuery, matchQuery } from './queries.ts';

export const matchesRoute = createRoute({
  getParentRoute: () => brandRoute,
  path: '/matches',
  validateSearch: filtersOf,
  loaderDeps: ({ search }) => filtersOf(search),
  beforeLoad: ({ context }) => needs(context.brand, 'kyc:review'),
  loader: ({ context, deps }) => void queryClient.prefetchQuery(matchesQuery(context.brand, deps)),
  component: lazyRouteComponent(() => import('./Matches.tsx'), 'Matches'),
  ...askOnEnter,
});

export const matchRoute = createRoute({
  getParentRoute: () => matchesRoute,
  path: '/$matchId',
  loader: ({ context, params }) => void queryClient.prefetchQuery(matchQuery(context.brand, params.matchId)),
  component: lazyRouteComponent(() => import('./MatchDrawer.tsx'), 'MatchDrawer'),
  ...askOnEnter,
});

export const screening: Subject = {
  routes: [matchesRoute.addChildren([matchRoute])],
  pages: [
    {
      title: 'Matches',
      icon: 'match',
      path: 'matches',
      scopes: ['kyc:review'],
      section: 'compliance',
      key: 'm',
      count: ({ matches }) => matches,
    },
  ],
  finds: [{ what: 'Match', icon: 'match', path: (id) => `matches/${id}`, scopes: ['kyc:review'] }],
};
