import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { BrandId } from '../../src/domain/ids.ts';
import { instantOfMillis } from '../../src/domain/time.ts';
import type { RunningServer } from '../../src/main.ts';
import { startServer } from '../../src/main.ts';
import { firstPreviousHash, linked } from '../../src/operations/audit/chain.ts';
import { sequence } from '../../src/operations/audit/sequence.ts';
import { isSignedBy } from '../../src/vault/signer.ts';
import { newCustomer } from '../contract-samples.ts';
import { person } from '../people.ts';
import { cpuContention } from '../promises/durability/cpu-contention.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';
import { journalColumns, newBrand, provenRow } from './trail.ts';

const waitOptions = { timeout: 60_000, interval: 50 };
let ahead = 0;
const now = () => instantOfMillis(Date.now() + ahead);

let world: World;
/** A second process of the same installation, with a sequencer of its own. */
let second: RunningServer;
beforeAll(async () => {
  world = await openWorld({ now });
  second = await startServer(world.config, { now, logger: pino({ level: 'silent' }) });
});
afterAll(async () => {
  await second.close();
  await world.close();
});

interface Stored {
  readonly number: string;
  readonly body: string;
  readonly hash: string;
}

const trailOf = async (brandId: string): Promise<readonly Stored[]> =>
  (await world.sql(
    "select number, body, encode(hash, 'hex') as hash from audit where brand_id = $1 order by number",
    [brandId],
  )) as never;

/** Waits until a brand's trail has all its places, and says what is wrong with the chain. */
async function complaintsOf(brandId: BrandClient['brandId'], entries: number): Promise<readonly string[]> {
  const trail = await vi.waitFor(async () => {
    const stored = await trailOf(brandId);
    expect(stored).toHaveLength(entries);
    return stored;
  }, waitOptions);
  const complaints: string[] = [];
  let previous = firstPreviousHash(brandId);
  for (const [index, { number, body, hash }] of trail.entries()) {
    if (Number(number) !== index + 1) complaints.push(`${number} stands in place ${index + 1}`);
    if (linked(index + 1, previous, body).hash !== hash) complaints.push(`${number} is not chained`);
    previous = hash;
  }
  const [head] = await world.sql(
    "select audit_number, encode(audit_hash, 'hex') as hash from journal_heads where brand_id = $1",
    [brandId],
  );
  if (head?.['audit_number'] !== String(entries) || head['hash'] !== previous)
    complaints.push('the head is elsewhere');
  return complaints;
}

const eventNumbers = async (brandId: string): Promise<readonly number[]> =>
  (await world.sql('select number from events where brand_id = $1 order by number', [brandId])).map(
    ({ number }) => Number(number),
  );

/** What a brand begins with: its own making and that of its key. */
const beginning = 2;

