import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newCustomer } from '../contract-samples.ts';
import { mailing, person } from '../people.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld, settled } from '../world.ts';

let world: World;
let brand: BrandClient;

beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

interface Written {
  readonly events: readonly { readonly type: string; readonly payload: string }[];
  // biome-ignore lint/suspicious/noExplicitAny: the entries are what is being looked at.
  readonly entries: readonly any[];
}

async function writtenOf(customerId: string): Promise<Written> {
  await settled(world);
  const events = await world.sql('select type, payload from events where customer_id = $1 order by number', [
    customerId,
  ]);
  const audit = await world.sql('select body from audit where customer_id = $1 order by number', [
    customerId,
  ]);
  return { events: events as never, entries: audit.map(({ body }) => JSON.parse(String(body))) };
}

describe('a change', () => {
  beforeAll(async () => {
    brand = await world.brand();
  });

  test('writes an event and an entry, in the order of the changes', async () => {
    const { customer_id } = (await newCustomer(brand)).json;
    await brand.call('PATCH', `/customers/${customer_id}`, { body: { email: 'new@example.com' } });
    await brand.call('POST', `/customers/${customer_id}/addresses`, { body: mailing });
    await brand.call('DELETE', `/customers/${customer_id}`);
    const { events, entries } = await writtenOf(customer_id);
    expect(events.map(({ type }) => type)).toEqual([
      'customer.created',
      'customer.updated',
      'customer.updated',
      'customer.deleted',
    ]);
    expect(entries.map(({ operation, fields }) => [operation, fields?.length])).toEqual([
      ['createCustomer', 9],
      ['updateCustomer', 1],
      ['createAddress', 1],
      ['deleteCustomer', undefined],
    ]);
    expect(JSON.parse(events[1]?.payload ?? '')).toEqual({
      event: 'customer.updated',
      customer_id,
      occurred_at: entries[1].at,
      fields: ['email'],
    });
  });

  test('is recorded with its actor and request', async () => {
    const created = await newCustomer(brand);
    const { entries } = await writtenOf(created.json.customer_id);
    expect(entries[0].actor).toEqual({ kind: 'key', id: brand.key.identity });
    expect(entries[0].request_id).toBe(created.headers.get('x-request-id'));
  });

  test('writes nothing if it is refused or changes nothing, except the entry of a taken SSN', async () => {
    const body = person();
    const { customer_id } = (await newCustomer(brand, { ssn: body.ssn })).json;
    const count = async () => {
      await settled(world);
      const sums =
        'select sum(event_number)::int as events, sum(audit_number)::int as entries from journal_heads';
      return (await world.sql(sums))[0] as { events: number; entries: number };
    };
    const before = await count();
    expect((await brand.call('POST', '/customers', { body })).status).toBe(409);
    expect((await brand.call('PATCH', `/customers/${customer_id}`, { body: { ssn: '1' } })).status).toBe(400);
    const same = { first_name: 'James' };
    expect((await brand.call('PATCH', `/customers/${customer_id}`, { body: same })).status).toBe(200);
    expect((await brand.call('DELETE', `/customers/${randomUUID()}`)).status).toBe(404);
    expect(await count()).toEqual({ events: before.events, entries: before.entries + 1 });
  });

  test('is recorded once if it is repeated under its Idempotency-Key', async () => {
    const headers = { 'Idempotency-Key': randomUUID() };
    const body = person();
    const first = await brand.call('POST', '/customers', { body, headers });
    await brand.call('POST', '/customers', { body, headers });
    const { events, entries } = await writtenOf(first.json.customer_id);
    expect([events.length, entries.length]).toEqual([1, 1]);
  });

  test('records values as digests that can be compared only within one customer', async () => {
    const email = 'same@example.com';
    const one = (await newCustomer(brand, { email })).json.customer_id;
    const other = (await newCustomer(brand, { email })).json.customer_id;
    await brand.call('PATCH', `/customers/${one}`, { body: { email: 'else@example.com' } });
    await brand.call('PATCH', `/customers/${one}`, { body: { email } });
    const [created, away, back] = (await writtenOf(one)).entries.map(({ digests }) => digests.email);
    expect(back).toBe(created);
    expect(away).not.toBe(created);
    expect((await writtenOf(other)).entries[0].digests.email).not.toBe(created);
  });

  test('creates the audit key of a customer that has none yet', async () => {
    const { customer_id } = (await newCustomer(brand)).json;
    await world.sql('update customers set audit_key = null where customer_id = $1', [customer_id]);
    await brand.call('PATCH', `/customers/${customer_id}`, { body: { email: 'a@example.com' } });
    await brand.call('PATCH', `/customers/${customer_id}`, { body: { email: 'b@example.com' } });
    await brand.call('PATCH', `/customers/${customer_id}`, { body: { email: 'a@example.com' } });
    const [, first, , third] = (await writtenOf(customer_id)).entries.map(({ digests }) => digests.email);
    expect(third).toBe(first);
  });
});

test('a notification of one process wakes another', async () => {
  const { openDatabase } = await import('../../src/store/connection/database.ts');
  const elsewhere = openDatabase({ address: { url: world.databaseUrl } });
  await elsewhere.ready();
  const heard = new Promise<void>((resolve) => elsewhere.onWake(resolve));
  // The other side listens from its first heartbeat on, which may still be under way.
  const ringing = setInterval(() => world.system.db.wake(), 50);
  await heard;
  clearInterval(ringing);
  await elsewhere.close();
});
