import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newCustomer, newWebhook } from '../contract-samples.ts';
import type { Arrival, Receiver } from '../fakes/receiver.ts';
import { openReceiver } from '../fakes/receiver.ts';
import { person } from '../people.ts';
import { eventually } from '../promises/durability/cpu-contention.ts';
import { rewrite } from '../rewrite.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';

let world: World;
let brand: BrandClient;
let receiver: Receiver;
beforeAll(async () => {
  world = await openWorld();
}, 120_000);
beforeEach(async () => {
  brand = await world.brand();
  await receiver?.close();
  receiver = await openReceiver();
});
afterAll(async () => {
  await world.close();
  await receiver.close();
});

interface Subscription {
  readonly id: string;
  readonly secret: string;
}

async function subscribe(more: object = {}): Promise<Subscription> {
  return (await newWebhook(brand, { url: receiver.url, events: ['*'], ...more })).json.webhook_subscription;
}

const arrivals = (many: number) => eventually(() => receiver.arrived.length >= many);
const timestampOf = ({ headers }: Arrival) => String(headers['webhook-timestamp']);

/** The official library throws where a signature does not hold. */
const holds = (secret: string, { headers, body }: Arrival): boolean => {
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
};

/** Bond's two signatures, recomputed as a client in Python does: v1 over what `json.dumps` gives, v2 over the bytes. */
function bondInPython(secret: string, { body, headers }: Arrival): string | undefined {
  const program = `
import hashlib, hmac, json, sys
secret, t, body = json.load(sys.stdin)
sign = lambda text: hmac.new(secret.encode(), f"{t}.{text}".encode(), hashlib.sha256).hexdigest()
print(f"t={t},v1={sign(json.dumps(json.loads(body)))},v2={sign(body)}", end="")`;
  const t = /^t=(\d+)/.exec(String(headers['bond-signature']))?.[1];
  const input = JSON.stringify([secret, t, body]);
  const { status, stdout, error } = spawnSync('python3', ['-c', program], { input, encoding: 'utf8' });
  if (error) return undefined;
  expect(status).toBe(0);
  return stdout;
}

