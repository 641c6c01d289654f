import type { BrandId } from '../../domain/ids.ts';
import { OperatorError } from '../../domain/operator-error.ts';
import { endorserOf, isLineSigned, parseSignedLine } from './signed-lines.ts';

/**
 * What a file of anchors says about a brand's trail: its signed hashes by number. Lines that a restored backup took
 * back are left out. It uses no configuration, database or secret key.
 *
 * @throws OperatorError if a line about the brand is not signed by a trusted key, or by one that those endorsed.
 */
export function anchorsOf(
  text: string,
  brand: BrandId,
  trusted: ReadonlySet<string> | undefined,
): ReadonlyMap<number, string> {
  const hashes = new Map<number, string>();
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
    if (kind === 'restored')
      for (const number of hashes.keys()) if (number > checkpoint.number) hashes.delete(number);
    hashes.set(checkpoint.number, checkpoint.hash);
  }
  return hashes;
}
