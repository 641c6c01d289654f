import { request } from 'node:http';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hostCheck, isLocalRequest, isLoopback } from '../../../src/http/hosts.ts';
import type { World } from '../../world.ts';
import { openWorld } from '../../world.ts';

// A page of another origin gives its own name the address 127.0.0.1. Its scripts then read whatever answers
// under that name: the reference page with the demo key in it.

let world: World;
beforeAll(async () => {
  world = await openWorld({
    env: {
      CLIENTELE_DEMO: '1',
      CLIENTELE_HOST: '0.0.0.0',
      CLIENTELE_PUBLIC_URL: 'https://Customers.example.com/',
    },
  });
});
afterAll(() => world.close());

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A request as a browser makes it, to an address of this machine, under any name. */
function ask(path: string, headers: Readonly<Record<string, string>>, address = '127.0.0.1') {
  const { port } = new URL(world.url);
  return new Promise<Answer>((resolve, reject) => {
    const call = request({ host: address, port, path, headers, setHost: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece) => {
        text += piece;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    call.on('error', reject).end();
  });
}

const portOf = () => new URL(world.url).port;

describe('a name that was rebound to this server', () => {
  test.each([
    'attacker.example',
    'attacker.example:8080',
    'localhost.attacker.example',
    '127.0.0.1.attacker.example',
    'customers.example.com.attacker.example',
    'attacker.example#localhost',
    'user@localhost',
    '',
  ])('%j gets only 421 at every address', async (host) => {
    for (const path of ['/docs', '/openapi.json', '/api/v0.1/customers', '/metrics', '/none']) {
      const { status, text } = await ask(path, { host, accept: 'text/html' });
      expect(status, path).toBe(421);
      expect(JSON.parse(text)).toMatchObject({ Code: 'misdirected_request', Status: 421 });
      expect(text).not.toContain('attacker');
    }
  });

  test.each([
    'localhost',
    'LOCALHOST',
    'localhost.',
    '127.0.0.1',
    '[::1]',
    'customers.example.com',
    '10.1.2.3',
  ])('%j is a name of this server', async (host) => {
    expect((await ask('/livez', { host: `${host}:${portOf()}` })).status).toBe(200);
    expect((await ask('/livez', { host })).status).toBe(200);
  });

  test('fails if any name is accepted', () => {
    const anyName = () => true;
    const refused = (check: (host: string | undefined) => boolean) =>
      ['attacker.example', 'localhost.attacker.example'].filter((host) => !check(host)).length;
    expect(refused(hostCheck('127.0.0.1', undefined))).toBe(2);
    expect(refused(anyName)).toBe(0);
  });
});

describe('the key of the reference page', () => {
  const keyOf = ({ text }: Answer): string | undefined => /"authorization":"([^"]+)"/.exec(text)?.[1];

  test('is given to a browser on this machine', async () => {
    expect(keyOf(await ask('/docs', { host: 'localhost' }))).toMatch(/^[A-Za-z0-9+/]{64}$/);
  });

  test('is not given to another machine, and not through a proxy on this one', async () => {
    for (const header of ['x-forwarded-for', 'forwarded']) {
      const answer = await ask('/docs', { host: 'localhost', [header]: 'for=203.0.113.7' });
      expect(answer.status).toBe(200);
      expect(keyOf(answer)).toBeUndefined();
    }
    const own = Object.values(networkInterfaces())
      .flat()
      .find((one) => one?.family === 'IPv4' && !one.internal);
    // Without a network there is no other address to come from.
    if (!own) return;
    const answer = await ask('/docs', { host: own.address }, own.address);
    expect(answer.status).toBe(200);
    expect(keyOf(answer)).toBeUndefined();
  });

  test('depends on the peer of the connection', () => {
    expect(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'].filter(isLoopback)).toHaveLength(4);
    expect(['10.0.0.1', '::ffff:10.0.0.1', 'fe80::1', '', undefined].filter(isLoopback)).toEqual([]);
    const from = (remoteAddress: string, headers = {}) =>
      isLocalRequest({ socket: { remoteAddress }, headers } as never);
    expect(from('127.0.0.1')).toBe(true);
    expect(from('127.0.0.1', { 'x-forwarded-for': '203.0.113.7' })).toBe(false);
  });
});
