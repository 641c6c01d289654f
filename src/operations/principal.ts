import { createHash, timingSafeEqual } from 'node:crypto';
import { Refusal } from '../domain/errors.ts';
import type { BrandId, KeyIdentity, OperatorId } from '../domain/ids.ts';
import { parseId } from '../domain/ids.ts';
import type { Scope } from '../domain/scopes.ts';
import type { Instant } from '../domain/time.ts';
import type { Validation } from '../domain/validation.ts';
import { defaultValidation } from '../domain/validation.ts';
import type { PresentedKey } from '../store/brands/api-keys.ts';
import { findKey } from '../store/brands/api-keys.ts';
import type { Database } from '../store/connection/database.ts';
import type { StoredSession } from '../store/operators/sessions.ts';
import type { Actor } from './journal.ts';
import type { KeyUses } from './key-use.ts';
import type { Keyrings } from './keyrings.ts';
import { asRefusal, withFreshKeyring } from './keyrings.ts';
import { networkCheck } from './networks.ts';
import { checkKey, checkSettings, provenSettings } from './proofs.ts';

/** The caller in one brand: a key, or a person who has signed in to the console. */
export interface Principal {
  readonly brandId: BrandId;
  readonly brandName: string;
  /** Which values the brand takes. */
  readonly validation: Validation;
  /** The key, or the account of the person. */
  readonly identity: KeyIdentity;
  /** The name of the key, or of the person. */
  readonly keyName: string;
  readonly scopes: ReadonlySet<Scope>;
  readonly createdAt: Instant;
  readonly expiresAt: Instant | undefined;
  /** The address of the person behind the key. `undefined`: not known. */
  readonly owner: string | undefined;
  /** Who made the key, and who gave it its secret, by an operation of the API. */
  readonly createdBy: string | undefined;
  readonly rotatedBy: string | undefined;
  /** CIDRs that the key may be used from. Empty: everywhere. */
  readonly networks: readonly string[];
  /** The account of the person who has signed in. `undefined`: a key. */
  readonly person: OperatorId | undefined;
  /** Who acts, as the audit trail names it. */
  readonly actor: Actor;
  /** Present for a person who has signed in. */
  readonly session: StoredSession | undefined;
  /** Whether there is a row of a key. */
  readonly isStored: boolean;
}

/** Milliseconds for which a caller is cached. With half a second, the end of a key or a session takes effect within one second. */
const freshness = 500;
/** Maximum number of cached callers; beyond it the oldest is dropped. */
const capacity = 10_000;

/** Callers that were found, until they are looked up again. */
export function callerCache<Value>() {
  const known = new Map<string, { readonly value: Value; readonly until: number }>();
  return {
    /** `undefined` where it is not known, or not any more. */
    get(key: string): Value | undefined {
      const kept = known.get(key);
      return kept && kept.until > performance.now() ? kept.value : undefined;
    },
    /** Keeps a value, and returns it. */
    keep(key: string, value: Value): Value {
      known.delete(key);
      known.set(key, { value, until: performance.now() + freshness });
      const oldest = known.size > capacity ? known.keys().next().value : undefined;
      if (oldest !== undefined) known.delete(oldest);
      return value;
    },
    forget: (key: string) => known.delete(key),
  };
}

interface Known {
  readonly key: PresentedKey;
  readonly principal: Principal;
  /** Whether the key may be used from a source address. */
  readonly allows: (source: string) => boolean;
}

export interface KeyCheck {
  /**
   * The principal of the two headers of a request from a source address.
   *
   * @throws Refusal `auth_err`, the same for a missing, unknown, wrong, expired, revoked or disabled key, and for one that may
   *   not be used from there.
   */
  authenticate(identity: string | undefined, secret: string | undefined, source: string): Promise<Principal>;
}

/** The refusal of a key that is right, but comes from outside its networks. It may be stolen. */
export class NetworkRefused extends Refusal {
  constructor() {
    super('auth_err');
  }
}

export interface KeyCheckOptions {
  readonly db: Database;
  readonly keyrings: Keyrings;
  readonly now: () => Instant;
  readonly uses?: KeyUses;
  /** A key that exists in memory only, such as the key of the sandbox's reference page. */
  readonly inMemory?: PresentedKey;
}

export function openKeyCheck({ db, keyrings, now, uses, inMemory }: KeyCheckOptions): KeyCheck {
  const known = callerCache<Known>();

  /** @throws Refusal `record_altered` where a row was altered. */
  async function find(identity: KeyIdentity): Promise<Known | undefined> {
    const isInMemory = identity === inMemory?.identity;
    const key = await (isInMemory ? withSettings(inMemory) : findProven(identity)).catch(
      async (error: unknown) => {
        throw await asRefusal(db, error);
      },
    );
    if (!key || key.revokedAt || key.disabledAt) return undefined;
    return known.keep(identity, {
      key,
      principal: principalOf(key, !isInMemory),
      allows: networkCheck(key.networks),
    });
  }

  /** The key with what its brand's operator has set, both as they were written. */
  async function findProven(identity: KeyIdentity): Promise<PresentedKey | undefined> {
    const key = await findKey(db, identity);
    if (!key) return undefined;
    await withFreshKeyring(keyrings, await keyrings.of(key.brandId), (keyring) => {
      checkKey(keyring, key);
      if (key.settings) checkSettings(keyring, key.settings);
    });
    return key;
  }

  const withSettings = async (key: PresentedKey): Promise<PresentedKey> => ({
    ...key,
    settings: await provenSettings({ db, keyrings }, key.brandId),
  });

  function admit({ principal, allows }: Known, source: string): Principal {
    if (!allows(source)) throw new NetworkRefused();
    uses?.note(principal, source);
    return principal;
  }

  return {
    async authenticate(identity, secret, source) {
      const id = identity === undefined ? undefined : parseId<'key'>(identity);
      if (id === undefined || secret === undefined) throw new Refusal('auth_err');
      const digest = digestSecret(secret);
      const kept = known.get(id);
      if (kept && isGood(kept.key, digest, now)) return admit(kept, source);
      // Also if the cached key does not match, because a rotation may just have changed its secret.
      const found = await find(id);
      if (!found || !isGood(found.key, digest, now)) throw new Refusal('auth_err');
      return admit(found, source);
    },
  };
}

/** SHA-256 suffices: a secret has 256 random bits or more, so it cannot be guessed, and every request computes this. */
export const digestSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest();

function isGood(key: PresentedKey, digest: Buffer, now: () => Instant): boolean {
  if (key.expiresAt !== undefined && key.expiresAt <= now()) return false;
  if (timingSafeEqual(key.digest, digest)) return true;
  const overlaps = key.previousDigest && key.previousUntil && now() < key.previousUntil;
  return overlaps === true && timingSafeEqual(key.previousDigest, digest);
}

function principalOf(key: PresentedKey, isStored: boolean): Principal {
  return {
    brandId: key.brandId,
    brandName: key.brandName,
    validation: key.settings?.validation ?? defaultValidation,
    identity: key.identity,
    keyName: key.name,
    scopes: new Set(key.scopes),
    createdAt: key.createdAt,
    expiresAt: key.expiresAt,
    owner: key.owner,
    createdBy: key.createdBy,
    rotatedBy: key.rotatedBy,
    networks: key.networks,
    person: undefined,
    actor: { kind: 'key', id: key.identity },
    session: undefined,
    isStored,
  };
}
