import type { RetentionPolicy } from '../../domain/retention/policy.ts';
import { defaultPolicy } from '../../domain/retention/policy.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import type { Row } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import type { IdempotencyClaim, WriteOutcome } from '../idempotency-claim.ts';
import { settle } from '../idempotency-claim.ts';
import type { BrandScope } from '../scope.ts';
import type { StatementPart } from '../statement-parts.ts';
import { assemble } from '../statement-parts.ts';

/** The columns of a policy, null where the brand has none of its own. */
export const policyColumns =
  'policy.never_verified_days, policy.not_passed_months, policy.identity_years, policy.documents_years';

export const policyOf = (row: Row | undefined): RetentionPolicy => {
  const number = (name: string, usual: number) => Number(row?.[name] ?? usual);
  return {
    neverVerifiedDays: number('never_verified_days', defaultPolicy.neverVerifiedDays),
    notPassedMonths: number('not_passed_months', defaultPolicy.notPassedMonths),
    identityYears: number('identity_years', defaultPolicy.identityYears),
    documentsYears: number('documents_years', defaultPolicy.documentsYears),
  };
};

const one = statement(
  'retention_policy_read',
  `select ${policyColumns} from retention_policies policy where brand_id = $1`,
);

/** The brand's policy: its own, or the defaults. */
export async function readPolicy(scope: BrandScope): Promise<RetentionPolicy> {
  const [row] = await scope.db.read(one, [scope.brandId]);
  return policyOf(row);
}

/**
 * Gives the brand's policy other numbers, each by itself, so that two who change different ones do not undo each
 * other; and has every restricted record looked at anew.
 */
export function changePolicy(
  scope: BrandScope,
  to: Partial<RetentionPolicy>,
  now: Instant,
  journal: StatementPart,
  claim?: IdempotencyClaim,
): Promise<WriteOutcome> {
  const { neverVerifiedDays, notPassedMonths, identityYears, documentsYears } = defaultPolicy;
  const { query, values } = assemble({
    name: 'retention_policy_change',
    values: [
      scope.brandId,
      // The second parameter is the customer's in every change; a policy is nobody's.
      null,
      to.neverVerifiedDays ?? null,
      to.notPassedMonths ?? null,
      to.identityYears ?? null,
      to.documentsYears ?? null,
      toPostgres(now),
    ],
    claim,
    gate: 'gate',
    changed: 'written',
    parts: [journal],
    text: (claimed, rest) => `
      with gate as (select 1 where $2::uuid is null), ${claimed} written as (
        insert into retention_policies as policy
               (brand_id, never_verified_days, not_passed_months, identity_years, documents_years, changed_at)
        select $1, coalesce($3::int, ${neverVerifiedDays}), coalesce($4::int, ${notPassedMonths}),
               coalesce($5::int, ${identityYears}), coalesce($6::int, ${documentsYears}), $7::timestamptz
          from ${claimed ? 'claim' : 'gate'}
        on conflict (brand_id) do update
          set never_verified_days = coalesce($3::int, policy.never_verified_days),
              not_passed_months = coalesce($4::int, policy.not_passed_months),
              identity_years = coalesce($5::int, policy.identity_years),
              documents_years = coalesce($6::int, policy.documents_years),
              changed_at = excluded.changed_at
        returning 1 as done
      ), looked_at as (
        update deleted_customers set look_at = $7::timestamptz where brand_id = $1 and exists (select from written)
      ), ${rest} result as (select done from written) select done from result`,
  });
  return settle(claim, scope.db.run(query, values));
}
