import type { BrandId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { plusSeconds, toPostgres } from '../../domain/time.ts';
import { columns, id, text } from '../columns.ts';
import type { Database } from '../connection/database.ts';
import { sql } from '../sql.ts';

// The worker claims due keys of every brand. It then rotates each key under the scope of its brand.

export interface RotationClaim {
  readonly brandId: BrandId;
  readonly kind: 'brand' | 'index';
}

/** Seconds after which a claim expires, unless the worker that holds it renews it. */
export const rotationLease = 60;

const claimed = columns({ brandId: id<BrandId>(), kind: text<RotationClaim['kind']>() }, 'k');

const due = sql(
  'rotation_claim',
  `with newest as (
     select brand_id, kind, max(version) as version, count(*) as versions from brand_keys group by brand_id, kind
   )
   update brand_keys as k set claimed_until = :until::timestamptz from newest
    where (k.brand_id, k.kind, k.version) = (newest.brand_id, newest.kind, newest.version)
      and (newest.versions > 1 or k.created_at <= :before::timestamptz or (k.kind = 'index' and k.index_form < :indexForm::int))
      and (k.claimed_until is null or k.claimed_until <= :now::timestamptz)
   returning ${claimed.list}`,
);

/**
 * Claims rotations that are in progress, or due because the newest key was created at `before` or earlier, or because
 * the values of an index key have older forms than those with number `indexForm`.
 */
export async function claimRotations(
  db: Database,
  now: Instant,
  before: Instant | undefined,
  indexForm: number,
): Promise<readonly RotationClaim[]> {
  const rows = await due.run(db, {
    now: toPostgres(now),
    until: toPostgres(plusSeconds(now, rotationLease)),
    indexForm,
    before: before === undefined ? '-infinity' : toPostgres(before),
  });
  return rows.map(claimed.read);
}
