import type { Scope } from '../domain/scopes.ts';
import { defaultScopes } from '../domain/scopes.ts';
import type { Instant } from '../domain/time.ts';
import { withOffset } from '../domain/time.ts';
import type { NewKey } from '../operations/brands/api-keys.ts';
import type { Brand } from './command.ts';
import type { Format } from './output.ts';
import { coloured, printNotice } from './output.ts';

// How an API key is shown: for people, and as JSON.

export const keyFacts = (brand: Brand, key: Omit<NewKey, 'authorization'>) => ({
  identity: key.identity,
  name: key.name,
  brand: brand.name,
  bond_brand_id: brand.brandId,
  scopes: key.scopes,
  ...(key.owner !== undefined && { owner: key.owner }),
  ...(key.networks.length > 0 && { networks: key.networks }),
  date_created: withOffset(key.createdAt),
  ...(key.expiresAt && { date_expires: withOffset(key.expiresAt) }),
  ...(key.revokedAt && { date_revoked: withOffset(key.revokedAt) }),
  ...(key.disabledAt && { date_disabled: withOffset(key.disabledAt) }),
  ...(key.previousUntil && { date_previous_secret_ends: withOffset(key.previousUntil) }),
});

export function scopesText(scopes: readonly Scope[]): string {
  const isDefault =
    defaultScopes.length === scopes.length && defaultScopes.every((scope) => scopes.includes(scope));
  return isDefault ? 'the default scopes' : scopes.join(' ');
}

/** A new key as JSON, with its secret. */
export function keyWithSecret(brand: Brand, key: NewKey) {
  const { identity, ...rest } = keyFacts(brand, key);
  return { identity, authorization: key.authorization, ...rest };
}

/** A new key for people, with its secret. */
export const secretText = (key: NewKey): string =>
  `
  Identity       ${key.identity}
  Authorization  ${key.authorization}
  Scopes         ${scopesText(key.scopes)}${key.owner === undefined ? '' : `\n  Owner          ${key.owner}`}${
    key.networks.length === 0 ? '' : `\n  Networks       ${key.networks.join(' ')}`
  }
  Expires        ${key.expiresAt ? minuteText(key.expiresAt) : 'never'}
`;

export function warnAboutSecret(format: Format): void {
  if (format === 'json') return;
  const warning = 'Keep the authorization now: it is stored nowhere and not shown again.';
  printNotice(format, coloured(process.stderr, 'yellow', warning));
}

export const minuteText = (at: Instant): string => `${at.slice(0, 16).replace('T', ' ')} UTC`;
