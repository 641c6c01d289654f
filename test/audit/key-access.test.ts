import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import type { CustomerAccess } from '../../src/domain/audit/access.ts';
import { instantOfMillis } from '../../src/domain/time.ts';
import { accessOfKey } from '../../src/operations/audit/access.ts';
import { createKey } from '../../src/operations/brands/api-keys.ts';
import { clientele } from '../installation/cli/program.ts';
import { newSsn, person } from '../people.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld, settled } from '../world.ts';

const start = Date.UTC(2026, 9, 1, 9);
let at = start;
let world: World;
let brand: BrandClient;
let suspect: BrandClient;
const customers: string[] = [];

const scopes = ['customers:read', 'customers:write', 'ssn:reveal', 'audit:read'];
beforeAll(async () => {
  world = await openWorld({
    apiOnly: true,
    env: { CLIENTELE_AUDIT_READS: '1' },
    now: () => instantOfMillis(at),
  });
  brand = await world.brand();
  suspect = brand.as(await createKey(world.system, brand.brandId, { name: 'suspect', scopes }));
  for (let count = 0; count < 4; count += 1) {
    const body = person({ ssn: newSsn(), email: `one${count}@example.com` });
    customers.push((await brand.call('POST', '/customers', { body })).json.customer_id);
  }
  const [one, two, three] = customers;
  const minutes = (count: number) => {
    at = start + count * 60_000;
  };
  minutes(10);
  await suspect.call('GET', `/customers/${one}`);
  minutes(20);
  await suspect.call('POST', `/customers/${one}/ssn`, { body: { reason: 'Investigation.' } });
  minutes(30);
  await suspect.call('POST', '/customers/search', { body: { email: 'one1@example.com' } });
  await suspect.call('POST', '/customers/search', { body: { email: 'nobody@example.com' } });
  await suspect.call('GET', `/customers/${randomUUID()}`);
  minutes(40);
  await suspect.call('PATCH', `/customers/${three}`, { body: { first_name: 'Jane' } });
  minutes(50);
  await suspect.call('GET', '/customers?per_page=20');
  minutes(60);
  // Another key's read is none of this one's.
  await brand.call('GET', `/customers/${two}`);
  await settled(world);
});
afterAll(() => world.close());

const minute = (count: number): string => `${instantOfMillis(start + count * 60_000)}+00:00`;
const saw = (index: number, first: number, last: number, count: number, ...access: readonly string[]) => ({
  customer_id: customers[index],
  first_at: minute(first),
  last_at: minute(last),
  count,
  access,
});
const path = (query = '') => `/audit/keys/${suspect.key.identity}${query}`;
const sorted = (list: readonly CustomerAccess[]) =>
  [...list].sort((one, other) => customers.indexOf(one.customer_id) - customers.indexOf(other.customer_id));

const everything = () => [
  saw(0, 10, 50, 3, 'read', 'list', 'reveal'),
  saw(1, 30, 50, 2, 'list', 'search'),
  saw(2, 40, 50, 2, 'list', 'change'),
  saw(3, 50, 50, 1, 'list'),
];

