import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { queryClient } from '../api/query.ts';
import { needs } from '../api/session.ts';
import { askOnEnter } from '../shell/ask-on-enter.ts';
import { brandRoute } from '../shell/brand-route.tsx';
import type { Subject } from '../shell/subject.ts';
import { queueQuery, reviewQuery } from './queries.ts';

const queueRoute = createRoute({
  getParentRoute: () => brandRoute,
  path: '/reviews',
  beforeLoad: ({ context }) => needs(context.brand, 'kyc:review'),
  loader: ({ context }) => void queryClient.prefetchQuery(queueQuery(context.brand)),
  component: lazyRouteComponent(() => import('./Reviews.tsx'), 'Reviews'),
  ...askOnEnter,
});

export const reviewRoute = createRoute({
  getParentRoute: () => queueRoute,
  path: '/$reviewId',
  loader: ({ context, params }) =>
    void queryClient.prefetchQuery(reviewQuery(context.brand, params.reviewId)),
  component: lazyRouteComponent(() => import('./OneReview.tsx'), 'OneReview'),
  ...askOnEnter,
});

export const reviews: Subject = {
  routes: [queueRoute.addChildren([reviewRoute])],
  pages: [
    {
      title: 'Reviews',
      icon: 'reviews',
      path: 'reviews',
      scopes: ['kyc:review'],
      section: 'main',
      key: 'r',
      count: ({ reviews: waiting }) => waiting,
    },
  ],
  finds: [{ what: 'Review', icon: 'reviews', path: (id) => `reviews/${id}`, scopes: ['kyc:review'] }],
};
