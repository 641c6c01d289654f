import { queryOptions } from '@tanstack/react-query';
import { answerOf, api } from '../api/client.ts';
import { queryClient } from '../api/query.ts';
import type { components } from '../api/schema.d.ts';
import type { Brand } from '../api/session.ts';
import type { EventFilters, RequestFilters } from './filters.ts';

type Schemas = components['schemas'];
export type ApiKey = Schemas['ApiKey'];
export type Webhook = Schemas['WebhookSubscription'];
export type Delivery = Schemas['Delivery'];
export type Event = Schemas['Event'];
export type ListedRequest = Schemas['Request'];

export const keysQuery = (brand: Brand) =>
  queryOptions({
    queryKey: [brand.id, 'keys'],
    queryFn: async () => (await answerOf(api.GET('/keys'))).data,
  });

export const webhooksQuery = (brand: Brand) =>
  queryOptions({
    queryKey: [brand.id, 'webhooks'],
    queryFn: async () => (await answerOf(api.GET('/webhooks'))).webhook_subscriptions,
  });

export const webhookQuery = (brand: Brand, id: string) =>
  queryOptions({
    queryKey: [brand.id, 'webhook', id],
    queryFn: async () =>
      (await answerOf(api.GET('/webhooks/{webhook_id}', { params: { path: { webhook_id: id } } })))
        .webhook_subscription,
  });

export type DeliveryStatus = Delivery['status'];

export const deliveriesQuery = (brand: Brand, id: string, status: DeliveryStatus | undefined) =>
  queryOptions({
    queryKey: [brand.id, 'webhook', id, 'deliveries', status ?? 'all'],
    queryFn: () =>
      answerOf(
        api.GET('/webhooks/{webhook_id}/deliveries', {
          params: { path: { webhook_id: id }, query: { ...(status && { status }) } },
        }),
      ),
  });

export const deliveryQuery = (brand: Brand, id: string, deliveryId: string) =>
  queryOptions({
    queryKey: [brand.id, 'webhook', id, 'delivery', deliveryId],
    queryFn: () =>
      answerOf(
        api.GET('/webhooks/{webhook_id}/deliveries/{delivery_id}', {
          params: { path: { webhook_id: id, delivery_id: deliveryId } },
        }),
      ),
  });

const dayMs = 86_400_000;

export const eventsQuery = (brand: Brand, filters: EventFilters) =>
  queryOptions({
    queryKey: [brand.id, 'events', filters],
    queryFn: () => answerOf(api.GET('/events', { params: { query: eventsAsked(filters) } })),
  });

export const eventsAsked = ({ type, customer, days, cursor }: EventFilters, now = Date.now()) => ({
  order: 'newest' as const,
  ...(type && { type }),
  ...(customer && { customer_id: customer }),
  ...(days && { from: new Date(now - Number(days) * dayMs).toISOString().slice(0, 10) }),
  ...(cursor && { cursor }),
});

export const requestsQuery = (brand: Brand, filters: RequestFilters) =>
  queryOptions({
    queryKey: [brand.id, 'requests', filters],
    queryFn: () => answerOf(api.GET('/requests', { params: { query: filters } })),
  });

/** After a change: the subscription, its deliveries and the list are asked again when they are shown. */
export async function webhookChanged(brand: Brand, id: string): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: [brand.id, 'webhook', id] });
  await queryClient.invalidateQueries({ queryKey: [brand.id, 'webhooks'] });
}

export const keysChanged = (brand: Brand): Promise<void> =>
  queryClient.invalidateQueries({ queryKey: [brand.id, 'keys'] });
