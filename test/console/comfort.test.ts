import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OpenConsole } from './open-console.ts';
import { examine, openConsole, timeoutMs } from './open-console.ts';

// For those who enlarge the page, and those whom motion troubles.

const pages = [
  'overview',
  'customers',
  'reviews',
  'keys',
  'webhooks',
  'matches',
  'audit',
  'retention',
  'settings',
];

describe('the console', { timeout: timeoutMs }, () => {
  let open: OpenConsole;
  beforeAll(async () => {
    open = await openConsole({ env: { CLIENTELE_DEMO: '1' } });
  }, timeoutMs);
  afterAll(() => open?.close());

  // A window of 1280 px at 200 % has 640 px of the page.
  test.for(pages)('is whole at 200 %% zoom: %s', async (path) => {
    const visited = await open.visit(
      `/universal-exports/${path}`,
      { theme: 'light', width: 640 as never },
      'avery',
    );
    await visited.page.getByRole('heading', { level: 1 }).waitFor();
    await visited.page.waitForLoadState('networkidle');
    await examine(visited);
    await visited.page.context().close();
  });

  test('moves nothing for those who want less motion, and moves for others', async () => {
    const { page } = await open.visit('/universal-exports/keys', undefined, 'avery');
    await page.getByRole('link', { name: 'backoffice' }).click();
    await page.getByRole('dialog').waitFor();
    const durations = () =>
      page.evaluate(`(() => {
        const { transitionDuration, animationDuration } = getComputedStyle(document.querySelector('[role=dialog]'));
        return Math.max(...(transitionDuration + ',' + animationDuration).split(',').map(Number.parseFloat));
      })()`);
    expect(await durations()).toBeLessThan(0.01);
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    expect(await durations()).toBeGreaterThan(0.05);
    await page.context().close();
  });
});
