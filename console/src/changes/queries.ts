import { queryOptions } from '@tanstack/react-query';
import { answerOf, api } from '../api/client.ts';
import { queryClient } from '../api/query.ts';
import type { components } from '../api/schema.d.ts';
import type { Brand } from '../api/session.ts';
import type { ChangeFilters } from './filters.ts';

export type ChangeBrief = components['schemas']['ChangeRequest'];
export type Change = components['schemas']['WholeChangeRequest'];

export const changesQuery = (brand: Brand, { tab = 'pending', cursor }: ChangeFilters) =>
  queryOptions({
    queryKey: [brand.id, 'changes', tab, cursor],
    queryFn: () =>
      answerOf(
        api.GET('/change-requests', {
          params: {
            query: {
              status: tab,
              // What waits longest comes first; of the decided ones the last.
              order: tab === 'pending' ? 'oldest' : 'newest',
              ...(cursor && { cursor }),
            },
          },
        }),
      ),
  });

export type Present = components['schemas']['Customer'];

/** One request with its values. Each call is written into the audit trail. */
export const changeQuery = (brand: Brand, id: string) =>
  queryOptions({
    queryKey: [brand.id, 'change', id],
    queryFn: () =>
      answerOf(
        api.GET('/change-requests/{change_request_id}', { params: { path: { change_request_id: id } } }),
      ),
  });

/** The customer as it is now. */
export const presentQuery = (brand: Brand, customer: string) =>
  queryOptions({
    queryKey: [brand.id, 'customer', customer, 'beside a change'],
    queryFn: () =>
      answerOf(api.GET('/customers/{customer_id}', { params: { path: { customer_id: customer } } })),
  });

export async function changeDecided(brand: Brand, id: string): Promise<void> {
  await Promise.all(
    [
      [brand.id, 'change', id],
      [brand.id, 'changes'],
      [brand.id, 'customer'],
      [brand.id, 'waiting'],
    ].map((queryKey) => queryClient.invalidateQueries({ queryKey })),
  );
}
