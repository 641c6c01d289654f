import type { CustomerId } from '../../domain/ids.ts';
import type { DeletionPosition } from '../../domain/retention/paging.ts';
import type { ErasureCause } from '../../domain/retention/policy.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import { columns, id, instant, named, number, optional, text } from '../columns.ts';
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
export interface RestrictedBrief extends DeletionPosition {
  readonly kycStatus: string | undefined;
  /** Legal holds that are not released. */
  readonly holds: number;
}

const brief = columns({
  customerId: id<CustomerId>(),
  deletedAt: instant(),
  kycStatus: optional(text()),
  holds: number(),
});

const page = statement(
  'restricted_page',
  `select ${brief.list}
     from deleted_customers deleted
    where brand_id = $1 and ($2::timestamptz is null or (deleted_at, customer_id) > ($2::timestamptz, $3::uuid))
    order by deleted_at, customer_id limit $4`,
);

/** Deleted customers that are not erased, in the order of their deletion. */
export async function listRestricted(
  scope: BrandScope,
  after: DeletionPosition | undefined,
  most: number,
): Promise<readonly RestrictedBrief[]> {
  const position = after ? [toPostgres(after.deletedAt), after.customerId] : [null, null];
  return (await scope.db.read(page, [scope.brandId, ...position, most])).map(brief.read);
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
