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

export const latelyQuery = (brand: Brand) =>
  queryOptions({
    queryKey: [brand.id, 'lately'],
    queryFn: () => answerOf(api.GET('/events', { params: { query: { order: 'newest', limit: 8 } } })),
  });