describe('a subscription', () => {
  test('shows its secret once, and is found, listed, changed and removed', async () => {
    const created = await newWebhook(brand, { url: receiver.url, events: ['customer*'], description: 'CRM' });
    const { id, secret, ...rest } = created.json.webhook_subscription;
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(rest).toMatchObject({
      url: receiver.url,
      description: 'CRM',
      events: ['customer*'],
      version: '0.1',
      status: 'STATUS_ENABLED',
      payload: 'thin',
    });
    const masked = { ...created.json.webhook_subscription, secret: `whsec_************${secret.slice(-4)}` };
    expect((await brand.call('GET', `/webhooks/${id}`)).json).toEqual({ webhook_subscription: masked });
    expect((await brand.call('GET', '/webhooks')).json).toEqual({ webhook_subscriptions: [masked] });
    const changed = await brand.call('PATCH', `/webhooks/${id}`, {
      body: { events: ['kyc.*'], status: 'STATUS_DISABLED', payload: 'full' },
    });
    expect(changed.json.webhook_subscription).toMatchObject({
      events: ['kyc.*'],
      status: 'STATUS_DISABLED',
      payload: 'full',
      url: receiver.url,
      created_time: rest.created_time,
    });
    const removed = await brand.call('DELETE', `/webhooks/${id}`);
    expect(removed.json).toEqual(changed.json);
    expect((await brand.call('GET', `/webhooks/${id}`)).status).toBe(404);
    expect((await brand.call('GET', '/webhooks')).json).toEqual({ webhook_subscriptions: [] });
  });

  test('accepts the older name of its address', async () => {
    const body = { callback_url: receiver.url, events: ['*'] };
    const created = await brand.call('POST', '/webhooks', { body });
    expect(created.json.webhook_subscription.url).toBe(receiver.url);
  });

  test.each([
    ['no address', { url: undefined }, 'url'],
    ['two addresses', { callback_url: 'http://127.0.0.1:9/' }, 'callback_url'],
    ['an address that is not allowed', { url: 'http://10.0.0.1/' }, 'url'],
    ['another address of this machine', { url: 'http://127.0.0.2:8080/' }, 'url'],
    ['an address with a password in it', { url: 'https://a:b@127.0.0.1/' }, 'url'],
    ['an event that there is not', { events: ['customer.vanished'] }, 'events.0'],
    ['no event', { events: [] }, 'events'],
    ['a description that is too long', { description: 'x'.repeat(256) }, 'description'],
    ['another version', { version: '0.2' }, 'version'],
  ])('with %s is refused', async (_, wrong, field) => {
    const body = { url: receiver.url, events: ['*'], ...wrong };
    const refused = await brand.call('POST', '/webhooks', { body });
    expect(refused.json).toMatchObject({ Code: 'webhooks_err', Status: 400 });
    expect(Object.keys(refused.json.Message)).toEqual([field]);
  });

  test('created again under its Idempotency-Key exists once', async () => {
    const options = {
      body: { url: receiver.url, events: ['*'] },
      headers: { 'Idempotency-Key': randomUUID() },
    };
    const first = await brand.call('POST', '/webhooks', options);
    const { secret, ...rest } = first.json.webhook_subscription;
    // The secret is in the first answer alone.
    expect((await brand.call('POST', '/webhooks', options)).json.webhook_subscription).toEqual({
      ...rest,
      secret: `whsec_************${secret.slice(-4)}`,
    });
    expect((await brand.call('GET', '/webhooks')).json.webhook_subscriptions).toHaveLength(1);
  });

  test("and its receivers' answers are sealed: no row contains the secrets of an address, a secret or personal data", async () => {
    receiver.answer((_, response) => {
      response.writeHead(200).end('James Bond was here');
      return undefined;
    });
    const url = `${receiver.url}/T0K3N?key=Qw3rtY`;
    const { id, secret } = await subscribe({ url, description: 'for James Bond', payload: 'full' });
    await newCustomer(brand);
    await arrivals(1);
    const path = `/webhooks/${id}/deliveries?status=delivered`;
    await eventually(async () => (await brand.call('GET', path)).json.data.length === 1);
    const [listed] = (await brand.call('GET', path)).json.data;
    expect(listed.attempts).toMatchObject([{ outcome: 'delivered', status_code: 200 }]);
    let rows = '';
    for (const table of ['webhooks', 'deliveries', 'delivery_attempts', 'events', 'audit', 'idempotency'])
      rows += JSON.stringify(
        await world.sql(`select one::text from ${table} one where brand_id = $1`, [brand.brandId]),
      );
    for (const word of ['Bond', 'James', 'T0K3N', 'Qw3rtY', secret, 'california', 'whsec_'])
      expect(rows.toLowerCase()).not.toContain(word.toLowerCase());
  });
});

