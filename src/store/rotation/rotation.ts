import type { CustomerId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import { columns, flag, id, instant, named, number, optional, text } from '../columns.ts';
import type { Row } from '../connection/database.ts';
import type { IndexValues } from '../customers/writes.ts';
import type { BrandScope } from '../scope.ts';
import { sql } from '../sql.ts';
import type { SealedColumn } from './sealed-columns.ts';
import { boundSqlOf, defaultBatchSize, indexedTables, sealedColumns } from './sealed-columns.ts';

// The reads and writes of a rotation in one brand. It goes through a table in batches, so that no statement is
// long. After an interruption it starts again. It skips finished records, which it recognises by the version in
// their header.

/** A sealed record as it is stored; an empty text where the row has none. */
export interface StoredRecord {
  /** The value of the row's key column, as text. */
  readonly key: string;
  readonly recordId: string;
  readonly sealNumber: number;
  readonly sealed: string | Buffer;
  /** What it is bound to, as it is stored. */
  readonly bound: string | undefined;
}

export interface Batch<Found> {
  readonly found: readonly Found[];
  /** The key after which the next batch begins; `undefined` at the end of the table. */
  readonly last: string | undefined;
}

const batch = columns({ last: optional(text()), isFound: flag() });

/** Every row gives the end of the batch. A batch without outdated records has one row, with nothing but that end. */
const batchOf = <Found>(rows: readonly Row[], read: (row: Row) => Found): Batch<Found> => ({
  last: rows[0] && batch.read(rows[0]).last,
  found: rows.filter((row) => batch.read(row).isFound).map(read),
});

const outdatedRecord = columns({
  // A table may have a column of the name `key`.
  key: named('row_key', text()),
  recordId: text(),
  sealNumber: named('seal', number()),
  sealed: text(),
});

/** The batch of rows after a key, with the records in it that are under an older key than `version`. */
export async function outdatedRecords(
  scope: BrandScope,
  at: SealedColumn,
  version: number,
  after: string | undefined,
): Promise<Batch<StoredRecord>> {
  const [key, type] = at.key;
  const isBytes = at.type === 'bytea';
  const query = sql(
    `rotation_find_${at.table}_${at.column}${after === undefined ? '' : '_after'}`,
    `with batch as (
       select ${key} as row_key, ${at.recordId} as record_id, ${at.sealCounter ?? 1} as seal, ${at.column} as sealed${at.bound ? `, ${at.bound.list}` : ''}
         from ${at.table} where brand_id = :brandId ${after === undefined ? '' : `and ${key} > :after::${type}`}
        order by ${key} limit :most::int
     )
     select ends.last, rows.row_key is not null as is_found, rows.* from (select (select row_key::text from batch order by row_key desc limit 1) as last) as ends
       left join lateral (
         select row_key::text as row_key, record_id::text as record_id, seal,
                ${isBytes ? "encode(sealed, 'base64')" : 'sealed'} as sealed${at.bound ? `, ${at.bound.names}` : ''}
           from batch where sealed_head(sealed) < version_head(:version::int)) as rows on true`,
  );
  const rows = await query.run(scope.db, {
    brandId: scope.brandId,
    version,
    most: at.batchSize,
    ...(after !== undefined && { after }),
  });
  return batchOf(rows, (row) => {
    const record = { ...outdatedRecord.read(row), bound: at.bound?.read(row) };
    return isBytes ? { ...record, sealed: Buffer.from(record.sealed, 'base64') } : record;
  });
}

/** The batch of rows after a key, whatever key their records are under; a row without a record has an empty one. */
export async function recordsAfter(
  scope: BrandScope,
  at: SealedColumn,
  after: string | undefined,
): Promise<Batch<StoredRecord>> {
  const [key, type] = at.key;
  const query = sql(
    `rotation_all_${at.table}_${at.column}${at.bound?.variant ?? ''}${after === undefined ? '' : '_after'}`,
    `select ${key}::text as row_key, ${at.recordId} as record_id, ${at.sealCounter ?? 1} as seal,
            coalesce(${at.column}, '') as sealed${at.bound ? `, ${at.bound.list}` : ''}
       from ${at.table} where brand_id = :brandId ${after === undefined ? '' : `and ${at.table}.${key} > :after::${type}`}
      order by ${at.table}.${key} limit :most::int`,
  );
  const rows = await query.run(scope.db, {
    brandId: scope.brandId,
    most: at.batchSize,
    ...(after !== undefined && { after }),
  });
  const found = rows.map((row) => ({ ...outdatedRecord.read(row), bound: at.bound?.read(row) }));
  return { found, last: found.length < at.batchSize ? undefined : found.at(-1)?.key };
}

/** A record under the newest key, and the one that it replaces. */
export interface Resealed {
  readonly from: StoredRecord;
  readonly sealed: string | Buffer;
}

/**
 * Replaces records by their re-sealed form. A record that was written since it was read stays as it is. No other
 * column of the row changes, so its version, its dates and the number of the seal stay. Returns the number of replaced records.
 */
export async function putResealed(
  scope: BrandScope,
  at: SealedColumn,
  records: readonly Resealed[],
): Promise<number> {
  if (records.length === 0) return 0;
  const [key, type] = at.key;
  const query = sql(
    `rotation_put_${at.table}_${at.column}`,
    `with fresh as (
       select * from unnest(:keys::${type}[], :names::${at.type}[], :sealed::${at.type}[]) as row (key, name, sealed)
     )
     update ${at.table} set ${at.column} = fresh.sealed
       from fresh where brand_id = :brandId and ${at.table}.${key} = fresh.key and sealed_name(${at.column}) is not distinct from nullif(fresh.name, '')
     returning 1 as done`,
  );
  const rows = await query.run(scope.db, {
    brandId: scope.brandId,
    keys: records.map(({ from }) => from.key),
    names: records.map(({ from }) => literal(name(from.sealed))),
    sealed: records.map(({ sealed }) => literal(sealed)),
  });
  return rows.length;
}

/** The same as the database function `sealed_name`. */
const name = (sealed: string | Buffer): string | Buffer =>
  typeof sealed === 'string' ? sealed.slice(0, 24) : sealed.subarray(0, 17);

const literal = (sealed: string | Buffer): string =>
  typeof sealed === 'string' ? sealed : `\\x${sealed.toString('hex')}`;

/** Tables whose customers are found by blind indexes. */
export type CustomerTable = 'customers' | 'deleted_customers';

/** A customer whose index values are under an older key. */
export interface OutdatedIndex {
  readonly id: CustomerId;
  readonly version: number;
  readonly profile: string;
  readonly profileSeal: number;
  readonly ssn: string | undefined;
  readonly ssnSeal: number;
  /** What the profile is bound to, as it is stored. */
  readonly bound: string;
}

const outdatedIndex = columns({
  id: named('customer_id', id<CustomerId>()),
  profile: text(),
  profileSeal: number(),
  ssn: optional(text()),
});
/** These two are among the columns that a profile is bound to, and are selected with them. */
const alsoBound = columns({ version: number(), ssnSeal: number() });
const profileBound = boundSqlOf('customers.profile');

/** As `outdatedRecords`, for index values. */
export async function outdatedIndexes(
  scope: BrandScope,
  table: CustomerTable,
  version: number,
  after: string | undefined,
): Promise<Batch<OutdatedIndex>> {
  const query = sql(
    `rotation_find_${table}_index${after === undefined ? '' : '_after'}`,
    `with batch as (
       select index_version, ${outdatedIndex.list}, ${profileBound.list} from ${table}
        where brand_id = :brandId ${after === undefined ? '' : 'and customer_id > :after::uuid'} order by customer_id limit :most::int
     )
     select ends.last, rows.customer_id is not null as is_found, rows.* from (select (select customer_id from batch order by customer_id desc limit 1) as last) as ends
       left join lateral (select * from batch where index_version < :version::int) as rows on true`,
  );
  const rows = await query.run(scope.db, {
    brandId: scope.brandId,
    version,
    most: defaultBatchSize,
    ...(after !== undefined && { after }),
  });
  return batchOf(rows, (row) => ({
    ...outdatedIndex.read(row),
    ...alsoBound.read(row),
    bound: profileBound.read(row),
  }));
}

/**
 * Writes customers' index values under the newest key. A customer that has changed since it was read is left for
 * the next batch, because its values may differ. Returns the number of written customers.
 */
export async function putIndexes(
  scope: BrandScope,
  table: CustomerTable,
  indexes: readonly { readonly of: OutdatedIndex; readonly values: IndexValues }[],
): Promise<number> {
  const [first] = indexes;
  if (!first) return 0;
  const column = (of: keyof Pick<IndexValues, 'ssn' | 'email' | 'phone' | 'nameAndDob'>) =>
    indexes.map(({ values }) => (values[of] ? literal(values[of]) : ''));
  const value = (at: string) => `nullif(fresh.${at}, '')::bytea`;
  const query = sql(
    `rotation_put_${table}_index`,
    `with fresh as (
       select * from unnest(:ids::uuid[], :versions::int[], :ssns::text[], :emails::text[], :phones::text[], :names::text[])
         as row (customer_id, version, ssn, email, phone, name_dob)
     )
     update ${table} set index_version = :newest::int, ssn_index = ${value('ssn')}, email_index = ${value('email')},
         phone_index = ${value('phone')}, name_dob_index = ${value('name_dob')}
       from fresh where brand_id = :brandId and ${table}.customer_id = fresh.customer_id
        and ${table}.version = fresh.version and index_version < :newest::int
     returning 1 as done`,
  );
  const rows = await query.run(scope.db, {
    brandId: scope.brandId,
    ids: indexes.map(({ of }) => of.id),
    versions: indexes.map(({ of }) => String(of.version)),
    ssns: column('ssn'),
    emails: column('email'),
    phones: column('phone'),
    names: column('nameAndDob'),
    newest: first.values.version,
  });
  return rows.length;
}

/** What still uses an older key: where, how many records, and until when at the latest. */
export interface KeyUse {
  readonly where: string;
  readonly count: number;
  /** Present if these records expire without a rotation. */
  readonly until?: Instant;
}

const counted = columns({ place: text(), count: number(), until: optional(instant()) });

/**
 * Everything of the brand that is under an older key than `version`. One snapshot counts all of it, so that a row
 * that moves between tables is not missed. The query has no time limit.
 */
export async function countOlderKeyUses(
  scope: BrandScope,
  kind: 'brand' | 'index',
  version: number,
  now: Instant,
): Promise<readonly KeyUse[]> {
  const counts = kind === 'brand' ? sealedColumns.map(recordsSql) : indexedTables.map(indexesSql);
  const rows = await scope.db.script(
    counts
      .map((one) => one.replaceAll('$brand', `'${scope.brandId}'`).replaceAll('$version', String(version)))
      .map((one) => one.replaceAll('$now', `'${toPostgres(now)}'`))
      .join(' union all '),
  );
  return rows
    .map(counted.read)
    .filter(({ count }) => count > 0)
    .map(({ place, count, until }) => ({ where: place, count, ...(until !== undefined && { until }) }));
}

const recordsSql = ({ table, column }: SealedColumn): string =>
  `select '${table}.${column}' as place, count(*), null::text as until from ${table}
    where brand_id = $brand and sealed_head(${column}) < version_head($version)`;

/** Idempotency keys are stored as digests only, so they cannot be moved to a new key. They expire. */
const indexesSql = (table: (typeof indexedTables)[number]): string =>
  table === 'idempotency'
    ? `select 'idempotency.key' as place, count(*), max(expires_at)::text as until from idempotency
        where brand_id = $brand and index_version < $version and expires_at > $now`
    : `select '${table}.index_version' as place, count(*), null::text as until from ${table}
        where brand_id = $brand and index_version < $version`;
