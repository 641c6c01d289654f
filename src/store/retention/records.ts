import type { CustomerId } from '../../domain/ids.ts';
import type { DeletionOrder, MomentPosition } from '../../domain/retention/paging.ts';
import type { ErasureCause } from '../../domain/retention/policy.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import { columns, computed, flag, id, instant, named, optional, text } from '../columns.ts';
import { statement } from '../connection/database.ts';
import type { CustomerRow } from '../customers/customers.ts';
import { customerRow, shownColumns } from '../customers/customers.ts';
import type { BrandScope } from '../scope.ts';

// Deleted customers. No other file reads them for an answer.

const deletion = columns({
  deletedAt: instant(),
  proof: named('deletion', text()),
  ssn: optional(text()),
  auditKey: optional(text()),
});

const one = statement(
  'restricted_read',
  `select ${shownColumns}, ${deletion.list} from deleted_customers where brand_id = $1 and customer_id = $2`,
);

/** A deleted customer as stored. */
export interface RestrictedRow {
  readonly row: CustomerRow;
  readonly deletedAt: Instant;
  /** Proves the moment of the deletion (`deleted_customers.deletion`). */
  readonly proof: string;
  /** Sealed, as is the next one. */
  readonly ssn: string | undefined;
  readonly auditKey: string | undefined;
}

export async function readRestricted(scope: BrandScope, id: CustomerId): Promise<RestrictedRow | undefined> {
  const [row] = await scope.db.read(one, [scope.brandId, id]);
  return row && { row: customerRow(scope, row), ...deletion.read(row) };
}

/** A deleted customer without personal data. */
export interface RestrictedBrief extends MomentPosition<'customer'> {
  readonly kycStatus: string | undefined;
  /** Whether a request for early erasure waits. */
  readonly isErasureRequested: boolean;
}

const brief = columns({
  id: named('customer_id', id<CustomerId>()),
  at: named('deleted_at', instant()),
  kycStatus: optional(text()),
  isErasureRequested: computed(
    // As an "exists" PostgreSQL may read every request once, which is more than a page of them.
    `(select true from erasure_requests r
       where r.brand_id = deleted.brand_id and r.customer_id = deleted.customer_id limit 1) is not null`,
    flag(),
  ),
});

const page = (name: string, isAfter: '<' | '>', order: 'asc' | 'desc') =>
  statement(
    name,
    `select ${brief.list}
       from deleted_customers deleted
      where brand_id = $1 and ($2::timestamptz is null or (deleted_at, customer_id) ${isAfter} ($2::timestamptz, $3::uuid))
      order by deleted_at ${order}, customer_id ${order} limit $4`,
  );
const pages = {
  oldest: page('restricted_page', '>', 'asc'),
  newest: page('restricted_page_newest', '<', 'desc'),
} as const;

/** Deleted customers that are not erased, in the order of their deletion or the other way round. */
export async function listRestricted(
  scope: BrandScope,
  order: DeletionOrder,
  after: MomentPosition<'customer'> | undefined,
  most: number,
): Promise<readonly RestrictedBrief[]> {
  const position = after ? [toPostgres(after.at), after.id] : [null, null];
  return (await scope.db.read(pages[order], [scope.brandId, ...position, most])).map(brief.read);
}

/** The tombstone of an erased customer. */
export interface Tombstone {
  readonly deletedAt: Instant;
  readonly erasedAt: Instant;
  readonly because: ErasureCause;
}

const left = columns({ deletedAt: instant(), erasedAt: instant(), because: text<ErasureCause>() });

const tombstone = statement(
  'erased_read',
  `select ${left.list} from erased_customers where brand_id = $1 and customer_id = $2`,
);

export async function readTombstone(scope: BrandScope, id: CustomerId): Promise<Tombstone | undefined> {
  const [row] = await scope.db.read(tombstone, [scope.brandId, id]);
  return row && left.read(row);
}
