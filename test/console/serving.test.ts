import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findConsoleBuild } from '../../src/http/console/build.ts';
import { addConsole, consolePolicy } from '../../src/http/console/pages.ts';
import type { World } from '../world.ts';
import { openWorld } from '../world.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));

describe('the console', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld({ apiOnly: true });
  });
  afterAll(() => world?.close());
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${world.url}${path}`, { headers, redirect: 'manual' });

  test('is one page at every address below /console/, checked again at each visit', async () => {
    const texts = new Set<string>();
    for (const path of ['/console', '/console/', '/console/sign-in', '/console/a/customers/b?tab=audit']) {
      const answer = await get(path);
      expect(answer.status, path).toBe(200);
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(answer.headers.get('cache-control')).toBe('no-cache');
      expect(answer.headers.get('content-security-policy')).toBe(consolePolicy);
      texts.add(await answer.text());
      const known = await get(path, { 'If-None-Match': answer.headers.get('etag') ?? '' });
      expect(known.status).toBe(304);
    }
    expect(texts.size).toBe(1);
  });

  test('has the fixed policy, without a nonce and without exceptions', () => {
    expect(consolePolicy).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; frame-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    );
  });

  test('loads assets that are named by their content and kept for a year', async () => {
    const page = await (await get('/console/')).text();
    const assets = [...page.matchAll(/"(\/console\/assets\/[^"]+)"/g)].map(([, path = '']) => path);
    expect(assets).toHaveLength(4);
    for (const path of assets) {
      expect(path).toMatch(/-[0-9A-Z]{8}\.(?:js|css|svg)$/);
      const asset = await get(path);
      expect(asset.status, path).toBe(200);
      expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(asset.headers.get('content-encoding')).toBe('gzip');
    }
    expect((await get('/console/assets/main-00000000.js')).status).toBe(404);
    expect((await get('/console/assets/..%2Findex.html')).status).toBe(404);
  });

  test('has inline neither script nor style, and no address of another host', async () => {
    const page = await (await get('/console/')).text();
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\bon\w+=|\bstyle=/i);
    expect(page).not.toMatch(/https?:|\/\/(?!\/)/);
  });

  test('is where a browser comes to at /, and no other client', async () => {
    const browser = await get('/', { Accept: 'text/html' });
    expect(browser.status).toBe(302);
    expect(browser.headers.get('location')).toBe('/console/');
    expect((await get('/')).status).toBe(404);
    expect((await fetch(`${world.url}/console/`, { method: 'POST' })).status).toBe(404);
  });

  test('says what to run where its packages are missing, while the service works', async () => {
    const app = fastify();
    addConsole(app, async () => ({ missing: 'Run <npm ci>.' }));
    const answer = await app.inject('/console/universal-exports/customers');
    expect(answer.statusCode).toBe(503);
    expect(answer.body).toContain('<h1>The console is not there yet</h1>');
    expect(answer.body).toContain('Run &lt;npm ci&gt;.');
    expect(answer.headers['content-security-policy']).toBe(consolePolicy);
    await app.close();
  });

  test('needs at most 250 kB of script for a page, gzipped, styles aside', async () => {
    const build = await findConsoleBuild();
    if ('missing' in build) throw new Error(build.missing);
    const page = await readFile(join(build.folder, 'index.html'), 'utf8');
    const [main = ''] = /main-[0-9A-Z]{8}\.js/.exec(page) ?? [];
    const read = (name: string) => readFile(join(build.folder, 'assets', name), 'utf8');
    const first = new Set<string>();
    const collect = async (name: string): Promise<void> => {
      if (first.has(name)) return;
      first.add(name);
      for (const [, other = ''] of (await read(name)).matchAll(/(?:from|import)"\.\/([\w.-]+\.js)"/g))
        await collect(other);
    };
    await collect(main);
    const pages = (await readdir(join(build.folder, 'assets'))).filter((name) => /^[A-Z]\w+-/.test(name));
    expect(pages.length).toBeGreaterThan(3);
    for (const lazy of pages) {
      const before = new Set(first);
      await collect(lazy);
      const sizes = await Promise.all([...first].map(async (name) => gzipSync(await read(name)).length));
      const total = sizes.reduce((sum, size) => sum + size, 0);
      expect(total, `${lazy} with all it loads`).toBeLessThan(250_000);
      expect(total).toBeGreaterThan(100_000);
      first.clear();
      for (const name of before) first.add(name);
    }
  });
});

describe('the build of the console', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'clientele-console-'));
    for (const name of ['console', 'scripts', 'package.json', 'package-lock.json'])
      await cp(join(repository, name), join(folder, name), { recursive: true });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const build = (): Promise<{ code: number; said: string }> =>
    new Promise((resolve) => {
      execFile(process.execPath, [join(folder, 'scripts/build-console.js')], (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), said: (stdout + stderr).trim() }),
      );
    });

  test('says so, and leaves nothing behind, where its packages are not installed', async () => {
    const { code } = await build();
    expect(code).toBe(3);
    expect(await readdir(join(folder, 'dist'))).toEqual([]);
  });

  test('is made once for the same sources, by two processes at once, and again after a change', async () => {
    await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'));
    const both = await Promise.all([build(), build()]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(both[0]?.said).toBe(both[1]?.said);
    const icon = join(folder, 'console/icon.svg');
    await writeFile(icon, `${await readFile(icon, 'utf8')}\n`);
    const after = await build();
    expect(after.said).not.toBe(both[0]?.said);
    expect((await readdir(join(folder, 'dist'))).length).toBe(2);
    const { said } = await build();
    expect(said).toBe(after.said);
  });

  test('fails on a fault in the sources', async () => {
    await writeFile(join(folder, 'console/src/main.tsx'), 'import { x } from "./nowhere.ts"; x(');
    expect((await build()).code).toBe(1);
  });
});
