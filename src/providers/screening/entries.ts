import type { ListEntry } from '../../domain/screening/screening.ts';
import { entryNamePattern, maxEntries } from '../../domain/screening/screening.ts';
import { isHarmless } from '../../domain/text.ts';
import { memberOf } from '../json.ts';

/** Entries of lists in an answer. An answer with an entry that cannot be kept as it is counts as malformed. */

/** The members of an entry, read from the answer of a service. */
export interface SentEntry {
  readonly list: unknown;
  readonly entryId: unknown;
  readonly name: unknown;
  readonly score: unknown;
  readonly birthDates: unknown;
  readonly programs: unknown;
}

export function entriesOf(
  sent: unknown,
  read: (one: unknown) => SentEntry,
): readonly ListEntry[] | undefined {
  if (!Array.isArray(sent) || sent.length > maxEntries) return undefined;
  const entries = sent.map((one) => entryOf(read(one)));
  return entries.includes(undefined) ? undefined : (entries as readonly ListEntry[]);
}

function entryOf({ list, entryId, name, score, birthDates, programs }: SentEntry): ListEntry | undefined {
  if (!isName(list) || !isName(entryId) || !isText(name) || !isScore(score)) return undefined;
  const days = textsOf(birthDates);
  const laws = textsOf(programs);
  if (!days || !laws) return undefined;
  return {
    list,
    entry_id: entryId,
    name,
    score: Math.round(score * 10_000) / 10_000,
    ...(days.length > 0 && { birth_dates: days }),
    ...(laws.length > 0 && { programs: laws }),
  };
}

const isName = (value: unknown): value is string => typeof value === 'string' && entryNamePattern.test(value);
const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= 500 && isHarmless(value);
const isScore = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= 1;

const maxTexts = 20;

/** A missing or null list is an empty one. */
function textsOf(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every(isText)) return undefined;
  return value.slice(0, maxTexts);
}

/** A member of a member. */
export const memberAt = (value: unknown, ...names: readonly string[]): unknown =>
  names.reduce(memberOf, value);
