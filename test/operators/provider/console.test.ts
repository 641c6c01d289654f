import { mkdir } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sessionsOf } from '../../../src/store/operators/sessions.ts';
import type { OpenConsole, OpenPage, View } from '../../console/open-console.ts';
import { examine, openConsole, timeoutMs, views } from '../../console/open-console.ts';
import { person } from '../../people.ts';
import type { BrandClient } from '../../world.ts';
import { newPerson, password, setProof } from '../people.ts';
import type { TestProvider } from './identity-provider.ts';
import { openProvider } from './identity-provider.ts';

/** Where pictures of the pages go, for people who look at them. */
const pictures = process.env['PICTURES'];

describe('sign-in at the provider of the company', { timeout: timeoutMs }, () => {
  let provider: TestProvider;
  let open: OpenConsole;
  let brand: BrandClient;
  beforeAll(async () => {
    provider = await openProvider();
    open = await openConsole({ env: provider.settings });
    brand = await open.world.brand('Blue Ridge');
    if (pictures) await mkdir(pictures, { recursive: true });
  }, timeoutMs);
  afterAll(async () => {
    await open?.close();
    await provider?.close();
  });

  const describePerson = (login: string, groups: readonly string[]) =>
    provider.people.set(login, {
      email: `${login}@example.com`,
      email_verified: true,
      name: `Person ${login}`,
      groups,
    });
  const picture = async (page: Page, name: string) => {
    if (pictures) await page.screenshot({ path: `${pictures}/${name}.png` });
  };

  /** Opens a page of the console without a session, and leaves for the provider. */
  async function leave(path = '/sign-in', view?: View): Promise<OpenPage> {
    const visited = await open.visit(path, view);
    await visited.page.getByRole('button', { name: 'Sign in with Universal Exports' }).click();
    await visited.page.getByLabel('Login').waitFor();
    return visited;
  }
  async function answer(page: Page, login: string): Promise<void> {
    await page.getByLabel('Login').fill(login);
    await page.getByRole('button', { name: 'Go on' }).click();
  }

  test.for(views)('is offered first ($theme, $width px)', async (view) => {
    const visited = await open.visit('/sign-in', view);
    const { page } = visited;
    await page.getByRole('button', { name: 'Sign in with Universal Exports' }).waitFor();
    await examine(visited);
    await picture(page, `sign-in-${view.theme}-${view.width}`);
    await page.getByRole('button', { name: 'Use a password instead' }).click();
    await page.getByLabel('Password').waitFor();
    await examine(visited);
    await picture(page, `with-password-${view.theme}-${view.width}`);
    const { page: refused, seen } = await leave('/sign-in', view);
    describePerson('none', []);
    await answer(refused, 'none');
    await refused.getByText('is in no group that may use this console').waitFor();
    seen.hosts.length = 0;
    await examine({ page: refused, seen });
    await picture(refused, `refused-${view.theme}-${view.width}`);
  });

  test('leads back to the page that was wanted, and leaves no code in the address', async () => {
    describePerson('ann', ['ridge']);
    const { page } = await leave('/blue-ridge/webhooks');
    const posted = page.waitForRequest((request) => request.url().endsWith('/session/provider'));
    await answer(page, 'ann');
    // The page has taken it out before it asks.
    expect(new URL((await posted).frame().url()).search).toBe('');
    expect((await posted).headers()['referer'] ?? '').not.toContain('code=');
    await page.waitForURL((url) => url.pathname === '/console/blue-ridge/webhooks');
    await page.getByRole('heading', { name: 'Webhooks' }).waitFor();
    expect(await page.evaluate('Object.keys(localStorage).concat(Object.keys(sessionStorage))')).toEqual([]);
    // What the browser went through on the way is not opened again by going back.
    await page.goto(
      `${page.url().replace(/\/console\/.*/, '')}/console/sign-in/callback?code=x&state=sign_in.x`,
    );
    await page.getByText('has expired, was used before, or was begun in another browser').waitFor();
    expect(new URL(page.url()).search).toBe('');
  });

  test('gives the roles of the groups, and others at the next sign-in', async () => {
    describePerson('bea', ['admins']);
    const first = await leave();
    await answer(first.page, 'bea');
    await first.page.getByRole('link', { name: 'Settings' }).first().waitFor();
    describePerson('bea', ['ridge']);
    const second = await leave();
    await answer(second.page, 'bea');
    await second.page.getByRole('link', { name: 'API keys' }).first().waitFor();
    expect(await second.page.getByRole('link', { name: 'Settings' }).count()).toBe(0);
  });

  test.each([
    ['whose address another account has', 'Another account has your email address', 'cem'],
    ['who leaves the provider', 'The provider did not let you in, or you cancelled there.', ''],
  ])('says why to a person %s, and lets them try again', async (_what, sentence, login) => {
    const taken = await newPerson(open.world.system, brand.brandId);
    provider.people.set('cem', { email: taken.email, email_verified: true, groups: ['support'] });
    const { page } = await leave();
    await answer(page, login);
    await page.getByText(sentence).waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.waitForURL(
      (url) => url.host === new URL(provider.issuer).host || url.pathname.endsWith('/callback'),
    );
  });

  test('proves the person again in a window, and keeps what was typed', async () => {
    describePerson('dee', ['officers']);
    const { page } = await leave();
    await answer(page, 'dee');
    await page.getByRole('link', { name: 'Customers' }).first().waitFor();
    const { customer_id } = (await brand.call('POST', '/customers', { body: person() })).json;
    await page.goto(page.url().replace(/\/console\/.*/, `/console/blue-ridge/customers/${customer_id}`));
    await page.getByRole('button', { name: 'Reveal' }).click();
    await page.getByLabel('Reason').fill('Compared with the paper form.');
    await forgetProofs('dee@example.com');
    await page.getByRole('button', { name: 'Show the number' }).click();
    const opening = page.context().waitForEvent('page');
    await page.getByRole('button', { name: 'Open the window' }).click();
    const beside = await opening;
    await answer(beside, 'dee');
    await page.getByText('hidden in').waitFor();
    expect(beside.isClosed() || (await beside.getByText('One moment').count()) === 1).toBe(true);
  });

  test('brings an ended session back in a window', async () => {
    describePerson('eve', ['ridge']);
    const { page } = await leave('/blue-ridge/webhooks');
    await answer(page, 'eve');
    await page.getByRole('heading', { name: 'Webhooks' }).waitFor();
    await open.world.sql('delete from operator_sessions');
    await new Promise((resolve) => setTimeout(resolve, 700));
    await page.getByRole('link', { name: 'API keys' }).first().click();
    await page.getByText('Your session has ended').waitFor();
    await picture(page, 'ended');
    // The provider knows the person still, so its page asks nothing.
    await page.getByRole('button', { name: 'Open the window' }).click();
    await page.getByText('Your session has ended').waitFor({ state: 'hidden' });
    await page.getByRole('heading', { name: 'API keys' }).waitFor();
  });

  test('stands beside passwords, and its people are shown to an admin as such', async () => {
    describePerson('fay', ['ridge']);
    const other = await leave();
    await answer(other.page, 'fay');
    await other.page.getByRole('link', { name: 'API keys' }).first().waitFor();
    const { email } = await newPerson(open.world.system, brand.brandId, { everywhere: ['admin'] });
    const visited = await open.visit('/sign-in?to=/blue-ridge/settings');
    const { page } = visited;
    await page.getByRole('button', { name: 'Use a password instead' }).click();
    await page.getByLabel('Email').fill(email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('by groups of the provider').first().waitFor();
    await page.getByRole('button', { name: 'Change Person fay' }).click();
    await page.getByText('the groups there give the roles').waitFor();
    await examine(visited);
    await picture(page, 'operator');
    await page.getByLabel('The account is disabled').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved').waitFor();
    const again = await leave();
    await answer(again.page, 'fay');
    await again.page.getByText('Your account here is disabled').waitFor();
  });

  async function forgetProofs(email: string): Promise<void> {
    const [row] = await open.world.sql('select operator_id from operators where email = $1', [email]);
    for (const session of await sessionsOf(open.world.system.db, row?.['operator_id'] as never))
      await setProof(open.world.system, session, undefined);
    await new Promise((resolve) => setTimeout(resolve, 700));
  }
});
