import type { BrandId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import { columns, computed, id, instant, number, optional } from '../columns.ts';
import type { Connection, Database } from '../connection/database.ts';
import { statement } from '../connection/database.ts';

// The versions of the root key, which serves all brands, and the brand keys under each version.

export interface RootVersion {
  readonly version: number;
  readonly since: Instant;
  /** When a newer version replaced it. */
  readonly retiredAt: Instant | undefined;
  /** The number of brand keys under it. */
  readonly keys: number;
}

const stored = columns({
  version: number(),
  since: instant(),
  retiredAt: optional(instant()),
  keys: computed('(select count(*)::int from brand_keys where root_version = r.version)', number()),
});

const all = statement(
  'root_versions_all',
  `select ${stored.list}
     from root_versions as r order by version`,
);

/** Every version that has not been given up, ascending. The last one is in use. */
export async function rootVersions(db: Connection): Promise<readonly RootVersion[]> {
  return (await db.run(all, [])).map(stored.read);
}

const known = statement(
  'root_version_known',
  `select 1 as known from root_versions having bool_or(version = $1::bigint) or max(version) = $1::bigint - 1`,
);

/**
 * Whether the service may have written something under a version: it is in use and has not been given up, or it is the
 * next one. An operator brings the next version to each machine before it is put in use, so a machine may write under it
 * earlier than another one has it.
 */
export const mayBeInUse = async (db: Connection, version: number): Promise<boolean> =>
  (await db.run(known, [version])).length > 0;

// Held while a root version is created or destroyed, so that processes do it one after the other. The number is
// arbitrary.
const lockExclusively = statement('root_alone', 'select pg_advisory_xact_lock(7203518453)');

/** Runs work on the root key under an exclusive lock, so that only one process does it at a time. */
export function withRootKeyLock<Result>(
  db: Database,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  return db.transaction(async (connection) => {
    await connection.run(lockExclusively, []);
    return work(connection);
  });
}

const retire = statement(
  'root_version_retire',
  'update root_versions set retired_at = $1 where retired_at is null',
);
const insert = statement('root_version_insert', 'insert into root_versions (version, since) values ($1, $2)');
const renew = statement('installation_renew', 'update installation set root_proof = $1');

/** Puts a new root version in use. From now on no brand key is wrapped under an older one. */
export async function insertRootVersion(
  connection: Connection,
  version: number,
  proof: string,
  now: Instant,
): Promise<void> {
  await connection.run(retire, [toPostgres(now)]);
  await connection.run(insert, [version, toPostgres(now)]);
  await connection.run(renew, [proof]);
}

const forget = statement('root_version_forget', 'delete from root_versions where version = $1');

/** Deletes a version that wraps no key. The operator may then destroy its root key. */
export async function deleteRootVersion(connection: Connection, version: number): Promise<void> {
  await connection.run(forget, [version]);
}

const brand = columns({ brandId: id<BrandId>() });

const under = statement(
  'brands_under_root',
  `select distinct ${brand.list} from brand_keys where root_version < $1 and brand_id <> all ($3::uuid[]) limit $2`,
);

/** Brands that have a key under an older root version, without some of them. */
export async function brandsUnderOlderRoot(
  db: Database,
  version: number,
  most: number,
  without: readonly BrandId[],
): Promise<readonly BrandId[]> {
  return (await db.run(under, [version, most, without])).map((row) => brand.read(row).brandId);
}
