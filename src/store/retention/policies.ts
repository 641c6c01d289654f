import type { RetentionPolicy } from '../../domain/retention/policy.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import { columns, number, text } from '../columns.ts';
import { statement } from '../connection/database.ts';
import type { IdempotencyClaim, WriteOutcome } from '../idempotency-claim.ts';
import { runWithClaim } from '../idempotency-claim.ts';
import type { BrandScope } from '../scope.ts';
import { sql } from '../sql.ts';
import type { StatementPart } from '../statement-parts.ts';
import { assemble } from '../statement-parts.ts';

/** A brand's policy as it is stored. */
export interface StoredPolicy {
  readonly policy: RetentionPolicy;
  /** Counts the changes. */
  readonly version: number;
  /** Proves the rest (`retention_policies.proof`). */
  readonly proof: string;
}

const numbers = columns({
  neverVerifiedDays: number(),
  notPassedMonths: number(),
  identityYears: number(),
  documentsYears: number(),
});
const rest = columns({ version: number(), proof: text() });

const one = statement(
  'retention_policy_read',
  `select ${numbers.list}, ${rest.list} from retention_policies where brand_id = $1`,
);

/** The brand's policy. Every brand has one from its beginning, so a missing row was deleted outside of Clientele. */
export async function readPolicy(scope: BrandScope): Promise<StoredPolicy | undefined> {
  const [row] = await scope.db.read(one, [scope.brandId]);
  return row && { policy: numbers.read(row), ...rest.read(row) };
}

/** Stores the next version of the brand's policy, and has every deleted record looked at again. `stale`: it was changed since it was read. */
export function changePolicy(
  scope: BrandScope,
  { policy, version, proof }: StoredPolicy,
  now: Instant,
  journal: StatementPart,
  claim?: IdempotencyClaim,
): Promise<WriteOutcome> {
  const { query, parameters } = assemble({
    name: 'retention_policy_change',
    parameters: { brandId: scope.brandId, ...policy, version, proof, now: toPostgres(now) },
    claim,
    gate: 'held',
    changed: 'written',
    parts: [journal],
    text: (claimed, rest) => `
      with held as (
        select 1 from retention_policies where brand_id = :brandId and version = :version::int - 1 for update
      ), ${claimed} written as (
        update retention_policies
           set never_verified_days = :neverVerifiedDays::int, not_passed_months = :notPassedMonths::int,
               identity_years = :identityYears::int, documents_years = :documentsYears::int,
               version = :version::int, proof = :proof, changed_at = :now::timestamptz
         where brand_id = :brandId and exists (select from ${claimed ? 'claim' : 'held'})
        returning 1 as done
      ), looked_at as (
        update deleted_customers set look_at = :now::timestamptz where brand_id = :brandId and exists (select from written)
      ), ${rest} result as (select done from written) select done from result`,
  });
  return runWithClaim(claim, query.run(scope.db, parameters));
}

const insertMissing = sql(
  'retention_policy_insert_missing',
  `insert into retention_policies (brand_id, never_verified_days, not_passed_months, identity_years, documents_years,
     changed_at, version, proof)
   select brand_id, :neverVerifiedDays::int, :notPassedMonths::int, :identityYears::int, :documentsYears::int,
     created_at, :version::int, :proof from brands where brand_id = :brandId
   on conflict (brand_id) do nothing`,
);

/** Gives a brand of an earlier version its policy, where it has none. */
export async function insertMissingPolicy(
  { brandId, db }: BrandScope,
  { policy, version, proof }: StoredPolicy,
): Promise<void> {
  await insertMissing.run(db, { brandId, ...policy, version, proof });
}
