import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiPrefix } from '../../src/contract/table.ts';
import { errorCatalogue } from '../../src/domain/errors.ts';
import type { RunningServer } from '../../src/main.ts';
import { startServer } from '../../src/main.ts';
import { createRootKeyFile } from '../../src/vault/key-source.ts';
import type { World } from '../world.ts';
import { openWorld } from '../world.ts';
import type { OpenBrowser } from './browser.ts';
import { openBrowser } from './browser.ts';

/** Enough for a browser that starts for the first time on a busy machine. */
const timeoutMs = 120_000;

/** What a page did that it must not do. */
interface Misdeeds {
  readonly hosts: string[];
  readonly violations: string[];
  readonly faults: string[];
}

/** Notes every request to another host, every violation of the page's policy and every uncaught error. */
function watch(page: Page, url: string): Misdeeds {
  const seen: Misdeeds = { hosts: [], violations: [], faults: [] };
  const { host } = new URL(url);
  page.on('request', (request) => {
    const asked = new URL(request.url());
    if (asked.protocol !== 'data:' && asked.protocol !== 'blob:' && asked.host !== host)
      seen.hosts.push(asked.host);
  });
  page.on('websocket', (socket) => seen.hosts.push(socket.url()));
  page.on('console', (line) => {
    if (/Content.Security.Policy/i.test(line.text())) seen.violations.push(line.text());
  });
  page.on('pageerror', (error) => seen.faults.push(error.message));
  return seen;
}

interface FilledIn {
  readonly key?: { readonly identity: string; readonly authorization: string };
}

/** What the page was given to start with. */
async function startData(url: string): Promise<FilledIn> {
  const html = await (await fetch(`${url}/docs`)).text();
  return JSON.parse(
    /<script type="application\/json" id="start">(.*?)<\/script>/s.exec(html)?.[1] ?? '',
  ) as FilledIn;
}

const asKey = ({ key }: FilledIn) => ({
  Identity: key?.identity ?? '',
  Authorization: key?.authorization ?? '',
});

/** Another start on the database of a world, as after a stop. */
const startAgain = (world: World): Promise<RunningServer> =>
  startServer(world.config, { logger: pino({ level: 'silent' }) });

