import type { AuditFilter, AuditOrder } from '../../domain/audit/query.ts';
import type { CustomerId } from '../../domain/ids.ts';
import type { Statement, Value } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import type { BrandScope } from '../scope.ts';
import type { StatementPart } from '../statement-parts.ts';

/** An entry as it is stored. */
export interface EntryRow {
  readonly number: bigint;
  readonly body: string;
  /** Hex. */
  readonly hash: string;
  /** Sealed. */
  readonly reason: string | undefined;
}

export interface EntryPage {
  readonly rows: readonly EntryRow[];
  /** The last entry that was looked at, where there may be more behind it. */
  readonly last: { readonly number: bigint; readonly at: string } | undefined;
}

export interface EntryQuery {
  /** One customer's entries, or all of the brand. */
  readonly customerId: CustomerId | undefined;
  readonly filter: AuditFilter;
  readonly order: AuditOrder;
  readonly after: bigint | undefined;
  readonly limit: number;
}

/** Entries looked at for one page: what is rare takes more pages, never longer. */
const longestLook = 20_000;

/** Where a stored entry says when: behind `{"at":"`, in 26 characters that sort as text. */
const atSql = `substr(body, 8, 26) collate "C"`;

function pageSql(order: AuditOrder, ofCustomer: boolean): string {
  const [direction, beyond, extreme] = order === 'newest' ? ['desc', '<', 'min'] : ['asc', '>', 'max'];
  return `with seen as materialized (
      select number, body, hash, reason from audit
       where brand_id = $1 and ($2::bigint is null or number ${beyond} $2::bigint) ${ofCustomer ? 'and customer_id = $9::uuid' : ''}
       order by number ${direction} limit $3
    ), found as (
      select * from seen
       where ($4::text is null or strpos(body, $4) > 0) and ($5::text is null or strpos(body, $5) > 0)
         and ($6::text is null or ${atSql} >= $6) and ($7::text is null or ${atSql} < $7)
       order by number ${direction} limit $8
    ), bound as (select count(*) as many, ${extreme}(number) as number from seen)
    select bound.many, bound.number as bound, (select ${atSql} from seen where seen.number = bound.number) as bound_at,
           found.number, found.body, encode(found.hash, 'hex') as hash, found.reason
      from bound left join found on true order by found.number ${direction}`;
}

const pages: Readonly<Record<string, Statement>> = Object.fromEntries(
  (['newest', 'oldest'] as const).flatMap((order) =>
    [true, false].map((ofCustomer) => {
      const name = `audit_page ${order}${ofCustomer ? ' customer' : ''}`;
      return [name, statement(name, pageSql(order, ofCustomer))];
    }),
  ),
);

/** A page of a brand's trail, in the order of the trail. What does not fit the filter is left out. */
export async function readEntries(scope: BrandScope, query: EntryQuery): Promise<EntryPage> {
  const { customerId, filter, order, after, limit } = query;
  const [one, other] = filter.contains;
  const isNarrow = filter.contains.length > 0 || filter.from !== undefined || filter.to !== undefined;
  const look = isNarrow ? longestLook : limit;
  const values: Value[] = [scope.brandId, after ?? null, look, one ?? null, other ?? null];
  values.push(filter.from ?? null, filter.to ?? null, limit);
  if (customerId !== undefined) values.push(customerId);
  const page = pages[`audit_page ${order}${customerId === undefined ? '' : ' customer'}`] as Statement;
  // Not down the shared pipeline: a long look would hold up the short reads behind it.
  const answered = await scope.db.run(page, values);
  const rows = answered
    .filter((row) => row['number'] !== null)
    .map((row) => ({
      number: BigInt(String(row['number'])),
      body: String(row['body']),
      hash: String(row['hash']),
      reason: row['reason'] === null ? undefined : String(row['reason']),
    }));
  return { rows, last: lastOf(answered[0], rows, look, limit) };
}

function lastOf(
  first: Readonly<Record<string, unknown>> | undefined,
  rows: readonly EntryRow[],
  look: number,
  limit: number,
): EntryPage['last'] {
  const end = rows.at(-1);
  if (end && rows.length === limit) return { number: end.number, at: end.body.slice(7, 33) };
  if (!first || Number(first['many']) < look) return undefined;
  return { number: BigInt(String(first['bound'])), at: String(first['bound_at']) };
}

const known = statement(
  'audit_customer_known',
  `select exists (select from customers where brand_id = $1 and customer_id = $2)
       or exists (select from deleted_customers where brand_id = $1 and customer_id = $2)
       or exists (select from audit where brand_id = $1 and customer_id = $2) as known`,
);

/** Whether the brand has, or ever had, this customer. */
export async function isCustomerKnown(scope: BrandScope, id: CustomerId): Promise<boolean> {
  const [row] = await scope.db.read(known, [scope.brandId, id]);
  return row?.['known'] === true;
}

/** Commits an entry about a customer that is there in this version; false, and nothing, where it is not. */
export async function noteAbout(
  scope: BrandScope,
  id: CustomerId,
  version: number,
  part: StatementPart,
): Promise<boolean> {
  const text = `with gate as (
      select 1 from customers where brand_id = $1 and customer_id = $2::uuid and version = $3::int for share
    ), ${part.sql('gate', 4)} select 1 as done from gate`;
  const values = [scope.brandId, id, version, ...part.values];
  return (await scope.db.run(statement(`about ${part.name}`, text), values)).length > 0;
}
