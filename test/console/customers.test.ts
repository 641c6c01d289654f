import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiPrefix } from '../../src/contract/table.ts';
import { demoKeyClient } from './demo-key.ts';
import type { OpenConsole } from './open-console.ts';
import { examine, openConsole, timeoutMs, views } from './open-console.ts';

const james = '8559dec0-2edb-4c3c-a3c5-32de10174c34';
const list = '/universal-exports/customers';
const narrow = views[2];

describe('customers', { timeout: timeoutMs }, () => {
  let open: OpenConsole;
  beforeAll(async () => {
    open = await openConsole({ env: { CLIENTELE_DEMO: '1' } });
  }, timeoutMs);
  afterAll(() => open?.close());
  const avery = (path: string, view = views[0] as (typeof views)[number]) => open.visit(path, view, 'avery');

  test.for(views)('are listed, filtered and opened ($theme, $width px)', async (view) => {
    const visited = await avery(list, view);
    const { page } = visited;
    await page.getByRole('table').getByRole('link').first().waitFor();
    await examine(visited);
    await page.getByLabel('KYC').selectOption('passed');
    await page.getByText(/\d+ found/).waitFor();
    expect(new URL(page.url()).search).toBe('?kyc=passed');
    await page.getByRole('link', { name: 'Björn Mehrotra' }).click();
    await page.getByText('Locked since KYC passed').waitFor();
    expect(await page.title()).toMatch(/^Customer [0-9a-f]{8} · Clientele$/);
    await examine(visited);
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).waitFor();
    await examine(visited);
  });

  test.for(['verifications', 'changes', 'events', 'audit'])('show the tab %s', async (tab) => {
    for (const view of [views[0], views[3]]) {
      const visited = await avery(`${list}/${james}?tab=${tab}`, view);
      await visited.page.getByRole('tabpanel').locator('section, li, p').first().waitFor();
      await examine(visited);
    }
  });

  test.for(views)(
    'are created, with the sentences of the API at the fields ($theme, $width px)',
    async (view) => {
      const visited = await avery(`${list}/new`, view);
      const { page } = visited;
      await page.getByLabel('First name').fill('Q');
      await page.getByRole('button', { name: 'Create', exact: true }).click();
      await page.getByText('Must be between 2 and 50 characters.').waitFor();
      await examine(visited);
      await page.getByRole('button', { name: 'Close' }).click();
      await page.getByText('Discard what you typed?').waitFor();
      await examine(visited);
      await page.getByRole('button', { name: 'Cancel' }).click();
      const texts = [
        ['First name', 'Quentin'],
        ['Last name', 'Boothroyd'],
        ['Birthday', '1960-09-12'],
        ['Street', '12 Juniper St.'],
        ['City', 'Portland'],
        ['State', 'ME'],
        ['ZIP code', '04101'],
      ] as const;
      for (const [label, text] of texts) await page.getByLabel(label, { exact: true }).fill(text);
      await page.keyboard.press('Control+Enter');
      await page.getByRole('heading', { name: 'Quentin Boothroyd' }).waitFor();
      expect(page.url()).toMatch(/\/customers\/[0-9a-f-]{36}$/);
    },
  );

  test('are found by whole values only, and what was typed is in no address', async () => {
    const { page, seen } = await avery(list);
    const addresses: string[] = [];
    page.on('request', (request) => addresses.push(request.url()));
    const search = page.getByRole('searchbox');
    await search.fill('bond');
    await search.press('Enter');
    await page.getByText('Only exact values can be found').waitFor();
    await search.fill('Bond 1997-12-25');
    await search.press('Enter');
    await page.getByText(/^\d+ found/).waitFor();
    await search.fill('nobody@example.com');
    await search.press('Enter');
    await page.getByText('Nobody has this email.').waitFor();
    await search.fill(james);
    await search.press('Enter');
    await page.getByRole('link', { name: 'James Bond' }).waitFor();
    expect(addresses.length).toBeGreaterThan(2);
    expect([...addresses, page.url()].filter((url) => /bond|1997|nobody/i.test(url))).toEqual([]);
    expect(await page.evaluate('JSON.stringify({ ...localStorage, ...sessionStorage })')).not.toMatch(
      /bond/i,
    );
    expect(seen.faults).toEqual([]);
  });

  test('show a full SSN for a reason, for thirty seconds, with an entry that names the person', async () => {
    const visited = await avery(`${list}/${james}`);
    const { page } = visited;
    await page.getByRole('button', { name: 'Reveal' }).click();
    await page.getByLabel('Reason').fill('The paper form was compared');
    await examine(visited);
    await page.getByRole('button', { name: 'Show the number' }).click();
    await page.getByText('219-42-6789').waitFor();
    await page.getByText(/hidden in \d+ s/).waitFor();
    await page.getByRole('button', { name: 'Hide now' }).click();
    await page.getByText('XXX-XX-6789').waitFor();
    expect(await page.content()).not.toContain('219-42-6789');
    await page.getByRole('tab', { name: 'Audit' }).click();
    await page.getByText('“The paper form was compared”').waitFor({ timeout: 20_000 });
    await page
      .getByText(/You · .*SSN/i)
      .first()
      .waitFor();
  });

  test('are changed by one person at a time: the slower one sees both versions', async () => {
    const { page, seen } = await avery(`${list}/${james}`);
    await page.getByRole('button', { name: 'Edit' }).first().click();
    await page.getByRole('textbox', { name: 'Email', exact: true }).fill('mine@example.com');
    const other = demoKeyClient(open.world);
    expect(await other.patch(`/customers/${james}`, { email: 'theirs@example.com' })).toBe(200);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/changed this/).waitFor();
    await page.getByRole('cell', { name: 'theirs@example.com' }).waitFor();
    await page.getByRole('button', { name: 'Keep mine' }).click();
    await page.getByText('mine@example.com').waitFor();
    expect(seen).toEqual({ hosts: [], violations: [], faults: [] });
  });

  test('are changed by a second person once they have passed: the first one proposes', async () => {
    const visited = await avery(`${list}?kyc=passed`, narrow);
    const { page } = visited;
    await page.getByRole('link', { name: 'Thuỷ Braithwaite' }).click();
    await page.getByRole('button', { name: 'Propose a change' }).click();
    await page.getByRole('textbox', { name: 'Last name' }).fill('Byrne');
    await page.getByLabel('Reason').fill('Married; the certificate was seen');
    await examine(visited);
    await page.getByRole('button', { name: 'Propose', exact: true }).click();
    await page.getByText('The change is proposed.').waitFor();
    await page.getByRole('tab', { name: 'Changes' }).click();
    await page.getByRole('dialog').getByText('Waiting').first().waitFor();
  });

  test('are deleted by the last characters of their id, with a word on how long they are kept', async () => {
    const visited = await avery(`${list}?kyc=failed`);
    const { page } = visited;
    await page.getByRole('table').getByRole('link').first().click();
    const id = /[0-9a-f-]{36}$/.exec(new URL(page.url()).pathname)?.[0] ?? '';
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByText(/Kept out of reach until/).waitFor();
    await examine(visited);
    const remove = page.getByRole('button', { name: 'Delete', exact: true });
    expect(await remove.isDisabled()).toBe(true);
    await page.getByLabel(/^Type/).fill(id.slice(-4));
    await remove.click();
    await page.getByText(`Customer ${id.slice(0, 8)} is deleted`).waitFor();
    await page.goto(page.url().replace(/customers.*/, `customers/${id}`));
    await page.getByText('No customer has this id.').waitFor();
  });

  test('are read only for a viewer, and not at all for a person without the scope', async () => {
    const { page } = await open.visit(`${list}/${james}`, views[0], 'robin');
    await page.getByRole('heading', { name: 'James Bond' }).waitFor();
    for (const name of ['Edit', 'Reveal', 'Add'])
      expect(await page.getByRole('button', { name, exact: true }).count(), name).toBe(0);
    expect(await page.getByRole('tab', { name: 'Audit' }).count()).toBe(0);
    await page.goto(page.url().replace(/customers.*/, 'customers/new'));
    await page.getByText(/Your roles do not reach this/).waitFor();
  });

  test('are never asked for twice: no read is repeated by focus, hover or going back to the window', async () => {
    const { page } = await avery(`${list}/${james}`);
    await page.getByRole('heading', { name: 'James Bond' }).waitFor();
    await page.waitForLoadState('networkidle');
    const asked: string[] = [];
    page.on('request', (request) => {
      const { pathname } = new URL(request.url());
      if (pathname.startsWith(apiPrefix)) asked.push(pathname.slice(apiPrefix.length));
    });
    await page.evaluate(`for (const name of ['focus', 'online', 'visibilitychange']) {
      window.dispatchEvent(new Event(name)); document.dispatchEvent(new Event(name));
    }`);
    await page.keyboard.press('Escape');
    const link = page.getByRole('table').getByRole('link').first();
    await link.hover();
    await page.waitForTimeout(1_000);
    expect(asked.filter((path) => path !== '/waiting')).toEqual([]);
    // The planted case: a person who opens a customer does ask.
    const name = (await link.textContent()) ?? '';
    await link.click();
    await page.getByRole('heading', { name }).waitFor();
    expect(asked.filter((path) => path.startsWith('/customers/')).length).toBeGreaterThan(0);
  });
});
