import type { Id } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import { columns, id, instant, number, optional, text } from '../columns.ts';
import { statement } from '../connection/database.ts';
import type { IdempotencyClaim, WriteOutcome } from '../idempotency-claim.ts';
import { runWithClaim } from '../idempotency-claim.ts';
import type { BrandScope } from '../scope.ts';
import { sql } from '../sql.ts';
import type { StatementPart } from '../statement-parts.ts';
import { assemble } from '../statement-parts.ts';
import { checkLeaseEnd } from './checks-due.ts';

export type CheckState = 'waiting' | 'running' | 'intact' | 'broken';

/** A check of a brand's audit trail, as it is stored. */
export interface StoredCheck {
  readonly checkId: Id<'audit check'>;
  readonly state: CheckState;
  readonly requestedAt: Instant;
  readonly checked: number;
  readonly entries: number;
  readonly brokenAt: number | undefined;
  readonly hash: string | undefined;
  readonly key: string | undefined;
  readonly finishedAt: Instant | undefined;
  /** Proves the rest (`audit_checks.proof`). */
  readonly proof: string;
}

const check = columns({
  checkId: id<Id<'audit check'>>(),
  state: text<CheckState>(),
  requestedAt: instant(),
  checked: number(),
  entries: number(),
  brokenAt: optional(number()),
  hash: optional(text()),
  key: optional(text()),
  finishedAt: optional(instant()),
  proof: text(),
});

const one = statement('audit_check_read', `select ${check.list} from audit_checks where brand_id = $1`);

export async function readCheck(scope: BrandScope): Promise<StoredCheck | undefined> {
  const [row] = await scope.db.read(one, [scope.brandId]);
  return row && check.read(row);
}

/** Stores a new check in the place of the one before. `stale`: that one was not the last any more. */
export function putCheck(
  scope: BrandScope,
  before: StoredCheck | undefined,
  next: StoredCheck,
  journal: StatementPart,
  claim?: IdempotencyClaim,
): Promise<WriteOutcome> {
  const { query, parameters } = assemble({
    name: 'audit_check_put',
    parameters: {
      brandId: scope.brandId,
      before: before?.checkId,
      checkId: next.checkId,
      state: next.state,
      requestedAt: toPostgres(next.requestedAt),
      proof: next.proof,
    },
    claim,
    gate: 'gate',
    changed: 'changed',
    parts: [journal],
    text: (claimed, rest) => `with gate as (
        select 1 where (select check_id from audit_checks where brand_id = :brandId) is not distinct from :before::uuid
      ), ${claimed} changed as (
        insert into audit_checks (brand_id, check_id, state, requested_at, checked, entries, proof)
        select :brandId, :checkId::uuid, :state, :requestedAt::timestamptz, 0, 0, :proof from ${claimed ? 'claim' : 'gate'}
        on conflict (brand_id) do update
           set check_id = excluded.check_id, state = excluded.state, requested_at = excluded.requested_at, checked = 0,
               entries = 0, broken_at = null, hash = null, key = null, finished_at = null, claimed_until = null,
               proof = excluded.proof
         where audit_checks.check_id is not distinct from :before::uuid
        returning 1 as done), ${rest} result as (select done from changed) select done from result`,
  });
  return runWithClaim(claim, query.run(scope.db, parameters));
}

const step = sql(
  'audit_check_step',
  `update audit_checks set state = :state, checked = :checked, entries = :entries, broken_at = :brokenAt::bigint,
          hash = :hash, key = :key, finished_at = :finishedAt::timestamptz, claimed_until = :until::timestamptz, proof = :proof
    where brand_id = :brandId and check_id = :checkId::uuid returning 1 as done`,
);

/** Stores how far a check has come. False: another one took its place. */
export async function changeCheck(scope: BrandScope, next: StoredCheck, now: Instant): Promise<boolean> {
  const done = await step.run(scope.db, {
    brandId: scope.brandId,
    checkId: next.checkId,
    state: next.state,
    checked: next.checked,
    entries: next.entries,
    brokenAt: next.brokenAt,
    hash: next.hash,
    key: next.key,
    finishedAt: next.finishedAt && toPostgres(next.finishedAt),
    until: next.finishedAt ? undefined : toPostgres(checkLeaseEnd(now)),
    proof: next.proof,
  });
  return done.length > 0;
}
