import type { Input } from '../../contract/operation.ts';
import { overviewDays } from '../../contract/overview.ts';
import type { Contract } from '../../contract/table.ts';
import { deliverabilities } from '../../domain/customers/address.ts';
import type { BrandId } from '../../domain/ids.ts';
import { kycStatuses } from '../../domain/kyc/verification.ts';
import { asciiJson } from '../../domain/text.ts';
import type { Instant } from '../../domain/time.ts';
import { dayOf, plusSeconds, withOffset } from '../../domain/time.ts';
import { countCustomers } from '../../store/overview/customers.ts';
import { countWaiting } from '../../store/overview/waiting.ts';
import type { BrandScope } from '../../store/scope.ts';
import type { Answer, Context, System } from '../system.ts';

export async function getWaiting(
  { scope, principal: { scopes } }: Context,
  _input: Input<Contract['getWaiting']>,
): Promise<Answer> {
  const waiting = await countWaiting(scope);
  const { oldestReview, failingSince } = waiting;
  return {
    status: 200,
    body: asciiJson({
      ...(scopes.has('kyc:review') && {
        reviews: waiting.reviews,
        matches: waiting.matches,
        ...(oldestReview !== undefined && { oldest_review: withOffset(oldestReview) }),
      }),
      ...(scopes.has('customers:read') && { change_requests: waiting.changeRequests }),
      ...(scopes.has('compliance:read') && { erasures: waiting.erasures }),
      ...(scopes.has('webhooks:read') && {
        webhooks: waiting.webhooks,
        failing_webhooks: waiting.failingWebhooks,
        ...(failingSince !== undefined && { failing_since: withOffset(failingSince) }),
      }),
    }),
  };
}

/** Seconds for which a process keeps the counts of a brand: with a million customers they take a quarter of a second. */
const keptSeconds = 60;

interface Kept {
  readonly body: Promise<string>;
  readonly at: Instant;
}

const keptBy = new WeakMap<System, Map<BrandId, Kept>>();

export async function getOverview(
  { system, scope, now }: Context,
  _input: Input<Contract['getOverview']>,
): Promise<Answer> {
  const kept = keptBy.get(system) ?? new Map<BrandId, Kept>();
  keptBy.set(system, kept);
  const known = kept.get(scope.brandId);
  if (known && known.at <= now && now < plusSeconds(known.at, keptSeconds))
    return { status: 200, body: await known.body };
  const fresh = { body: counted(scope, now), at: now };
  kept.set(scope.brandId, fresh);
  fresh.body.catch(() => {
    if (kept.get(scope.brandId) === fresh) kept.delete(scope.brandId);
  });
  return { status: 200, body: await fresh.body };
}

async function counted(scope: BrandScope, now: Instant): Promise<string> {
  const days = Array.from({ length: overviewDays }, (_, at) =>
    dayOf(plusSeconds(now, (at + 1 - overviewDays) * 86_400)),
  );
  const { total, kyc, deliverability, created } = await countCustomers(scope, days[0] ?? dayOf(now));
  return asciiJson({
    customers: total,
    created: days.map((day) => ({ day, count: created.get(day) ?? 0 })),
    kyc_status: named(kycStatuses, kyc, total),
    deliverability: named(deliverabilities, deliverability, total),
    date_counted: withOffset(now),
  });
}

/** The count of each name, and of those without one. */
function named<Name extends string>(
  names: readonly Name[],
  counts: ReadonlyMap<Name, number>,
  total: number,
): Readonly<Record<string, number>> {
  const each = names.map((name) => [name, counts.get(name) ?? 0] as const);
  const none = total - each.reduce((sum, [, count]) => sum + count, 0);
  return { ...Object.fromEntries(each), none };
}
