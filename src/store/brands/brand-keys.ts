import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import type { NewEntry } from '../audit/journal.ts';
import { entryParameters, journalSql } from '../audit/journal.ts';
import { columns, instant, named, number, text } from '../columns.ts';
import { statement } from '../connection/database.ts';
import { isLockTimeout } from '../connection/outage.ts';
import type { BrandScope } from '../scope.ts';
import { sql } from '../sql.ts';

/** A key of a brand as it is stored: wrapped by the root key of `rootVersion`. */
export interface StoredKey {
  readonly kind: 'brand' | 'index';
  readonly version: number;
  readonly rootVersion: number;
  readonly wrapped: string;
  /** The number of an index key's forms, by which rotations are scheduled; 1 if absent. */
  readonly indexForm?: number;
}

const stored = columns({
  kind: text<StoredKey['kind']>(),
  version: number(),
  rootVersion: number(),
  wrapped: text(),
});

const keysOf = statement(
  'brand_keys_of',
  `select ${stored.list} from brand_keys where brand_id = $1 order by kind, version`,
);

/** Every key of the brand, older versions first. */
export const brandKeys = async (scope: BrandScope): Promise<readonly StoredKey[]> =>
  (await scope.db.read(keysOf, [scope.brandId])).map(stored.read);

/** A version of a brand's key and its creation time. */
export interface KeyVersion {
  readonly kind: StoredKey['kind'];
  readonly version: number;
  readonly rootVersion: number;
  readonly since: Instant;
  readonly indexForm: number;
}

const versions = columns({
  kind: text<StoredKey['kind']>(),
  version: number(),
  rootVersion: number(),
  since: named('created_at', instant()),
  indexForm: number(),
});

const versionsOf = statement(
  'brand_key_versions',
  `select ${versions.list} from brand_keys where brand_id = $1 order by kind, version`,
);

export const keyVersions = async (scope: BrandScope): Promise<readonly KeyVersion[]> =>
  (await scope.db.run(versionsOf, [scope.brandId])).map(versions.read);

// A change that writes under a key takes this lock in shared mode (see `is_outdated` in the schema). Adding a key
// takes it exclusively.
const lockExclusively = statement(
  'brand_keys_alone',
  'select pg_advisory_xact_lock(uuid_hash_extended($1::uuid, 6))',
);
// Writers queue behind a waiting exclusive lock, so the wait is short. The caller may retry.
const limitLockWait = statement('', "set local lock_timeout = '250ms'");
const add = sql(
  'brand_key_add',
  `with added as (
     insert into brand_keys (brand_id, kind, version, root_version, wrapped, created_at, index_form)
     select :brandId, :kind::text, :version::int, :rootVersion::int, :wrapped::text, :now::timestamptz, :indexForm::int
      where (select array_agg(version) from brand_keys where brand_id = :brandId and kind = :kind::text) = array[:version::int - 1]
     returning 1
   ), ${journalSql('added')} select 1 as done from added`,
);

/**
 * Gives the brand a newer key. When this returns, every change under the older key has ended, and no new change
 * uses it. `superseded`: the brand already has that version, or a rotation is in progress. `busy`: running changes
 * took too long; retry later.
 */
export async function addKey(
  scope: BrandScope,
  key: StoredKey,
  now: Instant,
  entry: NewEntry,
): Promise<'done' | 'superseded' | 'busy'> {
  try {
    return await scope.db.transaction(async (connection) => {
      await connection.run(limitLockWait, []);
      await connection.run(lockExclusively, [scope.brandId]);
      const { brandId } = scope;
      const { kind, version, rootVersion, wrapped, indexForm = 1 } = key;
      const values = { brandId, kind, version, rootVersion, wrapped, indexForm, now: toPostgres(now) };
      const added = await add.run(connection, { ...values, ...entryParameters(entry) });
      return added.length > 0 ? 'done' : 'superseded';
    });
  } catch (error) {
    if (isLockTimeout(error instanceof Error && error.cause !== undefined ? error.cause : error))
      return 'busy';
    throw error;
  }
}

const destroy = sql(
  'brand_keys_destroy',
  `with gone as (
     delete from brand_keys where brand_id = :brandId and kind = :kind and version < :version::int returning version
   ), once as (select 1 from gone limit 1), ${journalSql('once')} select version from gone order by version`,
);

const destroyed = columns({ version: number() });

/** Destroys the keys before a version. The caller makes sure that nothing is sealed under them: it would be lost. */
export async function destroyOlderKeys(
  scope: BrandScope,
  kind: StoredKey['kind'],
  version: number,
  entry: NewEntry,
): Promise<readonly number[]> {
  const { brandId } = scope;
  const rows = await destroy.run(scope.db, { brandId, kind, version, ...entryParameters(entry) });
  return rows.map((row) => destroyed.read(row).version);
}

const rewrap = sql(
  'brand_key_rewrap',
  `update brand_keys set root_version = :rootVersion::int, wrapped = :wrapped
    where brand_id = :brandId and kind = :kind and version = :version::int and root_version < :rootVersion::int`,
);

/**
 * Stores the same key under a newer root version. A key that another process has already re-wrapped stays as it is.
 */
export async function updateWrappedKey(scope: BrandScope, key: StoredKey): Promise<void> {
  const { kind, version, rootVersion, wrapped } = key;
  await rewrap.run(scope.db, { brandId: scope.brandId, kind, version, rootVersion, wrapped });
}

const postpone = statement(
  'brand_key_put_off',
  `update brand_keys set claimed_until = $3 where brand_id = $1 and kind = $2
      and version = (select max(version) from brand_keys where brand_id = $1 and kind = $2)`,
);

/** Keeps workers from claiming the rotation before a time: a worker holds it, or nothing is due until then. */
export async function postponeRotation(
  scope: BrandScope,
  kind: StoredKey['kind'],
  until: Instant,
): Promise<void> {
  await scope.db.run(postpone, [scope.brandId, kind, toPostgres(until)]);
}
