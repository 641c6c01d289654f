import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningServer } from '../../src/main.ts';
import { startServer } from '../../src/main.ts';
import type { KeyKind } from '../../src/operations/rotation/brand-rotation.ts';
import { rotateKey } from '../../src/operations/rotation/brand-rotation.ts';
import { newSsn, person } from '../people.ts';
import { eventually } from '../promises/durability/cpu-contention.ts';
import type { BrandClient, World } from '../world.ts';
import { brandClient, openWorld } from '../world.ts';

/**
 * Two servers on one database, each with keys in memory of its own. The second has read a brand's keys just
 * before the first one rotates them, so for half a minute it does not know of the new ones by itself.
 */

let world: World;
let second: RunningServer;
beforeAll(async () => {
  // Rotations run by hand here: a worker would resume those that a test interrupts.
  world = await openWorld({ apiOnly: true });
  second = await startServer(world.config, { logger: pino({ level: 'silent' }) }, { apiOnly: true });
}, 60_000);
afterAll(async () => {
  await second.close();
  await world.close();
});

interface Pair {
  /** At the server that rotates, and at the one that has not heard of it. */
  readonly fresh: BrandClient;
  readonly stale: BrandClient;
}

async function pair(): Promise<Pair> {
  const fresh = await world.brand();
  const stale = brandClient(second.url, fresh.brandId, fresh.name, fresh.key, fresh);
  await stale.call('POST', '/customers', { body: person() });
  return { fresh, stale };
}

const byOperator = { by: 'operator' } as const;
const begin = ({ fresh }: Pair, kind: KeyKind) =>
  rotateKey(world.system, fresh.brandId, kind, { ...byOperator, isStopped: () => true });
const finish = ({ fresh }: Pair, kind: KeyKind) => rotateKey(world.system, fresh.brandId, kind, byOperator);

const keyringOf = (server: { readonly system: World['system'] }, { fresh }: Pair) =>
  server.system.keyrings.of(fresh.brandId);

describe('a server that has not loaded a new key', () => {
  test('is stale in these tests: it has only the old version', async () => {
    const both = await pair();
    await begin(both, 'index');
    expect((await keyringOf(world, both)).indexVersions).toEqual([1, 2]);
    expect((await keyringOf(second, both)).indexVersions).toEqual([1]);
  });

  test('reads records that were sealed or re-sealed under it', async () => {
    const both = await pair();
    const old = await both.fresh.call('POST', '/customers', { body: person() });
    await finish(both, 'brand');
    const young = await both.fresh.call('POST', '/customers', { body: person() });
    for (const { json } of [old, young])
      expect((await both.stale.call('GET', `/customers/${json.customer_id}`)).status).toBe(200);
  });

  test.each(['brand', 'index'] as const)('writes nothing under the old %s key', async (kind) => {
    const both = await pair();
    const made = await both.fresh.call('POST', '/customers', { body: person() });
    await begin(both, kind);
    const changed = await both.stale.call('PATCH', `/customers/${made.json.customer_id}`, {
      body: { email: 'new@example.com' },
    });
    expect(changed.status).toBe(200);
    const [row] = await world.sql(
      'select index_version, head_version(sealed_head(profile)) as seal_version from customers where customer_id = $1',
      [made.json.customer_id],
    );
    expect(row?.[kind === 'index' ? 'index_version' : 'seal_version']).toBe(2);
  });

  test('finds customers under the new key', async () => {
    const both = await pair();
    const ssn = newSsn();
    await both.fresh.call('POST', '/customers', { body: person({ ssn }) });
    await finish(both, 'index');
    expect((await both.stale.call('POST', '/customers/search', { body: { ssn } })).json).toHaveLength(1);
  });

  test('repeats the first answer to a request under the new key, with and without an intermediate refusal', async () => {
    const both = await pair();
    const body = person();
    const headers = { 'Idempotency-Key': randomUUID() };
    await begin(both, 'index');
    const first = await both.fresh.call('POST', '/customers', { body, headers });
    const again = await both.stale.call('POST', '/customers', { body, headers });
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.text).toBe(first.text);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
  });

  test('gets the first answer to a request under the old key from the new server for 24 hours', async () => {
    const both = await pair();
    const body = person();
    const headers = { 'Idempotency-Key': randomUUID() };
    const first = await both.stale.call('POST', '/customers', { body, headers });
    const rotated = await finish(both, 'index');
    expect(rotated).toMatchObject({ destroyed: [], remaining: [{ where: 'idempotency.key', count: 1 }] });
    const again = await both.fresh.call('POST', '/customers', { body, headers });
    expect(again.text).toBe(first.text);
    const other = await both.fresh.call('POST', '/customers', { body: person(), headers });
    expect(other.status).toBe(422);
    await world.sql("update idempotency set expires_at = 'epoch' where brand_id = $1", [both.fresh.brandId]);
    expect(await finish(both, 'index')).toMatchObject({ destroyed: [1] });
  });
});

