import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { instantOfMillis } from '../../../src/domain/time.ts';
import type { Batch } from '../../../src/operations/customers/importing/batches.ts';
import type { LineProblems } from '../../../src/operations/customers/importing/check.ts';
import type { ThreadStart } from '../../../src/operations/customers/importing/helpers.ts';
import { importCustomers } from '../../../src/operations/customers/importing/import.ts';
import { importThreads } from '../../../src/operations/customers/importing/threads.ts';
import type { System } from '../../../src/operations/system.ts';
import { clientele, repository } from '../../installation/cli/program.ts';
import { person } from '../../people.ts';
import { newRoot } from '../../vault/samples.ts';
import type { BrandClient, World } from '../../world.ts';
import { openWorld, settled } from '../../world.ts';

// Threads seal what an import writes. Whether there are none or several, the same is written, in the same order.

let world: World;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clientele-threads-'));
  world = await openWorld();
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

type Body = ReturnType<typeof person>;
const people = (count: number): Body[] =>
  Array.from({ length: count }, (_, index) => person({ email: `line.${index}@example.com` }));

let files = 0;
function fileOf(lines: readonly object[]): string {
  files += 1;
  const path = join(folder, `people-${files}.ndjson`);
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return path;
}

/** The thread from its source. The kill below has the one that is built. */
const program = new URL('../../../src/operations/customers/importing/thread.ts', import.meta.url);
const startFromSource = (workerData: object) =>
  new Worker(`import('tsx/esm/api').then(({ tsImport }) => tsImport('${program}', '${import.meta.url}'))`, {
    workerData,
    eval: true,
  });

async function run(brand: BrandClient, path: string, threads: number, system: System = world.system) {
  const problems: LineProblems[] = [];
  const facts = await importCustomers(system, brand.brandId, {
    path,
    threads: importThreads(threads, 0, startFromSource),
    skipBad: true,
    problem: (found) => problems.push(found),
    progress: () => undefined,
  });
  return { ...facts, problems };
}

/** What the API shows of each customer, in the order of arrival, without what is random. */
async function stored(brand: BrandClient) {
  const all: Record<string, unknown>[] = [];
  for (let page = 1; ; page += 1) {
    const { json } = await brand.call('GET', `/customers?per_page=50&page=${page}`);
    if (json.length === 0) break;
    all.push(...json);
  }
  return all.map(({ customer_id: _, brand_person_id: _person, bond_brand_id: _brand, ...rest }) =>
    JSON.parse(
      JSON.stringify(rest, (name, value) =>
        ['date_created', 'date_updated', 'address_id'].includes(name) ? undefined : value,
      ),
    ),
  );
}

/** The world's system with a part of its database replaced. */
const withDatabase = (part: Partial<System['db']>): System => ({
  ...world.system,
  db: { ...world.system.db, ...part },
});

async function rotate(key: 'brand-key' | 'index-key', { brandId }: BrandClient): Promise<void> {
  const settings = { CLIENTELE_DATA_DIR: world.config.dataDir, ...world.databaseSettings };
  const done = await clientele(['rotate', key, '--brand', brandId], settings);
  expect([done.code, key]).toEqual([0, key]);
}

const countOf = async ({ brandId }: BrandClient) =>
  Number((await world.sql('select count(*) from customers where brand_id = $1', [brandId]))[0]?.['count']);

