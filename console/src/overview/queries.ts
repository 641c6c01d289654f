import { queryOptions } from '@tanstack/react-query';
import { answerOf, api } from '../api/client.ts';
import type { components } from '../api/schema.d.ts';
import type { Brand } from '../api/session.ts';

export type Overview = components['schemas']['Overview'];

export const overviewQuery = (brand: Brand) =>
  queryOptions({
    queryKey: [brand.id, 'overview'],
    queryFn: () => answerOf(api.GET('/overview')),
    staleTime: 60_000,
  });

export type Requests = components['schemas']['RequestList'];

/** The last requests, without those of the console. */
export const requestsQuery = (brand: Brand) =>
  queryOptions({
    queryKey: [brand.id, 'requests', 'lately'],
    queryFn: () => answerOf(api.GET('/requests', { params: { query: { limit: 100 } } })),
  });

/** Whether there is a key that is in use. */
export const hasKeyQuery = (brand: Brand) =>
  queryOptions({
    queryKey: [brand.id, 'keys', 'any'],
    queryFn: async () =>
      (await answerOf(api.GET('/keys'))).data.some(({ date_revoked: revoked }) => revoked === undefined),
  });

export const latelyQuery = (brand: Brand) =>
  queryOptions({
    queryKey: [brand.id, 'lately'],
    queryFn: () => answerOf(api.GET('/events', { params: { query: { order: 'newest', limit: 8 } } })),
  });
