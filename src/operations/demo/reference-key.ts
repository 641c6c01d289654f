import { defaultScopes } from '../../domain/scopes.ts';
import type { PresentedKey } from '../../store/brands/api-keys.ts';
import { listBrands } from '../../store/brands/brands.ts';
import { newSecret } from '../brands/api-keys.ts';
import { digestSecret } from '../principal.ts';
import type { System } from '../system.ts';
import { documentBrand } from './document.ts';

/** A key beside its secret, for filling in the two headers of a request. */
export interface ReferenceKey {
  /** What a request with the key is held against. */
  readonly presented: PresentedKey;
  /** What the `Authorization` header carries. */
  readonly authorization: string;
}

/**
 * The key that a sandbox's reference page is filled with, so that "send" works at once: made anew at each
 * start, never stored, and gone with the process. It belongs to the demo's first brand, or to the oldest
 * brand where there is no demo. `undefined` in live, and where there is no brand.
 */
export async function makeReferenceKey(system: System): Promise<ReferenceKey | undefined> {
  if (system.environment !== 'sandbox') return undefined;
  const brands = await listBrands(system.db);
  const brand = brands.find((one) => one.name === documentBrand.name) ?? brands[0];
  if (!brand) return undefined;
  const authorization = newSecret(system);
  return {
    presented: {
      identity: system.newId<'key'>(),
      name: 'reference page',
      brandId: brand.brandId,
      brandName: brand.name,
      scopes: defaultScopes,
      digest: digestSecret(authorization),
      previousDigest: undefined,
      createdAt: system.now(),
      expiresAt: undefined,
      revokedAt: undefined,
      previousUntil: undefined,
    },
    authorization,
  };
}
