import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/domain/operators/roles.ts';
import { customerPath } from '../contract-samples.ts';
import { signedIn } from '../operators/people.ts';
import type { BrandClient } from '../world.ts';
import { visitAs, visitWith } from './as-person.ts';
import type { OpenConsole } from './open-console.ts';
import { examine, openConsole, timeoutMs, views } from './open-console.ts';

// What each role sees, and what it is refused.

/** Every page, and the roles that see it. */
const pages = {
  Overview: ['viewer', 'agent', 'compliance', 'developer', 'admin'],
  Customers: ['viewer', 'agent', 'compliance'],
  Reviews: ['compliance'],
  'Change requests': ['viewer', 'agent', 'compliance'],
  'API keys': ['developer', 'admin'],
  Webhooks: ['viewer', 'agent', 'compliance', 'developer'],
  Events: ['viewer', 'agent', 'compliance', 'developer'],
  Requests: ['developer', 'admin'],
  Matches: ['compliance'],
  'Audit trail': ['compliance', 'admin'],
  Retention: ['compliance'],
  Settings: ['admin'],
} as const satisfies Readonly<Record<string, readonly Role[]>>;

const paths: Readonly<Record<keyof typeof pages, string>> = {
  Overview: 'overview',
  Customers: 'customers',
  Reviews: 'reviews',
  'Change requests': 'changes',
  'API keys': 'keys',
  Webhooks: 'webhooks',
  Events: 'events',
  Requests: 'requests',
  Matches: 'matches',
  'Audit trail': 'audit',
  Retention: 'retention',
  Settings: 'settings',
};

/** What is done on a page: where, its button, and the roles that have it. */
const actions = [
  ['customers', 'New customer', ['agent']],
  ['customer', 'Edit', ['agent']],
  ['customer', 'Reveal', ['compliance']],
  ['keys', 'New key', ['developer', 'admin']],
  ['webhooks', 'New webhook', ['developer']],
  ['settings', 'Invite', ['admin']],
] as const satisfies readonly (readonly [string, string, readonly Role[]])[];

/** The same by the API, where a page does not stand in the way: the scope that is missing is refused. */
const calls = [
  ['POST', '/customers', ['agent']],
  ['POST', '/customers/ID/ssn', ['compliance']],
  ['POST', '/keys', ['developer', 'admin']],
  ['POST', '/webhooks', ['developer']],
  ['POST', '/operators', ['admin']],
  ['GET', '/settings', ['admin']],
  ['GET', '/kyc/reviews', ['compliance']],
  ['GET', '/screening/matches', ['compliance']],
  ['GET', '/audit', ['compliance', 'admin']],
  ['GET', '/requests', ['developer', 'admin']],
] as const satisfies readonly (readonly [string, string, readonly Role[]])[];

const roles = ['viewer', 'agent', 'compliance', 'developer', 'admin'] as const;

describe('the console', { timeout: timeoutMs * 2 }, () => {
  let open: OpenConsole;
  let brand: BrandClient;
  let customer: string;
  beforeAll(async () => {
    open = await openConsole();
    brand = await open.world.brand('Universal Exports');
    customer = (await customerPath(brand)).slice(1);
  }, timeoutMs);
  afterAll(() => open?.close());

  test.for(roles)('shows a person who is %s their pages and actions, and no others', async (role) => {
    const person = await signedIn(open.world.system, brand.brandId, { roles: [role] });
    const { page } = await visitWith(open, person, brand, 'overview');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    const shown = await page
      .locator('nav[aria-label=Pages] a, a[aria-label=Settings]')
      .evaluateAll((links) => links.map((link) => link.getAttribute('title') ?? ''));
    const names = Object.keys(pages) as (keyof typeof pages)[];
    const reached = names.filter((name) => (pages[name] as readonly Role[]).includes(role));
    expect(shown.toSorted()).toEqual(reached.toSorted());
    for (const name of names.filter((one) => !reached.includes(one))) {
      await page.goto(new URL(paths[name], page.url()).href);
      await page.getByText('Your roles do not reach this.').waitFor();
    }
    for (const [where, button, having] of actions) {
      const path = where === 'customer' ? customer : where;
      const isReached =
        where === 'customer' ? reached.includes('Customers') : reached.some((one) => paths[one] === where);
      if (!isReached) continue;
      await page.goto(new URL(`/console/universal-exports/${path}`, page.url()).href);
      await page
        .getByRole('heading', { level: where === 'customer' ? 2 : 1 })
        .first()
        .waitFor();
      await page.waitForLoadState('networkidle');
      const found = await page
        .locator(`:is(button, a):text-is("${button}")`)
        .or(page.getByRole('button', { name: button, exact: true }))
        .count();
      expect([where, button, found > 0]).toEqual([where, button, (having as readonly Role[]).includes(role)]);
    }
    for (const [method, path, having] of calls) {
      const answer = await fetch(
        `${open.world.url}/api/v0.1${path.replace('ID', customer.split('/')[1] ?? '')}`,
        {
          method,
          headers: { ...person.headers, 'Content-Type': 'application/json' },
          ...(method === 'POST' && { body: '{}' }),
        },
      );
      const isRefused =
        answer.status === 403 && ((await answer.json()) as { Code: string }).Code === 'scope_err';
      expect([method, path, isRefused]).toEqual([method, path, !(having as readonly Role[]).includes(role)]);
    }
    await page.context().close();
  });

  test.for(views)('has settings that are readable and keep the policy ($theme, $width px)', async (view) => {
    const visited = await visitAs(open, brand, 'settings', view);
    const { page } = visited;
    await page.getByRole('table', { name: 'Operators' }).waitFor();
    await page.getByText('PostgreSQL 18').waitFor();
    await page.getByText('Verified by the sandbox').waitFor();
    await examine(visited);
    await page.getByRole('button', { name: 'Invite' }).click();
    await page.getByLabel('Email').waitFor();
    await examine(visited);
    await page.context().close();
  });

  test('invites a person, shows the link once, and changes what they may do', async () => {
    const { page } = await visitAs(open, brand, 'settings');
    await page.getByRole('button', { name: 'Invite' }).click();
    await page.getByLabel('Email').fill('not an address');
    const email = 'maria.invited@example.com';
    await page.getByLabel('Email').fill(email);
    await page.getByRole('dialog').getByRole('button', { name: 'Invite' }).click();
    const link = (await page.getByRole('dialog').locator('code').first().textContent()) ?? '';
    expect(link).toMatch(/\/console\/start#invitation_/);
    await page.getByRole('button', { name: 'I have passed it on' }).click();
    expect(await page.content()).not.toContain(link);
    await page.getByRole('button', { name: `Change ${email}` }).click();
    await page.getByRole('dialog').getByText('Compliance').click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Viewer, Compliance').waitFor();
    await page.context().close();
  });
});
