import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { brandRoute } from '../shell/brand-route.tsx';
import type { Subject } from '../shell/subject.ts';

const overviewRoute = createRoute({
  getParentRoute: () => brandRoute,
  path: '/overview',
  component: lazyRouteComponent(() => import('./Overview.tsx'), 'Overview'),
});

export const overview: Subject = {
  routes: [overviewRoute],
  pages: [{ title: 'Overview', icon: 'overview', path: 'overview', scopes: [], section: 'main', key: 'o' }],
};
