import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operations } from '../../src/contract/table.ts';
import { eventExample, eventSchema } from '../../src/contract/webhooks/events.ts';
import { spacedJson } from '../../src/domain/text.ts';
import { instantOfMillis, plusSeconds } from '../../src/domain/time.ts';
import type { EventType } from '../../src/domain/webhooks/events.ts';
import { eventTypes, typesOf } from '../../src/domain/webhooks/events.ts';
import { sweepEvents } from '../../src/store/sweep.ts';
import { newCustomer, prepare, send } from '../contract-samples.ts';
import { person } from '../people.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld, settled } from '../world.ts';

const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false });
const types = Object.keys(eventTypes) as EventType[];

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

/** What is wrong with the body of an event, as it is stored. */
function complaintsOf(payload: string): readonly string[] {
  const body = JSON.parse(payload);
  const validate = ajv.compile(eventSchema(body.event));
  const complaints = validate(body) ? [] : [ajv.errorsText(validate.errors)];
  if (spacedJson(body) !== payload) complaints.push('not in the form in which it is signed');
  return complaints;
}

describe('every event', () => {
  test('of any operation matches its schema and contains no value', {
    timeout: 120_000,
  }, async () => {
    const brand = await world.brand();
    for (const row of operations) {
      if (row.method !== 'GET') await send(brand, await prepare(row, brand));
    }
    await settled(world);
    const stored = await world.sql('select type, payload from events where brand_id = $1', [brand.brandId]);
    expect(new Set(stored.map(({ type }) => type)).size).toBeGreaterThanOrEqual(5);
    const complaints = stored.flatMap(({ payload }) => complaintsOf(String(payload)));
    expect(complaints).toEqual([]);
    const { first_name, last_name, email, phone } = person();
    for (const value of [first_name, last_name, email, phone, 'California'])
      expect(JSON.stringify(stored)).not.toContain(value);
  });

  test('has an example that matches its schema, and a wrong example fails', () => {
    for (const type of types) expect(complaintsOf(spacedJson(eventExample(type)))).toEqual([]);
    const named = { ...eventExample('customer.updated'), first_name: 'James' };
    expect(complaintsOf(spacedJson(named))).toHaveLength(1);
    expect(complaintsOf(JSON.stringify(eventExample('customer.deleted')))).toHaveLength(1);
  });

  test('matches the patterns with its beginning', () => {
    expect(typesOf('*')).toEqual(types);
    expect(typesOf('customer*')).toEqual([
      'customer.created',
      'customer.updated',
      'customer.deleted',
      'customer.screening.match',
    ]);
    expect(typesOf('kyc.*')).toHaveLength(6);
    expect(typesOf('customer.deleted')).toEqual(['customer.deleted']);
    for (const pattern of ['', 'customer', 'cust*omer', 'nothing*', '**'])
      expect(typesOf(pattern)).toEqual([]);
  });
});

// biome-ignore lint/suspicious/noExplicitAny: the contract check of every call has proven the shape.
type Listed = any;

describe('the stream', () => {
  let brand: BrandClient;
  beforeAll(async () => {
    brand = await world.brand();
  });
  const read = async (query: string): Promise<{ data: readonly Listed[]; next_cursor: string }> => {
    await settled(world);
    const answer = await brand.call('GET', `/events${query}`);
    expect(answer.status, answer.text).toBe(200);
    return answer.json;
  };

  test('of a brand without events returns a cursor for later', async () => {
    const { data, next_cursor } = await read('');
    expect(data).toEqual([]);
    const { customer_id } = (await newCustomer(brand)).json;
    const later = await read(`?cursor=${next_cursor}`);
    expect(later.data).toMatchObject([{ number: 1, event: 'customer.created', customer_id }]);
  });

  test('returns each event once to a reader that continues from the last cursor', async () => {
    const seen: number[] = [];
    let cursor = (await read('?limit=100')).next_cursor;
    for (let round = 0; round < 3; round += 1) {
      await Promise.all(Array.from({ length: 7 }, () => newCustomer(brand)));
      let page: Awaited<ReturnType<typeof read>>;
      do {
        page = await read(`?limit=3&cursor=${cursor}`);
        seen.push(...page.data.map(({ number }) => number));
        cursor = page.next_cursor;
      } while (page.data.length > 0);
    }
    expect(seen).toEqual(Array.from({ length: 21 }, (_, index) => (seen[0] ?? 0) + index));
  });

  test('filters by type, pattern and customer, and its cursor skips events that do not match', async () => {
    const { customer_id } = (await newCustomer(brand)).json;
    await brand.call('PATCH', `/customers/${customer_id}`, { body: { email: 'new@example.com' } });
    await brand.call('DELETE', `/customers/${customer_id}`);
    await newCustomer(brand);
    const own = await read(`?customer_id=${customer_id}`);
    expect(own.data.map(({ event }) => event)).toEqual([
      'customer.created',
      'customer.updated',
      'customer.deleted',
    ]);
    const deleted = await read('?type=customer.deleted&limit=100');
    expect(deleted.data.every(({ event }) => event === 'customer.deleted')).toBe(true);
    expect(deleted.next_cursor).toBe((await read('?limit=100')).next_cursor);
    expect((await read('?type=kyc.*')).data).toEqual([]);
  });

  test('reports every problem of a request', async () => {
    const answer = await brand.call('GET', '/events?type=nothing&customer_id=x&cursor=x&limit=1');
    expect(answer.status).toBe(400);
    expect(Object.keys(answer.json.Message).sort()).toEqual(['cursor', 'customer_id', 'type']);
  });

  test('contains only events of the brand', async () => {
    const stranger = await world.brand();
    await newCustomer(brand);
    await settled(world);
    expect((await stranger.call('GET', '/events')).json.data).toEqual([]);
  });

  test('tells only a reader that returns after thirty days that events are gone', async () => {
    const slow = await world.brand();
    await newCustomer(slow);
    await settled(world);
    const { next_cursor } = (await slow.call('GET', '/events')).json;
    await newCustomer(slow);
    await settled(world);
    const now = instantOfMillis(Date.now());
    await sweepEvents(world.system.db, plusSeconds(now, 60), 1_000);
    const late = await slow.call('GET', `/events?cursor=${next_cursor}`);
    expect([late.status, late.json.Code]).toEqual([410, 'events_gone']);
    const fresh = (await slow.call('GET', '/events')).json;
    expect(fresh.data).toEqual([]);
    expect((await slow.call('GET', `/events?cursor=${fresh.next_cursor}`)).status).toBe(200);
  });
});
