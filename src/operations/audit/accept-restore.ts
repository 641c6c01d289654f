import { restoredText, signedLine } from '../../domain/audit/checkpoint.ts';
import type { BrandId } from '../../domain/ids.ts';
import { OperatorError } from '../../domain/operator-error.ts';
import { headsOfBrands } from '../../store/audit/sequencer.ts';
import type { System } from '../system.ts';
import { firstPreviousHash } from './chain.ts';
import { newestAnchor, requireGenuineHead } from './checkpoints.ts';
import { recordOperatorAction } from './operator.ts';

export interface AcceptedRestore {
  /** The entry at which the trail ends now. */
  readonly number: number;
  /** The last entry that was signed before, and is lost. */
  readonly lost: number;
}

/**
 * Accepts that a restored backup ends before the last anchor: appends a signed line that names what is lost, and
 * records it in the audit trail.
 *
 * @throws OperatorError if the trail does not end before its anchor.
 */
export async function acceptRestore(system: System, brandId: BrandId): Promise<AcceptedRestore> {
  const { db, vault, anchors, now } = system;
  const anchor = newestAnchor(system, brandId)?.checkpoint;
  const [head] = await headsOfBrands(db, [brandId]);
  if (head) requireGenuineHead(system, head);
  const number = head?.number ?? 0;
  if (!anchor || anchor.number <= number)
    throw new OperatorError(
      'The audit trail does not end before its last anchor: there is nothing to accept.',
    );
  const { key } = vault.signer;
  const text = restoredText({
    brand: brandId,
    number,
    hash: head?.hash ?? firstPreviousHash(brandId),
    at: now(),
    key,
    lost: { number: anchor.number, hash: anchor.hash },
  });
  anchors.append(signedLine(text, vault.signer.sign(text)));
  await recordOperatorAction(system, brandId, 'accept-restore', { from: number + 1 });
  return { number, lost: anchor.number };
}
