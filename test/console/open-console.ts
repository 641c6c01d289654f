import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { apiPrefix } from '../../src/contract/table.ts';
import type { OpenBrowser } from '../http/browser.ts';
import { openBrowser } from '../http/browser.ts';
import type { World, WorldOptions } from '../world.ts';
import { openWorld } from '../world.ts';

/** The forms in which every page is looked at. */
export const views = [
  { theme: 'light', width: 1280 },
  { theme: 'dark', width: 1280 },
  { theme: 'light', width: 390 },
  { theme: 'dark', width: 390 },
] as const;
export type View = (typeof views)[number];

/** What a page did that it must not do. */
export interface Misdeeds {
  readonly hosts: string[];
  readonly violations: string[];
  readonly faults: string[];
}

export interface OpenPage {
  readonly page: Page;
  readonly seen: Misdeeds;
}

export type DemoAccount = 'avery' | 'sam' | 'robin';

/** The console of a whole running system, in a real browser. */
export interface OpenConsole {
  readonly world: World;
  /**
   * Opens an address below `/console`, signed in to an account of the demo if one is named. Each page has a context of
   * its own, without cookies of another.
   */
  visit(path: string, view?: View, as?: DemoAccount): Promise<OpenPage>;
  close(): Promise<void>;
}

/** Waits until a question has the focus, as a person does who reads it before Enter. */
export const asked = (page: Page, words: string): Promise<void> =>
  page
    .getByRole('alertdialog')
    .filter({ hasText: words })
    .locator('[type=submit]:focus, input:focus')
    .waitFor();

/** Enough for a browser that starts for the first time on a busy machine. */
export const timeoutMs = 120_000;

export async function openConsole(options: WorldOptions = {}): Promise<OpenConsole> {
  const world = await openWorld(options);
  const browser: OpenBrowser = await openBrowser();
  return {
    world,
    async visit(path, { theme, width } = views[0], as) {
      const page = await browser.page({
        colorScheme: theme,
        viewport: { width, height: width < 500 ? 844 : 800 },
        reducedMotion: 'reduce',
      });
      page.setDefaultTimeout(timeoutMs / 4);
      const seen = watch(page, world.url);
      if (as) await page.context().addCookies([await demoCookie(world.url, as)]);
      // A cookie for "localhost" is one for a secure place, and passkeys know no other name.
      await page.goto(`${atLocalhost(world.url)}/console${path}`);
      return { page, seen };
    },
    async close() {
      await browser.close();
      await world.close();
    },
  };
}

/** The cookie of a new session of a demo account. */
async function demoCookie(url: string, account: DemoAccount) {
  const answer = await fetch(`${atLocalhost(url)}${apiPrefix}/session/demo`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Clientele-Brand': '-' },
    body: JSON.stringify({ account }),
  });
  const [, name = '', value = ''] = /^([^=]+)=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '') ?? [];
  return { name, value, domain: 'localhost', path: '/', httpOnly: true, sameSite: 'Strict' as const };
}

const atLocalhost = (url: string): string => url.replace('127.0.0.1', 'localhost');

/** Notes every request to another host, every violation of the policy and every uncaught error. */
function watch(page: Page, url: string): Misdeeds {
  const seen: Misdeeds = { hosts: [], violations: [], faults: [] };
  const { host } = new URL(atLocalhost(url));
  page.on('request', (request) => {
    const asked = new URL(request.url());
    if (!['data:', 'blob:'].includes(asked.protocol) && asked.host !== host) seen.hosts.push(asked.host);
  });
  page.on('console', (line) => {
    if (/Content.Security.Policy|TrustedHTML|TrustedScript/i.test(line.text()))
      seen.violations.push(line.text());
  });
  page.on('pageerror', (error) => seen.faults.push(error.message));
  return seen;
}

const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds on the page as it stands: rule and element of each finding. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  // The protocol of the browser runs it, so that the policy of the page stays as strict as it is.
  await page.evaluate(await axe);
  return (await page.evaluate(`axe.run({ resultTypes: ['violations'] }).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) =>
      id + ' at ' + target.join(' ') + ': ' + failureSummary.replaceAll(/\\s+/g, ' ').slice(0, 200))))`)) as string[];
}

/** Waits for the end of what moves on the page. It does not wait for motion without an end, such as a skeleton. */
const settled = (page: Page): Promise<unknown> =>
  page.evaluate(`Promise.allSettled(document.getAnimations()
    .filter(({ effect }) => Number.isFinite(effect.getComputedTiming().endTime))
    .map(({ finished }) => finished))`);

/** Fails on any finding of axe, violation of the policy, request to another host or uncaught error. */
export async function examine({ page, seen }: OpenPage): Promise<void> {
  await settled(page);
  expect(await axeFindings(page)).toEqual([]);
  expect(seen).toEqual({ hosts: [], violations: [], faults: [] });
  // Nothing is wider than the window.
  expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
}
