import type { Deliverability } from '../../domain/customers/address.ts';
import type { KycFilter } from '../../domain/customers/search.ts';
import type { Id } from '../../domain/ids.ts';
import type { ArrivalOrder, Paging } from '../../domain/paging.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import { bigint, columns, flag, number, optional } from '../columns.ts';
import type { Row, Value } from '../connection/database.ts';
import { isOutdatedSql } from '../index-version.ts';
import type { BrandScope } from '../scope.ts';
import type { Parameters, Query } from '../sql.ts';
import { sql } from '../sql.ts';
import type { CustomerRow } from './customers.ts';
import { customerRow, shownColumns } from './customers.ts';

export interface CustomerPage {
  readonly rows: readonly CustomerRow[];
  /** The number of matching customers on all pages. */
  readonly total: number;
  /** The sequence number after which the next page begins, if there is one. */
  readonly next: bigint | undefined;
}

export interface SearchedPage extends CustomerPage {
  /** Whether there is a newer index key. The caller then searches under that key, too. */
  readonly isOutdated: boolean;
}

const place = columns({ seq: optional(bigint()) });
const totals = columns({ total: number() });
const outdated = columns({ outdated: flag() });

/** Returns one row even for an empty page, so that the total is always present. */
const withTotal = (total: string, rows: string): string =>
  `select (${total})::bigint as total, found.* from (select) as once left join lateral (${rows}) as found on true`;

const total = 'select coalesce(sum(count), 0) from customer_counts where brand_id = :brandId';

/** How an order is written: the ends of names of statements, the direction, and what lies behind a position. */
const directions = {
  oldest: { name: '', sort: 'asc', behind: '>', from: '>=', edge: 'bucket * 4096' },
  newest: { name: '_newest', sort: 'desc', behind: '<', from: '<=', edge: 'bucket * 4096 + 4095' },
} as const satisfies Readonly<Record<ArrivalOrder, object>>;

// The counts give the range of sequence numbers in which a page begins and how many customers to skip there. A deep
// page therefore costs no more than the first one.
const byPage = (order: ArrivalOrder): Query => {
  const { name, sort, from, edge } = directions[order];
  return sql(
    `customer_page${name}`,
    `with runs as (
     select bucket, sum(count)::bigint as size from customer_counts where brand_id = :brandId group by bucket
   ), marks as (
     select bucket, size, (sum(size) over (order by bucket ${sort}))::bigint - size as before from runs
   ), start as (
     select ${edge} as seq, :from::bigint - before as skip
       from marks where before <= :from::bigint and :from::bigint < before + size
   )
   ${withTotal(
     'select coalesce(sum(size), 0) from runs',
     `select seq, ${shownColumns} from customers
       where brand_id = :brandId and seq ${from} (
         select seq from customers where brand_id = :brandId and seq ${from} (select seq from start)
          order by seq ${sort} offset (select skip from start) limit 1)
       order by seq ${sort} limit :most`,
   )}`,
  );
};

const afterCursor = (order: ArrivalOrder): Query => {
  const { name, sort, behind } = directions[order];
  const found = `select seq, ${shownColumns} from customers
    where brand_id = :brandId and seq ${behind} :from::bigint order by seq ${sort} limit :most`;
  return sql(`customer_page_after${name}`, withTotal(total, found));
};

const lists = {
  page: { oldest: byPage('oldest'), newest: byPage('newest') },
  cursor: { oldest: afterCursor('oldest'), newest: afterCursor('newest') },
} as const;

/** A page of the brand's customers. */
export async function pageOfCustomers(scope: BrandScope, paging: Paging): Promise<CustomerPage> {
  const query = lists[paging.place.kind][paging.order];
  const given = { brandId: scope.brandId, from: startOf(paging), most: paging.perPage + 1 };
  return pageOf(scope, paging, await query.read(scope.db, given));
}

/** What a customer must match. Personal values are given as blind index values, one for each index key in use. */
export interface CustomerFilter {
  readonly ssn?: readonly Buffer[];
  readonly email?: readonly Buffer[];
  readonly phone?: readonly Buffer[];
  readonly nameAndDob?: readonly Buffer[];
  readonly brandPersonId?: Id<'brand person'>;
  readonly kycStatus?: Exclude<KycFilter, 'none'>;
  readonly isWithoutKyc?: true;
  readonly deliverability?: Deliverability;
  readonly createdFrom?: Instant;
  readonly createdBefore?: Instant;
}

/** A single value becomes an equality, because PostgreSQL plans an equality better than a list of one. */
const isOneOf = (column: string, parameters: readonly string[]): string =>
  parameters.length === 1
    ? `${column} = ${parameters[0]}::bytea`
    : `${column} in (${parameters.map((parameter) => `${parameter}::bytea`).join(', ')})`;

type Condition = (parameter: string | undefined, parameters: readonly string[]) => string;