describe('the reference page of a sandbox with its demo', () => {
  let world: World;
  let browser: OpenBrowser;
  beforeAll(async () => {
    world = await openWorld({ env: { CLIENTELE_DEMO: '1' } });
    browser = await openBrowser();
  }, timeoutMs);
  afterAll(async () => {
    await browser?.close();
    await world?.close();
  });

  test.for(['light', 'dark'] as const)(
    'sends a real request with its key, contacts no other host and violates no policy (%s)',
    { timeout: timeoutMs },
    async (colorScheme) => {
      const page = await browser.page({ colorScheme, viewport: { width: 1400, height: 1000 } });
      page.setDefaultTimeout(timeoutMs / 2);
      const seen = watch(page, world.url);
      await page.goto(`${world.url}/docs`);
      await page.getByText('Retrieve all customers').first().click();
      await page.getByRole('heading', { name: 'Retrieve all customers' }).first().waitFor();
      await page.getByRole('button', { name: /Test Request\s*\(get \/customers\)/ }).click();

      const answered = page.waitForResponse((response) => response.url().includes(`${apiPrefix}/customers`));
      await page.getByRole('dialog').getByRole('button', { name: /^Send/ }).first().click();
      const answer = await answered;
      expect(answer.status()).toBe(200);
      await page.getByRole('dialog').getByText('200 OK').waitFor();
      await page.getByRole('dialog').getByText('"8559dec0-2edb-4c3c-a3c5-32de10174c34"').first().waitFor();

      const background = await page.evaluate('getComputedStyle(document.body).backgroundColor');
      expect(background).toBe(colorScheme === 'dark' ? 'rgb(15, 15, 15)' : 'rgb(255, 255, 255)');
      // Nothing of the key outlives the page.
      expect(await page.evaluate('[localStorage.length, sessionStorage.length, document.cookie]')).toEqual([
        0,
        0,
        '',
      ]);
      expect(seen).toEqual({ hosts: [], violations: [], faults: [] });
    },
  );

  test('shows samples with this address and key, which run when copied', {
    timeout: timeoutMs,
  }, async () => {
    // The page renders what is near the visible part.
    const page = await browser.page({ viewport: { width: 1400, height: 2000 } });
    page.setDefaultTimeout(timeoutMs / 2);
    await page.goto(`${world.url}/docs`);
    await page.getByText('Retrieve all customers').first().click();
    await page.getByRole('heading', { name: 'Retrieve all customers' }).first().waitFor();
    await page.getByText(`'${world.url}${apiPrefix}/customers?page=1&per_page=20'`).first().waitFor();
    expect(await page.getByText('localhost:8080').count()).toBe(0);
    expect(await page.getByText('YOUR-IDENTITY').count()).toBe(0);
  });

  test('is tested by a guard that detects violations', { timeout: timeoutMs }, async () => {
    const page = await browser.page({ bypassCSP: true });
    const open = watch(page, world.url);
    await page.goto(`${world.url}/docs/errors`);
    await page.evaluate(`fetch('http://elsewhere.invalid/').catch(() => undefined)`);
    expect(open.hosts).toEqual(['elsewhere.invalid']);

    const guarded = await browser.page();
    const strict = watch(guarded, world.url);
    await guarded.goto(`${world.url}/docs`);
    await guarded.evaluate(`fetch('http://elsewhere.invalid/').catch(() => undefined)`);
    await guarded.evaluate(
      `document.body.append(Object.assign(document.createElement('script'), { text: 'window.planted = true' }))`,
    );
    expect(await guarded.evaluate('window.planted')).toBeUndefined();
    expect(strict.violations.some((line) => line.includes('connect-src'))).toBe(true);
    expect(strict.violations.some((line) => line.includes('script-src'))).toBe(true);
  });

  test('has an errors page that reads without any script', { timeout: timeoutMs }, async () => {
    const page = await browser.page({ javaScriptEnabled: false, colorScheme: 'dark' });
    const seen = watch(page, world.url);
    await page.goto(`${world.url}/docs/errors#customer_dne`);
    await page.getByRole('heading', { name: 'customer_dne' }).waitFor();
    expect(seen).toEqual({ hosts: [], violations: [], faults: [] });
  });

  test('is filled with a key of the demo brand that is in no table and whose secret is in no log', async () => {
    const filled = await startData(world.url);
    const verified = await fetch(`${world.url}${apiPrefix}/auth/key/${filled.key?.identity}`, {
      headers: asKey(filled),
    });
    expect(verified.status).toBe(200);
    expect(await verified.json()).toMatchObject({ brand: 'Universal Exports', name: 'reference page' });
    const stored = await world.sql('select 1 from api_keys where identity = $1', [filled.key?.identity]);
    expect(stored).toEqual([]);
    expect(filled.key?.authorization).toHaveLength(64);
    expect(world.log.join('')).toContain('verifyKey');
    expect(world.log.join('')).not.toContain(filled.key?.authorization);
  });

  test('is filled with another key after each start, and the previous key is invalid', async () => {
    const before = await startData(world.url);
    const again = await startAgain(world);
    try {
      const after = await startData(again.url);
      expect(after.key?.identity).not.toBe(before.key?.identity);
      const list = (filled: FilledIn) =>
        fetch(`${again.url}${apiPrefix}/customers`, { headers: asKey(filled) }).then(({ status }) => status);
      expect(await list(after)).toBe(200);
      expect(await list(before)).toBe(401);
    } finally {
      await again.close();
    }
  });
});

