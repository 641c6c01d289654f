import type { BrandId, KeyIdentity } from '../../domain/ids.ts';
import type { Scope } from '../../domain/scopes.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import type { Validation } from '../../domain/validation.ts';
import { bytes, columns, computed, id, instant, named, number, optional, text, words } from '../columns.ts';
import type { Database } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import { violatedIndex } from '../connection/outage.ts';
import type { IdempotencyClaim, WriteOutcome } from '../idempotency-claim.ts';
import { runWithClaim } from '../idempotency-claim.ts';
import type { BrandScope } from '../scope.ts';
import { sql } from '../sql.ts';
import type { StatementPart } from '../statement-parts.ts';
import { assemble } from '../statement-parts.ts';
import type { StoredSettings } from './settings.ts';

/** A key without its secret. */
export interface ApiKey {
  readonly identity: KeyIdentity;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: Instant;
  readonly expiresAt: Instant | undefined;
  readonly revokedAt: Instant | undefined;
  /** Since when a restore has left it disabled. */
  readonly disabledAt: Instant | undefined;
  /** Until when the previous secret is still valid. `undefined`: no rotation overlaps. */
  readonly previousUntil: Instant | undefined;
  /** The e-mail address of the person behind the key, in lower case. */
  readonly owner: string | undefined;
  /** CIDRs of the sources that may use the key. Empty: it may be used from everywhere. */
  readonly networks: readonly string[];
  /** Who made it by an operation of the API: an account or another key. `undefined`: an operator did. */
  readonly createdBy: string | undefined;
  /** Who gave it its secret by an operation of the API. */
  readonly rotatedBy: string | undefined;
}

/** A key as it is stored. */
export interface StoredApiKey extends ApiKey {
  /** Counts the changes. */
  readonly version: number;
  /** SHA-256 of the secret, 32 bytes. */
  readonly digest: Buffer;
  readonly previousDigest: Buffer | undefined;
  /** Proves the rest (`api_keys.proof`). */
  readonly proof: string;
}

/** A key as a request needs it: whose it is, and what its secret must digest to. */
export interface PresentedKey extends StoredApiKey {
  readonly brandId: BrandId;
  readonly brandName: string;
  /** What the operator has set for the brand. `undefined`: nothing. */
  readonly settings: StoredSettings | undefined;
}

const keys = columns(
  {
    identity: id<KeyIdentity>(),
    name: text(),
    scopes: words<Scope>(),
    createdAt: instant(),
    expiresAt: optional(instant()),
    revokedAt: optional(instant()),
    disabledAt: optional(instant()),
    previousUntil: optional(instant()),
    owner: optional(text()),
    networks: words(),
    createdBy: optional(id()),
    rotatedBy: optional(id()),
  },
  'k',
);
const secrets = columns(
  { version: number(), digest: bytes(), previousDigest: optional(bytes()), proof: text() },
  'k',
);
const brand = columns({
  brandId: computed('b.brand_id', id<BrandId>()),
  brandName: computed('b.name', text()),
});

const settings = columns({
  validation: computed('s.validation', optional(text<Validation>())),
  settingsVersion: computed('s.version', optional(number())),
  settingsProof: computed('s.proof', optional(text())),
});

const byIdentity = statement(
  'api_key_by_identity',
  `select ${keys.list}, ${secrets.list}, ${brand.list}, ${settings.list}
     from api_keys k join brands b using (brand_id) left join brand_settings s using (brand_id)
    where k.identity = $1`,
);

/**
 * The key that a request names, of any brand. This is the only look-up of a tenant's row without a scope, because
 * the brand is not known before.
 */
export async function findKey(db: Database, identity: KeyIdentity): Promise<PresentedKey | undefined> {
  const [row] = await db.read(byIdentity, [identity]);
  if (!row) return undefined;
  const { validation, settingsVersion: version = 0, settingsProof: proof = '' } = settings.read(row);
  return {
    ...keys.read(row),
    ...secrets.read(row),
    ...brand.read(row),
    settings: validation === undefined ? undefined : { validation, version, proof },
  };
}

/**
 * Stores a new key, and that it was made. `taken` where the brand already has a key of that name.
 */
export async function insertKey(
  scope: BrandScope,
  key: StoredApiKey,
  journal: StatementPart,
  claim?: IdempotencyClaim,
): Promise<WriteOutcome | 'taken'> {
  const { query, parameters } = assemble({
    name: 'api_key_insert',
    parameters: {
      brandId: scope.brandId,
      identity: key.identity,
      name: key.name,
      scopes: key.scopes,
      digest: key.digest,
      createdAt: toPostgres(key.createdAt),
      expiresAt: key.expiresAt && toPostgres(key.expiresAt),
      owner: key.owner,
      networks: key.networks,
      createdBy: key.createdBy,
      version: key.version,
      proof: key.proof,
    },
    claim,
    gate: 'gate',
    changed: 'changed',
    parts: [journal],
    text: (claimed, rest) => `with gate as (select 1), ${claimed} changed as (
      insert into api_keys (brand_id, identity, name, scopes, digest, created_at, expires_at, owner, networks, created_by, version, proof)
      select :brandId, :identity::uuid, :name, :scopes::text[], :digest::bytea, :createdAt::timestamptz, :expiresAt::timestamptz,
             :owner, :networks::text[], :createdBy::uuid, :version::int, :proof
        from ${claimed ? 'claim' : 'gate'}
      returning 1 as done), ${rest} result as (select done from changed) select done from result`,
  });
  try {
    return await runWithClaim(claim, query.run(scope.db, parameters));
  } catch (error) {
    if (violatedIndex(error) === 'api_keys_brand_id_name_key') return 'taken';
    throw error;
  }
}

