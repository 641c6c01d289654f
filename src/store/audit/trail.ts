import type { BrandId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { columns, flag, hex, instant, named, number, optional, text } from '../columns.ts';
import { statement } from '../connection/database.ts';
import type { BrandScope } from '../scope.ts';

// The audit trail in the order of an export: by number, with its signed checkpoints.

export interface TrailEntry {
  readonly number: number;
  readonly body: string;
  /** Hex. */
  readonly hash: string;
}

const entry = columns({ number: number(), body: text(), hash: hex() });

const entries = statement(
  'trail_entries',
  `select ${entry.list} from audit
    where brand_id = $1 and number > $2 and number <= $3 order by number limit $4`,
);

/** The entries after one number, up to another, in the order of the audit trail. */
export async function trailEntries(
  scope: BrandScope,
  after: number,
  upTo: number,
  most: number,
): Promise<readonly TrailEntry[]> {
  return (await scope.db.run(entries, [scope.brandId, after, upTo, most])).map(entry.read);
}

export interface TrailCheckpoint {
  readonly brand: BrandId;
  readonly number: number;
  /** Hex. */
  readonly hash: string;
  readonly at: Instant;
  readonly key: string;
  readonly signature: string;
}

const checkpoint = columns({
  number: number(),
  hash: hex(),
  at: named('signed_at', instant()),
  key: text(),
  signature: text(),
});

const checkpoints = statement(
  'trail_checkpoints',
  `select ${checkpoint.list} from audit_checkpoints
    where brand_id = $1 and number > $2 and number <= $3 order by number`,
);

/** The checkpoints over the entries after one number, up to another. */
export async function trailCheckpoints(
  scope: BrandScope,
  after: number,
  upTo: number,
): Promise<readonly TrailCheckpoint[]> {
  return (await scope.db.run(checkpoints, [scope.brandId, after, upTo])).map((row) => ({
    brand: scope.brandId,
    ...checkpoint.read(row),
  }));
}

const head = columns({ number: named('audit_number', number()), hash: named('audit_hash', hex()) });

const end = statement('trail_end', `select ${head.list} from journal_heads where brand_id = $1`);

/** Where the brand's trail ends; `undefined` while it has no entry. */
export async function trailEnd(
  scope: BrandScope,
): Promise<{ readonly number: number; readonly hash: string } | undefined> {
  const [row] = await scope.db.run(end, [scope.brandId]);
  return row && head.read(row);
}

const newest = columns({ arrived: optional(text()) });
const remains = columns({ unsequenced: flag() });

const lastArrival = statement(
  'trail_last_unsequenced',
  'select max(arrived)::text as arrived from journal where brand_id = $1',
);
const isUnsequenced = statement(
  'trail_is_unsequenced',
  'select exists (select from journal where brand_id = $1 and arrived <= $2::bigint) as unsequenced',
);

/** The brand's last committed entry without a number, if there is one. */
export async function lastUnsequenced(scope: BrandScope): Promise<string | undefined> {
  const [row] = await scope.db.run(lastArrival, [scope.brandId]);
  return row && newest.read(row).arrived;
}

/** Whether an entry up to `upTo` still has no number. */
export async function hasUnsequencedUpTo(scope: BrandScope, upTo: string): Promise<boolean> {
  const [row] = await scope.db.run(isUnsequenced, [scope.brandId, upTo]);
  return row !== undefined && remains.read(row).unsequenced;
}
