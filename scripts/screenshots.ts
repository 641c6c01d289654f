// Writes docs/screenshots/: the console of a sandbox with its demo, as it looks. `npm run screenshots`
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import type { Page } from 'playwright-core';
import { readConfig } from '../src/config.ts';
import { startServer } from '../src/main.ts';
import { openFakeWatchman } from '../test/fakes/watchman.ts';
import { openBrowser } from '../test/http/browser.ts';

interface Picture {
  readonly name: string;
  readonly path: string;
  readonly theme?: 'dark';
  readonly width?: 390;
  /** What is done before the picture is taken. */
  readonly before?: (page: Page) => Promise<unknown>;
}

const brand = '/universal-exports';
const james = `${brand}/customers/8559dec0-2edb-4c3c-a3c5-32de10174c34`;
const palette = (page: Page) => page.keyboard.press('Control+k');
const openFirst = (page: Page) => page.getByRole('table').getByRole('link').first().click();

const firstReview = async (page: Page) => {
  await page.getByText('Choose a review.').waitFor();
  await page.keyboard.press('j');
  await page.getByRole('button', { name: 'Approve' }).waitFor();
  // Until the document is on its page.
  await page.waitForTimeout(500);
};

/** The pages of a signed-in person; `sign-in` is taken before. */
const pictures: readonly Picture[] = [
  { name: 'overview', path: `${brand}/overview` },
  { name: 'customers', path: `${brand}/customers` },
  { name: 'customers-narrow', path: `${brand}/customers`, width: 390 },
  { name: 'customer-dark', path: james, theme: 'dark' },
  { name: 'customer-locked', path: `${brand}/customers?kyc=passed`, before: openFirst },
  { name: 'customer-narrow-dark', path: james, theme: 'dark', width: 390 },
  { name: 'new-customer', path: `${brand}/customers/new` },
  { name: 'palette-dark', path: `${brand}/customers`, theme: 'dark', before: palette },
  { name: 'overview-narrow-dark', path: `${brand}/overview`, theme: 'dark', width: 390 },
  { name: 'verifications', path: `${james}?tab=verifications` },
  { name: 'review', path: `${brand}/reviews`, before: firstReview },
  { name: 'review-narrow', path: `${brand}/reviews`, width: 390, before: firstReview },
  { name: 'changes-dark', path: `${brand}/changes`, theme: 'dark', before: openFirst },
  { name: 'keys', path: `${brand}/keys` },
  { name: 'webhooks', path: `${brand}/webhooks` },
  { name: 'webhook', path: `${brand}/webhooks`, before: openFirst },
  { name: 'events-dark', path: `${brand}/events`, theme: 'dark' },
  { name: 'requests', path: `${brand}/requests` },
  { name: 'matches', path: `${brand}/matches` },
  { name: 'match-dark', path: `${brand}/matches`, theme: 'dark', before: openFirst },
  { name: 'audit', path: `${brand}/audit` },
  { name: 'retention', path: `${brand}/retention` },
  { name: 'erasures', path: `${brand}/retention?tab=erasures`, before: openFirst },
  { name: 'holds-narrow', path: `${brand}/retention?tab=holds`, width: 390 },
  { name: 'settings', path: `${brand}/settings` },
  { name: 'settings-narrow-dark', path: `${brand}/settings`, theme: 'dark', width: 390 },
];

const folder = fileURLToPath(new URL('../docs/screenshots/', import.meta.url));
const mostBytes = 4_000_000;

const dataDir = await mkdtemp(join(tmpdir(), 'clientele-screenshots-'));
// Entries whose last names customers of the demo have.
const watchman = await openFakeWatchman(
  ['Petrov', 'Nwosu', 'Gallagher'].map((lastName, at) => ({ id: `2279${at}`, lastName })),
);
const config = readConfig({
  CLIENTELE_DATA_DIR: dataDir,
  CLIENTELE_PORT: '0',
  CLIENTELE_DEMO: '1',
  CLIENTELE_SCREENING: 'watchman',
  CLIENTELE_SCREENING_URL: watchman.url,
});
const server = await startServer(config, { logger: pino({ level: 'silent' }) });
const browser = await openBrowser();
try {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const home = `${server.url.replace('127.0.0.1', 'localhost')}/console`;
  const signIn = await browser.page({ viewport: { width: 1280, height: 800 } });
  await signIn.goto(`${home}/sign-in`);
  await signIn.getByRole('button', { name: /^Avery/ }).waitFor();
  await take(signIn, 'sign-in');
  await signIn.getByRole('button', { name: /^Avery/ }).click();
  await signIn.getByRole('navigation', { name: 'Pages' }).waitFor();
  const cookies = await signIn.context().cookies();
  for (const { name, path, theme = 'light', width = 1280, before } of pictures) {
    const page = await browser.page({
      colorScheme: theme,
      viewport: { width, height: width === 390 ? 844 : 800 },
      reducedMotion: 'reduce',
    });
    await page.context().addCookies(cookies);
    await page.goto(home + path);
    await page.waitForLoadState('networkidle');
    await before?.(page);
    await take(page, name);
  }
} finally {
  await browser.close();
  await server.close();
  await watchman.close();
  await rm(dataDir, { recursive: true, force: true });
}

const sizes = await Promise.all(
  (await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size),
);
const total = sizes.reduce((sum, size) => sum + size, 0);
if (total > mostBytes) throw new Error(`The pictures have ${total} bytes, more than ${mostBytes}.`);
console.log(`Wrote ${sizes.length} pictures with ${Math.round(total / 1_000)} kB.`);

async function take(page: Page, name: string): Promise<void> {
  await page.waitForLoadState('networkidle');
  await page.waitForTimeout(300);
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
