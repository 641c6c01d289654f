import { Refusal } from '../domain/errors.ts';
import type { BrandId } from '../domain/ids.ts';
import { isDeadlock, isOutdatedKey } from '../store/connection/outage.ts';
import type { WriteOutcome } from '../store/idempotency-claim.ts';
import type { Keyring } from '../vault/vault.ts';
import type { Keyrings } from './keyrings.ts';

/** Thrown by a change whose row or idempotency key was changed after it had been read. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';
}

/** Thrown by a change that found records under a newer key than its keyring knows. */
export class OutdatedKeyringError extends Error {
  override readonly name = 'OutdatedKeyringError';
}

/**
 * Checks the result of a write.
 *
 * @throws ConflictError if the row has changed, so that the change is decided again; Refusal if the same request is
 *   running.
 */
export function requireDone(outcome: WriteOutcome): void {
  if (outcome === 'busy') throw new Refusal('idempotency_key_exists', undefined, { retryAfter: 1 });
  if (outcome === 'stale') throw new ConflictError('The row or the key has changed.');
}

/** Each failed attempt means that another change was written, so only very high contention needs this many. */
const maxAttempts = 40;

/**
 * Runs a change. Retries it from the start if another change was written first, and with the newest keys if its
 * keys were replaced. A failed attempt stores nothing.
 *
 * @throws Refusal `unavailable` if other changes won every time, and whatever else an attempt throws.
 */
export async function retryOnConflict<Result>(
  keyrings: Keyrings,
  brandId: BrandId,
  attempt: (keyring: Keyring) => Promise<Result>,
): Promise<Result> {
  let keyring = await keyrings.of(brandId);
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt(keyring);
    } catch (error) {
      if (isOutdatedKey(error) || error instanceof OutdatedKeyringError)
        keyring = await keyrings.reload(brandId);
      else if (!(error instanceof ConflictError || isDeadlock(error))) throw error;
      if (attempts === maxAttempts)
        throw new Refusal('unavailable', undefined, { retryAfter: 1, cause: error });
    }
  }
}
