import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyStandard } from '../../src/providers/signature.ts';
import { customerPath, newWebhook, restrictedPath } from '../contract-samples.ts';
import type { Receiver } from '../fakes/receiver.ts';
import { openReceiver } from '../fakes/receiver.ts';
import { waiting } from '../kyc/waiting.ts';
import { signedIn } from '../operators/people.ts';
import type { BrandClient } from '../world.ts';
import { visitAs, visitWith } from './as-person.ts';
import type { OpenConsole } from './open-console.ts';
import { asked, openConsole, timeoutMs } from './open-console.ts';

// Whole walks through the console, by people who have signed in, on a running system.

describe('a person of the console', { timeout: timeoutMs }, () => {
  let open: OpenConsole;
  let brand: BrandClient;
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await openReceiver();
    open = await openConsole();
    brand = await open.world.brand('Blue Ridge');
  }, timeoutMs);
  afterAll(async () => {
    await open?.close();
    await receiver?.close();
  });

  test('reviews a case by keys alone, and the receiver is told with a signature that holds', async () => {
    const hook = (await newWebhook(brand, { url: receiver.url, events: ['kyc.*'] })).json;
    const { customer_id } = await waiting(brand, 'under_review');
    const { page, person } = await visitAs(open, brand, 'overview');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await page.getByText('Choose a review.').waitFor();
    await page.keyboard.press('j');
    await page.getByRole('button', { name: 'Approve' }).waitFor();
    await page.keyboard.press('n');
    await page.keyboard.type('License and bill fit the record.');
    await page.keyboard.press('Tab');
    await page.keyboard.press('a');
    await asked(page, 'Most fields lock.');
    await page.keyboard.press('Enter');
    await page.getByText('Nothing waits.').waitFor();
    expect((await brand.call('GET', `/customers/${customer_id}`)).json.kyc_status).toBe('passed');
    const told = () => receiver.arrived.find(({ json }) => json.event === 'kyc.verification.success');
    await expect.poll(told, { timeout: 20_000 }).toBeDefined();
    const arrival = told();
    expect(arrival?.json.customer_id).toBe(customer_id);
    const secret: string = hook.webhook_subscription.secret ?? hook.secret;
    const seconds = Math.floor(Date.now() / 1_000);
    const headers = { ...arrival?.headers } as Record<string, string>;
    expect(verifyStandard(secret, headers, arrival?.body ?? '', seconds)).toBe(true);
    expect(verifyStandard(secret, headers, `${arrival?.body} `, seconds)).toBe(false);
    const runs = (await brand.call('GET', `/customers/${customer_id}/verifications`)).json.data;
    const run = (
      await brand.call('GET', `/customers/${customer_id}/verifications/${runs[0].verification_id}`)
    ).json;
    expect(run.decisions[0]).toMatchObject({ decision: 'approve', decided_by: person.operator.operatorId });
    await page.context().close();
  });

  test('makes a key, uses it, and revokes it: it opens nothing a second later', async () => {
    const { page } = await visitAs(open, brand, 'keys/new');
    await page.getByLabel('Name').fill('till');
    await page.getByRole('button', { name: 'Make the key' }).click();
    const shown = page.getByRole('dialog', { name: 'The secret of till' });
    await shown.waitFor();
    const [identity = '', secret = ''] = await shown.locator('code').allTextContents();
    const use = () =>
      fetch(`${open.world.url}/api/v0.1/auth/key/${identity}`, {
        headers: { Identity: identity, Authorization: secret },
      });
    expect((await use()).status).toBe(200);
    await shown.getByRole('button', { name: 'I have kept it' }).click();
    await page.getByRole('link', { name: 'till' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('alertdialog').getByLabel('Type till').fill('till');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('alertdialog').waitFor({ state: 'hidden' });
    await expect.poll(async () => (await use()).status, { timeout: 5_000 }).toBe(401);
    await page.context().close();
  });

  test('sets a hold with a reason, which the list of holds shows', async () => {
    const path = await customerPath(brand);
    const { page } = await visitAs(open, brand, path.slice(1));
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Set a hold' }).click();
    await page.getByLabel('Reason').fill('Subpoena 26-1182.');
    await page.getByRole('button', { name: 'Set the hold' }).click();
    await page.getByText('The hold is set').waitFor();
    const { data } = (await brand.call('GET', '/legal-holds?status=active')).json;
    expect(data.map(({ reason }: { reason: string }) => reason)).toContain('Subpoena 26-1182.');
    await page.context().close();
  });

  test('erases with a second person, and never alone', async () => {
    const path = (await restrictedPath(brand)).replace('/restricted-customers', 'retention');
    const first = await visitAs(open, brand, path);
    await first.page.getByRole('button', { name: 'Ask to erase' }).click();
    await first.page.getByLabel('Reason').fill('Created twice.');
    await first.page.getByRole('dialog').last().getByRole('button', { name: 'Ask to erase' }).click();
    await first.page.getByText('You asked for it; another person approves.').waitFor();
    expect(await first.page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    const second = await visitAs(open, brand, path);
    await second.page.getByRole('button', { name: 'Approve' }).click();
    await second.page.getByLabel('Type ERASE').fill('ERASE');
    await second.page.getByRole('button', { name: 'Erase', exact: true }).click();
    await second.page.getByText('Nothing of this person is left.').waitFor();
    const kept = `/${path.replace('retention', 'restricted-customers')}`;
    expect((await brand.call('GET', kept)).json.erased_because).toBe('early');
    await first.page.context().close();
    await second.page.context().close();
  });

  test('whose session ends elsewhere sees nobody any more', async () => {
    const person = await signedIn(open.world.system, brand.brandId);
    const name = 'Moneypenny';
    const path = await customerPath(brand);
    await brand.call('PATCH', path, { body: { last_name: name } });
    const { page } = await visitWith(open, person, brand, path.slice(1));
    await page.getByRole('heading', { name: new RegExp(name) }).waitFor();
    const ended = await fetch(`${open.world.url}/api/v0.1/session?sessions=all`, {
      method: 'DELETE',
      headers: person.ownHeaders,
    });
    expect(ended.status).toBe(200);
    await page.waitForTimeout(1_000);
    await page.getByRole('tab', { name: 'Events' }).click();
    await page.getByRole('dialog', { name: /session/i }).waitFor();
    const text = () => page.evaluate('document.body.innerText') as Promise<string>;
    await expect.poll(async () => (await text()).includes(name)).toBe(false);
    expect(await text()).toContain('Your session has ended');
    await page.context().close();
  });
});
