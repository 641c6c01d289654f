import type { BrandClient } from '../world.ts';
import type { Prepared } from './customers.ts';
import { customerPath } from './customers.ts';

export const newConsent = {
  kind: 'consent',
  document: 'Electronic disclosures',
  version: '2026-03',
  digest: '0123456789abcdef'.repeat(4),
  channel: 'app',
  date_given: '2026-03-02T09:30:00Z',
} as const;

/** A customer who agreed to something. */
async function agreedPath(brand: BrandClient): Promise<string> {
  const path = await customerPath(brand);
  await brand.call('POST', `${path}/consents`, { body: newConsent });
  return path;
}

type Sample = (brand: BrandClient) => Promise<Prepared>;

export const consentSamples = {
  recordConsent: async (brand) => ({
    method: 'POST',
    path: `${await customerPath(brand)}/consents`,
    options: { body: newConsent },
  }),
  listConsents: async (brand) => ({
    method: 'GET',
    path: `${await agreedPath(brand)}/consents`,
    options: {},
  }),
  listRestrictedConsents: async (brand) => {
    const path = await agreedPath(brand);
    await brand.call('DELETE', path);
    return { method: 'GET', path: `/restricted-customers/${path.split('/')[2]}/consents`, options: {} };
  },
} satisfies Readonly<Record<string, Sample>>;
