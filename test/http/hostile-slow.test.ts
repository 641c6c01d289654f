import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { apiPrefix } from '../../src/contract/table.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';
import { checkHarmless } from './hostile-answer.ts';
import { rawExchange, requestHead, sendSlowly } from './raw-socket.ts';

/** Callers that hold a connection by sending a byte a second. All wait at once, so the file takes 17 seconds. */
vi.setConfig({ maxConcurrency: 20 });

interface Place {
  readonly world: World;
  readonly brand: BrandClient;
}

const names = ['plain', 'tls'] as const;
type Name = (typeof names)[number];

const pem = (name: string) =>
  fileURLToPath(new URL(`../installation/cli/localhost-${name}.pem`, import.meta.url));
const opened: Partial<Record<Name, Place>> = {};
beforeAll(async () => {
  const tls = { CLIENTELE_TLS_CERT_FILE: pem('cert'), CLIENTELE_TLS_KEY_FILE: pem('key') };
  for (const name of names) {
    const world = await openWorld({ env: name === 'tls' ? tls : {} });
    opened[name] = { world, brand: await world.brand() };
  }
});
afterAll(async () => {
  for (const { world } of Object.values(opened)) await world.close();
});

/** Lateness of a busy machine, beside the second between two looks at the connections. */
const slack = 8_000;
const at = (name: Name): Place => opened[name] as Place;

describe.concurrent('the server', () => {
  test.each(names)('with headers at one byte a second gets 408 when 10 seconds are up (%s)', async (name) => {
    const answer = await rawExchange(
      at(name).world.url,
      sendSlowly(`GET ${apiPrefix}/customers HTTP/1.1\r\nHost: localhost\r\nX-Slow: `, 'a'),
      30_000,
    );
    checkHarmless(answer);
    expect([answer.status, JSON.parse(answer.text).Code]).toEqual([408, 'request_timeout']);
    expect(answer.milliseconds).toBeGreaterThan(9_000);
    expect(answer.milliseconds).toBeLessThan(11_000 + slack);
  });

  test.each(names)(
    'answers 408 after 15 seconds to a body at one byte a second, and logs no fault (%s)',
    async (name) => {
      const { world, brand } = at(name);
      const lines = Object.entries(brand.headers).map(([header, value]) => `${header}: ${value}`);
      const answer = await rawExchange(
        world.url,
        sendSlowly(
          requestHead(
            `POST ${apiPrefix}/customers HTTP/1.1`,
            'Host: localhost',
            ...lines,
            'Content-Type: application/json',
            'Content-Length: 1000',
          ),
          ' ',
        ),
        30_000,
      );
      checkHarmless(answer);
      expect([answer.status, JSON.parse(answer.text).Code]).toEqual([408, 'request_timeout']);
      expect(answer.milliseconds).toBeGreaterThan(14_000);
      expect(answer.milliseconds).toBeLessThan(16_000 + slack);
      const id = answer.headers.get('x-request-id');
      const seen = () => world.log.filter((line) => line.includes(`"${id}"`)).map((line) => JSON.parse(line));
      await vi.waitFor(() => expect(seen()).toHaveLength(1), { timeout: 60_000 });
      expect(seen()[0]).toMatchObject({ level: 30, operation: 'createCustomer', status: 408 });
    },
  );

  test.each(names)('that says nothing is shown out when 10 seconds are up (%s)', async (name) => {
    const start = performance.now();
    const silent = rawExchange(at(name).world.url, () => undefined, 30_000);
    await silent.then(checkHarmless, (error: Error) => expect(error.message).toMatch(/closed after 0 bytes/));
    expect(performance.now() - start).toBeLessThan(11_000 + slack);
  });

  test('closes a TLS connection that sends nothing after 10 seconds', async () => {
    const start = performance.now();
    const mute = rawExchange(at('tls').world.url.replace('https:', 'http:'), () => undefined, 30_000);
    await expect(mute).rejects.toThrow('closed after 0 bytes');
    expect(performance.now() - start).toBeLessThan(11_000 + slack);
  });

  test('closes a TLS connection that sends plain HTTP at once', async () => {
    const plain = at('tls').world.url.replace('https:', 'http:');
    const spoken = rawExchange(plain, requestHead('GET / HTTP/1.1', 'Host: localhost'), 30_000);
    await expect(spoken).rejects.toThrow('closed after 0 bytes');
  });

  test.each(names)('keeps nobody else waiting, not even 200 of them (%s)', async (name) => {
    const { world, brand } = at(name);
    const lines = Object.entries(brand.headers).map(([header, value]) => `${header}: ${value}`);
    const request = requestHead(`GET ${apiPrefix}/customers HTTP/1.1`, 'Host: localhost', ...lines);
    const slow = Array.from({ length: 200 }, () =>
      rawExchange(world.url, (socket) => socket.write(request.slice(0, -4)), 30_000),
    );
    expect((await rawExchange(world.url, request)).status).toBe(200);
    const statuses = (await Promise.all(slow)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([408]));
  });
});
