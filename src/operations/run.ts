import { timingSafeEqual } from 'node:crypto';
import type { Input, OperationRow } from '../contract/operation.ts';
import { Refusal } from '../domain/errors.ts';
import { sealContext } from '../domain/sealed-columns.ts';
import type { Instant } from '../domain/time.ts';
import { plusSeconds } from '../domain/time.ts';
import { journalPart } from '../store/audit/journal.ts';
import type { ClaimedAnswer } from '../store/idempotency-claim.ts';
import { findClaim } from '../store/idempotency-claim.ts';
import type { BrandScope } from '../store/scope.ts';
import type { Keyring } from '../vault/vault.ts';
import type { Cause, ChangeRecord } from './journal.ts';
import { journalOf } from './journal.ts';
import { asRefusal, readSealed } from './keyrings.ts';
import type { Principal } from './principal.ts';
import { ConflictError, OutdatedKeyringError, retryOnConflict } from './retry.ts';
import type { Answer, ClaimMaker, Context, System } from './system.ts';
import { scopeOf } from './system.ts';

export type Handler = (context: Context, input: Input<OperationRow>) => Promise<Answer>;

/** The data that distinguishes a repeat from another request under the same Idempotency-Key. */
export interface RepeatKey {
  readonly key: string;
  /** Method, path and body. */
  readonly request: string;
  /** When a repeat is refused because of what happened to the customer of the request. */
  readonly endsWith: 'deletion' | 'erasure' | undefined;
}

export interface Performed {
  readonly answer: Answer;
  /** Whether this is the stored answer to the same request. */
  readonly replayed: boolean;
}

/** Hours for which an Idempotency-Key identifies its request. */
const keptForHours = 24;
/** The request id, for the audit trail. */
export interface Call {
  readonly operationId: string;
  readonly requestId: string;
}

/** One request for an operation. */
export interface Request {
  readonly call: Call;
  readonly handler: Handler;
  readonly input: Input<OperationRow>;
  /** Present if the request has an Idempotency-Key. */
  readonly repeat: RepeatKey | undefined;
}

/**
 * Performs one operation for a principal, exactly once under an Idempotency-Key. A change that conflicts with
 * another one is decided again on what is stored then, so that concurrent changes of different fields are all kept.
 */
export const perform = (system: System, principal: Principal, request: Request): Promise<Performed> =>
  attempt(system, principal, request).catch(async (error: unknown) => {
    throw await asRefusal(system.db, error);
  });

async function attempt(system: System, principal: Principal, request: Request): Promise<Performed> {
  const { call, handler, input, repeat } = request;
  const scope = scopeOf(system, principal.brandId);
  return retryOnConflict(system.keyrings, principal.brandId, async (keyring) => {
    const now = system.now();
    const first = repeat && (await findRepeat(scope, keyring, repeat, now));
    if (first === 'outdated') throw new OutdatedKeyringError('The key was used under a newer index key.');
    if (repeat && first) return { answer: await firstAnswer(system, keyring, first, repeat), replayed: true };
    if (repeat) await system.quotas.admitRecord(scope);
    const claim = repeat && claimMaker(system, keyring, repeat, now);
    let journalled = false;
    const journal = (changeRecord: ChangeRecord) => {
      journalled = true;
      return journalPart(journalOf(system, scope.brandId, causeOf(principal, call), now, changeRecord));
    };
    const { requestId } = call;
    const context: Context = { system, principal, requestId, scope, keyring, now, claim, journal };
    try {
      const answer = await handler(context, input);
      if (journalled) system.db.wake();
      return { answer, replayed: false };
    } catch (error) {
      // The same request may have succeeded in the meantime. Then its first answer is returned.
      const isRepeat = error instanceof Refusal && repeat && (await findRepeat(scope, keyring, repeat, now));
      throw isRepeat
        ? new ConflictError('The same request succeeded in the meantime.', { cause: error })
        : error;
    }
  });
}

const causeOf = ({ actor }: Principal, { operationId, requestId }: Call): Cause => ({
  actor,
  operation: operationId,
  requestId,
});

/** The stored answer of this request's idempotency key, searched under every index key in use. */
const findRepeat = (scope: BrandScope, keyring: Keyring, { key }: RepeatKey, now: Instant) =>
  findClaim(
    scope,
    keyring.indexVersions.map((version) => keyring.indexAt(version, 'idempotency_key', key)),
    keyring.indexVersion,
    now,
  );

async function firstAnswer(
  system: System,
  keyring: Keyring,
  { indexVersion, recordId, first, isDeleted }: ClaimedAnswer,
  { request, endsWith }: RepeatKey,
): Promise<Answer> {
  // After an erasure nothing is left that would tell a repeat from another request.
  if (first === undefined) throw new Refusal(endsWith ? 'customer_deleted' : 'idempotency_mismatch');
  if (!timingSafeEqual(first.fingerprint, keyring.indexAt(indexVersion, 'fingerprint', request)))
    throw new Refusal('idempotency_mismatch');
  if (endsWith === 'deletion' && isDeleted) throw new Refusal('customer_deleted');
  return JSON.parse(
    await readSealed(system.keyrings, keyring, answerSealContext(recordId), first.answer),
  ) as Answer;
}

/** Both digests are keyed, because an SSN could be recovered from a plain digest of a body by guessing. */
function claimMaker(system: System, keyring: Keyring, repeat: RepeatKey, now: Instant): ClaimMaker {
  const digests = {
    indexVersion: keyring.indexVersion,
    key: keyring.index('idempotency_key', repeat.key),
    fingerprint: keyring.index('fingerprint', repeat.request),
  };
  return (answer, customerId) => {
    const recordId = system.newId();
    return {
      ...digests,
      recordId,
      customerId,
      answer: keyring.seal(answerSealContext(recordId), JSON.stringify(answer)),
      now,
      expiresAt: plusSeconds(now, keptForHours * 3600),
    };
  };
}

const answerSealContext = (recordId: string) => sealContext('idempotency.answer', { record_id: recordId });