describe('one number, one customer', () => {
  test('of two creates at the two servers during the key change one wins, 40 times', {
    timeout: 180_000,
  }, async () => {
    for (let round = 0; round < 40; round += 1) {
      const both = await pair();
      const ssn = newSsn();
      const create = (client: BrandClient) => client.call('POST', '/customers', { body: person({ ssn }) });
      const [, ...answers] = await Promise.all([
        begin(both, 'index'),
        ...Array.from({ length: 4 }, (_, lane) => create(lane % 2 === 0 ? both.fresh : both.stale)),
      ]);
      const statuses = answers.map(({ status }) => status).sort();
      expect(statuses).toEqual([201, 409, 409, 409]);
    }
  });

  test('of a create and a change at the two servers one wins, 20 times', { timeout: 180_000 }, async () => {
    for (let round = 0; round < 20; round += 1) {
      const both = await pair();
      const ssn = newSsn();
      const made = await both.fresh.call('POST', '/customers', { body: person() });
      await begin(both, 'index');
      const answers = await Promise.all([
        both.stale.call('PATCH', `/customers/${made.json.customer_id}`, { body: { ssn } }),
        both.fresh.call('POST', '/customers', { body: person({ ssn }) }),
      ]);
      expect(answers.map(({ status }) => (status < 300 ? 'won' : status)).sort()).toEqual([409, 'won']);
    }
  });

  test('a planted fault: without the fence both win', async () => {
    const both = await pair();
    await world.sql('alter table customers disable trigger customers_insert_current');
    try {
      await begin(both, 'index');
      const ssn = newSsn();
      const create = (client: BrandClient) => client.call('POST', '/customers', { body: person({ ssn }) });
      expect([(await create(both.fresh)).status, (await create(both.stale)).status]).toEqual([201, 201]);
    } finally {
      await world.sql('alter table customers enable trigger customers_insert_current');
    }
  });
});

describe('a new key waits', () => {
  test('for running changes, and no later change uses the old key', async () => {
    const both = await pair();
    const made = await both.fresh.call('POST', '/customers', { body: person() });
    const pg = (await import('pg')).default;
    const client = new pg.Client({ connectionString: world.databaseUrl });
    await client.connect();
    await client.query('begin');
    // A change of the old kind that takes its time: it holds what every change holds until its commit.
    await client.query(
      "update customers set profile = profile || '', email_index = sha256('x') where customer_id = $1",
      [made.json.customer_id],
    );
    let isBegun = false;
    const rotating = begin(both, 'index').then(() => {
      isBegun = true;
    });
    await eventually(async () => {
      const [row] = await world.sql(
        "select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query ilike '%pg_advisory_xact_lock%'",
      );
      return Number(row?.['count']) > 0;
    });
    expect(isBegun).toBe(false);
    await client.query('commit');
    await client.end();
    await rotating;
    expect((await keyringOf(world, both)).indexVersions).toEqual([1, 2]);
  });
});
