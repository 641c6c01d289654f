import { OperatorError } from '../../../domain/operator-error.ts';
import type { Instant } from '../../../domain/time.ts';
import type { TrailHead } from '../../../store/audit/sequencer.ts';
import { trailEntries } from '../../../store/audit/trail.ts';
import type { BrandScope } from '../../../store/scope.ts';
import { firstPreviousHash } from '../chain.ts';
import type { StoredEntry } from '../file.ts';
import { BrokenTrail, TrailWalk } from '../file.ts';

/** An end of a range: the number of an entry, or a moment. */
export type Bound = { readonly number: number } | { readonly at: Instant };

/** `from` and a number are included, a moment at the end is not. */
export interface TrailRange {
  readonly from?: Bound | undefined;
  readonly to?: Bound | undefined;
}

/** Consecutive entries: the hash before the first, and that of the last. */
export interface Span {
  readonly from: number;
  readonly previous: string;
  readonly to: number;
  readonly hash: string;
}

/** Entries per read. */
export const batch = 1_000;

/**
 * The shortest span with every entry of the range. To find one that begins or ends at a moment, or that ends before the
 * trail does, the whole trail is followed to its end, so that nobody moves its bounds by altering an entry.
 *
 * @throws BrokenTrail
 * @throws OperatorError if the range has no entry.
 */
export async function spanOf(
  scope: BrandScope,
  { from = { number: 1 }, to }: TrailRange,
  end: Pick<TrailHead, 'number' | 'hash'>,
  progress: (done: number) => void,
): Promise<Span> {
  if ('number' in from && from.number > end.number)
    throw new OperatorError(`The trail ends at entry ${end.number}; there is no entry ${from.number}.`);
  if ('number' in from && to === undefined)
    return {
      from: from.number,
      previous: await hashBefore(scope, from.number),
      to: end.number,
      hash: end.hash,
    };
  const span = await searched(scope, { from, to }, end, progress);
  if (span) return span;
  throw new OperatorError('The audit trail has no entry in this range. Choose another --from or --to.');
}

async function searched(
  scope: BrandScope,
  range: TrailRange,
  end: Pick<TrailHead, 'number' | 'hash'>,
  progress: (done: number) => void,
): Promise<Span | undefined> {
  const walk = new TrailWalk(0, firstPreviousHash(scope.brandId));
  let span: Span | undefined;
  while (walk.number < end.number) {
    const entries = await trailEntries(scope, walk.number, end.number, batch);
    if (entries.length === 0)
      throw new BrokenTrail(`Entry ${walk.number + 1} of the audit trail is missing.`);
    for (const entry of entries) {
      const previous = walk.hash;
      const { hash } = walk.follow(entry);
      if (!isWithin(range, entry)) continue;
      span = { ...(span ?? { from: entry.number, previous }), to: entry.number, hash };
    }
    progress(walk.number);
  }
  if (walk.hash !== end.hash)
    throw new BrokenTrail(`Entry ${end.number} of the audit trail is not the one that ended it.`);
  return span;
}

function isWithin({ from, to }: TrailRange, { number, body }: StoredEntry): boolean {
  // The time is at the beginning of each entry, in a form that sorts as text.
  const at = body.slice(7, 33);
  if (from && ('number' in from ? number < from.number : at < from.at)) return false;
  return !to || ('number' in to ? number <= to.number : at < to.at);
}

async function hashBefore(scope: BrandScope, from: number): Promise<string> {
  if (from === 1) return firstPreviousHash(scope.brandId);
  const [before] = await trailEntries(scope, from - 2, from - 1, 1);
  if (!before) throw new BrokenTrail(`Entry ${from - 1} of the audit trail is missing.`);
  return before.hash;
}
