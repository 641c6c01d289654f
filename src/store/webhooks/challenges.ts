import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import type { ChallengeOutcome } from '../../domain/webhooks/challenge.ts';
import type { BrandScope } from '../scope.ts';
import { sql } from '../sql.ts';
import type { WebhookRow } from './subscriptions.ts';

const fail = sql(
  'webhook_challenge_failed',
  `update webhooks set challenges = challenges + 1, challenge_outcome = :outcome, challenge_due = :dueAt::timestamptz
    where brand_id = :brandId and webhook_id = :id::uuid and settings_seal = :seal::int and ownership = 'unverified'
      and challenge_due = :claimedUntil::timestamptz`,
);

/**
 * Writes that a claimed challenge failed, and when the next one is sent. `undefined`: none is. The answer counts only
 * under its own claim: where the challenge was asked for again, or another worker has claimed it since, nothing is
 * written.
 */
export async function challengeFailed(
  scope: BrandScope,
  row: WebhookRow,
  outcome: ChallengeOutcome,
  dueAt: Instant | undefined,
): Promise<void> {
  await fail.run(scope.db, {
    brandId: scope.brandId,
    id: row.id,
    seal: row.settingsSeal,
    claimedUntil: row.challengeDue && toPostgres(row.challengeDue),
    outcome,
    dueAt: dueAt && toPostgres(dueAt),
  });
}
