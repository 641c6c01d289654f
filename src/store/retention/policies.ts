import type { RetentionPolicy } from '../../domain/retention/policy.ts';
import { defaultPolicy } from '../../domain/retention/policy.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import { columns, number, optional } from '../columns.ts';
import type { Row } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import type { IdempotencyClaim, WriteOutcome } from '../idempotency-claim.ts';
import { runWithClaim } from '../idempotency-claim.ts';
import type { BrandScope } from '../scope.ts';
import type { StatementPart } from '../statement-parts.ts';
import { assemble } from '../statement-parts.ts';

/** The columns of a policy, null where the brand has none of its own. */
export const policies = columns(
  {
    neverVerifiedDays: optional(number()),
    notPassedMonths: optional(number()),
    identityYears: optional(number()),
    documentsYears: optional(number()),
  },
  'policy',
);

export function policyOf(row: Row | undefined): RetentionPolicy {
  const own = row && policies.read(row);
  return {
    neverVerifiedDays: own?.neverVerifiedDays ?? defaultPolicy.neverVerifiedDays,
    notPassedMonths: own?.notPassedMonths ?? defaultPolicy.notPassedMonths,
    identityYears: own?.identityYears ?? defaultPolicy.identityYears,
    documentsYears: own?.documentsYears ?? defaultPolicy.documentsYears,
  };
}

const one = statement(
  'retention_policy_read',
  `select ${policies.list} from retention_policies policy where brand_id = $1`,
);

/** The brand's policy: its own, or the defaults. */
export async function readPolicy(scope: BrandScope): Promise<RetentionPolicy> {
  const [row] = await scope.db.read(one, [scope.brandId]);
  return policyOf(row);
}

/**
 * Changes numbers of the brand's policy. Each number is written by itself, so that concurrent changes of different
 * numbers do not undo each other. Every restricted record becomes due for another check.
 */
export function changePolicy(
  scope: BrandScope,
  to: Partial<RetentionPolicy>,
  now: Instant,
  journal: StatementPart,
  claim?: IdempotencyClaim,
): Promise<WriteOutcome> {
  const usual = defaultPolicy;
  const { query, parameters } = assemble({
    name: 'retention_policy_change',
    parameters: {
      brandId: scope.brandId,
      neverVerifiedDays: to.neverVerifiedDays,
      notPassedMonths: to.notPassedMonths,
      identityYears: to.identityYears,
      documentsYears: to.documentsYears,
      now: toPostgres(now),
    },
    claim,
    gate: 'gate',
    changed: 'written',
    parts: [journal],
    text: (claimed, rest) => `
      with gate as (select 1), ${claimed} written as (
        insert into retention_policies as policy
               (brand_id, never_verified_days, not_passed_months, identity_years, documents_years, changed_at)
        select :brandId, coalesce(:neverVerifiedDays::int, ${usual.neverVerifiedDays}),
               coalesce(:notPassedMonths::int, ${usual.notPassedMonths}),
               coalesce(:identityYears::int, ${usual.identityYears}),
               coalesce(:documentsYears::int, ${usual.documentsYears}), :now::timestamptz
          from ${claimed ? 'claim' : 'gate'}
        on conflict (brand_id) do update
          set never_verified_days = coalesce(:neverVerifiedDays::int, policy.never_verified_days),
              not_passed_months = coalesce(:notPassedMonths::int, policy.not_passed_months),
              identity_years = coalesce(:identityYears::int, policy.identity_years),
              documents_years = coalesce(:documentsYears::int, policy.documents_years),
              changed_at = excluded.changed_at
        returning 1 as done
      ), looked_at as (
        update deleted_customers set look_at = :now::timestamptz where brand_id = :brandId and exists (select from written)
      ), ${rest} result as (select done from written) select done from result`,
  });
  return runWithClaim(claim, query.run(scope.db, parameters));
}
