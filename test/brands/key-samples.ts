import { randomUUID } from 'node:crypto';
import { createKey } from '../../src/operations/brands/api-keys.ts';
import type { Prepared } from '../contract-samples.ts';
import type { BrandClient } from '../world.ts';

/** A key of the brand, as the API makes it. */
export async function madeKey(brand: BrandClient, body: object = {}) {
  const made = await brand.call('POST', '/keys', { body: { ...newKeyBody(), ...body } });
  if (made.status !== 201) throw new Error(`A key could not be made: ${made.text}`);
  return made.json;
}

const newKeyBody = () => ({ name: `made ${randomUUID()}`, scopes: ['keys:write'] });

/** For every operation on keys a request that succeeds. */
export const keySamples = {
  verifyKey: async (brand: BrandClient): Promise<Prepared> => ({
    method: 'GET',
    path: `/auth/key/${brand.key.identity}`,
    options: {},
  }),
  listKeys: async (): Promise<Prepared> => ({ method: 'GET', path: '/keys', options: {} }),
  createKey: async (): Promise<Prepared> => ({
    method: 'POST',
    path: '/keys',
    options: { body: newKeyBody() },
  }),
  rotateKey: async (brand: BrandClient): Promise<Prepared> => ({
    method: 'POST',
    path: `/keys/${await ownerless(brand)}/rotation`,
    options: { body: { overlap_hours: 2 } },
  }),
  revokeKey: async (brand: BrandClient): Promise<Prepared> => ({
    method: 'POST',
    path: `/keys/${(await madeKey(brand)).identity}/revocation`,
    options: {},
  }),
};

/** A key that an operator made, and that anybody with its scopes may rotate. */
async function ownerless({ system, brandId }: BrandClient): Promise<string> {
  const key = await createKey(system, brandId, { name: `made ${randomUUID()}`, scopes: ['keys:write'] });
  return key.identity;
}
