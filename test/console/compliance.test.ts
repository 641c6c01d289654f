import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changeRequest, customerPath, erasureRequest, restrictedPath } from '../contract-samples.ts';
import { waiting, withDocument } from '../kyc/waiting.ts';
import type { BrandClient } from '../world.ts';
import { visitAs } from './as-person.ts';
import type { OpenConsole, OpenPage, View } from './open-console.ts';
import { asked, examine, openConsole, timeoutMs, views } from './open-console.ts';

// Reviews, change requests and retention, as a person with every role sees them.

let open: OpenConsole;
beforeAll(async () => {
  open = await openConsole();
}, timeoutMs);
afterAll(() => open?.close());

const visit = (brand: BrandClient, path: string, view: View = views[0]): Promise<OpenPage> =>
  visitAs(open, brand, path.slice(1), view);

const shoot = async (page: Page, name: string) => {
  const folder = process.env['CLIENTELE_SCREENSHOTS'];
  if (folder) await page.screenshot({ path: `${folder}/${name}.png` });
};
const nameOf = (what: string, { theme, width }: View) => `${what}-${theme}-${width}`;

describe('with nothing to do', { timeout: timeoutMs }, () => {
  test.for([
    ['/reviews', 'Nothing waits.'],
    ['/changes', 'No proposals wait.'],
    ['/changes?tab=approved', 'Nothing was approved yet.'],
    ['/retention', 'Nothing is kept.'],
    ['/retention?tab=holds', 'No hold is active.'],
    ['/retention?tab=erasures', 'Nobody asks for an early erasure.'],
  ] as const)('%s says so', async ([path, words]) => {
    const visited = await visit(await open.world.brand(), path);
    await visited.page.getByText(words).waitFor();
    await examine(visited);
    await visited.page.context().close();
  });
});

describe('with work to do', { timeout: timeoutMs * 2 }, () => {
  let brand: BrandClient;
  let review: string;
  let kept: string;
  let change: string;
  beforeAll(async () => {
    brand = await open.world.brand();
    ({ run_id: review } = await withDocument(brand));
    await waiting(brand, 'under_review');
    change = await changeRequest(brand);
    kept = await restrictedPath(brand);
    await erasureRequest(brand, kept);
    await brand.call('POST', `${await customerPath(brand)}/legal-holds`, {
      body: { reason: 'Case 24-117.' },
    });
  }, timeoutMs);

  const pages: readonly (readonly [string, () => string, string])[] = [
    ['reviews', () => '/reviews', 'Choose a review.'],
    ['review', () => `/reviews/${review}`, 'As they were when'],
    ['changes', () => '/changes', 'Last name'],
    ['change', () => `/changes/${change}`, 'Moneypenny'],
    ['retention', () => '/retention', 'never verified'],
    ['record', () => kept.replace('/restricted-customers', '/retention'), 'Why it is kept'],
    ['holds', () => '/retention?tab=holds', 'Case 24-117.'],
    ['erasures', () => '/retention?tab=erasures', 'Created twice.'],
    ['policy', () => '/retention?tab=policy', 'Years, identity'],
  ];

  test.for(
    pages.flatMap(([what, path, words]) =>
      views.map((view) => ({ what, path, words, view, name: nameOf(what, view) })),
    ),
  )('$name is readable and keeps the policy', async ({ path, words, view, name }) => {
    const visited = await visit(brand, path(), view);
    await visited.page.getByText(words).first().waitFor();
    await visited.page.waitForTimeout(300);
    await shoot(visited.page, name);
    await examine(visited);
    await visited.page.context().close();
  });
});

describe('by keys alone', { timeout: timeoutMs * 2 }, () => {
  let brand: BrandClient;
  let colleague: BrandClient;
  beforeAll(async () => {
    brand = await open.world.brand();
    colleague = await brand.colleague();
  }, timeoutMs);

  test('a review is opened, declined for want of a note not, and approved', async () => {
    const { customer_id } = await waiting(brand, 'under_review');
    const { page } = await visit(colleague, '/reviews');
    await page.getByText('Choose a review.').waitFor();
    await page.keyboard.press('j');
    await page.getByRole('button', { name: 'Approve' }).waitFor();
    await page.keyboard.press('d');
    await page.getByText('Declining needs a note.').waitFor();
    expect(await page.evaluate('document.activeElement.tagName')).toBe('TEXTAREA');
    await page.keyboard.press('Tab');
    await page.keyboard.press('a');
    await asked(page, 'Most fields lock.');
    await page.keyboard.press('Enter');
    await page.getByText('Nothing waits.').waitFor();
    const { json } = await brand.call('GET', `/customers/${customer_id}`);
    expect(json.kyc_status).toBe('passed');
    await page.context().close();
  });

  test('a change is opened from its row and approved', async () => {
    const id = await changeRequest(colleague);
    const { page } = await visit(brand, '/changes');
    await page.getByRole('link', { name: 'Last name' }).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Approve' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('No proposals wait.').waitFor();
    expect((await brand.call('GET', `/change-requests/${id}`)).json.status).toBe('approved');
    await page.context().close();
  });

  test('a proposal tells what was there when it was made, once that has changed', async () => {
    const earlier = await changeRequest(colleague);
    const { customer_id: customer } = (await brand.call('GET', `/change-requests/${earlier}`)).json;
    const { json } = await colleague.call('POST', `/customers/${customer}/change-requests`, {
      body: { changes: { last_name: 'Trench' }, reason: 'Divorced.' },
    });
    const { page } = await visit(brand, `/changes/${json.change_request_id}`);
    const headings = () => page.getByRole('columnheader').allTextContents();
    await page.getByText('Divorced.').waitFor();
    expect(await headings()).toEqual(['Field', 'Now', 'Wanted']);
    const decision = { decision: 'approve' };
    await brand.call('POST', `/change-requests/${earlier}/decision`, { body: decision });
    await page.reload();
    await page.getByRole('columnheader', { name: 'When proposed' }).waitFor();
    const cells = page.getByRole('row', { name: 'Last name' }).last().getByRole('cell');
    expect(await cells.allTextContents()).toEqual(['Bond', 'Moneypenny', ' Trench']);
    await page.context().close();
  });

  test('an early erasure is approved after its word is typed', async () => {
    const path = await restrictedPath(brand);
    await erasureRequest(brand, path);
    const { page } = await visit(brand, path.replace('/restricted-customers', '/retention'));
    await page.getByRole('button', { name: 'Approve' }).focus();
    await page.keyboard.press('Enter');
    await asked(page, 'This cannot be undone.');
    await page.keyboard.press('Enter');
    expect((await brand.call('GET', path)).json.date_erased, 'not before the word').toBeUndefined();
    await page.keyboard.type('ERASE');
    await page.keyboard.press('Enter');
    await page.getByText('Nothing of this person is left.').waitFor();
    expect((await brand.call('GET', path)).json.erased_because).toBe('early');
    await page.context().close();
  });
});
