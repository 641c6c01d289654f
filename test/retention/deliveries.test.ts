import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { erasureRequest, newCustomer, newWebhook, restrictedPath } from '../contract-samples.ts';
import type { Receiver } from '../fakes/receiver.ts';
import { openPublicReceiver } from '../fakes/receiver.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';

let world: World;
let brand: BrandClient;
let receiver: Receiver;

beforeAll(async () => {
  const receiving = await openPublicReceiver();
  receiver = receiving;
  world = await openWorld({ outbound: receiving.outbound });
  brand = await world.brand();
});
afterAll(async () => {
  await world.close();
  await receiver.close();
});

const waitOptions = { timeout: 60_000 };
const answersOf = async (customerId: string) =>
  (
    await world.sql(
      `select count(*)::int as attempts, count(answer)::int as answers
         from delivery_attempts where customer_id = $1`,
      [customerId],
    )
  )[0];

test('the answer of a receiver during the erasure of its customer is not stored', {
  timeout: 60_000,
}, async () => {
  await newWebhook(brand, { url: receiver.url, events: ['customer*'] });
  // Answered at once: this is how an answer is kept otherwise.
  const kept = (await restrictedPath(brand)).slice('/restricted-customers/'.length);
  await expect.poll(() => answersOf(kept), waitOptions).toEqual({ attempts: 2, answers: 2 });

  const held: ServerResponse[] = [];
  receiver.answer((_arrival, response) => {
    held.push(response);
    return undefined;
  });
  const path = await restrictedPath(brand);
  const erased = path.slice('/restricted-customers/'.length);
  await expect.poll(() => held.length, waitOptions).toBe(1);
  const request = await erasureRequest(brand, path);
  const approved = await brand.call('POST', `${request}/approval`);
  expect(approved.status).toBe(200);
  receiver.answer(undefined);
  for (const response of held) response.writeHead(200).end('James Bond, 345 California St.');
  // The worker that had the delivery finds its claim gone. The remaining events follow in their order.
  await expect
    .poll(async () => receiver.taken.filter(({ json }) => json.customer_id === erased).length, waitOptions)
    .toBeGreaterThan(0);
  const early = await world.sql(
    `select 1 from delivery_attempts a join erased_customers e using (brand_id, customer_id)
      where customer_id = $1 and answer is not null and a.at < e.erased_at`,
    [erased],
  );
  expect(early).toEqual([]);
});

test('the answer to a delivery of the whole customer is not shown once the customer is deleted', async () => {
  const own = await world.brand();
  receiver.answer(undefined);
  const hook = { url: receiver.url, events: ['customer.created'], payload: 'full' };
  const { id } = (await newWebhook(own, hook)).json.webhook_subscription;
  const { customer_id: customerId } = (await newCustomer(own)).json;
  const answers = async () =>
    (await own.call('GET', `/webhooks/${id}/deliveries`)).json.data.flatMap(
      (delivery: { attempts: readonly { answer?: string }[] }) =>
        delivery.attempts.map(({ answer }) => answer),
    );
  await expect.poll(answers, waitOptions).toEqual(['ok']);
  await own.call('DELETE', `/customers/${customerId}`);
  expect(await answers()).toEqual([undefined]);
});
