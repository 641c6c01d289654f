import type { AuditFilter, AuditOrder } from '../../domain/audit/query.ts';
import type { CustomerId } from '../../domain/ids.ts';
import { bigint, columns, computed, flag, hex, id, number, optional, text } from '../columns.ts';
import type { Row } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import type { BrandScope } from '../scope.ts';
import type { Query } from '../sql.ts';
import { sql } from '../sql.ts';

/** An entry as it is stored. */
export interface EntryRow {
  readonly number: bigint;
  readonly customerId: CustomerId | undefined;
  readonly body: string;
  /** Hex. */
  readonly hash: string;
  /** The hash of the entry before it. `undefined`: there is none. */
  readonly previous: string | undefined;
  /** Sealed. */
  readonly reason: string | undefined;
}

export interface EntryPage {
  readonly rows: readonly EntryRow[];
  /** The last entry that was examined. `undefined`: there are no more. */
  readonly last: { readonly number: bigint; readonly at: string } | undefined;
}

export interface EntryQuery {
  /** The customer whose entries are read. `undefined`: all entries of the brand. */
  readonly customerId: CustomerId | undefined;
  readonly filter: AuditFilter;
  readonly order: AuditOrder;
  readonly after: bigint | undefined;
  readonly limit: number;
}

/** Entries examined for one page. A rare match takes more pages, never a longer query. */
const longestLook = 20_000;

/** The time in a stored entry: 26 characters behind `{"at":"`, which sort as text. */
const atSql = `substr(body, 8, 26) collate "C"`;

function pageSql(order: AuditOrder, ofCustomer: boolean): string {
  const [direction, beyond, extreme] = order === 'newest' ? ['desc', '<', 'min'] : ['asc', '>', 'max'];
  return `with seen as materialized (
      select number, customer_id, body, hash, reason from audit
       where brand_id = :brandId and (:after::bigint is null or number ${beyond} :after::bigint)
             ${ofCustomer ? 'and customer_id = :customerId::uuid' : ''}
       order by number ${direction} limit :look
    ), found as (
      select seen.*, (select hash from audit before
                       where before.brand_id = :brandId and before.number = seen.number - 1) as previous
        from seen
       where (:contains::text is null or strpos(body, :contains) > 0)
         and (:containsToo::text is null or strpos(body, :containsToo) > 0)
         and (:from::text is null or ${atSql} >= :from) and (:to::text is null or ${atSql} < :to)
       order by number ${direction} limit :limit
    ), bound as (select count(*) as many, ${extreme}(number) as number from seen)
    select ${bounds.list}, ${entry.list}
      from bound left join found on true order by found.number ${direction}`;
}

const entry = columns(
  {
    number: bigint(),
    customerId: optional(id<CustomerId>()),
    body: text(),
    hash: hex(),
    previous: optional(hex()),
    reason: optional(text()),
  },
  'found',
);
const isFound = columns({ number: optional(text()) });
const bounds = columns({
  many: computed('bound.many', number()),
  bound: computed('bound.number', optional(bigint())),
  boundAt: computed(`(select ${atSql} from seen where seen.number = bound.number)`, optional(text())),
});

const pages: Readonly<Record<string, Query>> = Object.fromEntries(
  (['newest', 'oldest'] as const).flatMap((order) =>
    [true, false].map((ofCustomer) => {
      const name = `audit_page ${order}${ofCustomer ? ' customer' : ''}`;
      return [name, sql(name, pageSql(order, ofCustomer))];
    }),
  ),
);

/** A page of a brand's audit trail, in its order. Entries that do not match the filter are left out. */
export async function readEntries(scope: BrandScope, query: EntryQuery): Promise<EntryPage> {
  const { customerId, filter, order, after, limit } = query;
  const [contains, containsToo] = filter.contains;
  const isNarrow = filter.contains.length > 0 || filter.from !== undefined || filter.to !== undefined;
  const look = isNarrow ? longestLook : limit;
  const page = pages[`audit_page ${order}${customerId === undefined ? '' : ' customer'}`] as Query;
  // Does not use the shared pipeline: a long query would delay the short reads behind it.
  const answered = await page.run(scope.db, {
    brandId: scope.brandId,
    after,
    look,
    contains,
    containsToo,
    from: filter.from,
    to: filter.to,
    limit,
    ...(customerId !== undefined && { customerId }),
  });
  const rows = answered.filter((row) => isFound.read(row).number !== undefined).map(entry.read);
  return { rows, last: lastOf(answered[0], rows, look, limit) };
}

function lastOf(
  first: Row | undefined,
  rows: readonly EntryRow[],
  look: number,
  limit: number,
): EntryPage['last'] {
  const end = rows.at(-1);
  if (end && rows.length === limit) return { number: end.number, at: end.body.slice(7, 33) };
  const { many, bound, boundAt } = first ? bounds.read(first) : {};
  if (many === undefined || many < look || bound === undefined || boundAt === undefined) return undefined;
  return { number: bound, at: boundAt };
}

const answer = columns({ known: flag() });

const known = statement(
  'audit_customer_known',
  `select exists (select from customers where brand_id = $1 and customer_id = $2)
       or exists (select from deleted_customers where brand_id = $1 and customer_id = $2)
       or exists (select from erased_customers where brand_id = $1 and customer_id = $2)
       or exists (select from audit where brand_id = $1 and customer_id = $2) as known`,
);

/** Whether the brand has, or ever had, this customer. */
export async function isCustomerKnown(scope: BrandScope, id: CustomerId): Promise<boolean> {
  const [row] = await scope.db.read(known, [scope.brandId, id]);
  return row !== undefined && answer.read(row).known;
}
