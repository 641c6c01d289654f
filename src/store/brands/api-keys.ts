import type { BrandId, KeyIdentity } from '../../domain/ids.ts';
import type { Scope } from '../../domain/scopes.ts';
import type { Instant } from '../../domain/time.ts';
import { instantOfPostgres, toPostgres } from '../../domain/time.ts';
import type { NewEntry } from '../audit/journal.ts';
import { operatorEntrySql } from '../audit/journal.ts';
import type { Database, Row } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import type { BrandScope } from '../scope.ts';

/** A key without its secret. */
export interface ApiKey {
  readonly identity: KeyIdentity;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: Instant;
  readonly expiresAt: Instant | undefined;
  readonly revokedAt: Instant | undefined;
  /** Until when the secret before the present one is still good, where a rotation overlaps. */
  readonly previousUntil: Instant | undefined;
}

/** A key as a request needs it: whose it is, and what its secret must digest to. */
export interface PresentedKey extends ApiKey {
  readonly brandId: BrandId;
  readonly brandName: string;
  /** SHA-256, 32 bytes. */
  readonly digest: Buffer;
  readonly previousDigest: Buffer | undefined;
}

const columns =
  'k.identity, k.name, array_to_json(k.scopes) as scopes, k.created_at, k.expires_at, k.revoked_at, k.previous_until';

const byIdentity = statement(
  'api_key_by_identity',
  `select ${columns}, k.brand_id, b.name as brand_name, encode(k.digest, 'base64') as digest,
          encode(k.previous_digest, 'base64') as previous_digest
     from api_keys k join brands b using (brand_id) where k.identity = $1`,
);

/**
 * The key that a request names, whoever it belongs to: its brand is not known before. The one look-up of a
 * tenant's row without a scope.
 */
export async function findKey(db: Database, identity: KeyIdentity): Promise<PresentedKey | undefined> {
  const [row] = await db.read(byIdentity, [identity]);
  if (!row) return undefined;
  return {
    ...apiKey(row),
    brandId: row['brand_id'] as BrandId,
    brandName: String(row['brand_name']),
    digest: Buffer.from(String(row['digest']), 'base64'),
    previousDigest:
      row['previous_digest'] === null ? undefined : Buffer.from(String(row['previous_digest']), 'base64'),
  };
}

function apiKey(row: Row): ApiKey {
  const time = (name: string) => {
    const value = row[name];
    return value === null || value === undefined ? undefined : instantOfPostgres(String(value));
  };
  return {
    identity: row['identity'] as KeyIdentity,
    name: String(row['name']),
    scopes: JSON.parse(String(row['scopes'])) as readonly Scope[],
    createdAt: instantOfPostgres(String(row['created_at'])),
    expiresAt: time('expires_at'),
    revokedAt: time('revoked_at'),
    previousUntil: time('previous_until'),
  };
}

const insert = statement(
  'api_key_insert',
  `with made as (
     insert into api_keys (brand_id, identity, name, scopes, digest, created_at, expires_at)
     values ($1, $2, $3, $4::text[], $5, $6, $7) on conflict (brand_id, name) do nothing returning 1
   ), ${operatorEntrySql('made', 8)} select 1 from made`,
);

/** Stores a new key, and that it was made. False where the brand already has a key of that name. */
export async function insertKey(
  scope: BrandScope,
  key: ApiKey,
  digest: Buffer,
  entry: NewEntry,
): Promise<boolean> {
  const values = [
    scope.brandId,
    key.identity,
    key.name,
    key.scopes,
    digest,
    toPostgres(key.createdAt),
    key.expiresAt ? toPostgres(key.expiresAt) : null,
    entry.body,
  ];
  return (await scope.db.run(insert, values)).length > 0;
}

const all = statement(
  'api_keys_of',
  `select ${columns} from api_keys k where k.brand_id = $1 order by k.created_at, k.name`,
);

export async function listKeys(scope: BrandScope): Promise<readonly ApiKey[]> {
  return (await scope.db.run(all, [scope.brandId])).map(apiKey);
}

const rotate = statement(
  'api_key_rotate',
  `with rotated as (
     update api_keys set previous_digest = digest, previous_until = $3, digest = $4
      where brand_id = $1 and identity = $2 and revoked_at is null returning *
   ), ${operatorEntrySql('rotated', 5)} select ${columns} from rotated k`,
);

/** Gives a key a new secret; the old one stays good until `previousUntil`. */
export async function rotateKey(
  scope: BrandScope,
  identity: KeyIdentity,
  digest: Buffer,
  previousUntil: Instant,
  entry: NewEntry,
): Promise<ApiKey | undefined> {
  const values = [scope.brandId, identity, toPostgres(previousUntil), digest, entry.body];
  const [row] = await scope.db.run(rotate, values);
  return row && apiKey(row);
}

const revoke = statement(
  'api_key_revoke',
  `with revoked as (
     update api_keys set revoked_at = coalesce(revoked_at, $3)
      where brand_id = $1 and identity = $2 returning *
   ), ${operatorEntrySql('revoked', 4)} select ${columns} from revoked k`,
);

/** Ends a key for good. Every process refuses it within a second. */
export async function revokeKey(
  scope: BrandScope,
  identity: KeyIdentity,
  now: Instant,
  entry: NewEntry,
): Promise<ApiKey | undefined> {
  const [row] = await scope.db.run(revoke, [scope.brandId, identity, toPostgres(now), entry.body]);
  return row && apiKey(row);
}
