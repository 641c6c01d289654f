import { queryOptions } from '@tanstack/react-query';
import { answerOf, api } from '../api/client.ts';
import { asFailure } from '../api/failure.ts';
import type { components } from '../api/schema.d.ts';
import type { Brand } from '../api/session.ts';
import type { AuditFilters } from './filters.ts';

export type Entry = components['schemas']['AuditEntry'];
export type Check = components['schemas']['AuditCheck'];

/** The entries of the trail, or those about one customer, the newest first. */
export const trailQuery = (brand: Brand, filters: AuditFilters) =>
  queryOptions({
    queryKey: [brand.id, 'audit', filters],
    queryFn: () => {
      const { customer, ...query } = filters;
      if (customer === undefined) return answerOf(api.GET('/audit', { params: { query } }));
      const { cursor } = query;
      return answerOf(
        api.GET('/customers/{customer_id}/audit', {
          params: { path: { customer_id: customer }, query: { ...(cursor && { cursor }) } },
        }),
      );
    },
  });

const checkMs = 1_000;

/** The last check of the trail; `undefined` before the first one. It is asked again while one is under way. */
export const checkQuery = (brand: Brand) =>
  queryOptions({
    queryKey: [brand.id, 'audit-check'],
    queryFn: async (): Promise<Check | null> => {
      try {
        return await answerOf(api.GET('/audit/check'));
      } catch (error) {
        if (asFailure(error).code === 'check_dne') return null;
        throw error;
      }
    },
    refetchInterval: ({ state: { data } }) => (isUnderWay(data) ? checkMs : false),
  });

export const isUnderWay = (check: Check | null | undefined): boolean =>
  check?.state === 'waiting' || check?.state === 'running';
