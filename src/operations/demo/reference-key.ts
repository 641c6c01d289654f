import { defaultScopes } from '../../domain/scopes.ts';
import type { PresentedKey } from '../../store/brands/api-keys.ts';
import { listBrands } from '../../store/brands/brands.ts';
import { newSecret } from '../brands/api-keys.ts';
import { digestSecret } from '../principal.ts';
import type { System } from '../system.ts';
import { documentBrand } from './document.ts';

/** A key beside its secret, for filling in the two headers of a request. */
export interface ReferenceKey {
  /** The principal of requests with the key. */
  readonly presented: PresentedKey;
  /** What the `Authorization` header carries. */
  readonly authorization: string;
}

/**
 * The key that a sandbox's reference page contains, so that "send" works at once. Each start makes a new one; it is
 * never stored and ends with the process. It belongs to the demo's first brand, or to the oldest brand without a
 * demo. `undefined` in live, and if there is no brand.
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
      settings: undefined,
      scopes: defaultScopes,
      digest: digestSecret(authorization),
      previousDigest: undefined,
      createdAt: system.now(),
      expiresAt: undefined,
      revokedAt: undefined,
      disabledAt: undefined,
      previousUntil: undefined,
      owner: undefined,
      networks: [],
      createdBy: undefined,
      rotatedBy: undefined,
      version: 1,
      proof: '',
    },
    authorization,
  };
}
