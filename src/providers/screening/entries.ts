import type { ListEntry } from '../../domain/screening/screening.ts';
import { entryNamePattern, maxEntries } from '../../domain/screening/screening.ts';
import { harmless, isHarmless, visible } from '../../domain/text.ts';
import { memberOf } from '../json.ts';

/**
 * Entries of lists in an answer. An answer with an entry without a score, or without what names it, counts as malformed.
 * What else cannot be kept of an entry is left out: it must not keep a match from being raised.
 */

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

function entryOf(sent: SentEntry): ListEntry | undefined {
  const { list, entryId, score } = sent;
  const name = nameOf(sent.name);
  if (!isName(list) || !isName(entryId) || name === undefined || !isScore(score)) return undefined;
  const days = textsOf(sent.birthDates);
  const laws = textsOf(sent.programs);
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
const isScore = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= 1;

const maxLength = 500;
const maxTexts = 20;

/** The part of a name that can be shown. A half of a character at the cut goes with what is harmful. */
function nameOf(sent: unknown): string | undefined {
  const name = typeof sent === 'string' ? harmless(sent.slice(0, maxLength)) : '';
  return visible(name).trim() === '' ? undefined : name;
}

/** The usable texts of a list. */
const textsOf = (sent: unknown): readonly string[] =>
  Array.isArray(sent) ? sent.filter(isText).slice(0, maxTexts) : [];

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.trim() !== '' && value.length <= maxLength && isHarmless(value);

/** A member of a member. */
export const memberAt = (value: unknown, ...names: readonly string[]): unknown =>
  names.reduce(memberOf, value);
