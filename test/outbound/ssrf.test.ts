import { createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { Outbound } from '../../src/providers/outbound.ts';
import { openOutbound } from '../../src/providers/outbound.ts';
import { newCustomer, newWebhook } from '../contract-samples.ts';
import type { Internet } from '../fakes/internet.ts';
import { openInternet, portOf, publicAddress } from '../fakes/internet.ts';
import { openReceiver } from '../fakes/receiver.ts';
import { eventually } from '../promises/durability/cpu-contention.ts';
import { rewrite } from '../rewrite.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';
import { forbiddenAddresses, hostileNames, hostileUrls } from './urls.ts';

/** Webhooks that aim at internal services, from registration to the attempt at a delivery. */

const bounds = { allow: [], timeoutMs: 10_000, maxResponseBytes: 1_024 };
const testTimeout = { timeout: 180_000 };

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

/** A service on this very machine that no webhook may reach. It counts who connects, and hangs up. */
async function openTrap() {
  let connects = 0;
  const server = createServer((socket) => {
    connects += 1;
    socket.on('error', () => undefined).destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push(async () => void (await new Promise((resolve) => server.close(resolve))));
  return { port: portOf(server), connects: () => connects };
}

/** A world whose webhooks go to a stand-in for the internet, by way of the guard that a test makes. */
async function openScene(guard: (internet: Internet) => Outbound) {
  const trap = await openTrap();
  const internet = await openInternet((_, response) => response.end('ok'));
  opened.push(internet.close);
  for (const [name, addresses] of hostileNames) internet.names.set(name, addresses);
  internet.names.set('hooks.example.com', [publicAddress]);
  const world = await openWorld({ outbound: guard(internet) });
  opened.push(world.close);
  const urls = [...hostileUrls, `https://127.0.0.1:${trap.port}/`, `http://127.0.0.1:${trap.port}/`];
  return { world, brand: await world.brand(), internet, trap, urls };
}

const honest = ({ lookup, dial }: Internet) => openOutbound({ ...bounds, lookup, dial });

/** Lets every URL have proved that it wants events, so that a delivery is attempted. */
const verifyAll = (brand: BrandClient) =>
  rewrite(brand, "update webhooks set ownership = 'verified' where ownership = 'unverified'");

/** How the attempts of a world have ended, and how often. */
async function outcomesOf({ sql }: World): Promise<Readonly<Record<string, number>>> {
  const rows = await sql('select outcome, count(*)::int as many from delivery_attempts group by outcome');
  return Object.fromEntries(rows.map(({ outcome, many }) => [String(outcome), Number(many)]));
}

const total = (outcomes: Readonly<Record<string, number>>) =>
  Object.values(outcomes).reduce((sum, many) => sum + many, 0);

test(
  'no hostile URL is accepted, under either name, for a new or an existing subscription',
  testTimeout,
  async () => {
    const { brand, internet, trap, urls } = await openScene(honest);
    const { id, url } = (await newWebhook(brand, { url: 'https://hooks.example.com/in' })).json
      .webhook_subscription;
    const taken: string[] = [];
    for (const hostile of urls) {
      for (const field of ['url', 'callback_url']) {
        const body = { [field]: hostile };
        const created = await brand.call('POST', '/webhooks', { body: { ...body, events: ['*'] } });
        const changed = await brand.call('PATCH', `/webhooks/${id}`, { body });
        for (const { status, json } of [created, changed])
          if (status !== 400 || json.Code !== 'webhooks_err') taken.push(`${field} ${hostile} ${status}`);
      }
    }
    expect(urls.length).toBeGreaterThanOrEqual(80);
    expect(taken).toEqual([]);
    expect((await brand.call('GET', `/webhooks/${id}`)).json.webhook_subscription.url).toBe(url);
    // Only the challenge of the honest URL went out.
    const hostileDials = internet.dialled.filter((address) => address !== publicAddress);
    expect([hostileDials, trap.connects()]).toEqual([[], 0]);
  },
);

test('a stored hostile URL is not called', testTimeout, async () => {
  const { world, brand, internet, trap, urls } = await openScene((net) => ({
    ...honest(net),
    locate: async () => 'public',
  }));
  let registered = 0;
  for (const url of urls) {
    const { status } = await brand.call('POST', '/webhooks', { body: { url, events: ['*'] } });
    if (status === 201) registered += 1;
  }
  // What is not even text in one line, no subscription can hold.
  expect(registered).toBeGreaterThan(0.9 * urls.length);
  await verifyAll(brand);
  await newCustomer(brand);
  await eventually(async () => total(await outcomesOf(world)) >= registered);
  expect(Object.keys(await outcomesOf(world))).toEqual(['refused']);
  expect([internet.dialled, trap.connects()]).toEqual([[], 0]);
});

test(
  'the refusal of a private address names the setting that allows it, and repeats no address',
  testTimeout,
  async () => {
    const { brand } = await openScene(honest);
    const answer = await brand.call('POST', '/webhooks', {
      body: { url: 'https://10.1.2.3/in', events: ['*'] },
    });
    expect(answer.status).toBe(400);
    const text = JSON.stringify(answer.json);
    expect(text).toContain(
      'Must lead to public internet addresses only. An operator can allow other networks with CLIENTELE_WEBHOOK_ALLOW.',
    );
    expect(text).not.toContain('10.1.2.3');
  },
);

/** How many subscriptions, and how many events for each: together the rounds of the names that change. */
const rebinding = { names: 100, events: 3 } as const;

/** Gives a world subscriptions whose names lead to the public at first, and every other time after that inside. */
async function rebind({ world, brand, internet, trap }: Awaited<ReturnType<typeof openScene>>) {
  const { names, events } = rebinding;
  const ids: string[] = [];
  let inside = 0;
  for (let index = 0; index < names; index += 1) {
    const name = `round-${index}.example.net`;
    let turn = -1;
    internet.names.set(name, () => {
      turn += 1;
      if (turn % 2 === 0) return [publicAddress];
      inside += 1;
      return [turn === 1 ? '127.0.0.1' : (forbiddenAddresses[index % forbiddenAddresses.length] ?? '')];
    });
    const body = {
      url: `https://${name}:${trap.port}/`,
      events: ['customer.created'],
      status: 'STATUS_DISABLED',
    };
    ids.push((await newWebhook(brand, body)).json.webhook_subscription.id);
  }
  await verifyAll(brand);
  for (const id of ids) await brand.call('PATCH', `/webhooks/${id}`, { body: { status: 'STATUS_ENABLED' } });
  for (let event = 1; event <= events; event += 1) {
    await newCustomer(brand);
    await eventually(async () => total(await outcomesOf(world)) >= event * names);
  }
  return { inside };
}

test(
  'a name that resolves to a private address at the attempt is not called, three hundred times',
  testTimeout,
  async () => {
    const scene = await openScene(honest);
    const { inside } = await rebind(scene);
    const outcomes = await outcomesOf(scene.world);
    expect(total(outcomes)).toBeGreaterThanOrEqual(rebinding.names * rebinding.events);
    expect(inside).toBeGreaterThan(rebinding.names);
    expect(outcomes['refused']).toBeGreaterThan(rebinding.names);
    expect(new Set(scene.internet.dialled)).toEqual(new Set([publicAddress]));
    expect(scene.trap.connects()).toBe(0);
  },
);

test('a guard that checks only once fails this test', testTimeout, async () => {
  const scene = await openScene((net) => {
    const first = new Map<string, readonly string[]>();
    return openOutbound({
      ...bounds,
      async lookup(name) {
        const found = first.get(name) ?? (await net.lookup(name));
        first.set(name, found);
        return found;
      },
      async dial(to) {
        const [now = to.hostname] = await net.lookup(new URL(`https://${to.host}`).hostname);
        return net.dial({ ...to, hostname: now });
      },
    });
  });
  await rebind(scene);
  expect(scene.trap.connects()).toBeGreaterThanOrEqual(rebinding.names);
  // How many addresses are dialled depends on when the names change. With the real guard it is one.
  expect(new Set(scene.internet.dialled).size).toBeGreaterThan(1);
});

test('a redirect is not followed, and a range that an operator allows is reached', testTimeout, async () => {
  const trap = await openTrap();
  const receiver = await openReceiver();
  opened.push(receiver.close);
  const world = await openWorld({ env: { CLIENTELE_WEBHOOK_ALLOW: '127.0.0.1/32' } });
  opened.push(world.close);
  const brand = await world.brand();
  await newWebhook(brand, { url: receiver.url, events: ['*'] });
  const statuses = [300, 301, 302, 303, 307, 308];
  const targets = ['127.0.0.1', 'localhost', '[::ffff:7f00:1]'].map((host) => `http://${host}:${trap.port}/`);
  let turn = 0;
  receiver.answer((_, response) => {
    const status = statuses[turn % statuses.length] ?? 302;
    response.setHeader('location', targets[Math.floor(turn / statuses.length)] ?? targets[0] ?? '');
    turn += 1;
    return status;
  });
  const rounds = statuses.length * targets.length;
  for (let round = 0; round < rounds; round += 1) await newCustomer(brand);
  await eventually(async () => ((await outcomesOf(world))['redirected'] ?? 0) >= rounds);
  expect(Object.keys(await outcomesOf(world))).toEqual(['redirected']);
  receiver.answer(undefined);
  await newCustomer(brand);
  await eventually(() => receiver.taken.length > 0);
  expect(trap.connects()).toBe(0);
});
