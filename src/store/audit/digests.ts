import type { CustomerId } from '../../domain/ids.ts';
import { columns, id, text } from '../columns.ts';
import type { BrandScope } from '../scope.ts';
import { sql } from '../sql.ts';

/** An entry with digests of a customer's values. It is not proven here. */
export interface DigestEntry {
  readonly customerId: CustomerId;
  readonly body: string;
}

const entry = columns({ customerId: id<CustomerId>(), body: text() });

// In the order of the versions of the customer. Entries of before they named one come first.
const page = sql(
  'audit_digests',
  `select ${entry.list} from (
     select customer_id, body, number as place from audit
      where brand_id = :brandId and customer_id = any (:ids::uuid[]) and position('"digests":' in body) > 0
     union all select customer_id, body, arrived + 1000000000000 from journal
      where brand_id = :brandId and customer_id = any (:ids::uuid[]) and position('"digests":' in body) > 0 and refused_at is null
   ) as entries
   order by customer_id, (substring(body from '"record_version":([0-9]{1,9})'))::int nulls first, place`,
);

/** The entries of customers that have digests of values, the oldest first. */
export const digestEntriesOf = async (
  { db, brandId }: BrandScope,
  ids: readonly CustomerId[],
): Promise<readonly DigestEntry[]> =>
  ids.length === 0 ? [] : (await page.run(db, { brandId, ids })).map(entry.read);

const found = columns({ customerId: id<CustomerId>() });
const next = sql(
  'audit_digests_customers',
  `select customer_id from customers where brand_id = :brandId and customer_id > :after::uuid
   union all select customer_id from deleted_customers where brand_id = :brandId and customer_id > :after::uuid
   order by customer_id limit :most::int`,
);

/** The customers after an id, present and deleted, in the order of their ids. */
export const customersAfter = async (
  { db, brandId }: BrandScope,
  after: string,
  most: number,
): Promise<readonly CustomerId[]> =>
  (await next.run(db, { brandId, after, most })).map((row) => found.read(row).customerId);
