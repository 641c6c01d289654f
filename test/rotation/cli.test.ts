import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cleanUp, clientele, repository } from '../installation/cli/program.ts';
import { person } from '../people.ts';
import { eventually } from '../promises/durability/cpu-contention.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';

let world: World;
beforeAll(async () => {
  // The worker would resume the rotation that a test kills.
  world = await openWorld({ apiOnly: true });
}, 60_000);
afterAll(async () => {
  await world.close();
  await cleanUp();
});

const settings = () => ({
  CLIENTELE_DATA_DIR: world.config.dataDir,
  ...world.databaseSettings,
});
const rotate = (...args: readonly string[]) => clientele(['rotate', ...args, '--output', 'json'], settings());

async function brandWithCustomers(count: number): Promise<BrandClient> {
  const brand = await world.brand();
  for (let done = 0; done < count; done += 20)
    await Promise.all(Array.from({ length: 20 }, () => brand.call('POST', '/customers', { body: person() })));
  return brand;
}

test('a killed rotation continues with the next call, from any step', {
  timeout: 120_000,
}, async () => {
  const brand = await brandWithCustomers(600);
  // The last customer in the order of the walk is held, so that the command is at work and cannot finish.
  const holder = new pg.Client({ connectionString: world.databaseUrl });
  await holder.connect();
  await holder.query('begin');
  await holder.query(
    'select 1 from customers where brand_id = $1 order by customer_id desc limit 1 for update',
    [brand.brandId],
  );
  const child: ChildProcess = spawn(
    process.execPath,
    [join(repository, 'bin/clientele.js'), 'rotate', 'brand-key', '--brand', brand.name],
    { env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...settings() }, stdio: 'ignore' },
  );
  const underNew = async () => {
    const [row] = await world.sql(
      'select count(*)::int as count from customers where brand_id = $1 and sealed_head(profile) >= version_head(2)',
      [brand.brandId],
    );
    return Number(row?.['count']);
  };
  await eventually(async () => (await underNew()) > 0);
  child.kill('SIGKILL');
  await once(child, 'close');
  const done = await underNew();
  expect(done).toBeGreaterThan(0);
  expect(done).toBeLessThan(600);
  await holder.query('rollback');
  await holder.end();
  expect((await brand.call('GET', '/customers?per_page=50')).json).toHaveLength(50);
  const { code, json } = await rotate('brand-key', '--brand', brand.name);
  expect(code).toBe(0);
  expect(json).toEqual([
    expect.objectContaining({
      brand: brand.name,
      kind: 'brand',
      version: 2,
      resumed: true,
      destroyed: [1],
      remaining: [],
    }),
  ]);
  expect(await underNew()).toBe(600);
});

test('rotates every brand and the root key beside a running server', { timeout: 120_000 }, async () => {
  const brands = [await brandWithCustomers(20), await brandWithCustomers(20)];
  const { code, json } = await rotate('index-key', '--all');
  expect(code).toBe(0);
  expect(json.length).toBeGreaterThanOrEqual(brands.length);
  for (const { version, destroyed } of json)
    expect({ version, destroyed }).toEqual({ version: 2, destroyed: [1] });
  const root = await rotate('root-key');
  expect(root.json).toMatchObject({ version: 2, resumed: false, kept: [1] });
  for (const brand of brands) {
    const found = await brand.call('POST', '/customers/search', {
      body: { email: 'james.bond@example.com' },
    });
    expect(found.json).toHaveLength(20);
  }
});

test('a call with no brand, or with --brand and --all, is a usage error', async () => {
  for (const args of [[], ['--brand', 'Some', '--all']]) {
    const { code, stderr } = await rotate('brand-key', ...args);
    expect(code).toBe(2);
    expect(stderr).toContain('Name a brand with --brand, or every brand with --all.');
  }
});
