import { timingSafeEqual } from 'node:crypto';
import type { Input, OperationRow } from '../contract/operation.ts';
import { Refusal } from '../domain/errors.ts';
import { sealContext } from '../domain/sealed-columns.ts';
import type { Instant } from '../domain/time.ts';
import { plusSeconds } from '../domain/time.ts';
import { journalPart } from '../store/audit/journal.ts';
import { isOutdatedKey } from '../store/connection/outage.ts';
import type { ClaimedAnswer, WriteOutcome } from '../store/idempotency-claim.ts';
import { findClaim } from '../store/idempotency-claim.ts';
import type { BrandScope } from '../store/scope.ts';
import type { Keyring } from '../vault/vault.ts';
import type { Cause, ChangeRecord } from './journal.ts';
import { journalOf } from './journal.ts';
import { readSealed } from './keyrings.ts';
import type { Principal } from './principal.ts';
import type { Answer, ClaimMaker, Context, System } from './system.ts';
import { scopeOf } from './system.ts';

export type Handler = (context: Context, input: Input<OperationRow>) => Promise<Answer>;

/** The request's own words, for telling a repeat from another request under the same key. */
export interface RepeatKey {
  readonly key: string;
  /** Method, path and body. */
  readonly request: string;
}

export interface Performed {
  readonly answer: Answer;
  /** Whether this is the first answer to the same request, given again. */
  readonly replayed: boolean;
}

/** Hours for which an Idempotency-Key stands for its request. */
const keptFor = 24;
/** How often a change is decided anew because somebody was faster. Each round, somebody else's change went in. */
const maxRounds = 40;

/** Thrown by a change that found its customer changed, or its key used, since it had looked. */
class Stale extends Error {}

/** Reads a change's outcome: whatever is not done is thrown. */
export async function done(outcome: Promise<WriteOutcome>): Promise<void> {
  const what = await outcome;
  if (what === 'busy') throw new Refusal('idempotency_key_exists', undefined, { retryAfter: 1 });
  if (what === 'stale') throw new Stale('The row or the key changed meanwhile.');
}

/** Which call this is, for the trail. */
export interface Call {
  readonly operationId: string;
  readonly requestId: string;
}

/**
 * Performs one operation for a principal, exactly once under an Idempotency-Key. A change that comes too
 * late is decided anew on what is there now, so that racing changes of different fields are all kept; one
 * that was made under keys which have a successor is made anew under that.
 */
export async function perform(
  system: System,
  principal: Principal,
  call: Call,
  handler: Handler,
  input: Input<OperationRow>,
  repeat: RepeatKey | undefined,
): Promise<Performed> {
  const scope = scopeOf(system, principal.brandId);
  let keyring = await system.keyrings.of(principal.brandId);
  for (let round = 1; ; round += 1) {
    const now = system.now();
    const first = repeat && (await findRepeat(scope, keyring, repeat, now));
    if (first === 'outdated') {
      keyring = await system.keyrings.reload(principal.brandId);
      continue;
    }
    if (repeat && first) return { answer: await firstAnswer(system, keyring, first, repeat), replayed: true };
    const claim = repeat && claimMaker(system, keyring, repeat, now);
    let journalled = false;
    const journal = (changeRecord: ChangeRecord) => {
      journalled = true;
      return journalPart(journalOf(system, causeOf(principal, call), now, changeRecord));
    };
    const context: Context = { system, principal, scope, keyring, now, claim, journal };
    try {
      const answer = await handler(context, input);
      if (journalled) system.db.wake();
      return { answer, replayed: false };
    } catch (error) {
      // A refusal may only mean that the same request has meanwhile done its work, and then it is answered so.
      const isRepeat = error instanceof Refusal && repeat && (await findRepeat(scope, keyring, repeat, now));
      if (isOutdatedKey(error)) keyring = await system.keyrings.reload(principal.brandId);
      else if (!isRepeat && !(error instanceof Stale)) throw error;
      if (round === maxRounds) throw new Refusal('unavailable', undefined, { retryAfter: 1, cause: error });
    }
  }
}

const causeOf = ({ identity }: Principal, { operationId, requestId }: Call): Cause => ({
  actor: { kind: 'key', id: identity },
  operation: operationId,
  requestId,
});

/** The answer that was given to this request's key before; looked for under every key that digests are under. */
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
  { indexVersion, fingerprint, recordId, answer }: ClaimedAnswer,
  { request }: RepeatKey,
): Promise<Answer> {
  if (!timingSafeEqual(fingerprint, keyring.indexAt(indexVersion, 'fingerprint', request)))
    throw new Refusal('idempotency_mismatch');
  return JSON.parse(
    await readSealed(system.keyrings, keyring, answerSealContext(recordId), answer),
  ) as Answer;
}

/** Both digests are keyed, since a bare one of a body with an SSN in it could be guessed back. */
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
      expiresAt: plusSeconds(now, keptFor * 3600),
    };
  };
}

const answerSealContext = (recordId: string) => sealContext('idempotency.answer', { record_id: recordId });
