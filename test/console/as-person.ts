import type { Page } from 'playwright-core';
import type { BrandClient } from '../world.ts';
import type { OpenConsole, OpenPage, View } from './open-console.ts';

/**
 * A page of a brand, seen with some scopes. The session is the test's: a key of the brand stands for it in every
 * request. All other answers come from the running system.
 */
export async function visitAs(
  open: OpenConsole,
  brand: BrandClient,
  path: string,
  view?: View,
  scopes: readonly string[] = brand.key.scopes,
): Promise<OpenPage> {
  const visited = await open.visit('/sign-in', view);
  await actAs(visited.page, brand, scopes);
  const { origin } = new URL(visited.page.url());
  await visited.page.goto(`${origin}/console/${slug}/${path}`);
  return visited;
}

const slug = 'brand';

async function actAs(page: Page, brand: BrandClient, scopes: readonly string[]): Promise<void> {
  const session = {
    account: { operator_id: brand.key.identity, name: 'Rosalind Chen', email: 'rosalind@example.com' },
    brands: [
      { bond_brand_id: brand.brandId, name: brand.name, slug, roles: ['developer'], scopes: [...scopes] },
    ],
    environment: 'sandbox',
    confirmed_until: null,
  };
  await page.route('**/api/v0.1/**', (route) =>
    route.continue({ headers: { ...route.request().headers(), ...brand.headers } }),
  );
  await page.route('**/api/v0.1/session', (route) => route.fulfill({ json: session }));
  await page.route('**/api/v0.1/actors', (route) => route.fulfill({ json: { data: [] } }));
}
