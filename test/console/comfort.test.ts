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

  test('has compact rows for those who want to see more of them, also at the next visit', async () => {
    const { page } = await open.visit('/universal-exports/customers', undefined, 'avery');
    const heightOfRow = async () =>
      Math.round((await page.locator('tbody tr:not([aria-hidden] tr)').first().boundingBox())?.height ?? 0);
    await page.locator('[data-row-link]').first().waitFor();
    await expect.poll(heightOfRow).toBe(44);
    await page.getByRole('button', { name: 'Look' }).click();
    await page.getByRole('menuitem', { name: 'Compact rows' }).click();
    await expect.poll(heightOfRow).toBe(34);
    await page.reload();
    await page.locator('[data-row-link]').first().waitFor();
    await expect.poll(heightOfRow).toBe(34);
    await page.context().close();
  });

  test.for([
    { what: 'a drawer', path: 'customers/new', field: 'First name' },
    { what: 'a window', path: 'settings', button: 'Invite', field: 'Email' },
  ])('asks before it throws away what was typed in $what', async ({ path, button, field }) => {
    const { page } = await open.visit(`/universal-exports/${path}`, undefined, 'avery');
    if (button) await page.getByRole('button', { name: button }).first().click();
    const window = page.getByRole('dialog');
    const input = window.getByLabel(field, { exact: true });
    await input.fill('Tilde');
    await page.keyboard.press('Escape');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click();
    expect(await input.inputValue()).toBe('Tilde');
    await page.keyboard.press('Escape');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Discard' }).click();
    await window.waitFor({ state: 'hidden' });
    await page.context().close();
  });

  test('closes a window in which nothing was typed without a question', async () => {
    const { page } = await open.visit('/universal-exports/customers/new', undefined, 'avery');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(await page.getByRole('alertdialog').count()).toBe(0);
    await page.context().close();
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
