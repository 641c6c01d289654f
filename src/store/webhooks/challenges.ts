import type { BrandId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { plusSeconds, toPostgres } from '../../domain/time.ts';
import type { ChallengeOutcome } from '../../domain/webhooks/challenge.ts';
import { columns, computed, id } from '../columns.ts';
import type { Database } from '../connection/database.ts';
import type { BrandScope } from '../scope.ts';
import { sql } from '../sql.ts';
import type { WebhookRow } from './subscriptions.ts';
import { webhooks } from './subscriptions.ts';

/** Seconds after which another worker may send the same challenge: the first one may have died. */
const leaseSeconds = 30;

const owner = columns({ brandId: computed('w.brand_id', id<BrandId>()) });

const claim = sql(
  'webhook_challenges_claim',
  `with due as (
     select brand_id, webhook_id from webhooks w
      where w.status = 'STATUS_ENABLED' and w.stopped is null and w.ownership = 'unverified' and w.challenge_due <= :now::timestamptz
      order by w.challenge_due limit :most::int for update skip locked
   )
   update webhooks w set challenge_due = :until::timestamptz from due
    where w.brand_id = due.brand_id and w.webhook_id = due.webhook_id
   returning ${owner.list}, ${webhooks.list}`,
);

/** A subscription of any brand whose URL is challenged now. */
export interface DueChallenge {
  readonly brandId: BrandId;
  readonly webhook: WebhookRow;
}

/** Claims challenges that are due, the longest waiting first. */
export async function claimChallenges(
  db: Database,
  now: Instant,
  most: number,
): Promise<readonly DueChallenge[]> {
  const until = plusSeconds(now, leaseSeconds);
  const rows = await claim.run(db, { now: toPostgres(now), until: toPostgres(until), most });
  return rows.map((row) => ({ ...owner.read(row), webhook: webhooks.read(row) }));
}

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