describe('an import with threads', { timeout: 180_000 }, () => {
  test('writes the same customers in the same order as one without, and either knows the lines of the other', async () => {
    const path = fileOf(people(1_300));
    const [none, three] = [await world.brand(), await world.brand()];
    const whole = { lines: 1_300, imported: 1_300, earlier: 0, bad: 0 };
    expect(await run(none, path, 0)).toMatchObject(whole);
    expect(await run(three, path, 3)).toMatchObject(whole);
    const written = await stored(three);
    expect(written).toEqual(await stored(none));
    expect(written.map(({ email }) => email)).toEqual(
      Array.from({ length: 1_300 }, (_, index) => `line.${index}@example.com`),
    );
    const again = { lines: 1_300, imported: 0, earlier: 1_300, bad: 0 };
    expect(await run(none, path, 3)).toMatchObject(again);
    expect(await run(three, path, 0)).toMatchObject(again);
    const found = await three.call('POST', '/customers/search', { body: { email: 'line.700@example.com' } });
    expect(found.json.customers ?? found.json.data ?? found.json).toHaveLength(1);
    await settled(three);
    const [counts] = await world.sql(
      `select (select sum(count) from customer_counts where brand_id = $1)::int as counted,
              (select count(*) from events where brand_id = $1)::int as events,
              (select count(*) from audit where brand_id = $1 and body like '%"operation":"import"%"customer_id"%')::int as entries`,
      [three.brandId],
    );
    expect(counts).toEqual({ counted: 1_300, events: 1_300, entries: 1_300 });
  });

  test('refuses alone the line whose SSN a create has taken since the check', async () => {
    const brand = await world.brand();
    const lines = people(700);
    const taken = [lines[6], lines[650]].map((line) => line?.ssn);
    let raced = false;
    const { db } = world.system;
    const system = withDatabase({
      runTogether: async (query, values) => {
        if (!raced)
          for (const ssn of taken) await brand.call('POST', '/customers', { body: person({ ssn }) });
        raced = true;
        return db.runTogether(query, values);
      },
    });
    const { problems, ...facts } = await run(brand, fileOf(lines), 2, system);
    expect(facts).toEqual({ lines: 700, imported: 698, earlier: 0, bad: 2 });
    expect(problems).toEqual(
      [7, 651].map((line) => ({
        line,
        problems: { ssn: ['Another customer of this brand already has this ssn.'] },
      })),
    );
    expect(await countOf(brand)).toBe(700);
  });

  test('goes on under new keys when both are replaced after its threads have started', async () => {
    const brand = await world.brand();
    const lines = people(1_100);
    const path = fileOf(lines);
    let rotated = false;
    const { db } = world.system;
    const system = withDatabase({
      runTogether: async (query, values) => {
        if (!rotated) {
          rotated = true;
          for (const key of ['brand-key', 'index-key'] as const) await rotate(key, brand);
        }
        return db.runTogether(query, values);
      },
    });
    expect(await run(brand, path, 2, system)).toMatchObject({ imported: 1_100, bad: 0 });
    expect((await stored(brand)).map(({ email }) => email)).toEqual(lines.map(({ email }) => email));
    expect(await run(brand, path, 2)).toMatchObject({ imported: 0, earlier: 1_100 });
  });

  test('finds a number that comes twice though the index key is replaced in the middle of the check', async () => {
    const brand = await world.brand();
    const lines = people(1_900);
    const [first] = lines;
    const path = fileOf([...lines, person({ ssn: first?.ssn ?? '' })]);
    let lookUps = 0;
    const { db, keyrings } = world.system;
    const system = withDatabase({
      run: async (query, values) => {
        const isLookUp = query.text.includes('from idempotency');
        if (isLookUp) lookUps += 1;
        if (isLookUp && lookUps === 3) {
          await rotate('index-key', brand);
          await keyrings.reload(brand.brandId);
        }
        return db.run(query, values);
      },
    });
    const { imported, bad, problems } = await run(brand, path, 0, system);
    expect(lookUps).toBeGreaterThan(4);
    expect([imported, bad]).toEqual([1_900, 1]);
    expect(problems).toEqual([{ line: 1_901, problems: { ssn: ['The same as on line 1.'] } }]);
  });

  test('seals itself what its threads do not, when they end at their start', async () => {
    const brand = await world.brand();
    const { vault } = world.system;
    // Under other root keys the keys of the brand do not open, which ends the thread at its start.
    const { openVault } = await import('../../../src/vault/vault.ts');
    const system = { ...world.system, vault: { ...vault, share: () => openVault(newRoot()).share() } };
    const lines = people(600);
    expect(await run(brand, fileOf(lines), 2, system)).toMatchObject({ imported: 600, earlier: 0, bad: 0 });
    expect((await stored(brand)).map(({ email }) => email)).toEqual(lines.map(({ email }) => email));
  });

  test('has each line once after kill -9 in the middle and a repeat', async () => {
    const brand = await world.brand();
    const total = 9_000;
    const path = fileOf(people(total));
    const settings = { CLIENTELE_DATA_DIR: world.config.dataDir, ...world.databaseSettings };
    const command = ['import', path, '--brand', brand.brandId, '--output', 'json'];
    const child = spawn(process.execPath, [join(repository, 'bin/clientele.js'), ...command], {
      env: { PATH: process.env['PATH'], ...settings },
      stdio: 'ignore',
    });
    const ended = once(child, 'exit');
    while ((await countOf(brand)) === 0) await sleep(10);
    child.kill('SIGKILL');
    await ended;
    const kept = await countOf(brand);
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(total);
    // A transaction that was under way may commit after the kill, and counts as earlier then.
    const again = await clientele(command, settings);
    expect(again.json).toMatchObject({ lines: total, bad: 0 });
    expect(again.json.imported + again.json.earlier).toBe(total);
    expect(again.json.earlier).toBeGreaterThanOrEqual(kept);
    const rows = await world.sql(
      `select count(*)::int as customers, count(distinct ssn_index)::int as people,
              (select sum(count) from customer_counts where brand_id = $1)::int as counted,
              (select count(*) from idempotency where brand_id = $1)::int as claims
         from customers where brand_id = $1`,
      [brand.brandId],
    );
    expect(rows[0]).toEqual({ customers: total, people: total, counted: total, claims: total });
  });
});

describe('a thread', () => {
  /** It takes its work and answers nothing. */
  const silent = () =>
    new Worker("require('node:worker_threads').parentPort.on('message', () => undefined)", { eval: true });
  const opened = (startThread: () => Worker) => {
    const helpers = importThreads(2, 0, startThread)?.open({} as ThreadStart);
    if (!helpers) throw new Error('There are no threads.');
    return helpers;
  };
  const now = instantOfMillis(0);
  const none: Batch = { numbers: [], ends: [], bytes: new Uint8Array(), problems: new Map() };

  test.each<[string, (thread: Worker | undefined) => unknown]>([
    ['that dies', (thread) => thread?.terminate()],
    ['whose answer cannot be read', (thread) => thread?.emit('messageerror', new Error('Not read.'))],
  ])('%s leaves what waits and what comes to the import', async (_what, fail) => {
    const started: Worker[] = [];
    const helpers = opened(() => {
      const thread = silent();
      started.push(thread);
      return thread;
    });
    const waiting = [helpers.prepare(none, now), helpers.check(none, now)];
    await fail(started[1]);
    expect(await Promise.all(waiting)).toEqual([undefined, undefined]);
    expect(await helpers.prepare(none, now)).toBeUndefined();
    expect(await helpers.check(none, now)).toBeUndefined();
    await helpers.close();
  });

  test('that the machine does not start is done without', async () => {
    const helpers = opened(() => {
      throw new Error('No more threads.');
    });
    expect(await helpers.prepare(none, now)).toBeUndefined();
    expect(await helpers.check(none, now)).toBeUndefined();
    expect(helpers.ahead).toBe(1);
    await helpers.close();
  });
});
