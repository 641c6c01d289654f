import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isKeyed } from '../../../src/contract/operation.ts';
import { operations } from '../../../src/contract/table.ts';
import { networkOf } from '../../../src/http/security/source.ts';
import type { SourceGuard } from '../../../src/http/security/source-guard.ts';
import { openSourceGuard } from '../../../src/http/security/source-guard.ts';
import { createRootKeyFile } from '../../../src/vault/key-source.ts';
import type { BrandClient, Called, World } from '../../world.ts';
import { openWorld } from '../../world.ts';

// A caller who can reach the API tries keys, one after the other, from one address. A client that works may share
// that address.

const directory = mkdtempSync(join(tmpdir(), 'clientele-guessing-'));
const budget = 5;
let world: World;
let client: BrandClient;
beforeAll(async () => {
  createRootKeyFile(join(directory, 'root.key'));
  world = await openWorld({
    apiOnly: true,
    env: {
      CLIENTELE_ENVIRONMENT: 'live',
      CLIENTELE_ROOT_KEY_FILE: join(directory, 'root.key'),
      CLIENTELE_AUTH_FAILURES: String(budget),
      CLIENTELE_TRUST_PROXY: '127.0.0.1/32',
    },
  });
  client = await world.brand();
});
afterAll(async () => {
  await world.close();
  rmSync(directory, { recursive: true });
});

/** Each test has addresses of its own, since the budget of one is used up for a minute. */
let last = 0;
let source: string;
beforeEach(() => {
  last += 1;
  source = `203.0.113.${last}`;
});

const ask = (who: BrandClient, address: string, more = {}): Promise<Called> =>
  who.call('GET', '/customers', { headers: { 'X-Forwarded-For': address, ...more } });
const guess = (address: string, identity: string = client.key.identity) =>
  ask(client, address, { Identity: identity, Authorization: 'a guess' });

async function useUp(address: string): Promise<void> {
  for (let time = 0; time < budget; time += 1) expect((await guess(address)).status).toBe(401);
}

test('a source has so many failures in a minute, and the next is refused with the time to wait', async () => {
  await useUp(source);
  for (const identity of [client.key.identity, 'no key at all', randomUUID()]) {
    const refused = await guess(source, identity);
    expect(refused.json).toMatchObject({ Status: 429, Code: 'rate_limited' });
    const wait = Number(refused.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60);
    // The headers of a key's own limit say nothing here.
    expect(refused.headers.get('ratelimit')).toBeNull();
  }
  expect((await ask(client, '198.51.100.1')).status, 'from another source').toBe(200);
});

test('the end of the budget is one security event with the source, however many guesses follow', async () => {
  await useUp(source);
  for (let time = 0; time < 4; time += 1) expect((await guess(source)).status).toBe(429);
  const events = world.log
    .map((line) => JSON.parse(line))
    .filter((line) => line.source === source && line.security_event !== undefined);
  expect(events.map((event) => event.security_event)).toEqual([
    ...Array.from({ length: budget }, () => 'authentication_failed'),
    'source_refused',
  ]);
});

test('a client that worked before still gets in from there, and only with what was right before', async () => {
  const other = await world.brand();
  expect((await ask(client, source)).status).toBe(200);
  await useUp(source);
  expect((await ask(client, source)).status).toBe(200);
  expect((await guess(source)).status, 'its Identity alone is no way in').toBe(429);
  expect((await ask(other, source)).status, 'a key that is right, and new there').toBe(429);
  expect((await ask(client, `203.0.114.${last}`)).status).toBe(200);
});

test('a forwarded address that the client made up does not give it another budget', async () => {
  for (let time = 0; time < budget; time += 1) {
    const answer = await guess(`198.51.100.${time}, ${source}`);
    expect(answer.status).toBe(401);
  }
  expect((await guess(`198.51.100.99, ${source}`)).status).toBe(429);
});

test('every operation with a key refuses the source', async () => {
  await useUp(source);
  const rows = operations.filter(isKeyed);
  expect(rows.length).toBeGreaterThan(40);
  for (const { method, path } of rows) {
    const at = path.replaceAll(/\{[^}]+\}/g, randomUUID());
    const headers = { 'X-Forwarded-For': source, Authorization: 'a guess' };
    expect((await client.call(method, at, { headers })).status, `${method} ${path}`).toBe(429);
  }
});

describe('the guard', () => {
  const presented = (network: string, secret = 'wrong') => ({ network, identity: 'key', secret });
  /** How many of 50 guesses are asked of the database. */
  function guessesLetThrough(guard: SourceGuard): number {
    let through = 0;
    for (let time = 0; time < 50; time += 1) {
      try {
        guard.admit(presented('network'));
        through += 1;
        guard.failed(presented('network'));
      } catch {
        // Refused.
      }
    }
    return through;
  }

  test('turns red where failures are not counted', () => {
    const guard = openSourceGuard(10, () => 0);
    const counted = guessesLetThrough(guard);
    expect(counted).toBe(10);
    const planted: SourceGuard = { ...openSourceGuard(10, () => 0), failed: () => undefined };
    expect(guessesLetThrough(planted)).toBe(50);
  });

  test('forgets after a minute', () => {
    let now = 0;
    const guard = openSourceGuard(1, () => now);
    guard.admit(presented('network'));
    guard.failed(presented('network'));
    expect(() => guard.admit(presented('network'))).toThrow();
    now = 60_000;
    expect(() => guard.admit(presented('network'))).not.toThrow();
  });

  test('counts an IPv6 network as one source, since one client has all of it', () => {
    expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2');
    expect(networkOf('2001:DB8:1:2::9')).toBe('2001:db8:1:2');
    expect(networkOf('2001:db8::9')).toBe('2001:db8:0:0');
    expect(networkOf('::1')).toBe('0:0:0:0');
    expect(networkOf('fe80::1%eth0')).toBe('fe80:0:0:0');
    expect(networkOf('203.0.113.7')).toBe('203.0.113.7');
  });

  test('keeps a bounded number of sources', () => {
    const guard = openSourceGuard(1, () => 0);
    for (let number = 0; number < 10_001; number += 1) guard.failed(presented(`network ${number}`));
    expect(() => guard.admit(presented('network 0'))).not.toThrow();
    expect(() => guard.admit(presented('network 10000'))).toThrow();
  });
});