describe('what is delivered', () => {
  test('is signed as Standard Webhooks and as Bond do, in the bytes of json.dumps', async () => {
    const { secret } = await subscribe({ payload: 'full' });
    await newCustomer(brand, { first_name: 'José', last_name: 'Nguyễn' });
    await arrivals(1);
    const [arrival] = receiver.arrived as [Arrival];
    expect(holds(secret, arrival)).toBe(true);
    expect(holds(secret, { ...arrival, body: `${arrival.body} ` })).toBe(false);
    const python = bondInPython(secret, arrival);
    if (python !== undefined) expect(arrival.headers['bond-signature']).toBe(python);
    expect(arrival.headers['bond-signature']).toMatch(/^t=(\d+),v1=([0-9a-f]{64}),v2=\2$/);
    expect(arrival.body).toContain('"first_name": "Jos\\u00e9"');
  });

  test('is thin by default, and on request the full customer with a masked SSN', async () => {
    await subscribe();
    const body = person();
    const { customer_id } = (await newCustomer(brand, body)).json;
    await arrivals(1);
    expect(receiver.arrived[0]?.json).toEqual({
      event: 'customer.created',
      customer_id,
      occurred_at: expect.stringMatching(/\+00:00$/),
      fields: expect.any(Array),
    });
    await subscribe({ payload: 'full', events: ['customer.updated'] });
    const changed = await brand.call('PATCH', `/customers/${customer_id}`, {
      body: { email: 'q@example.com' },
    });
    await arrivals(3);
    const whole = receiver.arrived.find(({ json }) => json.customer);
    expect(whole?.json.customer).toEqual(changed.json);
    for (const { body: sent } of receiver.arrived) expect(sent).not.toContain(body.ssn.slice(0, 6));
  });

  test('has only the subscribed types of the brand', async () => {
    await subscribe({ events: ['customer.deleted', 'kyc.*'] });
    const stranger = await world.brand();
    await brand.call('DELETE', `/customers/${(await newCustomer(stranger)).json.customer_id}`);
    const { customer_id } = (await newCustomer(brand)).json;
    await brand.call('DELETE', `/customers/${customer_id}`);
    await arrivals(1);
    expect(receiver.arrived.map(({ json }) => [json.event, json.customer_id])).toEqual([
      ['customer.deleted', customer_id],
    ]);
  });

  test('as a test reaches only the requested subscription', async () => {
    const { id } = await subscribe({ events: ['kyc.*'] });
    await subscribe();
    expect((await brand.call('POST', `/webhooks/${id}/test`)).json).toEqual({
      webhook_id: id,
      event: 'webhook.test',
    });
    await newCustomer(brand);
    await arrivals(2);
    expect(receiver.arrived.map(({ json }) => json.event).sort()).toEqual([
      'customer.created',
      'webhook.test',
    ]);
    await brand.call('PATCH', `/webhooks/${id}`, { body: { status: 'STATUS_DISABLED' } });
    expect((await brand.call('POST', `/webhooks/${id}/test`)).status).toBe(400);
  });

  test('is the same for a customer that has been deleted', async () => {
    receiver.answer(() => 500);
    const { id } = await subscribe();
    const { customer_id } = (await newCustomer(brand)).json;
    await arrivals(1);
    await brand.call('DELETE', `/customers/${customer_id}`);
    receiver.answer(undefined);
    await world.sql('update deliveries set due_at = now() where webhook_id = $1', [id]);
    await eventually(() => receiver.taken.length === 2);
    expect(receiver.taken.map(({ json }) => json.event)).toEqual(['customer.created', 'customer.deleted']);
  });

  test('is not delayed by a record that does not open', async () => {
    await subscribe({ payload: 'full', status: 'STATUS_DISABLED' });
    const { id } = await subscribe({ payload: 'full', events: ['customer.updated'] });
    const { customer_id } = (await newCustomer(brand)).json;
    await rewrite(brand, "update webhooks set status = 'STATUS_DISABLED' where webhook_id = $1", [id]);
    await brand.call('PATCH', `/customers/${customer_id}`, { body: { email: 'q@example.com' } });
    await world.sql(
      'update customers set profile = (select profile from customers where customer_id <> $1 and brand_id <> $2 limit 1) where customer_id = $1',
      [customer_id, brand.brandId],
    );
    await rewrite(brand, "update webhooks set status = 'STATUS_ENABLED' where webhook_id = $1", [id]);
    await newCustomer(brand);
    await arrivals(1);
    expect(receiver.arrived[0]?.json).toMatchObject({ event: 'customer.updated', customer_id });
    expect(receiver.arrived[0]?.json).not.toHaveProperty('customer');
  });
});

