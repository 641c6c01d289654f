import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OperationRow } from '../../src/contract/operation.ts';
import { isRepeatable } from '../../src/contract/operation.ts';
import { operations } from '../../src/contract/table.ts';
import { fanOut } from '../../src/operations/webhooks/fan-out.ts';
import { eraseDueRecords } from '../../src/worker/eraser.ts';
import { changeRequest, newCustomer, newWebhook, prepare, send } from '../contract-samples.ts';
import type { Receiver } from '../fakes/receiver.ts';
import { openReceiver } from '../fakes/receiver.ts';
import { person } from '../people.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld, settled, withWorker } from '../world.ts';

// A deleted customer vanishes from every answer at once: from repeats, from change requests, and from webhooks.

let world: World;
/** A world without background work, for the tests that run a step of it by hand. */
let quiet: World;
let brand: BrandClient;
let receiver: Receiver;
beforeAll(async () => {
  receiver = await openReceiver();
  world = await openWorld();
  quiet = await openWorld({ apiOnly: true, env: { CLIENTELE_WEBHOOK_ALLOW: '127.0.0.0/8' } });
  brand = await world.brand();
}, 120_000);
afterAll(async () => {
  await world.close();
  await quiet.close();
  await receiver.close();
});

const gone = { Status: 410, Code: 'customer_deleted' };

/** What works on deleted customers, too, or deletes them. */
const outlives = [
  'deleteCustomer',
  'closeAccount',
  'setLegalHold',
  'releaseLegalHold',
  'requestErasure',
  'withdrawErasure',
  'approveErasure',
];

/** The customer whom the newest claim of the brand is about. */
async function claimedCustomer(): Promise<string | undefined> {
  const [claim] = await world.sql(
    'select customer_id from idempotency where brand_id = $1 order by expires_at desc limit 1',
    [brand.brandId],
  );
  return (claim?.['customer_id'] as string | null) ?? undefined;
}

const repeatable: readonly OperationRow[] = operations.filter(isRepeatable);

describe('a repeat under an Idempotency-Key, once the customer is deleted', () => {
  test.each(repeatable)('of $operationId shows nothing of a customer', async (row) => {
    const prepared = await prepare(row, brand);
    const headers = { 'Idempotency-Key': randomUUID() };
    const first = await send(brand, prepared, { headers });
    expect(first.status).toBeLessThan(300);
    const id = await claimedCustomer();
    if (id === undefined) {
      expect(row.repeatEndsWith).toBe(undefined);
      return;
    }
    await brand.call('DELETE', `/customers/${id}`);
    const again = await send(brand, prepared, { headers });
    expect(row.repeatEndsWith).toBe(outlives.includes(row.operationId) ? 'erasure' : 'deletion');
    if (outlives.includes(row.operationId)) {
      expect([again.status, again.text]).toEqual([first.status, first.text]);
      expect(again.text).not.toMatch(/first_name|dob/);
    } else {
      expect(again.json).toMatchObject(gone);
    }
  });

  test('of a create makes nobody, also after an erasure, and the key stays used', async () => {
    const own = await quiet.brand();
    await own.call('PATCH', '/retention-policy', { body: { never_verified_days: 0 } });
    const body = person();
    const headers = { 'Idempotency-Key': randomUUID() };
    const create = () => own.call('POST', '/customers', { body, headers });
    const { customer_id: id } = (await create()).json;
    await own.call('DELETE', `/customers/${id}`);
    expect((await create()).json).toMatchObject(gone);
    while ((await eraseDueRecords(quiet.system)) === 'more');
    const [erased] = await quiet.sql('select from erased_customers where customer_id = $1', [id]);
    expect(erased).toBeDefined();
    expect((await create()).json).toMatchObject(gone);
    expect((await own.call('GET', '/customers')).json).toEqual([]);
    const left = await quiet.sql(
      'select answer, fingerprint, customer_id from idempotency where brand_id = $1',
      [own.brandId],
    );
    expect(left).toEqual([{ answer: null, fingerprint: null, customer_id: null }]);
    const another = { 'Idempotency-Key': randomUUID() };
    expect((await own.call('POST', '/customers', { body, headers: another })).status).toBe(201);
  });
});

test('change requests end with their customer: no answer shows them, and nobody can decide them', async () => {
  const request = await changeRequest(brand);
  const { customer_id: id } = (await brand.call('GET', `/change-requests/${request}`)).json;
  const listed = async () =>
    (await brand.call('GET', `/change-requests?customer_id=${id}`)).json.data.map(
      (one: { change_request_id: string }) => one.change_request_id,
    );
  expect(await listed()).toEqual([request]);
  await brand.call('DELETE', `/customers/${id}`);
  expect(await listed()).toEqual([]);
  expect((await brand.call('GET', '/change-requests?status=pending&limit=200')).text).not.toContain(request);
  const unknown = { Status: 404, Code: 'change_request_dne' };
  expect((await brand.call('GET', `/change-requests/${request}`)).json).toMatchObject(unknown);
  const decision = { body: { decision: 'approve' } };
  expect((await brand.call('POST', `/change-requests/${request}/decision`, decision)).json).toMatchObject(
    unknown,
  );
});

test('a webhook that waits with the whole customer sends only the event', async () => {
  const own = await quiet.brand();
  await newWebhook(own, { url: receiver.url, events: ['customer.created'], payload: 'full' });
  const [stays, goes] = [(await newCustomer(own)).json, (await newCustomer(own)).json];
  await settled(quiet);
  while ((await fanOut(quiet.system)) === 'more');
  const [waiting] = await quiet.sql(
    'select count(*)::int as full from deliveries where brand_id = $1 and payload is not null',
    [own.brandId],
  );
  expect(waiting).toEqual({ full: 2 });
  await own.call('DELETE', `/customers/${goes.customer_id}`);
  await withWorker(quiet, () => expect.poll(() => receiver.taken.length, { timeout: 60_000 }).toBe(2));
  const bodyOf = (id: string) => receiver.taken.find(({ json }) => json.customer_id === id)?.json;
  expect(bodyOf(stays.customer_id).customer).toMatchObject({ first_name: stays.first_name });
  expect(bodyOf(goes.customer_id)).toMatchObject({ event: 'customer.created' });
  expect(bodyOf(goes.customer_id)).not.toHaveProperty('customer');
});
