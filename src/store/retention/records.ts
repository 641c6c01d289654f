import type { CustomerId } from '../../domain/ids.ts';
import type { DeletionPosition } from '../../domain/retention/paging.ts';
import type { ErasureCause } from '../../domain/retention/policy.ts';
import type { Instant } from '../../domain/time.ts';
import { instantOfPostgres, toPostgres } from '../../domain/time.ts';
import { statement } from '../connection/database.ts';
import type { CustomerRow } from '../customers/customers.ts';
import { customerRow, shownColumns } from '../customers/customers.ts';
import type { BrandScope } from '../scope.ts';

// Deleted customers, which no other file reads for showing them.

const one = statement(
  'restricted_read',
  `select ${shownColumns} from deleted_customers where brand_id = $1 and customer_id = $2`,
);

export async function readRestricted(scope: BrandScope, id: CustomerId): Promise<CustomerRow | undefined> {
  const [row] = await scope.db.read(one, [scope.brandId, id]);
  return row && customerRow(scope, row);
}

/** A deleted customer without anything of the person. */
export interface RestrictedBrief extends DeletionPosition {
  readonly kycStatus: string | undefined;
  readonly isHeld: boolean;
}

const page = statement(
  'restricted_page',
  `select customer_id, deleted_at, kyc_status,
     exists (select from legal_holds hold where hold.brand_id = deleted.brand_id
       and hold.customer_id = deleted.customer_id and hold.released_at is null) as is_held
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
  const place = after ? [toPostgres(after.deletedAt), after.customerId] : [null, null];
  return (await scope.db.read(page, [scope.brandId, ...place, most])).map((row) => ({
    customerId: row['customer_id'] as CustomerId,
    deletedAt: instantOfPostgres(String(row['deleted_at'])),
    kycStatus: row['kyc_status'] === null ? undefined : String(row['kyc_status']),
    isHeld: row['is_held'] === true,
  }));
}

/** What is left of an erased customer. */
export interface Tombstone {
  readonly deletedAt: Instant;
  readonly erasedAt: Instant;
  readonly because: ErasureCause;
}

const tombstone = statement(
  'erased_read',
  'select deleted_at, erased_at, because from erased_customers where brand_id = $1 and customer_id = $2',
);

export async function readTombstone(scope: BrandScope, id: CustomerId): Promise<Tombstone | undefined> {
  const [row] = await scope.db.read(tombstone, [scope.brandId, id]);
  return (
    row && {
      deletedAt: instantOfPostgres(String(row['deleted_at'])),
      erasedAt: instantOfPostgres(String(row['erased_at'])),
      because: row['because'] as ErasureCause,
    }
  );
}
