import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { queryClient } from '../api/query.ts';
import { needs } from '../api/session.ts';
import { askOnEnter } from '../shell/ask-on-enter.ts';
import { brandRoute } from '../shell/brand-route.tsx';
import type { Subject } from '../shell/subject.ts';
import { filtersOf } from './filters.ts';
import { customerQuery, customersQuery } from './queries.ts';

export const listRoute = createRoute({
  getParentRoute: () => brandRoute,
  path: '/customers',
  validateSearch: filtersOf,
  loaderDeps: ({ search }) => filtersOf(search),
  beforeLoad: ({ context }) => needs(context.brand, 'customers:read'),
  // Not awaited: the page shows its frame while the rows come.
  loader: ({ context, deps }) => void queryClient.prefetchQuery(customersQuery(context.brand, deps)),
  component: lazyRouteComponent(() => import('./Customers.tsx'), 'Customers'),
  ...askOnEnter,
});

const newRoute = createRoute({
  getParentRoute: () => listRoute,
  path: '/new',
  beforeLoad: ({ context }) => needs(context.brand, 'customers:write'),
  component: lazyRouteComponent(() => import('./forms/NewCustomer.tsx'), 'NewCustomer'),
});

const tabs = ['profile', 'verifications', 'changes', 'events', 'audit'] as const;
export type DrawerTab = (typeof tabs)[number];

export const customerRoute = createRoute({
  getParentRoute: () => listRoute,
  path: '/$customerId',
  validateSearch: (search: Record<string, unknown>): { tab?: DrawerTab } => {
    const tab = tabs.find((one) => one === search['tab'] && one !== 'profile');
    return tab === undefined ? {} : { tab };
  },
  loader: ({ context, params }) =>
    void queryClient.prefetchQuery(customerQuery(context.brand, params.customerId)),
  component: lazyRouteComponent(() => import('./drawer/CustomerDrawer.tsx'), 'CustomerDrawer'),
  ...askOnEnter,
});

export const customers: Subject = {
  routes: [listRoute.addChildren([newRoute, customerRoute])],
  pages: [
    {
      title: 'Customers',
      icon: 'customers',
      path: 'customers',
      scopes: ['customers:read'],
      section: 'main',
      key: 'c',
    },
  ],
  actions: [
    {
      title: 'Create a customer',
      icon: 'plus',
      path: 'customers/new',
      scopes: ['customers:write'],
      key: 'c',
    },
  ],
  finds: [
    {
      what: 'Customer',
      icon: 'customers',
      path: (id) => `customers/${id}`,
      scopes: ['customers:read'],
    },
  ],
};
