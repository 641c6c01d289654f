import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import type { ChallengeOutcome } from '../../domain/webhooks/challenge.ts';
import type { BrandScope } from '../scope.ts';
import { sql } from '../sql.ts';
import type { WebhookRow } from './subscriptions.ts';

const fail = sql(
  'webhook_challenge_failed',
  `update webhooks set challenges = challenges + 1, challenge_outcome = :outcome, challenge_due = :dueAt::timestamptz
    where brand_id = :brandId and webhook_id = :id::uuid and settings_seal = :seal::int and ownership = 'unverified'`,
);

/** Writes that a challenge failed, and when the next one is sent. `undefined`: none is. */
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
    outcome,
    dueAt: dueAt && toPostgres(dueAt),
  });
}
