import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { queryClient } from '../api/query.ts';
import { needs } from '../api/session.ts';
import { askOnEnter } from '../shell/ask-on-enter.ts';
import { brandRoute } from '../shell/brand-route.tsx';
import type { Subject } from '../shell/subject.ts';
import { eventFiltersOf, requestFiltersOf } from './filters.ts';
import { eventsQuery, keysQuery, requestsQuery, webhookQuery, webhooksQuery } from './queries.ts';

const keysRoute = createRoute({
  getParentRoute: () => brandRoute,
  path: '/keys',
  beforeLoad: ({ context }) => needs(context.brand, 'keys:read'),
  loader: ({ context }) => void queryClient.prefetchQuery(keysQuery(context.brand)),
  component: lazyRouteComponent(() => import('./keys/Keys.tsx'), 'Keys'),
  ...askOnEnter,
});

const newKeyRoute = createRoute({
  getParentRoute: () => keysRoute,
  path: '/new',
  beforeLoad: ({ context }) => needs(context.brand, 'keys:write'),
  component: lazyRouteComponent(() => import('./keys/NewKey.tsx'), 'NewKey'),
});

export const keyRoute = createRoute({
  getParentRoute: () => keysRoute,
  path: '/$identity',
  component: lazyRouteComponent(() => import('./keys/KeyDrawer.tsx'), 'KeyDrawer'),
});

const webhooksRoute = createRoute({
  getParentRoute: () => brandRoute,
  path: '/webhooks',
  beforeLoad: ({ context }) => needs(context.brand, 'webhooks:read'),
  loader: ({ context }) => void queryClient.prefetchQuery(webhooksQuery(context.brand)),
  component: lazyRouteComponent(() => import('./webhooks/Webhooks.tsx'), 'Webhooks'),
  ...askOnEnter,
});

const newWebhookRoute = createRoute({
  getParentRoute: () => webhooksRoute,
  path: '/new',
  beforeLoad: ({ context }) => needs(context.brand, 'webhooks:write'),
  component: lazyRouteComponent(() => import('./webhooks/NewWebhook.tsx'), 'NewWebhook'),
});

export const webhookRoute = createRoute({
  getParentRoute: () => brandRoute,
  path: '/webhooks/$webhookId',
  beforeLoad: ({ context }) => needs(context.brand, 'webhooks:read'),
  loader: ({ context, params }) =>
    void queryClient.prefetchQuery(webhookQuery(context.brand, params.webhookId)),
  component: lazyRouteComponent(() => import('./webhooks/Webhook.tsx'), 'Webhook'),
  ...askOnEnter,
});

export const eventsRoute = createRoute({
  getParentRoute: () => brandRoute,
  path: '/events',
  validateSearch: eventFiltersOf,
  loaderDeps: ({ search }) => eventFiltersOf(search),
  beforeLoad: ({ context }) => needs(context.brand, 'events:read'),
  loader: ({ context, deps }) => void queryClient.prefetchQuery(eventsQuery(context.brand, deps)),
  component: lazyRouteComponent(() => import('./Events.tsx'), 'Events'),
  ...askOnEnter,
});

export const requestsRoute = createRoute({
  getParentRoute: () => brandRoute,
  path: '/requests',
  validateSearch: requestFiltersOf,
  loaderDeps: ({ search }) => requestFiltersOf(search),
  beforeLoad: ({ context }) => needs(context.brand, 'requests:read'),
  loader: ({ context, deps }) => void queryClient.prefetchQuery(requestsQuery(context.brand, deps)),
  component: lazyRouteComponent(() => import('./Requests.tsx'), 'Requests'),
  ...askOnEnter,
});

const page = { section: 'developers' } as const;

export const developers: Subject = {
  routes: [
    keysRoute.addChildren([newKeyRoute, keyRoute]),
    webhooksRoute.addChildren([newWebhookRoute]),
    webhookRoute,
    eventsRoute,
    requestsRoute,
  ],
  pages: [
    { ...page, title: 'API keys', icon: 'key', path: 'keys', scopes: ['keys:read'], key: 'k' },
    { ...page, title: 'Webhooks', icon: 'webhook', path: 'webhooks', scopes: ['webhooks:read'], key: 'w' },
    { ...page, title: 'Events', icon: 'events', path: 'events', scopes: ['events:read'], key: 'e' },
    { ...page, title: 'Requests', icon: 'requests', path: 'requests', scopes: ['requests:read'], key: 'q' },
  ],
  actions: [
    { title: 'Make an API key', icon: 'plus', path: 'keys/new', scopes: ['keys:write'] },
    { title: 'Add a webhook', icon: 'plus', path: 'webhooks/new', scopes: ['webhooks:write'] },
  ],
  finds: [
    { what: 'API key', icon: 'key', path: (id) => `keys/${id}`, scopes: ['keys:read'] },
    { what: 'Webhook', icon: 'webhook', path: (id) => `webhooks/${id}`, scopes: ['webhooks:read'] },
  ],
};
