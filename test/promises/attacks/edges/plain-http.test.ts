import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../../../src/config.ts';
import { apiPrefix } from '../../../../src/contract/table.ts';
import { plainHttpCheck } from '../../../../src/http/security/plain-http.ts';
import type { World } from '../../../world.ts';
import { openWorld } from '../../../world.ts';

// A client, or a page of the network, speaks plain HTTP to the port behind the TLS proxy. An attacker between reads
// the key, and forwarded headers that the caller made up would count as the proxy's.

let behindProxy: World;
let throughProxy: World;
let undeclared: World;
beforeAll(async () => {
  const open = (trusted: string) => openWorld({ apiOnly: true, env: { CLIENTELE_TRUST_PROXY: trusted } });
  behindProxy = await open('10.0.0.0/8, fd00::/8');
  throughProxy = await open('127.0.0.1/32');
  undeclared = await open('');
});
afterAll(async () => {
  for (const world of [behindProxy, throughProxy, undeclared]) await world.close();
});

const forged = {
  'X-Forwarded-For': '10.0.0.1',
  'X-Forwarded-Proto': 'https',
  Forwarded: 'for=10.0.0.1;proto=https',
};

async function ask(world: World, headers: Readonly<Record<string, string>> = {}) {
  const { key } = await world.brand();
  const response = await fetch(`${world.url}${apiPrefix}/customers`, {
    headers: { Identity: key.identity, Authorization: key.authorization, ...headers },
  });
  return { status: response.status, body: await response.json() };
}

describe('plain HTTP from a peer that is no declared proxy', () => {
  test.each([
    ['plainly', {}],
    ['with forged headers', forged],
  ])('is refused, %s', async (_how, headers) => {
    const { status, body } = await ask(behindProxy, headers);
    expect(status).toBe(403);
    expect(body).toMatchObject({ Code: 'https_required', Status: 403 });
    const { body: problem } = await ask(behindProxy, { ...headers, Accept: 'application/problem+json' });
    expect(problem).toMatchObject({ code: 'https_required', status: 403 });
  });

  test('gets nothing at any address but the probes', async () => {
    const statusOf = async (path: string, headers = {}) =>
      (await fetch(`${behindProxy.url}${path}`, { headers, redirect: 'manual' })).status;
    for (const path of ['/', '/docs', '/openapi.json', '/none']) expect(await statusOf(path), path).toBe(403);
    for (const path of ['/livez', '/readyz', '/readyz/']) expect(await statusOf(path), path).toBe(200);
    expect(await statusOf('/metrics')).toBe(200);
    expect(await statusOf('/metrics', forged), 'what a proxy of another machine passes on').toBe(403);
  });

  test('is taken from the declared proxy', async () => {
    expect((await ask(throughProxy, forged)).status).toBe(200);
  });

  test('fails if no proxy is declared: the same request gets through', async () => {
    expect((await ask(undeclared, forged)).status).toBe(200);
  });
});

test('what counts is the peer of the connection, in every spelling of its address', () => {
  const from = (remoteAddress: string | undefined, more = {}) =>
    ({
      raw: { socket: { remoteAddress, ...more }, headers: forged },
      routeOptions: { url: '/docs' },
    }) as never;
  const isRefused = plainHttpCheck(['10.0.0.0/8', 'fd00::/8', '::ffff:192.0.2.0/24']);
  const proxies = ['10.1.2.3', '::ffff:10.1.2.3', 'fd12::1', 'fd12::1%eth0', '192.0.2.9'];
  const others = ['11.0.0.1', '127.0.0.1', '::1', '::ffff:11.0.0.1', 'fe80::1%eth0', '', undefined];
  expect(proxies.filter((peer) => isRefused(from(peer)))).toEqual([]);
  expect(others.filter((peer) => !isRefused(from(peer)))).toEqual([]);
  expect(isRefused(from('11.0.0.1', { encrypted: true }))).toBe(false);
  expect(others.filter((peer) => plainHttpCheck([])(from(peer)))).toEqual([]);
});

test.each(['::ffff:192.0.2.0/120', '::ffff:192.0.2.0/24', '10.1/8', '0x0a000000/8'])(
  'a proxy that is written as %s is refused, because it could mean other addresses than it seems to',
  (proxy) => {
    expect(() => readConfig({ CLIENTELE_TRUST_PROXY: proxy })).toThrow(/CLIENTELE_TRUST_PROXY must be CIDRs/);
  },
);
