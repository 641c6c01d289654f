import type { Instant } from '../domain/time.ts';
import { toPostgres } from '../domain/time.ts';
import { bytes, columns, flag, number, optional, text } from './columns.ts';
import type { Row } from './connection/database.ts';
import { causeOf, isDeadlock, isLockTimeout } from './connection/outage.ts';
import { isOutdatedSql } from './index-version.ts';
import type { BrandScope } from './scope.ts';
import type { Parameters } from './sql.ts';
import { sql } from './sql.ts';

/**
 * A change under an Idempotency-Key writes its answer in the same statement as its effect. This is that
 * half of the statement: the claim on the key, and the parameters that it needs.
 */
export interface IdempotencyClaim {
  /** The index key version of both digests: the newest. */
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
  readonly recordId: string;
  /** `undefined` once the customer of the request is erased. */
  readonly first: { readonly fingerprint: Buffer; readonly answer: string } | undefined;
  /** Whether the customer that the request was about has been deleted since. */
  readonly isDeleted: boolean;
}

const kept = columns({
  indexVersion: number(),
  recordId: text(),
});
const first = columns({ fingerprint: bytes(), answer: text() });
const deleted = columns({ isDeleted: flag() });

const found = columns({ isOutdated: flag(), recordId: optional(text()), answer: optional(text()) });

const find = sql(
  'idempotency_find',
  `select ${isOutdatedSql(':brandId', ':newest::int')} as is_outdated, found.* from (select) as once left join lateral (
     select ${kept.list}, ${first.list}, customer_id is not null and not exists (
              select from customers c where c.brand_id = :brandId and c.customer_id = idempotency.customer_id) as is_deleted
       from idempotency where brand_id = :brandId and key = any (:keys::bytea[]) and expires_at > :now) as found on true`,
);

/**
 * The first answer under a key, if a request under it has committed within the last 24 hours. The key is given as
 * its digest under each index key; `newest` is the newest of these. `outdated`: there is a newer index key, and the
 * caller looks under that one, too.
 */
export async function findClaim(
  scope: BrandScope,
  keys: readonly Buffer[],
  newest: number,
  now: Instant,
): Promise<ClaimedAnswer | 'outdated' | undefined> {
  const digests = keys.map((key) => `\\x${key.toString('hex')}`);
  const given = { brandId: scope.brandId, keys: digests, now: toPostgres(now), newest };
  const [row] = await find.read(scope.db, given);
  if (!row) return undefined;
  const { isOutdated, recordId, answer } = found.read(row);
  if (isOutdated) return 'outdated';
  if (recordId === undefined) return undefined;
  return {
    ...kept.read(row),
    ...deleted.read(row),
    first: answer === undefined ? undefined : first.read(row),
  };
}

/**
 * The `claim` CTE. It reads `gate`, so that a key is claimed only if the change will happen; everything after
 * it reads `claim`, so that the change happens only if the key was free. A concurrent duplicate waits on the
 * index entry and then finds nothing to claim.
 */
export const claimSql = (gate: string): string => `claim as (
  insert into idempotency (brand_id, key, fingerprint, record_id, customer_id, answer, expires_at, index_version)
  select :brandId, :key::bytea, :fingerprint::bytea, :recordId::uuid, :customerId::uuid, :answer::text,
         :expiresAt::timestamptz, :indexVersion::int
    from ${gate}
  on conflict (brand_id, key) do update
    set fingerprint = excluded.fingerprint, record_id = excluded.record_id, customer_id = excluded.customer_id,
        answer = excluded.answer, expires_at = excluded.expires_at, index_version = excluded.index_version
    where idempotency.expires_at <= :now::timestamptz
  returning key
)`;

/** Every parameter of `claimSql` except the brand. */
export const claimParameters = (claim: IdempotencyClaim): Parameters => ({
  key: claim.key,
  fingerprint: claim.fingerprint,
  recordId: claim.recordId,
  customerId: claim.customerId,
  answer: claim.answer,
  expiresAt: toPostgres(claim.expiresAt),
  now: toPostgres(claim.now),
  indexVersion: claim.indexVersion,
});

/**
 * The outcome of a change. `stale`: another change came first, or another request has used the key. `busy`: the
 * first request still runs.
 */
export type WriteOutcome = 'done' | 'stale' | 'busy';

/** Whether a change waited too long for another request, perhaps for one with the same key. */
export const isBusy = (claim: IdempotencyClaim | undefined, error: unknown): boolean =>
  claim !== undefined && isLockTimeout(causeOf(error));

/** Runs a change. Returns `busy` if it waited too long for another request with the same key. */
export async function runWithClaim(
  claim: IdempotencyClaim | undefined,
  work: Promise<readonly Row[]>,
): Promise<WriteOutcome> {
  try {
    const [row] = await work;
    return row ? 'done' : 'stale';
  } catch (error) {
    // Two changes that swap unique values wait for each other. PostgreSQL aborts one, and it is decided again.
    if (isDeadlock(error)) return 'stale';
    if (isBusy(claim, error)) return 'busy';
    throw error;
  }
}

const keepAnswer = sql(
  'idempotency_keep',
  `with gate as (select 1), ${claimSql('gate')} select 1 as done from claim`,
);

/** Stores the answer of a request that had nothing to change. */
export function keepClaim(scope: BrandScope, claim: IdempotencyClaim): Promise<WriteOutcome> {
  return runWithClaim(claim, keepAnswer.run(scope.db, { brandId: scope.brandId, ...claimParameters(claim) }));
}