test('two hundred parallel changes leave one chain without a gap, with several sequencers at work', {
  timeout: 60_000,
}, async () => {
  const [one, other] = [await world.brand(), await world.brand()];
  const changes = Array.from({ length: 200 }, (_, index) =>
    (index % 2 === 0 ? one : other).call('POST', '/customers', { body: person() }),
  );
  const pushing = Array.from({ length: 40 }, (_, index) =>
    sequence((index % 2 === 0 ? world : second).system),
  );
  expect((await Promise.all(changes)).every(({ status }) => status === 201)).toBe(true);
  await Promise.all(pushing);
  for (const brand of [one, other]) {
    expect(await complaintsOf(brand.brandId, beginning + 100)).toEqual([]);
    expect(await eventNumbers(brand.brandId)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  }
});

test('a change gets its number within a second', async () => {
  const brand = await world.brand();
  const crowdedBefore = cpuContention();
  const began = performance.now();
  await newCustomer(brand);
  await vi.waitFor(async () => {
    expect(await trailOf(brand.brandId)).toHaveLength(beginning + 1);
  }, waitOptions);
  const took = performance.now() - began;
  expect(took).toBeLessThan(2_000 * Math.max(crowdedBefore, cpuContention()));
});

describe('a reader that continues from the last number', () => {
  type Insert = (place: number, brandId: BrandId, payload: string) => readonly [string, readonly unknown[]];
  const queued: Insert = (_, brandId, payload) => [
    `insert into journal (${journalColumns}) values ($1, $2, $3, $4, $5, $6, $7)`,
    provenRow(world.system, brandId, '{"at":"now"}', {
      eventId: world.system.newId<'event'>(),
      type: 'customer.updated',
      occurredAt: now(),
      payload,
    }),
  ];
  const mutable = ([text, values]: ReturnType<Insert>): [string, unknown[]] => [text, [...values]];
  /** The planted fault: the number is given by the change itself. */
  const numbered: Insert = (place, brandId, payload) => [
    `insert into events (brand_id, event_id, type, occurred_at, payload, number, mac)
                  values ($1, gen_random_uuid(), 'customer.updated', now(), $2, ${place}, '')`,
    [brandId, payload],
  ];

  /** Two overlapping changes, the first of which commits last; what a reader has seen in the end. */
  async function seenOf(insert: Insert): Promise<readonly string[]> {
    const brandId = newBrand();
    const seen: string[] = [];
    let last = 0;
    const readOn = async () => {
      const rows = await world.sql(
        'select number, payload from events where brand_id = $1 and number > $2 order by number',
        [brandId, last],
      );
      for (const { number, payload } of rows) {
        last = Number(number);
        seen.push(String(payload));
      }
      return rows.length;
    };
    const slow = new pg.Client({ connectionString: world.databaseUrl });
    await slow.connect();
    try {
      await slow.query('begin');
      await slow.query(...mutable(insert(1, brandId, 'the slow one')));
      await world.sql(...mutable(insert(2, brandId, 'the fast one')));
      await vi.waitFor(async () => expect(await readOn()).toBe(1), waitOptions);
      await slow.query('commit');
      for (let round = 0; round < 3; round += 1) {
        await sequence(world.system);
        await readOn();
      }
      await vi.waitFor(async () => {
        const [row] = await world.sql('select count(*) from journal');
        expect(row?.['count']).toBe('0');
      }, waitOptions);
      await readOn();
    } finally {
      await slow.end();
    }
    return seen;
  }

  test('never misses a change that was committed late', async () => {
    expect(await seenOf(queued)).toEqual(['the fast one', 'the slow one']);
  });

  test('would miss it if numbers were assigned before the commit', async () => {
    expect(await seenOf(numbered)).toEqual(['the fast one']);
  });
});

describe('an entry', () => {
  test('is not written without its change', async () => {
    const brand = await world.brand();
    const { customer_id } = (await newCustomer(brand)).json;
    const before = await complaintsOf(brand.brandId, beginning + 1);
    expect(before).toEqual([]);
    const holder = new pg.Client({ connectionString: world.databaseUrl });
    await holder.connect();
    await holder.query('begin');
    await holder.query('select 1 from customers where customer_id = $1 for update', [customer_id]);
    const changing = brand.call('PATCH', `/customers/${customer_id}`, { body: { first_name: 'Jane' } });
    // The change waits for the row; its connection is killed in the middle of the statement.
    await vi.waitFor(async () => {
      const killed = await world.sql(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock' and query like '%update customers%'`,
      );
      expect(killed).toHaveLength(1);
    }, waitOptions);
    expect((await changing).status).toBe(503);
    await holder.query('rollback');
    await holder.end();
    expect((await brand.call('GET', `/customers/${customer_id}`)).json.first_name).toBe('James');
    expect(await complaintsOf(brand.brandId, beginning + 1)).toEqual([]);
  });

  test('rolls back its change if it cannot be written', async () => {
    const brand = await world.brand();
    const { customer_id } = (await newCustomer(brand)).json;
    await world.sql(
      `alter table journal add constraint no_janes check (body not like '%"operation":"updateCustomer"%') not valid`,
    );
    const answer = await brand.call('PATCH', `/customers/${customer_id}`, { body: { first_name: 'Jane' } });
    await world.sql('alter table journal drop constraint no_janes');
    expect(answer.status).toBe(500);
    expect((await brand.call('GET', `/customers/${customer_id}`)).json.first_name).toBe('James');
  });
});

test('checkpoints are signed after a thousand entries, and after a minute with new entries', {
  timeout: 60_000,
}, async () => {
  const brand = await world.brand();
  const checkpoints = async () =>
    (await world.sql(
      'select number, key, signature from audit_checkpoints where brand_id = $1 order by number',
      [brand.brandId],
    )) as readonly { readonly number: string; readonly key: string }[];
  const entries = (count: number) => {
    const [brandId, body, , , , , mac] = provenRow(world.system, brand.brandId, '{"at":"now"}');
    return world.sql(
      `insert into journal (brand_id, body, mac) select $1, $2, $3 from generate_series(1, $4)`,
      [brandId, body, mac, count],
    );
  };
  // The first entries get theirs at once.
  const [first] = await vi.waitFor(async () => {
    const found = await checkpoints();
    expect(found).toHaveLength(1);
    return found;
  }, waitOptions);
  expect(first?.key).toBe(world.system.vault.signer.key);
  await entries(5);
  await vi.waitFor(async () => expect((await trailOf(brand.brandId)).at(-1)?.number).toBe('7'), waitOptions);
  expect(await checkpoints()).toHaveLength(1);
  ahead += 61_000;
  await vi.waitFor(async () => expect((await checkpoints()).at(-1)?.number).toBe('7'), waitOptions);
  await entries(1_000);
  await vi.waitFor(async () => expect((await checkpoints()).at(-1)?.number).toBe('1007'), waitOptions);
  ahead += 61_000;
  await sequence(world.system);
  expect(await checkpoints()).toHaveLength(3);
});

test('a signature is valid only for its key, for every byte and in canonical base64', () => {
  const { signer } = world.system.vault;
  const text = Buffer.from('what is signed');
  const signature = signer.sign('what is signed');
  expect(isSignedBy(signer.key, text, signature)).toBe(true);
  expect(isSignedBy(signer.key, Buffer.from('what was signed'), signature)).toBe(false);
  expect(
    isSignedBy(
      signer.key.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
      text,
      signature,
    ),
  ).toBe(false);
  // The last character but two has four bits that no decoder looks at.
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const spare = alphabet[(alphabet.indexOf(signature[85] ?? '') & 0x30) | 1];
  const respelled = `${signature.slice(0, 85)}${spare === signature[85] ? alphabet[alphabet.indexOf(spare ?? '') + 1] : spare}==`;
  expect(Buffer.from(respelled, 'base64').equals(Buffer.from(signature, 'base64'))).toBe(true);
  expect(isSignedBy(signer.key, text, respelled)).toBe(false);
});
