import type { Id } from '../ids.ts';
import { parseId } from '../ids.ts';
import type { Instant } from '../time.ts';
import { instantOfMicros, microsOf } from '../time.ts';

/** A position in a list that is ordered by a moment and an id. */
export interface MomentPosition<Kind extends string> {
  readonly at: Instant;
  readonly id: Id<Kind>;
}

/** Opaque to clients: the letter of the list, microseconds and an id. */
const momentCursors = <Kind extends string>(letter: string) => ({
  pattern: `^${letter}1_[0-9a-z]{1,11}_[0-9a-f]{32}$`,
  after: ({ at, id }: MomentPosition<Kind>): string =>
    `${letter}1_${microsOf(at).toString(36)}_${id.replaceAll('-', '')}`,
  parse(text: string): MomentPosition<Kind> | undefined {
    const parts =
      /^([a-z])1_([0-9a-z]{1,11})_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(
        text,
      );
    if (parts?.[1] !== letter) return undefined;
    // Exact to the year 2255.
    const at = instantOfMicros(Number.parseInt(parts[2] ?? '', 36));
    const id = parseId<Kind>(parts.slice(3).join('-'));
    return at && id && { at, id };
  },
});

/** The lists of deleted customers, of legal holds, and of requests for early erasure. */
export const deletionCursors = momentCursors<'customer'>('d');
export const holdCursors = momentCursors<'hold'>('h');
export const erasureCursors = momentCursors<'erasure'>('e');

/** Which deleted customers come first. */
export const deletionOrders = ['oldest', 'newest'] as const;
export type DeletionOrder = (typeof deletionOrders)[number];
