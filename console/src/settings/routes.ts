import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { queryClient } from '../api/query.ts';
import { needs } from '../api/session.ts';
import { askOnEnter } from '../shell/ask-on-enter.ts';
import { brandRoute } from '../shell/brand-route.tsx';
import type { Subject } from '../shell/subject.ts';
import { operatorsQuery, settingsQuery } from './queries.ts';

const settingsRoute = createRoute({
  getParentRoute: () => brandRoute,
  path: '/settings',
  beforeLoad: ({ context }) => needs(context.brand, 'settings:read'),
  loader: ({ context: { brand } }) => {
    void queryClient.prefetchQuery(settingsQuery(brand));
    if (brand.may('operators:read')) void queryClient.prefetchQuery(operatorsQuery(brand));
  },
  component: lazyRouteComponent(() => import('./Settings.tsx'), 'Settings'),
  ...askOnEnter,
});

export const settings: Subject = {
  routes: [settingsRoute],
  pages: [
    {
      title: 'Settings',
      icon: 'settings',
      path: 'settings',
      scopes: ['settings:read'],
      section: 'foot',
      key: 's',
    },
  ],
};
