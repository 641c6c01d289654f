import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { freePort } from '../../fakes/ports.ts';
import type { Called, World } from '../../world.ts';
import { openWorld } from '../../world.ts';
import { answerFor, begin, bring, enter } from './calls.ts';
import type { TestProvider } from './identity-provider.ts';
import { openProvider } from './identity-provider.ts';

// A provider that is away, slow, wrong or changed. The service starts and goes on without it.

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function provided(options?: Parameters<typeof openProvider>[0]): Promise<TestProvider> {
  const provider = await openProvider(options);
  let isOpen = true;
  const close = async () => {
    if (isOpen) await provider.close();
    isOpen = false;
  };
  closing.push(close);
  return { ...provider, close };
}

async function worldWith(env: Readonly<Record<string, string>>): Promise<World> {
  const world = await openWorld({ env, apiOnly: true });
  closing.push(() => world.close());
  return world;
}

async function server(
  listener: RequestListener,
): Promise<{ readonly port: number; readonly server: Server }> {
  const port = await freePort();
  const opened = createServer(listener).listen(port, '127.0.0.1');
  await once(opened, 'listening');
  closing.push(() => {
    opened.closeAllConnections();
    opened.close();
  });
  return { port, server: opened };
}

const beginAt = async (world: World): Promise<Called> =>
  (await world.brand()).call('POST', '/provider-sign-ins', { headers: { Cookie: '' } });

test.each<[string, RequestListener]>([
  ['never answers', () => undefined],
  ['answers with a page', (_, response) => response.end('<html>')],
  ['answers without an end', (_, response) => void response.write('x'.repeat(300 * 1024))],
  [
    'names another issuer',
    (_, response) =>
      response
        .setHeader('content-type', 'application/json')
        .end('{"issuer": "https://evil.example", "authorization_endpoint": "https://evil.example/a"}'),
  ],
  ['sends its callers elsewhere', (_, response) => response.writeHead(302, { location: '/other' }).end()],
])(
  'a provider that %s is told within seconds, and the service serves everything else',
  async (_, listener) => {
    const { settings } = await provided();
    const { port } = await server(listener);
    const world = await worldWith({ ...settings, CLIENTELE_OIDC_ISSUER: `http://127.0.0.1:${port}` });
    const from = performance.now();
    expect((await beginAt(world)).json.Code).toBe('provider_unreachable');
    expect(performance.now() - from).toBeLessThan(8_000);
    // It is not asked again at once.
    const next = performance.now();
    expect((await beginAt(world)).json.Code).toBe('provider_unreachable');
    expect(performance.now() - next).toBeLessThan(2_000);
    expect((await (await world.brand()).call('GET', '/customers')).status).toBe(200);
    expect(world.log.join('')).toContain('sign-in at the provider failed');
    expect(world.log.join('')).toContain('sign_in_provider_failed');
  },
);

test('a provider that goes away after the description was read is told when it is needed', async () => {
  const provider = await provided();
  const world = await worldWith(provider.settings);
  const brand = await world.brand();
  const begun = await begin(brand);
  const answer = await answerFor(begun, 'ann');
  await provider.close();
  expect((await bring(brand, begun.cookie, answer)).json.Code).toBe('provider_unreachable');
  expect((await beginAt(world)).status).toBe(201);
});

test('a provider with new keys is believed at once, and its description is asked for once', async () => {
  const port = await freePort();
  const before = await provided({ port });
  const world = await worldWith(before.settings);
  const brand = await world.brand();
  const first = await enter(brand, 'ann');
  expect(first.status).toBe(201);
  expect(before.asked.get('/.well-known/openid-configuration')).toBe(1);
  await before.close();
  const after = await provided({ port });
  const second = await enter(brand, 'ann');
  expect(second.status).toBe(201);
  expect(second.json.session.account).toEqual(first.json.session.account);
  expect(after.asked.get('/.well-known/openid-configuration')).toBeUndefined();
});

test('a wrong client secret is told as a fault of the set-up, and the log says which', async () => {
  const provider = await provided();
  const folder = mkdtempSync(join(tmpdir(), 'clientele-secret-'));
  closing.push(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'wrong'), 'another secret');
  const world = await worldWith({
    ...provider.settings,
    CLIENTELE_OIDC_CLIENT_SECRET_FILE: join(folder, 'wrong'),
  });
  expect((await enter(await world.brand(), 'ann')).json.Code).toBe('provider_refused');
  expect(world.log.join('')).toContain('"reason":"invalid_client"');
  expect(world.log.join('')).not.toContain('another secret');
});

test('claims that are not in the token are asked for', async () => {
  const provider = await provided({ claimsInToken: false });
  const world = await worldWith(provider.settings);
  const entered = await enter(await world.brand(), 'ann');
  expect(entered.json.session.account).toMatchObject({ email: 'ann@example.com', name: 'Maria Chen' });
  expect(provider.asked.get('/me')).toBe(1);
});

test('a provider that takes the secret in the body gets it there', async () => {
  const provider = await provided({ clientAuth: 'client_secret_post' });
  const world = await worldWith(provider.settings);
  expect((await enter(await world.brand(), 'ann')).status).toBe(201);
});
