import type { BrandId, KeyIdentity } from '../../domain/ids.ts';
import type { Scope } from '../../domain/scopes.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import type { NewEntry } from '../audit/journal.ts';
import { entryParameters, journalSql } from '../audit/journal.ts';
import { bytes, columns, computed, id, instant, optional, text, words } from '../columns.ts';
import type { Database } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import type { BrandScope } from '../scope.ts';
import { sql } from '../sql.ts';

/** A key without its secret. */
export interface ApiKey {
  readonly identity: KeyIdentity;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: Instant;
  readonly expiresAt: Instant | undefined;
  readonly revokedAt: Instant | undefined;
  /** Until when the previous secret is still valid. `undefined`: no rotation overlaps. */
  readonly previousUntil: Instant | undefined;
}

/** A key with its brand and the digest of its secret, as authentication needs it. */
export interface PresentedKey extends ApiKey {
  readonly brandId: BrandId;
  readonly brandName: string;
  /** SHA-256, 32 bytes. */
  readonly digest: Buffer;
  readonly previousDigest: Buffer | undefined;
}

const keys = columns(
  {
    identity: id<KeyIdentity>(),
    name: text(),
    scopes: words<Scope>(),
    createdAt: instant(),
    expiresAt: optional(instant()),
    revokedAt: optional(instant()),
    previousUntil: optional(instant()),
  },
  'k',
);
const proofs = columns({ brandId: id<BrandId>(), digest: bytes(), previousDigest: optional(bytes()) }, 'k');
const brand = columns({ brandName: computed('b.name', text()) });

const byIdentity = statement(
  'api_key_by_identity',
  `select ${keys.list}, ${proofs.list}, ${brand.list}
     from api_keys k join brands b using (brand_id) where k.identity = $1`,
);

/**
 * The key that a request names, of any brand. This is the only look-up of a tenant's row without a scope, because
 * the brand is not known before.
 */
export async function findKey(db: Database, identity: KeyIdentity): Promise<PresentedKey | undefined> {
  const [row] = await db.read(byIdentity, [identity]);
  return row && { ...keys.read(row), ...proofs.read(row), ...brand.read(row) };
}

const insert = sql(
  'api_key_insert',
  `with made as (
     insert into api_keys (brand_id, identity, name, scopes, digest, created_at, expires_at)
     values (:brandId, :identity, :name, :scopes::text[], :digest, :createdAt, :expiresAt)
     on conflict (brand_id, name) do nothing returning 1
   ), ${journalSql('made')} select 1 from made`,
);

/** Stores a new key and its audit entry. False if the brand already has a key of that name. */
export async function insertKey(
  scope: BrandScope,
  key: ApiKey,
  digest: Buffer,
  entry: NewEntry,
): Promise<boolean> {
  const made = await insert.run(scope.db, {
    brandId: scope.brandId,
    identity: key.identity,
    name: key.name,
    scopes: key.scopes,
    digest,
    createdAt: toPostgres(key.createdAt),
    expiresAt: key.expiresAt && toPostgres(key.expiresAt),
    ...entryParameters(entry),
  });
  return made.length > 0;
}

const all = statement(
  'api_keys_of',
  `select ${keys.list} from api_keys k where k.brand_id = $1 order by k.created_at, k.name`,
);

export async function listKeys(scope: BrandScope): Promise<readonly ApiKey[]> {
  return (await scope.db.run(all, [scope.brandId])).map(keys.read);
}

const rotate = sql(
  'api_key_rotate',
  `with rotated as (
     update api_keys set previous_digest = digest, previous_until = :previousUntil, digest = :digest
      where brand_id = :brandId and identity = :identity and revoked_at is null returning *
   ), ${journalSql('rotated')} select ${keys.list} from rotated k`,
);

/** Gives a key a new secret. The old one stays valid until `previousUntil`. */
export async function rotateKey(
  scope: BrandScope,
  identity: KeyIdentity,
  digest: Buffer,
  previousUntil: Instant,
  entry: NewEntry,
): Promise<ApiKey | undefined> {
  const [row] = await rotate.run(scope.db, {
    brandId: scope.brandId,
    identity,
    previousUntil: toPostgres(previousUntil),
    digest,
    ...entryParameters(entry),
  });
  return row && keys.read(row);
}

const revoke = sql(
  'api_key_revoke',
  `with revoked as (
     update api_keys set revoked_at = coalesce(revoked_at, :now)
      where brand_id = :brandId and identity = :identity returning *
   ), ${journalSql('revoked')} select ${keys.list} from revoked k`,
);

/** Revokes a key permanently. Every process refuses it within a second. */
export async function revokeKey(
  scope: BrandScope,
  identity: KeyIdentity,
  now: Instant,
  entry: NewEntry,
): Promise<ApiKey | undefined> {
  const [row] = await revoke.run(scope.db, {
    brandId: scope.brandId,
    identity,
    now: toPostgres(now),
    ...entryParameters(entry),
  });
  return row && keys.read(row);
}
