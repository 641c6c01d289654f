import { queryOptions } from '@tanstack/react-query';
import { answerOf, api } from '../api/client.ts';
import { queryClient } from '../api/query.ts';
import type { components } from '../api/schema.d.ts';
import type { Brand } from '../api/session.ts';
import type { RetentionFilters } from './filters.ts';

export type Kept = components['schemas']['RestrictedBrief'];
export type KeptRecord = components['schemas']['RestrictedCustomer'];
export type Hold = components['schemas']['LegalHold'];
export type ErasureRequest = components['schemas']['PendingErasureRequest'];
export type Policy = components['schemas']['RetentionPolicy'];

const key = (brand: Brand, ...rest: readonly unknown[]) => [brand.id, 'retention', ...rest];

/** Deleted customers, the last ones first. Each call is written into the audit trail. */
export const keptQuery = (brand: Brand, { cursor }: RetentionFilters) =>
  queryOptions({
    queryKey: key(brand, 'kept', cursor),
    queryFn: () =>
      answerOf(
        api.GET('/restricted-customers', {
          params: { query: { order: 'newest', ...(cursor && { cursor }) } },
        }),
      ),
  });

export const holdsQuery = (brand: Brand, { cursor }: RetentionFilters) =>
  queryOptions({
    queryKey: key(brand, 'holds', cursor),
    queryFn: () =>
      answerOf(
        api.GET('/legal-holds', { params: { query: { status: 'active', ...(cursor && { cursor }) } } }),
      ),
  });

export const erasuresQuery = (brand: Brand, { cursor }: RetentionFilters) =>
  queryOptions({
    queryKey: key(brand, 'erasures', cursor),
    queryFn: () =>
      answerOf(api.GET('/erasure-requests', { params: { query: { ...(cursor && { cursor }) } } })),
  });

export const policyQuery = (brand: Brand) =>
  queryOptions({ queryKey: key(brand, 'policy'), queryFn: () => answerOf(api.GET('/retention-policy')) });

/** A deleted customer. Each call is written into the audit trail. */
export const recordQuery = (brand: Brand, id: string) =>
  queryOptions({
    queryKey: key(brand, 'record', id),
    queryFn: () =>
      answerOf(api.GET('/restricted-customers/{customer_id}', { params: { path: { customer_id: id } } })),
  });

export const retentionChanged = async (brand: Brand): Promise<void> => {
  await queryClient.invalidateQueries({ queryKey: key(brand) });
  await queryClient.invalidateQueries({ queryKey: [brand.id, 'waiting'] });
};
