import type { BrandId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { plusSeconds, toPostgres } from '../../domain/time.ts';
import type { Database } from '../connection/database.ts';
import { statement } from '../connection/database.ts';

// The worker asks for the keys that are due, of every brand; what it then re-keys it does under that
// brand's scope.

export interface RotationClaim {
  readonly brandId: BrandId;
  readonly kind: 'brand' | 'index';
}

/** Seconds after which a claim expires, unless the worker that holds it renews it. */
export const rotationLease = 60;

const due = statement(
  'rotation_claim',
  `with newest as (
     select brand_id, kind, max(version) as version, count(*) as versions from brand_keys group by brand_id, kind
   )
   update brand_keys as k set claimed_until = $2::timestamptz from newest
    where (k.brand_id, k.kind, k.version) = (newest.brand_id, newest.kind, newest.version)
      and (newest.versions > 1 or k.created_at <= $3::timestamptz)
      and (k.claimed_until is null or k.claimed_until <= $1::timestamptz)
   returning k.brand_id, k.kind`,
);

/** Claims the rotations that are under way, or due because the newest key is from `before` or older. */
export async function claimRotations(
  db: Database,
  now: Instant,
  before: Instant | undefined,
): Promise<readonly RotationClaim[]> {
  const until = toPostgres(plusSeconds(now, rotationLease));
  const rows = await db.run(due, [
    toPostgres(now),
    until,
    before === undefined ? '-infinity' : toPostgres(before),
  ]);
  return rows.map((row) => ({
    brandId: row['brand_id'] as BrandId,
    kind: row['kind'] as RotationClaim['kind'],
  }));
}
