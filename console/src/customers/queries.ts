import { queryOptions } from '@tanstack/react-query';
import { answerOf, api, wholeAnswerOf } from '../api/client.ts';
import { asFailure } from '../api/failure.ts';
import { queryClient } from '../api/query.ts';
import type { components } from '../api/schema.d.ts';
import type { Brand } from '../api/session.ts';
import type { Filters } from './filters.ts';
import { isFiltered } from './filters.ts';
import type { Sought } from './find.ts';

export type Customer = components['schemas']['Customer'];

export type Address = components['schemas']['Address'];
type SearchBody = components['schemas']['CustomerSearch'];

export interface CustomerPage {
  readonly customers: readonly Customer[];
  readonly total: number | undefined;
  readonly next: string | undefined;
}

const perPage = 20;
const dayMs = 86_400_000;

/** The body of a search for these filters. */
export function searchOf({ kyc, verdict, created }: Filters, now = Date.now()): SearchBody {
  return {
    ...(kyc && { kyc_status: kyc }),
    ...(verdict && { deliverability: verdict as never }),
    ...(created && {
      created_from: new Date(now - Number(created) * dayMs).toISOString().slice(0, 10),
    }),
  };
}

export const customersQuery = (brand: Brand, filters: Filters) =>
  queryOptions({
    queryKey: [brand.id, 'customers', filters],
    queryFn: async (): Promise<CustomerPage> => {
      const query = {
        per_page: perPage,
        order: 'newest',
        ...(filters.cursor && { cursor: filters.cursor }),
      } as const;
      const { data, total, next } = await wholeAnswerOf(
        isFiltered(filters)
          ? api.POST('/customers/search', { params: { query }, body: searchOf(filters) })
          : api.GET('/customers', { params: { query } }),
      );
      return { customers: data, total, next };
    },
  });

/** Nobody or some customers with an exact value. It is asked by a person each time, and never cached by the value. */
export async function findCustomers(sought: Sought): Promise<readonly Customer[]> {
  if (sought.kind === 'id') return findById(sought.id);
  if (sought.kind !== 'exact') return [];
  return answerOf(
    api.POST('/customers/search', { params: { query: { per_page: perPage } }, body: sought.body }),
  );
}

/** An id is the customer's, or the one that the brand gave the person. */
async function findById(id: string): Promise<readonly Customer[]> {
  try {
    return [await answerOf(api.GET('/customers/{customer_id}', { params: { path: { customer_id: id } } }))];
  } catch (error) {
    if (asFailure(error).status !== 404) throw error;
    return answerOf(api.POST('/customers/search', { body: { brand_person_id: id } }));
  }
}

export interface OneCustomer {
  readonly customer: Customer;
  /** For `If-Match`. */
  readonly etag: string | undefined;
}

export const customerQuery = (brand: Brand, id: string) =>
  queryOptions({
    queryKey: [brand.id, 'customer', id],
    queryFn: async (): Promise<OneCustomer> => {
      const { data, etag } = await wholeAnswerOf(
        api.GET('/customers/{customer_id}', { params: { path: { customer_id: id } } }),
      );
      return { customer: data, etag };
    },
  });

/** What is known about a customer beyond the record, by tab. */
export const verificationsQuery = (brand: Brand, id: string) =>
  queryOptions({
    queryKey: [brand.id, 'customer', id, 'verifications'],
    queryFn: () =>
      answerOf(api.GET('/customers/{customer_id}/verifications', { params: { path: { customer_id: id } } })),
  });

export const verificationQuery = (brand: Brand, id: string, run: string) =>
  queryOptions({
    queryKey: [brand.id, 'customer', id, 'verification', run],
    queryFn: () =>
      answerOf(
        api.GET('/customers/{customer_id}/verifications/{verification_id}', {
          params: { path: { customer_id: id, verification_id: run } },
        }),
      ),
  });

/** Checks against lists, the newest first. They are asked for at each opening: a match is decided elsewhere. */
export const screeningsQuery = (brand: Brand, id: string) =>
  queryOptions({
    queryKey: [brand.id, 'customer', id, 'screenings'],
    queryFn: () =>
      answerOf(api.GET('/customers/{customer_id}/screenings', { params: { path: { customer_id: id } } })),
    gcTime: 0,
  });

export const proposalsQuery = (brand: Brand, id: string) =>
  queryOptions({
    queryKey: [brand.id, 'customer', id, 'proposals'],
    queryFn: () => answerOf(api.GET('/change-requests', { params: { query: { customer_id: id } } })),
  });

export const eventsQuery = (brand: Brand, id: string) =>
  queryOptions({
    queryKey: [brand.id, 'customer', id, 'events'],
    queryFn: () => answerOf(api.GET('/events', { params: { query: { customer_id: id, order: 'newest' } } })),
  });

export const auditQuery = (brand: Brand, id: string) =>
  queryOptions({
    queryKey: [brand.id, 'customer', id, 'audit'],
    queryFn: () =>
      answerOf(
        api.GET('/customers/{customer_id}/audit', {
          params: { path: { customer_id: id }, query: { order: 'newest' } },
        }),
      ),
  });

export const retentionQuery = (brand: Brand, id: string) =>
  queryOptions({
    queryKey: [brand.id, 'customer', id, 'retention'],
    queryFn: () =>
      answerOf(api.GET('/customers/{customer_id}/retention', { params: { path: { customer_id: id } } })),
  });

export const programsQuery = (brand: Brand) =>
  queryOptions({
    queryKey: [brand.id, 'programs'],
    queryFn: () => answerOf(api.GET('/programs')),
    staleTime: 60_000,
  });

/** After a change: the record, its tabs and the lists are asked again when they are shown. */
export async function customerChanged(brand: Brand, id: string): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: [brand.id, 'customer', id] });
  await queryClient.invalidateQueries({ queryKey: [brand.id, 'customers'] });
}
