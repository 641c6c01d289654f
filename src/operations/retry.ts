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
 * Lets a change that was written pass.
 *
 * @throws ConflictError where the row changed meanwhile, so that the change is decided again; Refusal where the same
 *   request is under way.
 */
export function requireDone(outcome: WriteOutcome): void {
  if (outcome === 'busy') throw new Refusal('idempotency_key_exists', undefined, { retryAfter: 1 });
  if (outcome === 'stale') throw new ConflictError('The row or the key changed meanwhile.');
}

/** Each attempt that fails means that another change was written, so only a great crowd needs this many. */
const maxAttempts = 40;

/**
 * Makes a change: again from the start where another one was written since it had read, and under the newest keys
 * where its own were replaced. Nothing of a failed attempt is stored.
 *
 * @throws Refusal `unavailable` where other changes were faster each time, and whatever else an attempt throws.
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
