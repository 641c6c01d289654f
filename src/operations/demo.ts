import { createBrand } from './brands.ts';
import type { NewKey } from './keys.ts';
import { createKey } from './keys.ts';
import type { System } from './system.ts';

/** Fills a new sandbox with believable brands and customers. Returns a key of the first brand. */
export async function plantDemo(system: System): Promise<NewKey> {
  const brand = await createBrand(system, 'Universal Exports');
  return createKey(system, brand.brandId, { name: 'demo' });
}