test('a subscription whose events were swept before they were matched does not delay others', async () => {
  const gone = await subscribe({ status: 'STATUS_DISABLED' });
  await newCustomer(brand);
  await eventually(async () => (await brand.call('GET', '/events')).json.data.length === 1);
  await world.sql('delete from events where brand_id = $1', [brand.brandId]);
  await rewrite(brand, "update webhooks set status = 'STATUS_ENABLED' where webhook_id = $1", [gone.id]);
  const others = await world.brand();
  await newWebhook(others, { url: receiver.url, events: ['*'] });
  const { customer_id } = (await newCustomer(others)).json;
  await arrivals(1);
  expect(receiver.arrived.map(({ json }) => json.customer_id)).toEqual([customer_id]);
  await eventually(async () => {
    const behind =
      'select from webhooks join journal_heads using (brand_id) where webhook_id = $1 and fanned < event_number';
    return (await world.sql(behind, [gone.id])).length === 0;
  });
});

describe('a secret that was rotated', () => {
  test('overlaps: both sign for Standard Webhooks, the old one for Bond, until the overlap ends', async () => {
    const old = await subscribe();
    const rotated = await brand.call('POST', `/webhooks/${old.id}/rotate-secret`, { body: {} });
    const { secret, previous_secret_until } = rotated.json.webhook_subscription;
    expect(secret).not.toBe(old.secret);
    const hours = (Date.parse(previous_secret_until) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(23.9);
    expect(hours).toBeLessThanOrEqual(24);
    await newCustomer(brand);
    await arrivals(1);
    const [first] = receiver.arrived as [Arrival];
    expect([holds(secret, first), holds(old.secret, first)]).toEqual([true, true]);
    const python = bondInPython(old.secret, first);
    if (python !== undefined) expect(first.headers['bond-signature']).toBe(python);
    await brand.call('POST', `/webhooks/${old.id}/rotate-secret`, { body: { overlap_hours: 0 } });
    await newCustomer(brand);
    await arrivals(2);
    const [, second] = receiver.arrived as [Arrival, Arrival];
    expect([holds(secret, second), holds(old.secret, second)]).toEqual([false, false]);
    expect(String(second.headers['webhook-signature']).split(' ')).toHaveLength(1);
    expect(timestampOf(second)).toMatch(/^\d{10}$/);
  });
});

describe('a replay', () => {
  test('sends one event, a range or the dead deliveries again, under the same ids', async () => {
    const { id } = await subscribe();
    for (let many = 0; many < 3; many += 1) await newCustomer(brand);
    await eventually(() => receiver.taken.length === 3);
    const settled = async () =>
      (await brand.call('GET', `/webhooks/${id}/deliveries?status=delivered`)).json.data.length === 3;
    await eventually(settled);
    const replay = async (body: object) =>
      (await brand.call('POST', `/webhooks/${id}/replay`, { body })).json.replayed;
    const ids = () => receiver.taken.map(({ headers }) => headers['webhook-id']);
    // Events of different customers can arrive in any order.
    const { data } = (await brand.call('GET', '/events')).json as { data: { event_id: string }[] };
    const [first, second, third] = data.map(({ event_id }) => event_id).filter((id) => ids().includes(id));
    const bodyOf = (of: unknown) => receiver.taken.find(({ headers }) => headers['webhook-id'] === of)?.body;
    expect(await replay({ event_id: second })).toBe(1);
    await eventually(() => receiver.taken.length === 4);
    expect(ids()[3]).toBe(second);
    expect(receiver.taken[3]?.body).toBe(bodyOf(second));
    await eventually(settled);
    expect(await replay({ from_number: 2, to_number: 3 })).toBe(2);
    await eventually(() => receiver.taken.length === 6);
    expect(ids().slice(4).sort()).toEqual([second, third].sort());
    await eventually(settled);
    expect(await replay({ from: '2020-01-01', to: '2100-01-01' })).toBe(3);
    await eventually(() => receiver.taken.length === 9);
    await eventually(settled);
    await world.sql("update deliveries set status = 'dead' where event_id = $1", [first]);
    expect(await replay({ dead: true })).toBe(1);
    await eventually(() => receiver.taken.length === 10);
    expect(ids()[9]).toBe(first);
    expect(await replay({ event_id: randomUUID() })).toBe(0);
  });

  test('leaves out unsubscribed types, and test events of another subscription', async () => {
    const { id: other } = await subscribe();
    const { id } = await subscribe({ events: ['customer.deleted', 'webhook.*'], status: 'STATUS_DISABLED' });
    await brand.call('POST', `/webhooks/${other}/test`);
    const { customer_id } = (await newCustomer(brand)).json;
    await brand.call('DELETE', `/customers/${customer_id}`);
    await arrivals(3);
    const replay = async (body: object) =>
      (await brand.call('POST', `/webhooks/${id}/replay`, { body })).json.replayed;
    const { event_id } = (await brand.call('GET', '/events?type=webhook.test')).json.data[0];
    expect(await replay({ event_id })).toBe(0);
    expect(await replay({ from_number: 1, to_number: 100 })).toBe(1);
    const { data } = (await brand.call('GET', `/webhooks/${id}/deliveries`)).json;
    expect(data).toMatchObject([{ event: 'customer.deleted', customer_id, status: 'pending' }]);
  });

  test('of more events than one request may select continues by its cursor to the last event', async () => {
    const { id } = await subscribe({ events: ['customer.updated'], status: 'STATUS_DISABLED' });
    await world.sql(
      `insert into events (brand_id, number, event_id, type, occurred_at, payload, mac)
       select $1, number, gen_random_uuid(), case number % 2 when 0 then 'customer.updated' else 'customer.created' end, now(), '{}', ''
         from generate_series(1, 20010) number`,
      [brand.brandId],
    );
    const range = { from_number: 1, to_number: 100_000 };
    const replay = async (body: object) =>
      (await brand.call('POST', `/webhooks/${id}/replay`, { body })).json;
    const first = await replay(range);
    expect(first).toEqual({ webhook_id: id, replayed: 10_000, next_cursor: expect.any(String) });
    const second = await replay({ ...range, cursor: first.next_cursor });
    expect(second).toEqual({ webhook_id: id, replayed: 5, next_cursor: null });
    const rows = await world.sql(
      'select count(*) as many, min(number) as first, max(number) as last from deliveries where webhook_id = $1',
      [id],
    );
    expect(rows.map((row) => Object.values(row).map(Number))).toEqual([[10_005, 2, 20_010]]);
  }, 60_000);

  test.each([
    [{ event_id: randomUUID(), dead: true }],
    [{ dead: true, cursor: 'c1_' }],
    [{ cursor: 'c1_1' }],
    [{ from_number: 1 }],
    [{ from: '2026-01-01' }],
    [{ from: 'yesterday', to: '2026-01-01' }],
    [{ event_id: '1' }],
    [{}],
  ])('of %o is refused', async (body) => {
    const { id } = await subscribe();
    const refused = await brand.call('POST', `/webhooks/${id}/replay`, { body });
    expect(refused.json).toMatchObject({ Code: 'webhooks_err', Status: 400 });
  });
});

test('deliveries are listed newest first, in pages', async () => {
  const { id } = await subscribe();
  for (let many = 0; many < 5; many += 1) await newCustomer(brand);
  await eventually(() => receiver.taken.length === 5);
  const numbers: number[] = [];
  let cursor = '';
  do {
    const page = await brand.call('GET', `/webhooks/${id}/deliveries?limit=2${cursor}`);
    numbers.push(...page.json.data.map((one: { number: number }) => one.number));
    cursor = page.json.next_cursor ? `&cursor=${page.json.next_cursor}` : '';
  } while (cursor !== '');
  expect(numbers).toEqual([5, 4, 3, 2, 1]);
});