describe('what a key saw', () => {
  test('is every customer that an answer to it showed, how, and when first and last', async () => {
    const { json } = await brand.call('GET', path());
    expect(sorted(json.data)).toEqual(everything());
    expect(json.next_cursor).toBeNull();
  });

  test('between two moments: from the first on, before the second', async () => {
    const ask = async (from: number, to: number) => {
      const query = new URLSearchParams({ from: minute(from), to: minute(to) });
      return sorted((await brand.call('GET', path(`?${query}`))).json.data);
    };
    expect(await ask(20, 40)).toEqual([saw(0, 20, 20, 1, 'reveal'), saw(1, 30, 30, 1, 'search')]);
    expect(await ask(51, 60)).toEqual([]);
  });

  test('comes in pages that together say the same, each customer again where it was seen again', async () => {
    const pages: CustomerAccess[][] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { json } = await brand.call('GET', path(`?limit=1${cursor && `&cursor=${cursor}`}`));
      pages.push(json.data);
      cursor = json.next_cursor;
    }
    // The list is one entry, which is never divided.
    expect(pages.map((page) => page.length)).toEqual([1, 1, 1, 4]);
    expect(pages[0]).toEqual([saw(0, 10, 20, 2, 'read', 'reveal')]);
  });

  test('is told of the own brand only, and of no key that does not exist', async () => {
    const other = await world.brand();
    expect((await other.call('GET', path())).json.Code).toBe('not_found');
    expect((await brand.call('GET', `/audit/keys/${randomUUID()}`)).json.Code).toBe('not_found');
    expect((await brand.call('GET', path('?cursor=k1_zz'))).status).toBe(400);
    expect((await brand.call('GET', path('?from=yesterday'))).status).toBe(400);
  });

  test('is found by an index, however long the trail is', async () => {
    const client = new pg.Client({ connectionString: world.databaseUrl });
    await client.connect();
    try {
      // A trail this short would be read whole.
      await client.query('set enable_seqscan = off; set enable_sort = off; set enable_bitmapscan = off');
      const { rows } = await client.query(
        `explain select number, body from audit where brand_id = '${brand.brandId}'
           and substr(body, 40, 30) = '","actor":{"kind":"key","id":"'
           and substr(body, 70, 36) = '${suspect.key.identity}'
           and (substr(body, 8, 26) collate "C", number) > ('2026-10-01', 0)
           and substr(body, 8, 26) collate "C" < '2026-10-02'
         order by substr(body, 8, 26) collate "C", number limit 1000`,
      );
      expect(JSON.stringify(rows)).toContain('Index Scan using audit_by_key');
      expect(JSON.stringify(rows)).not.toContain('Sort');
    } finally {
      await client.end();
    }
  });
});

describe('an operator', () => {
  test('gets it whole, and the question is in the audit trail', async () => {
    const seen = await accessOfKey(world.system, brand.brandId, suspect.key.identity, {}, () => undefined);
    expect(sorted(seen)).toEqual(everything());
    await settled(world);
    const [entry] = (await brand.call('GET', '/audit?operation=audit key')).json.data;
    expect(entry).toMatchObject({ actor: { kind: 'operator' }, key: suspect.key.identity });
  });

  test('asks at the command line', { timeout: 60_000 }, async () => {
    const settings = {
      CLIENTELE_DATABASE_URL: world.databaseUrl,
      CLIENTELE_DATA_DIR: world.config.dataDir,
    };
    const args = [
      'audit',
      'key',
      '--brand',
      brand.name,
      '--key',
      'suspect',
      '--from',
      '2026-10-01T09:20:00Z',
    ];
    const { json, code } = await clientele(
      [...args, '--to', '2026-10-01T09:40:00Z', '--output', 'json'],
      settings,
    );
    expect(code).toBe(0);
    expect(json).toMatchObject({ brand: brand.name, key: suspect.key.identity });
    expect(sorted(json.customers)).toEqual([saw(0, 20, 20, 1, 'reveal'), saw(1, 30, 30, 1, 'search')]);
    const table = await clientele(args, settings);
    expect(table.stdout).toMatch(/CUSTOMER +FIRST +LAST +TIMES +ACCESS/);
    expect(table.stdout).toContain(customers[3]);
    const wrong = await clientele([...args.slice(0, 6), '--from', 'yesterday'], settings);
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('--from takes a date')]);
  });
});

test('in live, ordinary reads are in the audit trail unless the operator says otherwise', () => {
  const folder = mkdtempSync(join(tmpdir(), 'clientele-reads-'));
  const reads = (settings: Readonly<Record<string, string>>) =>
    readConfig({ CLIENTELE_ROOT_KEY_FILE: join(folder, 'root.key'), ...settings }).auditReads;
  expect(reads({})).toBe(false);
  expect(reads({ CLIENTELE_AUDIT_READS: '1' })).toBe(true);
  expect(reads({ CLIENTELE_ENVIRONMENT: 'live' })).toBe(true);
  expect(reads({ CLIENTELE_ENVIRONMENT: 'live', CLIENTELE_AUDIT_READS: '0' })).toBe(false);
  rmSync(folder, { recursive: true });
});
