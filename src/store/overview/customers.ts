import type { Deliverability } from '../../domain/customers/address.ts';
import type { KycStatus } from '../../domain/kyc/verification.ts';
import { columns, number, text } from '../columns.ts';
import type { BrandScope } from '../scope.ts';
import { sql } from '../sql.ts';

/** How many customers of a brand there are. States and verdicts that nobody has are left out. */
export interface CustomerCounts {
  readonly total: number;
  readonly kyc: ReadonlyMap<KycStatus, number>;
  readonly deliverability: ReadonlyMap<Deliverability, number>;
  /** From a day, `YYYY-MM-DD`, to the customers created on it. */
  readonly created: ReadonlyMap<string, number>;
}

const counted = columns({
  kind: text<'total' | 'kyc' | 'deliverability' | 'created'>(),
  name: text(),
  count: number(),
});

type CountedKind = 'total' | 'kyc' | 'deliverability' | 'created';

// Each part reads an index only, or a table of counts.
const counts = sql(
  'overview_counts',
  `select 'total' as kind, '' as name, coalesce(sum(count), 0)::int as count
     from customer_counts where brand_id = :brandId
   union all
   select 'kyc', kyc_status, count(*)::int
     from customers where brand_id = :brandId and kyc_status is not null group by kyc_status
   union all
   select 'deliverability', deliverability, count(*)::int
     from customers where brand_id = :brandId and deliverability is not null group by deliverability
   union all
   select 'created', day::text, count from event_days
    where brand_id = :brandId and type = 'customer.created' and day >= :since::date`,
);

/** Counts the customers. It takes a connection of its own, because other reads would wait behind it. */
export async function countCustomers(scope: BrandScope, since: string): Promise<CustomerCounts> {
  const rows = (await counts.run(scope.db, { brandId: scope.brandId, since })).map(counted.read);
  const of = <Name extends string>(kind: CountedKind) =>
    new Map(rows.filter((row) => row.kind === kind).map(({ name, count }) => [name as Name, count]));
  return {
    total: of('total').get('') ?? 0,
    kyc: of('kyc'),
    deliverability: of('deliverability'),
    created: of('created'),
  };
}
