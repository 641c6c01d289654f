import type { CustomerId } from '../../domain/ids.ts';
import type { MomentPosition } from '../../domain/retention/paging.ts';
import type { HoldStatus } from '../../domain/retention/requests.ts';
import { toPostgres } from '../../domain/time.ts';
import { columns, computed, flag, id } from '../columns.ts';
import type { BrandScope } from '../scope.ts';
import type { Parameters } from '../sql.ts';
import { sql } from '../sql.ts';
import type { ErasureRequest, Hold } from './holds.ts';
import { erasureRequestColumns, holdColumns, holdOf } from './holds.ts';

// Lists over all customers of a brand, present and deleted.

const ofCustomer = columns({ customerId: id<CustomerId>() });

const page = (name: string, where: string) =>
  sql(
    name,
    `select ${ofCustomer.list}, ${holdColumns} from legal_holds
      where brand_id = :brandId and (set_at, hold_id) > (:at::timestamptz, :id::uuid) ${where}
      order by set_at, hold_id limit :most`,
  );

// One statement for each status, because a prepared plan would not use the index of the active ones otherwise.
const listed = {
  any: page('legal_holds_page', ''),
  active: page('legal_holds_page_active', 'and released_at is null'),
  released: page('legal_holds_page_released', 'and released_at is not null'),
} as const;
const listedOfCustomer = page(
  'legal_holds_page_of_customer',
  "and customer_id = :customerId::uuid and (:status::text is null or (released_at is null) = (:status::text = 'active'))",
);

export interface HoldFilter {
  readonly status: HoldStatus | undefined;
  readonly customerId: string | undefined;
}

export type ListedHold = Hold & { readonly customerId: CustomerId };

/** Holds after a position, in the order in which they were set. */
export async function listHolds(
  scope: BrandScope,
  { status, customerId }: HoldFilter,
  after: MomentPosition<'hold'> | undefined,
  most: number,
): Promise<readonly ListedHold[]> {
  const given = { brandId: scope.brandId, ...positionParameters(after), most };
  const rows =
    customerId === undefined
      ? await listed[status ?? 'any'].read(scope.db, given)
      : await listedOfCustomer.read(scope.db, { ...given, customerId, status });
  return rows.map((row) => ({ ...ofCustomer.read(row), ...holdOf(row) }));
}

/** Before the first row of every list. */
const start = { at: '-infinity', id: '00000000-0000-0000-0000-000000000000' } as const;

const positionParameters = (after: MomentPosition<string> | undefined): Parameters =>
  after ? { at: toPostgres(after.at), id: after.id } : start;

const held = columns({
  isHeld: computed(
    // As an "exists" PostgreSQL may read every deleted customer once, which is more than a page of them.
    `coalesce((select d.holds > 0 from deleted_customers d
                where d.brand_id = r.brand_id and d.customer_id = r.customer_id), false)`,
    flag(),
  ),
});

const requests = sql(
  'erasure_requests_page',
  `select ${ofCustomer.list}, ${erasureRequestColumns.list}, ${held.list} from erasure_requests r
    where brand_id = :brandId and (requested_at, erasure_id) > (:at::timestamptz, :id::uuid)
    order by requested_at, erasure_id limit :most`,
);

export interface ListedErasureRequest extends ErasureRequest {
  readonly customerId: CustomerId;
  readonly isHeld: boolean;
}

/** Requests for early erasure after a position, the oldest first. */
export async function listErasureRequests(
  scope: BrandScope,
  after: MomentPosition<'erasure'> | undefined,
  most: number,
): Promise<readonly ListedErasureRequest[]> {
  const given = { brandId: scope.brandId, ...positionParameters(after), most };
  return (await requests.read(scope.db, given)).map((row) => ({
    ...ofCustomer.read(row),
    ...erasureRequestColumns.read(row),
    ...held.read(row),
  }));
}
