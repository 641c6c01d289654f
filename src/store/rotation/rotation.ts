import type { CustomerId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { instantOfPostgres, toPostgres } from '../../domain/time.ts';
import { statement } from '../connection/database.ts';
import type { IndexValues } from '../customers/customers.ts';
import type { BrandScope } from '../scope.ts';
import type { SealedColumn } from './sealed-columns.ts';
import { indexedTables, sealedColumns, usualBatchSize } from './sealed-columns.ts';

// What a rotation reads and writes of a brand. It goes through a table in batches, so that no statement is
// long. After an interruption it starts again, and skips what is done, which it tells by the version in the header.

/** A record that is under a key with a successor. */
export interface Outdated {
  /** The value of the row's key column, as text. */
  readonly key: string;
  readonly recordId: string;
  readonly sealNumber: number;
  readonly sealed: string | Buffer;
}

export interface Batch<Found> {
  readonly found: readonly Found[];
  /** The key after which the next batch begins; `undefined` at the end of the table. */
  readonly last: string | undefined;
}

/** The batch of rows after a key, and those among them whose record is under an older key than `version`. */
export async function outdatedRecords(
  scope: BrandScope,
  at: SealedColumn,
  version: number,
  after: string | undefined,
): Promise<Batch<Outdated>> {
  const [key, type] = at.key;
  const isBytes = at.type === 'bytea';
  const query = statement(
    `rotation_find_${at.table}_${at.column}${after === undefined ? '' : '_after'}`,
    `with batch as (
       select ${key} as key, ${at.recordId} as record_id, ${at.sealCounter ?? 1} as seal, ${at.column} as sealed
         from ${at.table} where brand_id = $1 ${after === undefined ? '' : `and ${key} > $4::${type}`}
        order by ${key} limit $3::int
     )
     select ends.last, rows.* from (select (select key::text from batch order by key desc limit 1) as last) as ends
       left join lateral (
         select key::text as key, record_id::text as record_id, seal,
                ${isBytes ? "encode(sealed, 'base64')" : 'sealed'} as sealed
           from batch where sealed_head(sealed) < version_head($2::int)) as rows on true`,
  );
  const rows = await scope.db.run(query, [
    scope.brandId,
    version,
    at.batchSize,
    ...(after === undefined ? [] : [after]),
  ]);
  return {
    last: rows[0]?.['last'] === null ? undefined : String(rows[0]?.['last']),
    found: rows
      .filter((row) => row['key'] !== null)
      .map((row) => ({
        key: String(row['key']),
        recordId: String(row['record_id']),
        sealNumber: Number(row['seal']),
        sealed: isBytes ? Buffer.from(String(row['sealed']), 'base64') : String(row['sealed']),
      })),
  };
}

/** A record under the newest key, and the one that it replaces. */
export interface Resealed {
  readonly from: Outdated;
  readonly sealNumber: number;
  readonly sealed: string | Buffer;
}

/**
 * Replaces records by their re-sealed form. A record that was written meanwhile stays as it is. Nothing else of a row changes, its version and its dates least of all. Returns how many.
 */
export async function putResealed(
  scope: BrandScope,
  at: SealedColumn,
  records: readonly Resealed[],
): Promise<number> {
  if (records.length === 0) return 0;
  const [key, type] = at.key;
  const query = statement(
    `rotation_put_${at.table}_${at.column}`,
    `with fresh as (
       select * from unnest($2::${type}[], $3::int[], $4::${at.type}[], $5::${at.type}[]) as row (key, seal, name, sealed)
     )
     update ${at.table} set ${at.column} = fresh.sealed ${at.sealCounter ? `, ${at.sealCounter} = fresh.seal` : ''}
       from fresh where brand_id = $1 and ${at.table}.${key} = fresh.key and sealed_name(${at.column}) = fresh.name
     returning 1 as done`,
  );
  const rows = await scope.db.run(query, [
    scope.brandId,
    records.map(({ from }) => from.key),
    records.map(({ sealNumber }) => String(sealNumber)),
    records.map(({ from }) => literal(name(from.sealed))),
    records.map(({ sealed }) => literal(sealed)),
  ]);
  return rows.length;
}

/** As the function `sealed_name` of the database has it. */
const name = (sealed: string | Buffer): string | Buffer =>
  typeof sealed === 'string' ? sealed.slice(0, 24) : sealed.subarray(0, 17);

const literal = (sealed: string | Buffer): string =>
  typeof sealed === 'string' ? sealed : `\\x${sealed.toString('hex')}`;

/** Tables whose customers are found by blind indexes. */
export type CustomerTable = 'customers' | 'deleted_customers';

/** A customer whose index values are under a key with a successor. */
export interface OutdatedIndex {
  readonly id: CustomerId;
  readonly version: number;
  readonly profile: string;
  readonly profileSeal: number;
  readonly ssn: string | undefined;
  readonly ssnSeal: number;
}

/** As `outdatedRecords`, for index values. */
export async function outdatedIndexes(
  scope: BrandScope,
  table: CustomerTable,
  version: number,
  after: string | undefined,
): Promise<Batch<OutdatedIndex>> {
  const query = statement(
    `rotation_find_${table}_index${after === undefined ? '' : '_after'}`,
    `with batch as (
       select customer_id, version, index_version, profile, profile_seal, ssn, ssn_seal from ${table}
        where brand_id = $1 ${after === undefined ? '' : 'and customer_id > $4::uuid'} order by customer_id limit $3::int
     )
     select ends.last, rows.* from (select (select customer_id from batch order by customer_id desc limit 1) as last) as ends
       left join lateral (select * from batch where index_version < $2::int) as rows on true`,
  );
  const rows = await scope.db.run(query, [
    scope.brandId,
    version,
    usualBatchSize,
    ...(after === undefined ? [] : [after]),
  ]);
  return {
    last: rows[0]?.['last'] === null ? undefined : String(rows[0]?.['last']),
    found: rows
      .filter((row) => row['customer_id'] !== null)
      .map((row) => ({
        id: String(row['customer_id']) as CustomerId,
        version: Number(row['version']),
        profile: String(row['profile']),
        profileSeal: Number(row['profile_seal']),
        ssn: row['ssn'] === null ? undefined : String(row['ssn']),
        ssnSeal: Number(row['ssn_seal']),
      })),
  };
}

/**
 * Gives customers their index values under the newest key. One who has changed since being read is left to
 * the next look, since the values may be others now. Returns how many were written.
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
  const query = statement(
    `rotation_put_${table}_index`,
    `with fresh as (
       select * from unnest($2::uuid[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[])
         as row (customer_id, version, ssn, email, phone, name_dob)
     )
     update ${table} set index_version = $8::int, ssn_index = ${value('ssn')}, email_index = ${value('email')},
         phone_index = ${value('phone')}, name_dob_index = ${value('name_dob')}
       from fresh where brand_id = $1 and ${table}.customer_id = fresh.customer_id
        and ${table}.version = fresh.version and index_version < $8::int
     returning 1 as done`,
  );
  const rows = await scope.db.run(query, [
    scope.brandId,
    indexes.map(({ of }) => of.id),
    indexes.map(({ of }) => String(of.version)),
    column('ssn'),
    column('email'),
    column('phone'),
    column('nameAndDob'),
    first.values.version,
  ]);
  return rows.length;
}

/** What still needs a key that has a successor: where, how much of it, and until when at the longest. */
export interface Use {
  readonly where: string;
  readonly count: number;
  /** Where it goes by itself. */
  readonly until?: Instant;
}

/**
 * Everything of the brand that is under an older key than `version`. All of it is counted in one snapshot,
 * which a row on its way from one table to another cannot slip through, for as long as it takes.
 */
export async function usesOfOlder(
  scope: BrandScope,
  kind: 'brand' | 'index',
  version: number,
  now: Instant,
): Promise<readonly Use[]> {
  const counts = kind === 'brand' ? sealedColumns.map(recordsSql) : indexedTables.map(indexesSql);
  const rows = await scope.db.script(
    counts
      .map((sql) => sql.replaceAll('$brand', `'${scope.brandId}'`).replaceAll('$version', String(version)))
      .map((sql) => sql.replaceAll('$now', `'${toPostgres(now)}'`))
      .join(' union all '),
  );
  return rows.flatMap((row) => {
    const count = Number(row['count']);
    if (count === 0) return [];
    const until = row['until'];
    return {
      where: String(row['place']),
      count,
      ...(until !== null && { until: instantOfPostgres(String(until)) }),
    };
  });
}

const recordsSql = ({ table, column }: SealedColumn): string =>
  `select '${table}.${column}' as place, count(*), null::text as until from ${table}
    where brand_id = $brand and sealed_head(${column}) < version_head($version)`;

/** Repeats cannot be looked for under a new key, since their keys are known as digests only: they run out. */
const indexesSql = (table: (typeof indexedTables)[number]): string =>
  table === 'idempotency'
    ? `select 'idempotency.key' as place, count(*), max(expires_at)::text as until from idempotency
        where brand_id = $brand and index_version < $version and expires_at > $now`
    : `select '${table}.index_version' as place, count(*), null::text as until from ${table}
        where brand_id = $brand and index_version < $version`;
