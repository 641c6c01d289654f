import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyScopes } from '../../src/domain/scopes.ts';
import { createKey } from '../../src/operations/brands/api-keys.ts';
import type { FakeWatchman } from '../fakes/watchman.ts';
import { openFakeWatchman } from '../fakes/watchman.ts';
import { signedIn } from '../operators/people.ts';
import { eventually } from '../promises/durability/cpu-contention.ts';
import { newCustomer } from '../samples/customers.ts';
import type { BrandClient } from '../world.ts';
import { visitAs, visitWith } from './as-person.ts';
import type { OpenConsole } from './open-console.ts';
import { examine, openConsole, timeoutMs, views } from './open-console.ts';

// Matches with lists of sanctioned people, found by a running service that asks a provider, and decided by two people.

let watchman: FakeWatchman;
let open: OpenConsole;
beforeAll(async () => {
  watchman = await openFakeWatchman([{ id: '22790', lastName: 'Blofeld', born: '1908-05-28' }]);
  open = await openConsole({
    env: { CLIENTELE_SCREENING: 'watchman', CLIENTELE_SCREENING_URL: watchman.url },
  });
}, timeoutMs);
afterAll(async () => {
  await open?.close();
  await watchman?.close();
});

/** A new customer that resembles an entry, once it was checked. */
async function matched(brand: BrandClient): Promise<{ readonly customer: string; readonly match: string }> {
  const customer = String((await newCustomer(brand, { last_name: 'Blofeld' })).json.customer_id);
  const found = async () =>
    (await brand.call('GET', `/screening/matches?customer_id=${customer}`)).json.data[0]?.match_id;
  await eventually(async () => (await found()) !== undefined);
  return { customer, match: String(await found()) };
}

const propose = (brand: BrandClient, match: string, decision: string) =>
  brand.call('POST', `/screening/matches/${match}/proposal`, {
    body: { decision, reason: 'Compared with the passport.' },
  });
const matchOf = async (brand: BrandClient, match: string) =>
  (await brand.call('GET', `/screening/matches/${match}`)).json;

const rowOf = (page: Page, match: string) => page.getByRole('link', { name: match.slice(0, 8) });
/** A state in the list, which is out of reach while a drawer is open. */
const listed = (page: Page, state: string) =>
  page.getByRole('table', { name: 'Matches' }).getByText(state, { exact: true });
const button = (page: Page, name: string) => page.getByRole('dialog').getByRole('button', { name });
async function approve(page: Page, question: string): Promise<void> {
  await button(page, 'Approve').click();
  const asked = page.getByRole('alertdialog', { name: question });
  await asked.getByRole('button', { name: 'Approve' }).click();
}

describe('matches', { timeout: timeoutMs * 2 }, () => {
  let brand: BrandClient;
  let waiting: { readonly customer: string; readonly match: string };
  let proposed: string;
  beforeAll(async () => {
    brand = await open.world.brand('Blue Ridge');
    waiting = await matched(brand);
    ({ match: proposed } = await matched(brand));
    await propose(brand, proposed, 'confirmed');
  }, timeoutMs);

  test.for(views)('are listed, and shown beside their entries ($theme, $width px)', async (view) => {
    const visited = await visitAs(open, brand, 'matches', view);
    const { page } = visited;
    const home = page.url();
    await listed(page, 'Confirmation proposed').waitFor();
    await examine(visited);
    await rowOf(page, waiting.match).click();
    await page.getByText('BLOFELD, Person').waitFor();
    await page.getByText('1908-05-28').waitFor();
    await page.getByText('It has no other match.').waitFor();
    expect(await page.title()).toBe(`Match ${waiting.match.slice(0, 8)} · Clientele`);
    await examine(visited);
    await page.goto(`${home}/${proposed}`);
    await page.getByText('Compared with the passport.').waitFor();
    await button(page, 'Approve').click();
    await page.getByText('Confirm that the customer is on the list?').waitFor();
    await examine(visited);
    await page.goto(`${home.replace(/matches$/, 'customers')}/${waiting.customer}?tab=verifications`);
    await page.getByRole('link', { name: 'BLOFELD, Person' }).waitFor();
    await examine(visited);
    await page.context().close();
  });

  test('of a customer are shown to a viewer, who cannot open them', async () => {
    const { page } = await visitAs(
      open,
      brand,
      `customers/${waiting.customer}?tab=verifications`,
      undefined,
      { roles: ['viewer'] },
    );
    await page.getByText('BLOFELD, Person').waitFor();
    expect(await page.getByRole('link', { name: 'BLOFELD, Person' }).count()).toBe(0);
    await page.goto(new URL(`../matches/${waiting.match}`, page.url()).href);
    await page.getByText('Your roles do not reach this.').waitFor();
    await page.context().close();
  });

  test('that are not there: says what turns the checks on, and what could not be shown', async () => {
    const visited = await visitAs(open, await open.world.brand(), 'matches');
    const { page } = visited;
    await page.getByText('No match waits.').waitFor();
    await page.getByText('CLIENTELE_SCREENING_URL').waitFor();
    await examine(visited);
    const list = /\/screening\/matches\?/;
    await page.route(list, (route) => route.abort());
    await page.getByLabel('Status').selectOption('confirmed');
    await page.getByText('This could not be shown').waitFor();
    await page.unroute(list);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('No match was confirmed yet.').waitFor();
    await page.goto(new URL(`matches/${randomUUID()}`, page.url()).href);
    await page.getByText('There is no such match.').waitFor();
    await page.context().close();
  });
});

