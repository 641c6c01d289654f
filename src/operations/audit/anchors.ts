import type { BrandId } from '../../domain/ids.ts';
import { OperatorError } from '../../domain/operator-error.ts';
import type { Instant } from '../../domain/time.ts';
import { endorserOf, isLineSigned, parseSignedLine } from './signed-lines.ts';

/** What a file of anchors says about a brand's trail. */
export interface Anchors {
  /** The signed hashes by number, without those that a restored backup took back. */
  readonly hashes: ReadonlyMap<number, string>;
  /** The restored backups that an operator accepted. */
  readonly restored: readonly AcceptedLoss[];
}

/** A trail that ended at an entry again, although entries up to another one had been signed. */
export interface AcceptedLoss {
  readonly number: number;
  readonly lost: number;
  readonly at: Instant;
}

/**
 * Reads a file of anchors. It uses no configuration, database or secret key.
 *
 * @throws OperatorError if a line about the brand is not signed by a trusted key, or by one that those endorsed.
 */
export function anchorsOf(text: string, brand: BrandId, trusted: ReadonlySet<string> | undefined): Anchors {
  const hashes = new Map<number, string>();
  const restored: AcceptedLoss[] = [];
  const keys = trusted && new Set(trusted);
  // The last line is incomplete if the machine failed while it was written.
  for (const [index, line] of text.split('\n').slice(0, -1).entries()) {
    const anchor = parseSignedLine(line);
    if (!anchor) continue;
    const { checkpoint, kind } = anchor;
    if (checkpoint.brand !== brand) continue;
    const endorser = endorserOf(anchor);
    if (endorser !== undefined && keys?.has(endorser)) keys.add(checkpoint.key);
    if (!isLineSigned(Buffer.from(line, 'latin1'), anchor) || (keys && !keys.has(checkpoint.key)))
      throw new OperatorError(`Line ${index + 1} of the anchors is not signed by a trusted key.`);
    if (kind === 'restored') {
      const { number, previous, at } = checkpoint;
      for (const before of hashes.keys()) if (before > number) hashes.delete(before);
      restored.push({ number, lost: previous?.number ?? number, at });
    }
    hashes.set(checkpoint.number, checkpoint.hash);
  }
  return { hashes, restored };
}