const conditions: { readonly [Part in keyof Required<CustomerFilter>]: Condition } = {
  // Two conditions, because valid numbers and the sandbox's trigger numbers have separate indexes.
  ssn: (_, parameters) => {
    const isIt = isOneOf('ssn_index', parameters);
    return `(${isIt} and ssn_unique or ${isIt} and not ssn_unique)`;
  },
  email: (_, parameters) => isOneOf('email_index', parameters),
  phone: (_, parameters) => isOneOf('phone_index', parameters),
  nameAndDob: (_, parameters) => isOneOf('name_dob_index', parameters),
  brandPersonId: (parameter) => `brand_person_id = ${parameter}::uuid`,
  kycStatus: (parameter) => `kyc_status = ${parameter}`,
  isWithoutKyc: () => 'kyc_status is null',
  deliverability: (parameter) => `deliverability = ${parameter}`,
  createdFrom: (parameter) => `created_at >= ${parameter}::timestamptz`,
  createdBefore: (parameter) => `created_at < ${parameter}::timestamptz`,
};

const parts = Object.keys(conditions) as readonly (keyof CustomerFilter)[];

const searches = new Map<string, Query>();

/**
 * One prepared statement for each set of filters and numbers of keys. `asked` has the parameter names of each filter,
 * and nothing for one that is not asked.
 */
function searchFor(
  { place: { kind }, order }: Paging,
  asked: readonly (readonly string[] | undefined)[],
): Query {
  const { name: ordered, sort, behind } = directions[order];
  const counts = asked.map((names) => names?.length ?? '').join('_');
  const name = `customer_search_${counts}${kind === 'page' ? '' : '_after'}${ordered}`;
  const known = searches.get(name);
  if (known) return known;
  const wanted = parts.flatMap((part, at) => {
    const parameters = asked[at]?.map((one) => `:${one}`);
    return parameters ? [conditions[part](parameters[0], parameters)] : [];
  });
  const where = ['brand_id = :brandId', ...wanted].join(' and ');
  const [start, end] =
    kind === 'page'
      ? ['', 'offset :from::bigint limit :most']
      : [`and seq ${behind} :from::bigint`, 'limit :most'];
  const page = withTotal(
    `select count(*) from customers where ${where}`,
    `select seq, ${shownColumns} from customers where ${where} ${start} order by seq ${sort} ${end}`,
  );
  const query = sql(
    name,
    `select ${isOutdatedSql(':brandId', ':newest::int')} as outdated, page.* from (${page}) as page`,
  );
  searches.set(name, query);
  return query;
}

/** A page of the customers that match every filter. `newest` is the newest index key of the search. */
export async function pageOfSearch(
  scope: BrandScope,
  filter: CustomerFilter,
  newest: number,
  paging: Paging,
): Promise<SearchedPage> {
  const values = parts.map((part) =>
    askedValues(filter, part)?.map((value, at) => [`${part}${at}`, value] as const),
  );
  const query = searchFor(
    paging,
    values.map((some) => some?.map(([name]) => name)),
  );
  const given: Parameters = {
    brandId: scope.brandId,
    from: startOf(paging),
    most: paging.perPage + 1,
    newest,
    ...Object.fromEntries(values.flatMap((some) => some ?? [])),
  };
  const answered = await query.read(scope.db, given);
  return {
    ...pageOf(scope, paging, answered),
    isOutdated: answered[0] !== undefined && outdated.read(answered[0]).outdated,
  };
}

/** The parameters of a filter, if it has any; `undefined` for one that is not asked. */
function askedValues(filter: CustomerFilter, part: keyof CustomerFilter): readonly Value[] | undefined {
  const asked = filter[part];
  // With one bound PostgreSQL expects a third of the customers, and reads them all. With two it looks at the days.
  if (part === 'createdFrom' && filter.createdBefore && !asked) return ['-infinity'];
  if (part === 'createdBefore' && filter.createdFrom && !asked) return ['infinity'];
  if (asked === undefined) return undefined;
  if (asked === true) return [];
  if (part === 'createdFrom' || part === 'createdBefore') return [toPostgres(asked as Instant)];
  return Array.isArray(asked) ? asked : [asked as Value];
}

/** The number of customers before the page, or the cursor before its first customer. */
const startOf = ({ place, perPage }: Paging): bigint =>
  place.kind === 'page' ? BigInt(place.page - 1) * BigInt(perPage) : place.after;

/** The query reads one row more than the page holds. That row only shows that there is a next page. */
function pageOf(scope: BrandScope, paging: Paging, answered: readonly Row[]): CustomerPage {
  const [first] = answered;
  const found = answered.filter((row) => place.read(row).seq !== undefined);
  const rows = found.slice(0, paging.perPage);
  const last = rows.at(-1);
  const more = found.length > paging.perPage && last !== undefined;
  return {
    rows: rows.map((row) => customerRow(scope, row)),
    total: first ? totals.read(first).total : 0,
    next: more ? place.read(last).seq : undefined,
  };
}
