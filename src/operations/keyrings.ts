import type { BrandId } from '../domain/ids.ts';
import { brandKeys } from '../store/brands/brand-keys.ts';
import type { Database } from '../store/connection/database.ts';
import type { Keyring, SealContext, Vault } from '../vault/vault.ts';
import { UnknownKeyVersion } from '../vault/vault.ts';

export interface Keyrings {
  /** The brand's ring, from memory where it is fresh enough. */
  of(brandId: BrandId): Promise<Keyring>;
  /** The brand's ring as the database has it now. */
  reload(brandId: BrandId): Promise<Keyring>;
}

/** Milliseconds after which a ring is read again, so that new key versions are soon used everywhere. */
const freshness = 30_000;

/** Rings are unwrapped once and kept: no request waits for a key that is at hand. */
export function openKeyrings(db: Database, vault: Vault): Keyrings {
  const known = new Map<BrandId, { readonly keyring: Promise<Keyring>; readonly until: number }>();

  function reload(brandId: BrandId): Promise<Keyring> {
    const keyring = brandKeys({ brandId, db }).then((keys) => vault.keyring(brandId, keys));
    known.set(brandId, { keyring, until: performance.now() + freshness });
    keyring.catch(() => known.delete(brandId));
    return keyring;
  }

  return {
    of(brandId) {
      const kept = known.get(brandId);
      return kept && kept.until > performance.now() ? kept.keyring : reload(brandId);
    },
    reload,
  };
}

/**
 * Opens one sealed record. Every text of a person is opened here.
 */
export const readSealed = (
  keyrings: Keyrings,
  keyring: Keyring,
  place: SealContext,
  sealed: string,
): Promise<string> => withFreshKeyring(keyrings, keyring, (one) => one.open(place, sealed));

/**
 * Opens something with a brand's ring. Where it is under a key version that the ring does not know yet,
 * another process has rotated: the ring is read again, once.
 */
export async function withFreshKeyring<Opened>(
  keyrings: Keyrings,
  keyring: Keyring,
  open: (keyring: Keyring) => Opened,
): Promise<Opened> {
  try {
    return open(keyring);
  } catch (error) {
    if (!(error instanceof UnknownKeyVersion)) throw error;
    return open(await keyrings.reload(keyring.brandId as BrandId));
  }
}
