import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import type { BrandId } from '../../domain/ids.ts';
import { OperatorError } from '../../domain/operator-error.ts';
import type { RetentionPolicy } from '../../domain/retention/policy.ts';
import type { PolicyChange, PolicyName } from '../../domain/retention/requests.ts';
import { checkPolicy, policyNames } from '../../domain/retention/requests.ts';
import { asciiJson } from '../../domain/text.ts';
import { entryPart } from '../../store/audit/journal.ts';
import type { StoredPolicy } from '../../store/retention/policies.ts';
import { changePolicy } from '../../store/retention/policies.ts';
import { operatorEntry } from '../audit/operator.ts';
import { provePolicy } from '../proofs.ts';
import { requireDone, retryOnConflict } from '../retry.ts';
import type { Answer, Context, System } from '../system.ts';
import { scopeOf } from '../system.ts';
import { brandPolicy } from './retained.ts';

/** A policy with the names used in the API and the commands. */
export type NamedPolicy = { readonly [Name in PolicyName]: number };

const named = (policy: RetentionPolicy): NamedPolicy => ({
  never_verified_days: policy.neverVerifiedDays,
  not_passed_months: policy.notPassedMonths,
  identity_years: policy.identityYears,
  documents_years: policy.documentsYears,
});

/** The values that a change sets. */
const numbersOf = (change: PolicyChange): Partial<RetentionPolicy> =>
  Object.fromEntries(
    Object.entries(policyNames).flatMap(([name, key]) => {
      const value = change[name as PolicyName];
      return value === undefined ? [] : [[key, value]];
    }),
  );

export async function getRetentionPolicy(
  context: Context,
  _input: Input<Contract['getRetentionPolicy']>,
): Promise<Answer> {
  return { status: 200, body: asciiJson(named((await brandPolicy(context)).policy)) };
}

export async function changeRetentionPolicy(
  context: Context,
  { body }: Input<Contract['changeRetentionPolicy']>,
): Promise<Answer> {
  const { scope, now } = context;
  const next = await changedPolicy(context, body);
  const answer: Answer = { status: 200, body: asciiJson(named(next.policy)) };
  const journal = context.journal({
    facts: { retention_policy: asciiJson(body), record_version: next.version },
  });
  requireDone(await changePolicy(scope, next, now, journal, context.claim?.(answer, undefined)));
  return answer;
}

/** The brand's policy with the numbers that a change names, as its next version. */
async function changedPolicy(
  keys: Pick<Context, 'system' | 'keyring' | 'scope'>,
  change: PolicyChange,
): Promise<StoredPolicy> {
  const { policy, version } = await brandPolicy(keys);
  return provePolicy(keys.keyring, { policy: { ...policy, ...numbersOf(change) }, version: version + 1 });
}

/** A brand's policy, for its operator. */
export async function policyFor(system: System, brandId: BrandId): Promise<NamedPolicy> {
  const keyring = await system.keyrings.of(brandId);
  return named((await brandPolicy({ system, keyring, scope: scopeOf(system, brandId) })).policy);
}

/** Changes a brand's policy as its operator. @throws OperatorError if a number is out of range. */
export async function setPolicyFor(
  system: System,
  brandId: BrandId,
  change: PolicyChange,
): Promise<NamedPolicy> {
  const now = system.now();
  const problems = checkPolicy(change, { now, sandbox: system.environment === 'sandbox' });
  const [wrong] = Object.entries(problems.toObject());
  if (wrong) throw new OperatorError(`--${wrong[0].replaceAll('_', '-')}: ${wrong[1].join(' ')}`);
  if (Object.keys(numbersOf(change)).length === 0)
    throw new OperatorError('Nothing to change: say for example --identity-years 7.');
  const scope = scopeOf(system, brandId);
  const changed = await retryOnConflict(system.keyrings, brandId, async (keyring) => {
    const next = await changedPolicy({ system, keyring, scope }, change);
    const facts = { retention_policy: asciiJson(change), record_version: next.version };
    const entry = entryPart(operatorEntry(system, keyring, 'retention set', facts));
    requireDone(await changePolicy(scope, next, now, entry));
    return next;
  });
  system.db.wake();
  return named(changed.policy);
}
