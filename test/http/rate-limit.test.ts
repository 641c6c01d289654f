import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRateLimiter } from '../../src/http/rate-limit.ts';
import { createKey } from '../../src/operations/brands/api-keys.ts';
import { createRootKeyFile } from '../../src/vault/key-source.ts';
import type { BrandClient, Called, World } from '../world.ts';
import { openWorld } from '../world.ts';

const directory = mkdtempSync(join(tmpdir(), 'clientele-limit-'));
let live: World;
beforeAll(async () => {
  createRootKeyFile(join(directory, 'root.key'));
  live = await openWorld({
    env: {
      CLIENTELE_ENVIRONMENT: 'live',
      CLIENTELE_ROOT_KEY_FILE: join(directory, 'root.key'),
      CLIENTELE_RATE_LIMIT: '5',
    },
  });
});
afterAll(async () => {
  await live.close();
  rmSync(directory, { recursive: true });
});

const limitOf = ({ headers }: Called) => [headers.get('ratelimit-policy'), headers.get('ratelimit')];
const list = (client: BrandClient) => client.call('GET', '/customers');

test('in live each key has a limit of requests a minute, and every answer shows the rest', async () => {
  const brand = await live.brand();
  for (const left of [4, 3, 2, 1, 0]) {
    const answer = await list(brand);
    expect(answer.status).toBe(200);
    expect(limitOf(answer)).toEqual([
      '"default";q=5;w=60',
      expect.stringMatching(new RegExp(`^"default";r=${left};t=([1-9]|[1-5][0-9]|60)$`)),
    ]);
  }
  const refused = await list(brand);
  expect(refused.json).toMatchObject({ Status: 429, Code: 'rate_limited' });
  expect(limitOf(refused)[1]).toMatch(/^"default";r=0;t=\d+$/);
  const wait = Number(refused.headers.get('retry-after'));
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(60);

  const other = brand.as(await createKey(live.system, brand.brandId, {}));
  expect((await list(other)).status).toBe(200);
});

test("a request without a key uses no key's limit", async () => {
  const brand = await live.brand();
  for (let time = 0; time < 8; time += 1) {
    const answer = await brand.call('GET', '/customers', { headers: { Authorization: 'wrong' } });
    expect([answer.status, ...limitOf(answer)]).toEqual([401, null, null]);
  }
  expect((await list(brand)).status).toBe(200);
});

test('a sandbox has no limit and no rate limit headers', async () => {
  const sandbox = await openWorld({ env: { CLIENTELE_RATE_LIMIT: '5' } });
  const brand = await sandbox.brand();
  for (let time = 0; time < 8; time += 1) {
    const answer = await list(brand);
    expect([answer.status, ...limitOf(answer)]).toEqual([200, null, null]);
  }
  await sandbox.close();
});

test('the limit starts again after a minute', () => {
  let now = 1_000;
  const limiter = openRateLimiter(2, () => now);
  limiter.take('a');
  limiter.take('a');
  expect(() => limiter.take('a')).toThrow('rate_limited');
  now += 59_000;
  expect(() => limiter.take('a')).toThrow('rate_limited');
  expect(limiter.take('b')).toEqual(['"default";q=2;w=60', '"default";r=1;t=1']);
  now += 1_000;
  expect(limiter.take('a')).toEqual(['"default";q=2;w=60', '"default";r=1;t=60']);
});
