import { Refusal } from '../../domain/errors.ts';
import type { CustomerId } from '../../domain/ids.ts';
import { isRunning } from '../../domain/kyc/verification.ts';
import type { RetentionHistory, RetentionPolicy } from '../../domain/retention/policy.ts';
import type { Instant } from '../../domain/time.ts';
import type { CustomerRow } from '../../store/customers/customers.ts';
import { readCustomer } from '../../store/customers/customers.ts';
import { documentsOfCustomer } from '../../store/kyc/documents.ts';
import { findingsOfCustomer } from '../../store/kyc/findings.ts';
import { decisionsOfCustomer } from '../../store/kyc/reviews.ts';
import { holdsOf } from '../../store/retention/holds.ts';
import type { StoredPolicy } from '../../store/retention/policies.ts';
import { readPolicy } from '../../store/retention/policies.ts';
import type { RestrictedRow } from '../../store/retention/records.ts';
import { readRestricted } from '../../store/retention/records.ts';
import { VaultError } from '../../vault/vault.ts';
import { openProfile } from '../customers/change.ts';
import { deletionSealContext } from '../customers/sealing.ts';
import { readSealed, withFreshKeyring } from '../keyrings.ts';
import { checkedRunsOf } from '../kyc/change.ts';
import { findingSealContext } from '../kyc/findings.ts';
import { detailsSealContext, noteSealContext } from '../kyc/sealing.ts';
import { checkPolicy } from '../proofs.ts';
import { ConflictError } from '../retry.ts';
import type { Context } from '../system.ts';

type Keys = Pick<Context, 'system' | 'keyring' | 'scope'>;

/** What retention decides on: what is known of a deleted customer, and the brand's policy. */
export interface RetainedRecord {
  readonly row: CustomerRow;
  readonly history: RetentionHistory;
  readonly policy: RetentionPolicy;
}

/**
 * A deleted customer as retention sees it; `undefined` where there is none of that id. Every row that it is made of
 * is proven first, because what follows may destroy the record.
 *
 * `known` is the brand's policy where the caller has it.
 *
 * @throws VaultError where one of the rows was altered, or is missing.
 */
export async function retainedRecord(
  keys: Keys,
  id: CustomerId,
  known?: StoredPolicy,
): Promise<RetainedRecord | undefined> {
  const restricted = await readRestricted(keys.scope, id);
  if (!restricted) return undefined;
  const [policy] = await Promise.all([
    known ?? brandPolicy(keys),
    checkDeletion(keys, restricted),
    checkHolds(keys, restricted.row),
  ]);
  const history = await historyOf(keys, restricted);
  return { row: restricted.row, history, policy: policy.policy };
}

/** A customer as retention would see it if it were deleted at that moment, proven in the same way. */
export async function recordIfDeleted(keys: Keys, row: CustomerRow, at: Instant): Promise<RetainedRecord> {
  const [policy] = await Promise.all([brandPolicy(keys), openProfile(keys, row), checkHolds(keys, row)]);
  return { row, history: await historyOf(keys, { row, deletedAt: at }), policy: policy.policy };
}

/** A deleted customer, proven. @throws Refusal `customer_dne` where there is none, or it is erased. */
export async function restrictedCustomer(keys: Keys, id: CustomerId): Promise<RestrictedRow> {
  const restricted = await readRestricted(keys.scope, id);
  if (!restricted) throw new Refusal('customer_dne');
  await checkDeletion(keys, restricted);
  return restricted;
}

/** The brand's policy as it was written. @throws VaultError where its row was altered or deleted. */
export async function brandPolicy({ system, keyring, scope }: Keys): Promise<StoredPolicy> {
  const stored = await readPolicy(scope);
  if (!stored)
    throw new VaultError('unreadable', `The retention policy of brand ${scope.brandId} is missing.`);
  return withFreshKeyring(system.keyrings, keyring, (one) => checkPolicy(one, stored));
}

async function checkDeletion(keys: Keys, { row, deletedAt, proof }: RestrictedRow): Promise<void> {
  const place = deletionSealContext(row.head.customer_id, deletedAt);
  await readSealed(keys.system.keyrings, keys.keyring, place, proof);
  await openProfile(keys, row);
}

/** The customer's row counts its holds, so that a hold cannot be taken away unseen. */
async function checkHolds({ scope }: Keys, { head, holds, version }: CustomerRow): Promise<void> {
  const found = await holdsOf(scope, head.customer_id);
  if (found.filter(({ release }) => release === undefined).length !== holds) {
    // A hold was set or released between the two reads.
    const id = head.customer_id;
    const row = (await readCustomer(scope, id)) ?? (await readRestricted(scope, id))?.row;
    if (row?.version !== version) throw new ConflictError('The holds of the customer have changed.');
    throw new VaultError(
      'unreadable',
      `The legal holds of customer ${head.customer_id} of brand ${scope.brandId} are not those that its row counts.`,
    );
  }
}

async function historyOf(
  keys: Keys,
  { row, deletedAt }: Pick<RestrictedRow, 'row' | 'deletedAt'>,
): Promise<RetentionHistory> {
  const { customer_id: id, kyc_status: status } = row.head;
  const [runs, documents, decisions, findings] = await Promise.all([
    checkedRunsOf(keys, id),
    documentsOfCustomer(keys.scope, id),
    decisionsOfCustomer(keys.scope, id),
    findingsOfCustomer(keys.scope, id),
  ]);
  const { keyrings } = keys.system;
  for (const one of documents)
    await readSealed(keyrings, keys.keyring, detailsSealContext(id, one), one.details);
  for (const one of decisions) await readSealed(keyrings, keys.keyring, noteSealContext(id, one), one.note);
  for (const one of findings)
    await readSealed(keyrings, keys.keyring, findingSealContext(id, one), one.details);
  const runTimes = runs.map(({ updatedAt }) => updatedAt).sort();
  // A pass that has ended since was one: what it was based on is kept as long.
  const hasPassed = row.kycPassedAt !== undefined || runs.some((run) => run.status === 'passed');
  const isStarted = status !== undefined || runs.length > 0;
  return {
    deletedAt,
    verified: hasPassed ? 'passed' : isStarted ? 'not passed' : 'never started',
    lastActionAt: runTimes.at(-1),
    wasRunning: runs.some((run) => isRunning(run.status)),
    closedOn: row.closedOn,
    closingStatedOn: row.closingStatedOn,
    made: [
      ...runTimes,
      ...documents.map(({ submittedAt }) => submittedAt),
      ...decisions.map(({ decidedAt }) => decidedAt),
      ...findings.map(({ foundAt }) => foundAt),
    ],
    isHeld: row.holds > 0,
  };
}