describe('the reference page', () => {
  test('of a sandbox without a demo is filled with a key of the oldest brand, and with none where there is no brand', async () => {
    const world = await openWorld();
    try {
      expect(await startData(world.url)).not.toHaveProperty('key');
      await world.brand('Elder');
      await world.brand('Younger');
      const again = await startAgain(world);
      try {
        const filled = await startData(again.url);
        const verified = await fetch(`${again.url}${apiPrefix}/auth/key/${filled.key?.identity}`, {
          headers: asKey(filled),
        });
        expect(await verified.json()).toMatchObject({ brand: 'Elder' });
      } finally {
        await again.close();
      }
    } finally {
      await world.close();
    }
  });

  test('in live is never filled with a key', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'clientele-live-'));
    let world: World | undefined;
    let again: RunningServer | undefined;
    try {
      const rootKeyFile = join(folder, 'root.key');
      createRootKeyFile(rootKeyFile);
      const env = { CLIENTELE_ENVIRONMENT: 'live', CLIENTELE_ROOT_KEY_FILE: rootKeyFile };
      world = await openWorld({ env });
      await world.brand('Universal Exports');
      again = await startAgain(world);
      const data = await startData(again.url);
      expect(data).toMatchObject({ filledIn: [] });
      expect(data).not.toHaveProperty('key');
    } finally {
      await again?.close();
      await world?.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('what is served beside the API', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(() => world.close());

  test('has a policy without other hosts, and is neither framed, cached nor sniffed', async () => {
    const policies: string[] = [];
    for (const path of ['/docs', '/docs/', '/docs', '/docs/errors']) {
      const answer = await fetch(`${world.url}${path}`);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
      const policy = answer.headers.get('content-security-policy') ?? '';
      policies.push(policy);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/https?:|\*|unsafe-eval|script-src[^;]*unsafe-inline/);
    }
    expect((await fetch(`${world.url}/docs`)).headers.get('cache-control')).toBe('no-store');
    expect(new Set(policies.slice(0, 3)).size).toBe(3);
  });

  test('redirects a browser from / to the console, and answers 404 to every other client', async () => {
    const at = (path: string, accept: string) =>
      fetch(world.url + path, { headers: { Accept: accept }, redirect: 'manual' });
    const browser = await at('/', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8');
    expect(browser.status).toBe(302);
    expect(browser.headers.get('location')).toBe('/console/');
    for (const accept of ['*/*', 'application/json']) {
      const [root, unknown] = [await at('/', accept), await at('/nowhere', accept)];
      expect([root.status, await root.text()]).toEqual([404, await unknown.text()]);
    }
  });

  test('explains every code at the address in the `type` of a problem', async () => {
    const answer = await fetch(`${world.url}${apiPrefix}/customers`, {
      headers: { Accept: 'application/problem+json' },
    });
    const { type } = (await answer.json()) as { type: string };
    const page = new URL(type, answer.url);
    const html = await (await fetch(page)).text();
    expect(html).toContain(`id="${page.hash.slice(1)}"`);
    for (const code of Object.keys(errorCatalogue)) expect(html).toContain(`id="${code}"`);
  });

  test.for(['/openapi.json', '/docs/scalar.js', '/docs/errors'])(
    'is sent compressed or plain, and as 304 to a client that has it: %s',
    async (path) => {
      const compressed = await fetch(`${world.url}${path}`, { headers: { 'Accept-Encoding': 'gzip' } });
      expect(compressed.headers.get('content-encoding')).toBe('gzip');
      const plain = await fetch(`${world.url}${path}`, { headers: { 'Accept-Encoding': 'gzip;q=0' } });
      expect(plain.headers.get('content-encoding')).toBeNull();
      expect(await plain.text()).toBe(await compressed.text());
      const known = plain.headers.get('etag') ?? '';
      const again = await fetch(`${world.url}${path}`, { headers: { 'If-None-Match': known } });
      expect(again.status).toBe(304);
      expect(await again.text()).toBe('');
    },
  );
});
