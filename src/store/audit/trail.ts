import type { BrandId, CustomerId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { columns, flag, hex, id, instant, named, number, optional, text } from '../columns.ts';
import type { Connection, Row } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import type { BrandScope } from '../scope.ts';

// The audit trail in the order of an export: by number, with its signed checkpoints.

/** A brand on a database, or in a transaction. */
export interface ConnectedScope {
  readonly brandId: BrandId;
  readonly db: Connection;
}

export interface TrailEntry {
  readonly number: number;
  readonly customerId: CustomerId | undefined;
  readonly body: string;
  /** Hex. */
  readonly hash: string;
}

const entry = columns({
  number: number(),
  customerId: optional(id<CustomerId>()),
  body: text(),
  hash: hex(),
});

const entries = statement(
  'trail_entries',
  `select ${entry.list} from audit
    where brand_id = $1 and number > $2 and number <= $3 order by number limit $4`,
);

/** The entries after one number, up to another, in the order of the audit trail. */
export async function trailEntries(
  scope: ConnectedScope,
  after: number,
  upTo: number,
  most: number,
): Promise<readonly TrailEntry[]> {
  return (await scope.db.run(entries, [scope.brandId, after, upTo, most])).map(entry.read);
}

const sealedReason = columns({ number: number(), reason: text() });

const reasons = statement(
  'trail_reasons',
  `select ${sealedReason.list} from audit
    where brand_id = $1 and number > $2 and number <= $3 and reason is not null`,
);

/** The sealed reasons of the entries after one number, up to another, by number. */
export async function trailReasons(
  { brandId, db }: ConnectedScope,
  after: number,
  upTo: number,
): Promise<ReadonlyMap<number, string>> {
  const rows = await db.run(reasons, [brandId, after, upTo]);
  return new Map(rows.map(sealedReason.read).map(({ number, reason }) => [number, reason]));
}

const isThere = columns({ found: flag() });

const operationAfter = statement(
  'trail_operation_after',
  `select exists (select from audit where brand_id = $1 and number > $2 and position($3 in body) > 0)
       or exists (select from journal where brand_id = $1 and refused_at is null and position($3 in body) > 0) as found`,
);

/** Whether an entry after a number is about an operation; entries without a number count too. */
export async function hasOperationAfter(
  { brandId, db }: ConnectedScope,
  after: number,
  operation: string,
): Promise<boolean> {
  const [row] = await db.run(operationAfter, [brandId, after, `"operation":"${operation}"`]);
  return row !== undefined && isThere.read(row).found;
}

export interface TrailCheckpoint {
  readonly brand: BrandId;
  readonly number: number;
  /** Hex. */
  readonly hash: string;
  readonly at: Instant;
  readonly key: string;
  readonly signature: string;
  readonly previous: { readonly number: number; readonly hash: string } | undefined;
  readonly endorsement: { readonly key: string; readonly signature: string } | undefined;
}

const checkpoint = columns({
  number: number(),
  hash: hex(),
  at: named('signed_at', instant()),
  key: text(),
  signature: text(),
  previousNumber: optional(number()),
  previousHash: optional(hex()),
  formerKey: optional(text()),
  endorsement: optional(text()),
});

function checkpointOf(brand: BrandId, row: Row): TrailCheckpoint {
  const { previousNumber, previousHash = '', formerKey, endorsement = '', ...rest } = checkpoint.read(row);
  return {
    brand,
    ...rest,
    previous: previousNumber === undefined ? undefined : { number: previousNumber, hash: previousHash },
    endorsement: formerKey === undefined ? undefined : { key: formerKey, signature: endorsement },
  };
}

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
  return (await scope.db.run(checkpoints, [scope.brandId, after, upTo])).map((row) =>
    checkpointOf(scope.brandId, row),
  );
}

const newestCheckpoint = statement(
  'trail_last_checkpoint',
  `select ${checkpoint.list} from audit_checkpoints where brand_id = $1 order by number desc limit 1`,
);

/** The brand's newest checkpoint. */
export async function lastCheckpoint(scope: ConnectedScope): Promise<TrailCheckpoint | undefined> {
  const [row] = await scope.db.run(newestCheckpoint, [scope.brandId]);
  return row && checkpointOf(scope.brandId, row);
}

const newest = columns({ arrived: optional(text()) });
const remains = columns({ unsequenced: flag() });

const lastArrival = statement(
  'trail_last_unsequenced',
  'select max(arrived)::text as arrived from journal where brand_id = $1 and refused_at is null',
);
const isUnsequenced = statement(
  'trail_is_unsequenced',
  'select exists (select from journal where brand_id = $1 and arrived <= $2::bigint and refused_at is null) as unsequenced',
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
