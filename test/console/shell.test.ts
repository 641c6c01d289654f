import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OpenConsole } from './open-console.ts';
import { examine, openConsole, timeoutMs, views } from './open-console.ts';

const home = '/universal-exports/overview';

describe('the frame of the pages', { timeout: timeoutMs }, () => {
  let open: OpenConsole;
  beforeAll(async () => {
    open = await openConsole({ env: { CLIENTELE_DEMO: '1' } });
  }, timeoutMs);
  afterAll(() => open?.close());

  test.for(views)('has an overview with figures that lead to lists ($theme, $width px)', async (view) => {
    const visited = await open.visit(home, view, 'avery');
    const { page } = visited;
    await page.getByRole('img', { name: /new customers in 30 days/ }).waitFor();
    await page.getByRole('link', { name: 'Not started' }).waitFor();
    await examine(visited);
    await page.getByRole('link', { name: 'Undeliverable' }).click();
    await page.getByText(/\d+ found/).waitFor();
    expect(new URL(page.url()).search).toBe('?verdict=undeliverable');
  });

  test.for(views)('finds pages and actions in the palette ($theme, $width px)', async (view) => {
    const visited = await open.visit(home, view, 'avery');
    const { page } = visited;
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('option', { name: /Create a customer/ }).waitFor();
    await examine(visited);
    await page.keyboard.type('customers');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Customers' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('8559dec0-2edb-4c3c-a3c5-32de10174c34');
    await page.getByRole('option', { name: 'Customer 8559dec0' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'James Bond' }).waitFor();
  });

  test('goes by keys, and never while a person types', async () => {
    const { page } = await open.visit(home, views[0], 'avery');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    await page.getByRole('heading', { name: 'Customers', exact: true }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('gocn?');
    expect(await page.getByRole('searchbox').inputValue()).toBe('gocn?');
    expect(new URL(page.url()).pathname).toBe('/console/universal-exports/customers');
    await page.getByRole('searchbox').fill('');
    await page.getByRole('heading', { name: 'Customers' }).click();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  test.for(views)('shows all keys, and turns single ones off ($theme, $width px)', async (view) => {
    const visited = await open.visit(home, view, 'avery');
    const { page } = visited;
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('heading', { name: 'All keys' }).waitFor();
    await examine(visited);
    await page.getByRole('checkbox').uncheck();
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'All keys' }).waitFor({ state: 'detached' });
    await page.keyboard.press('?');
    await page.waitForTimeout(300);
    expect(await page.getByRole('heading', { name: 'All keys' }).count()).toBe(0);
  });

  test('has a theme that is chosen and kept', async () => {
    const { page } = await open.visit(home, views[0], 'avery');
    await page.getByRole('button', { name: 'Look' }).click();
    await page.getByRole('menuitem', { name: 'Dark' }).click();
    const background = 'getComputedStyle(document.body).backgroundColor';
    await expect.poll(() => page.evaluate(background)).toBe('rgb(15, 19, 18)');
    await page.reload();
    expect(await page.evaluate(background)).toBe('rgb(15, 19, 18)');
  });

  test('opens its pages from a sheet on a small screen', async () => {
    const visited = await open.visit(home, views[2], 'avery');
    const { page } = visited;
    await page.getByRole('button', { name: 'Pages', exact: true }).click();
    const customers = page
      .getByRole('navigation', { name: 'Pages' })
      .getByRole('link', { name: 'Customers' });
    await customers.waitFor();
    await examine(visited);
    await customers.click();
    await page.getByRole('heading', { name: 'Customers' }).waitFor();
  });

  test('asks for the password over an emptied page when the session has ended, and keeps forms', async () => {
    const visited = await open.visit('/universal-exports/customers/new', views[0], 'avery');
    const { page } = visited;
    await page.getByLabel('First name').fill('Quentin');
    await page.context().clearCookies();
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByRole('heading', { name: 'Your session has ended' }).waitFor();
    expect(await page.getByRole('link', { name: 'James Bond' }).isVisible()).toBe(false);
    expect(await page.getByLabel('First name').inputValue()).toBe('Quentin');
    await examine(visited);
  });

  test('says so when the server cannot be reached', async () => {
    const { page } = await open.visit(home, views[0], 'avery');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.context().setOffline(true);
    await page.getByText('The server cannot be reached. What you see may be old').waitFor();
  });

  test('shows nothing that the roles do not reach, and no brand that has none', async () => {
    const { page } = await open.visit('/nowhere/customers', views[0], 'robin');
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
  });

  test('signs out, and leaves nothing to go back to', async () => {
    const { page } = await open.visit(home, views[0], 'sam');
    await page.getByRole('button', { name: /^Sam/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await page.goBack();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
  });
});
