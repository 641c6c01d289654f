import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { apiPrefix } from '../../src/contract/table.ts';
import { person } from '../people.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';
import { requestHead } from './raw-socket.ts';

/** Connections that end, or are ended, while a change is under way. */

let world: World;
let brand: BrandClient;
let closed: boolean;
beforeEach(async () => {
  world = await openWorld({ apiOnly: true });
  brand = await world.brand();
  closed = false;
  await world.sql(
    'create function dawdle() returns trigger language plpgsql as $$ begin perform pg_sleep(1.5); return new; end $$',
  );
  await world.sql('create trigger dawdle before insert on customers for each row execute function dawdle()');
});
afterEach(async () => {
  if (!closed) await world.close();
});

const lines = () => Object.entries(brand.headers).map(([name, value]) => `${name}: ${value}`);
const usual = () => ['Host: localhost', ...lines()];
function create(): string {
  const body = JSON.stringify(person());
  const more = ['Content-Type: application/json', `Content-Length: ${body.length}`];
  return requestHead(`POST ${apiPrefix}/customers HTTP/1.1`, ...usual(), ...more) + body;
}
async function dial(): Promise<Socket> {
  const socket = connect(Number(new URL(world.url).port), '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}
/** Waits until the database is in the middle of the change. */
const openExchanges = () =>
  expect
    .poll(
      async () => (await world.sql("select 1 from pg_stat_activity where wait_event = 'PgSleep'")).length,
      {
        timeout: 60_000,
      },
    )
    .toBe(1);

test('a client that disconnects before its answer leaves one line in the log and no fault', async () => {
  const before = world.log.length;
  const socket = await dial();
  socket.write(create());
  await openExchanges();
  // A reset. Where a client only closes its side, it may still read the answer.
  socket.resetAndDestroy();
  await expect.poll(() => world.log.length, { timeout: 60_000 }).toBe(before + 1);
  const seen = JSON.parse(world.log[before] ?? '');
  expect(seen).toMatchObject({
    level: 30,
    operation: 'createCustomer',
    status: 499,
    brand_id: brand.brandId,
  });
  // What was begun is finished: the client may ask again under its Idempotency-Key.
  const count = async () => (await brand.call('GET', '/customers')).headers.get('x-total-count');
  await expect.poll(count, { timeout: 60_000 }).toBe('1');
  expect(world.log.filter((line) => JSON.parse(line).level > 30)).toEqual([]);
});

test('a closing server finishes the running change, and says that it takes nothing more on this connection', async () => {
  const socket = await dial();
  let received = '';
  socket.on('data', (bytes) => {
    received += bytes.toString();
  });
  const ended = new Promise((resolve) => socket.once('close', resolve));
  socket.write(create());
  await openExchanges();
  const closing = world.close();
  closed = true;
  socket.write(requestHead(`GET ${apiPrefix}/customers HTTP/1.1`, ...usual()));
  await ended;
  await closing;
  const statuses = received.match(/HTTP\/1\.1 \d+/g);
  // A client that has sent more sends it again elsewhere (RFC 9112 section 9.3.2).
  expect(statuses).toEqual(['HTTP/1.1 201']);
  expect(received.toLowerCase()).toContain('connection: close');
});
