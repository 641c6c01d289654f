import { Refusal } from '../domain/errors.ts';
import type { BrandId } from '../domain/ids.ts';
import { UnreadableTime } from '../domain/time.ts';
import { brandKeys } from '../store/brands/brand-keys.ts';
import { mayBeInUse } from '../store/brands/root-versions.ts';
import type { Connection, Database } from '../store/connection/database.ts';
import { unavailable } from '../store/connection/outage.ts';
import type { Keyring, SealContext, Vault } from '../vault/vault.ts';
import { isAboutRecord, UnknownKeyVersion, UnknownRootVersion } from '../vault/vault.ts';

export interface Keyrings {
  /** The brand's keyring, from memory while it is fresh. */
  of(brandId: BrandId): Promise<Keyring>;
  /** The brand's keyring, reloaded from the database. */
  reload(brandId: BrandId): Promise<Keyring>;
}

/** Time after which a keyring is reloaded, so that all processes soon use new key versions. */
const freshMs = 30_000;

/** Keyrings are unwrapped once and kept in memory. */
export function openKeyrings(db: Database, vault: Vault): Keyrings {
  const known = new Map<BrandId, { readonly keyring: Promise<Keyring>; readonly until: number }>();

  function reload(brandId: BrandId): Promise<Keyring> {
    const keyring = brandKeys({ brandId, db }).then((keys) => vault.keyring(brandId, keys));
    known.set(brandId, { keyring, until: performance.now() + freshMs });
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
 * An error about a stored record as the answer to a request: the record was altered or damaged outside of this service,
 * or names a version of a key that nobody can have used. Where this machine only lacks a version of the root key, the
 * request may be repeated. Every other error stays as it is.
 */
export async function asRefusal(db: Connection, error: unknown): Promise<unknown> {
  if (error instanceof UnknownRootVersion && (await mayBeInUse(db, error.version))) return unavailable(error);
  const isRecord = isAboutRecord(error) || error instanceof UnreadableTime;
  return isRecord ? new Refusal('record_altered', undefined, { cause: error }) : error;
}

/** Whether this machine lacks a version of the root key that another one should have. */
export const lacksRootVersion = (error: unknown): boolean => error instanceof UnknownRootVersion;

/** Opens one sealed record. */
export const readSealed = (
  keyrings: Keyrings,
  keyring: Keyring,
  context: SealContext,
  sealed: string,
): Promise<string> => withFreshKeyring(keyrings, keyring, (one) => one.open(context, sealed));

/**
 * Opens something with a brand's keyring. If it is under a key version that the keyring does not have, another
 * process has rotated the keys: the keyring is reloaded once and `open` is retried.
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