describe('a match', { timeout: timeoutMs * 2 }, () => {
  test('is proposed by one person, withdrawn, proposed again, and approved by another', async () => {
    const brand = await open.world.brand('Blue Heron');
    const { match } = await matched(brand);
    const first = await visitAs(open, brand, 'overview');
    const { page } = first;
    await page.getByRole('link', { name: /Matches\s*1\s*waiting/ }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('m');
    await rowOf(page, match).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByLabel('Reason').fill('x');
    await button(page, 'Propose confirmation').click();
    await page.locator('textarea[aria-invalid=true]').waitFor();
    await page.getByLabel('Reason').fill('The names are alike.');
    await button(page, 'Propose confirmation').click();
    await listed(page, 'Confirmation proposed').waitFor();

    await rowOf(page, match).click();
    await page.getByText('You proposed this; another person decides.').waitFor();
    expect(await button(page, 'Approve').count()).toBe(0);
    await button(page, 'Withdraw').click();
    await listed(page, 'Open').waitFor();
    await rowOf(page, match).click();
    await page.getByLabel('Reason').fill('Born in another year.');
    await button(page, 'Propose false positive').click();
    await listed(page, 'False positive proposed').waitFor();

    const second = await visitAs(open, brand, `matches/${match}`);
    await second.page.getByText('Born in another year.').waitFor();
    await second.page.getByLabel('Note').fill('Passport seen.');
    await approve(second.page, 'Decide that this is a false positive?');
    await second.page.getByText('No match waits.').waitFor();
    expect(await matchOf(brand, match)).toMatchObject({
      status: 'false_positive',
      reason: 'Born in another year.',
      note: 'Passport seen.',
      proposed_by: first.person.operator.operatorId,
      decided_by: second.person.operator.operatorId,
    });
    await second.page.getByLabel('Status').selectOption('false_positive');
    await second.page.getByLabel('Order').selectOption('newest');
    await rowOf(second.page, match).waitFor();
    expect(new URL(second.page.url()).search).toBe('?status=false_positive&order=newest');
    await page.context().close();
    await second.page.context().close();
  });

  test('is not approved by the person behind the key that proposed it, who is told so', async () => {
    const brand = await open.world.brand('Blue Lagoon');
    const { match } = await matched(brand);
    const person = await signedIn(open.world.system, brand.brandId);
    const key = await createKey(open.world.system, brand.brandId, {
      name: 'own',
      scopes: keyScopes,
      owner: person.operator.email,
    });
    await propose(brand.as(key), match, 'confirmed');
    const { page } = await visitWith(open, person, brand, `matches/${match}`);
    await approve(page, 'Confirm that the customer is on the list?');
    await page.getByText('another person must').waitFor();
    expect((await matchOf(brand, match)).status).toBe('proposed');
    await button(page, 'Decline').click();
    await listed(page, 'Open').waitFor();
    expect((await matchOf(brand, match)).status).toBe('open');
    await page.context().close();
  });
});
