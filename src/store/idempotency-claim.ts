import type { Instant } from '../domain/time.ts';
import { toPostgres } from '../domain/time.ts';
import type { Row, Value } from './connection/database.ts';
import { statement } from './connection/database.ts';
import { isDeadlock, isLockTimeout } from './connection/outage.ts';
import { isOutdatedSql } from './index-version.ts';
import type { BrandScope } from './scope.ts';

/**
 * A change under an Idempotency-Key writes its answer in the same statement as its effect. This is that
 * half of the statement: the claim on the key, and the parameters that it needs.
 */
export interface IdempotencyClaim {
  /** The index key version that both digests are under: the newest. */
  readonly indexVersion: number;
  /** Keyed digest of the key, 32 bytes. */
  readonly key: Buffer;
  /** Keyed digest of the request, 32 bytes. */
  readonly fingerprint: Buffer;
  readonly recordId: string;
  readonly customerId: string | undefined;
  /** The answer, sealed. */
  readonly answer: string;
  readonly now: Instant;
  readonly expiresAt: Instant;
}

export interface ClaimedAnswer {
  readonly indexVersion: number;
  readonly fingerprint: Buffer;
  readonly recordId: string;
  readonly answer: string;
}

const find = statement(
  'idempotency_find',
  `select ${isOutdatedSql('$4::int')} as outdated, found.* from (select) as once left join lateral (
     select encode(fingerprint, 'base64') as fingerprint, record_id, answer, index_version
       from idempotency where brand_id = $1 and key = any ($2::bytea[]) and expires_at > $3) as found on true`,
);

/**
 * The first answer under a key, if a request under it has committed within the last 24 hours. The key comes
 * as its digest under each index key, the newest of which is `newest`; `outdated` says that there is a newer
 * one, under which it should be looked for, too.
 */
export async function findClaim(
  scope: BrandScope,
  keys: readonly Buffer[],
  newest: number,
  now: Instant,
): Promise<ClaimedAnswer | 'outdated' | undefined> {
  const digests = keys.map((key) => `\\x${key.toString('hex')}`);
  const [row] = await scope.db.read(find, [scope.brandId, digests, toPostgres(now), newest]);
  if (row?.['outdated'] === true) return 'outdated';
  if (!row || row['answer'] === null) return undefined;
  return {
    indexVersion: Number(row['index_version']),
    fingerprint: Buffer.from(String(row['fingerprint']), 'base64'),
    recordId: String(row['record_id']),
    answer: String(row['answer']),
  };
}

/**
 * The `claim` CTE, taking its parameters from number `from` on. It reads `gate`, so that a key is claimed
 * only if the change will happen; everything after it reads `claim`, so that the change happens only if the
 * key was free. A concurrent duplicate waits on the index entry and then finds nothing to claim.
 */
export const claimSql = (gate: string, from: number): string => `claim as (
  insert into idempotency (brand_id, key, fingerprint, record_id, customer_id, answer, expires_at, index_version)
  select $1, $${from}::bytea, $${from + 1}::bytea, $${from + 2}::uuid, $${from + 3}::uuid, $${from + 4}::text, $${from + 5}::timestamptz,
         $${from + 7}::int
    from ${gate}
  on conflict (brand_id, key) do update
    set fingerprint = excluded.fingerprint, record_id = excluded.record_id, customer_id = excluded.customer_id,
        answer = excluded.answer, expires_at = excluded.expires_at, index_version = excluded.index_version
    where idempotency.expires_at <= $${from + 6}::timestamptz
  returning 1
)`;

export const claimValues = (claim: IdempotencyClaim): readonly Value[] => [
  claim.key,
  claim.fingerprint,
  claim.recordId,
  claim.customerId ?? null,
  claim.answer,
  toPostgres(claim.expiresAt),
  toPostgres(claim.now),
  claim.indexVersion,
];

/** What became of a change. `stale`: somebody was faster, or the key was used meanwhile. `busy`: it still runs. */
export type WriteOutcome = 'done' | 'stale' | 'busy';

/** Whether a change failed because it waited too long for another request, maybe the one under the same key. */
export function isBusy(claim: IdempotencyClaim | undefined, error: unknown): boolean {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return claim !== undefined && isLockTimeout(cause);
}

/** Runs a change; one that waited too long for another request under the same key reports that. */
export async function settle(
  claim: IdempotencyClaim | undefined,
  work: Promise<readonly Row[]>,
): Promise<WriteOutcome> {
  try {
    const [row] = await work;
    return row ? 'done' : 'stale';
  } catch (error) {
    // Two changes that swap unique values wait for each other; the one given up is decided anew.
    if (isDeadlock(error)) return 'stale';
    if (isBusy(claim, error)) return 'busy';
    throw error;
  }
}

const keepAnswer = statement(
  'idempotency_keep',
  `with gate as (select 1), ${claimSql('gate', 2)} select 1 as done from claim`,
);

/** Keeps the answer of a request that had nothing to change. */
export function keepClaim(scope: BrandScope, claim: IdempotencyClaim): Promise<WriteOutcome> {
  return settle(claim, scope.db.run(keepAnswer, [scope.brandId, ...claimValues(claim)]));
}
