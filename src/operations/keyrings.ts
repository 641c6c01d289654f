import type { BrandId } from '../domain/ids.ts';
import { brandKeys } from '../store/brands/brand-keys.ts';
import type { Database } from '../store/connection/database.ts';
import type { Keyring, Place, Vault } from '../vault/vault.ts';
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
  const known = new Map<BrandId, { readonly ring: Promise<Keyring>; readonly until: number }>();

  function reload(brandId: BrandId): Promise<Keyring> {
    const ring = brandKeys({ brandId, db }).then((keys) => vault.keyring(brandId, keys));
    known.set(brandId, { ring, until: performance.now() + freshness });
    ring.catch(() => known.delete(brandId));
    return ring;
  }

  return {
    of(brandId) {
      const kept = known.get(brandId);
      return kept && kept.until > performance.now() ? kept.ring : reload(brandId);
    },
    reload,
  };
}

/**
 * Opens one sealed record. Every text of a person is opened here.
 */
export const readSealed = (
  keyrings: Keyrings,
  ring: Keyring,
  place: Place,
  sealed: string,
): Promise<string> => withFreshRing(keyrings, ring, (one) => one.open(place, sealed));

/**
 * Opens something with a brand's ring. Where it is under a key version that the ring does not know yet,
 * another process has rotated: the ring is read again, once.
 */
export async function withFreshRing<Opened>(
  keyrings: Keyrings,
  ring: Keyring,
  open: (ring: Keyring) => Opened,
): Promise<Opened> {
  try {
    return open(ring);
  } catch (error) {
    if (!(error instanceof UnknownKeyVersion)) throw error;
    return open(await keyrings.reload(ring.brandId as BrandId));
  }
}