const all = statement(
  'api_keys_of',
  `select ${keys.list}, ${secrets.list} from api_keys k where k.brand_id = $1 order by k.created_at, k.name`,
);

export async function listKeys(scope: BrandScope): Promise<readonly StoredApiKey[]> {
  const rows = await scope.db.run(all, [scope.brandId]);
  return rows.map((row) => ({ ...keys.read(row), ...secrets.read(row) }));
}

const counted = columns({ keys: number() });
const count = statement('api_keys_count', 'select count(*) as keys from api_keys where brand_id = $1');

/** How many keys the brand has, revoked ones included. */
export async function countKeys(scope: BrandScope): Promise<number> {
  const [row] = await scope.db.read(count, [scope.brandId]);
  return row ? counted.read(row).keys : 0;
}

const some = statement(
  'api_keys_by_identities',
  `select ${keys.list}, ${secrets.list} from api_keys k where k.brand_id = $1 and k.identity = any ($2::uuid[])`,
);

/** Those of some keys that the brand has, revoked ones included. */
export async function findKeys(
  scope: BrandScope,
  identities: readonly string[],
): Promise<readonly StoredApiKey[]> {
  const rows = await scope.db.run(some, [scope.brandId, identities]);
  return rows.map((row) => ({ ...keys.read(row), ...secrets.read(row) }));
}

/** When a key was used last, and from which address. */
export interface KeyUse {
  readonly usedAt: Instant;
  readonly usedFrom: string;
}

const used = columns({
  identity: id<KeyIdentity>(),
  usedAt: named('last_used_at', instant()),
  usedFrom: named('last_used_from', text()),
});
const allUsed = statement(
  'api_keys_used',
  `select ${used.list} from api_keys where brand_id = $1 and last_used_at is not null`,
);

/** The last use of each key of the brand that was ever used. */
export async function keyUses(scope: BrandScope): Promise<ReadonlyMap<KeyIdentity, KeyUse>> {
  const rows = (await scope.db.run(allUsed, [scope.brandId])).map(used.read);
  return new Map(rows.map(({ identity, ...use }) => [identity, use]));
}

const noteUses = sql(
  'api_keys_note_uses',
  `update api_keys set last_used_at = use.used_at, last_used_from = use.used_from
     from unnest(:identities::uuid[], :at::timestamptz[], :from::text[]) as use (identity, used_at, used_from)
    where brand_id = :brandId and api_keys.identity = use.identity
      and (last_used_at is null or last_used_at < use.used_at)`,
);

/** Notes the last uses of some keys, unless another process has noted a later one. */
export async function noteKeyUses(
  scope: BrandScope,
  uses: readonly (KeyUse & { readonly identity: KeyIdentity })[],
): Promise<void> {
  await noteUses.run(scope.db, {
    brandId: scope.brandId,
    identities: uses.map(({ identity }) => identity),
    at: uses.map(({ usedAt }) => toPostgres(usedAt)),
    from: uses.map(({ usedFrom }) => usedFrom),
  });
}

/**
 * Stores the next version of a key: another secret, its owner, or its end, which every process respects within a second.
 */
export function changeKey(
  scope: BrandScope,
  next: StoredApiKey,
  journal: StatementPart,
  claim?: IdempotencyClaim,
): Promise<WriteOutcome> {
  const { query, parameters } = assemble({
    name: 'api_key_change',
    parameters: {
      brandId: scope.brandId,
      identity: next.identity,
      digest: next.digest,
      previousDigest: next.previousDigest,
      previousUntil: next.previousUntil && toPostgres(next.previousUntil),
      revokedAt: next.revokedAt && toPostgres(next.revokedAt),
      disabledAt: next.disabledAt && toPostgres(next.disabledAt),
      owner: next.owner,
      rotatedBy: next.rotatedBy,
      version: next.version,
      proof: next.proof,
    },
    claim,
    gate: 'held',
    changed: 'changed',
    parts: [journal],
    text: (claimed, rest) => `with held as (
        select 1 from api_keys where brand_id = :brandId and identity = :identity::uuid and version = :version::int - 1 for update
      ), ${claimed} changed as (
        update api_keys set digest = :digest::bytea, previous_digest = :previousDigest::bytea, previous_until = :previousUntil::timestamptz,
               revoked_at = :revokedAt::timestamptz, disabled_at = :disabledAt::timestamptz, owner = :owner,
               rotated_by = :rotatedBy::uuid, version = :version::int, proof = :proof
         where brand_id = :brandId and identity = :identity::uuid and exists (select from ${claimed ? 'claim' : 'held'})
        returning 1 as done), ${rest} result as (select done from changed) select done from result`,
  });
  return runWithClaim(claim, query.run(scope.db, parameters));
}
