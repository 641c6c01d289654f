import type { Prepared } from '../contract-samples.ts';
import { newWebhook } from '../contract-samples.ts';
import type { BrandClient } from '../world.ts';
import { settled } from '../world.ts';

/** The path of a delivery of a test event, whether or not background work makes it. */
export async function deliveryPath(brand: BrandClient): Promise<string> {
  const { id } = (await newWebhook(brand)).json.webhook_subscription;
  await brand.call('POST', `/webhooks/${id}/test`);
  await settled(brand);
  await brand.sql(
    `insert into deliveries (brand_id, delivery_id, webhook_id, number, event_id, type, customer_id, occurred_at, status, due_at, updated_at)
     select brand_id, gen_random_uuid(), $2, number, event_id, type, customer_id, occurred_at, 'dead', now(), now()
       from events where brand_id = $1 and type = 'webhook.test' and payload like $3
     on conflict do nothing`,
    [brand.brandId, id, `%${id}%`],
  );
  const [row] = await brand.sql(
    'select delivery_id from deliveries where brand_id = $1 and webhook_id = $2',
    [brand.brandId, id],
  );
  return `/webhooks/${id}/deliveries/${row?.['delivery_id']}`;
}

export const deliverySamples = {
  getDelivery: async (brand: BrandClient): Promise<Prepared> => ({
    method: 'GET',
    path: await deliveryPath(brand),
    options: {},
  }),
};
