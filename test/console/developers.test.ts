import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newCustomer, newWebhook } from '../contract-samples.ts';
import type { Receiver } from '../fakes/receiver.ts';
import { openReceiver } from '../fakes/receiver.ts';
import type { BrandClient } from '../world.ts';
import { settled } from '../world.ts';
import { visitAs } from './as-person.ts';
import type { OpenConsole } from './open-console.ts';
import { examine, openConsole, timeoutMs, views } from './open-console.ts';

const shots = process.env['CLIENTELE_SHOTS'];
const shoot = async (page: Page, name: string) => {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png` });
};

describe('the pages for developers and the audit trail', { timeout: timeoutMs }, () => {
  let open: OpenConsole;
  let brand: BrandClient;
  let receiver: Receiver;
  let webhook: string;
  beforeAll(async () => {
    receiver = await openReceiver();
    open = await openConsole();
    brand = await open.world.brand('Universal Exports');
    for (const name of ['crm', 'reports'])
      await brand.call('POST', '/keys', { body: { name, scopes: ['customers:read', 'kyc:read'] } });
    const { identity } = (await brand.call('POST', '/keys', { body: { name: 'old', scopes: ['kyc:read'] } }))
      .json;
    await brand.call('POST', `/keys/${identity}/revocation`);
    webhook = (await newWebhook(brand, { url: receiver.url, events: ['*'] })).json.webhook_subscription.id;
    for (let count = 0; count < 4; count += 1) await newCustomer(brand);
    await brand.call('GET', `/customers/${brand.brandId}`);
    await settled(open.world);
  }, timeoutMs);
  afterAll(async () => {
    await open?.close();
    await receiver?.close();
  });

  test.for(views)('are readable and keep the policy ($theme, $width px)', async (view) => {
    const visited = await visitAs(open, brand, 'keys', view);
    const { page } = visited;
    const at = (path: string) => `${new URL(page.url()).pathname.split('/').slice(0, 3).join('/')}/${path}`;
    const look = async (path: string, ready: string) => {
      await page.goto(new URL(at(path), page.url()).href);
      await page
        .locator(`main :text("${ready}"):visible, [role=dialog] :text("${ready}"):visible`)
        .first()
        .waitFor();
      await examine(visited);
      await shoot(page, `${path.replaceAll(/[/?=]/g, '-').slice(0, 24)}-${view.theme}-${view.width}`);
    };
    await look('keys', 'crm');
    await look('keys/new', 'Make the key');
    await look(`keys/${brand.key.identity}`, 'Networks');
    await look('webhooks', receiver.url);
    await look(`webhooks/${webhook}`, 'customer.created');
    await look('events', 'customer.created');
    await look('requests', 'POST /keys');
    await look('audit', 'createCustomer');
  });

  test('make a key, show its secret once, and revoke it by its name', async () => {
    const { page } = await visitAs(open, brand, 'keys/new');
    await page.getByLabel('Name').fill('till');
    await page.getByRole('button', { name: 'Make the key' }).click();
    const dialog = page.getByRole('dialog', { name: 'The secret of till' });
    const secret = (await dialog.locator('code').nth(1).textContent()) ?? '';
    expect(secret).toMatch(/^[A-Za-z0-9+/]{64}$/);
    await shoot(page, 'secret');
    await dialog.getByRole('button', { name: 'I have kept it' }).click();
    await page.getByRole('link', { name: 'till' }).click();
    expect(await page.content()).not.toContain(secret);
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    const confirm = page.getByRole('alertdialog');
    const revoke = confirm.getByRole('button', { name: 'Revoke' });
    expect(await revoke.isDisabled()).toBe(true);
    await confirm.getByLabel('Type till').fill('till');
    await revoke.click();
    await confirm.waitFor({ state: 'hidden' });
    const keys = (await brand.call('GET', '/keys')).json.data;
    expect(keys.find((one: { name: string }) => one.name === 'till').date_revoked).toBeDefined();
  });

  test('say at the name that it is taken', async () => {
    const { page } = await visitAs(open, brand, 'keys/new');
    await page.getByLabel('Name').fill('crm');
    await page.getByRole('button', { name: 'Make the key' }).click();
    await page.getByText('already has a key of this name').waitFor();
  });

  test('send a test, show its request, and send it again', async () => {
    const { page } = await visitAs(open, brand, `webhooks/${webhook}`);
    await page.getByRole('button', { name: 'Send a test' }).click();
    const line = page.getByRole('button', { name: /webhook\.test/ }).first();
    await line.click();
    await page.getByText(`POST ${receiver.url}`).waitFor();
    await page.getByText('"event": "webhook.test"').waitFor();
    await shoot(page, 'delivery');
    const arrived = receiver.arrived.length;
    await page.getByRole('button', { name: 'Send again' }).click();
    await expect.poll(() => receiver.arrived.length, { timeout: 20_000 }).toBeGreaterThan(arrived);
  });

  test('narrow the requests, and keep that in the address', async () => {
    const { page } = await visitAs(open, brand, 'requests');
    await page.getByLabel('Status').selectOption('4xx');
    await page.getByRole('link', { name: 'customer_dne' }).first().waitFor();
    expect(new URL(page.url()).search).toBe('?status=4xx');
    await expect.poll(() => page.getByText('listKeys').count()).toBe(0);
  });

  test('check the chain and say that it holds, and where it does not', async () => {
    const { page } = await visitAs(open, brand, 'audit');
    await page.getByRole('button', { name: 'Check the chain' }).click();
    await page.getByText(/entries hold, as of/).waitFor();
    await shoot(page, 'chain');
    await open.world.sql("update audit set body = body || ' ' where brand_id = $1 and number = 3", [
      brand.brandId,
    ]);
    await page.getByRole('button', { name: 'Check the chain' }).click();
    await page.getByText('Entry 3 does not fit the one before.').waitFor();
    await shoot(page, 'chain-broken');
  });

  test('say what is empty and what to do, and what the roles do not reach', async () => {
    const empty = await open.world.brand();
    const visited = await visitAs(open, empty, 'webhooks');
    await visited.page.getByText('No receiver is told anything yet').waitFor();
    await examine(visited);
    const narrow = await visitAs(open, empty, 'keys', undefined, { roles: ['viewer'] });
    await narrow.page.getByText('Your roles do not reach this.').waitFor();
    await examine(narrow);
  });

  test('say why a list cannot be shown, with the request, and try again', async () => {
    const visited = await visitAs(open, brand, 'webhooks');
    const { page } = visited;
    await page.route('**/api/v0.1/events?**', (route) => route.abort());
    await page.getByRole('link', { name: 'Events' }).click();
    await page.getByText('The server cannot be reached. Check the connection').waitFor();
    await page.unroute('**/api/v0.1/events?**');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('customer.created').first().waitFor();
  });
});
