import type { Profile } from '../customers/customer.ts';
import type { CustomerField } from '../fields.ts';
import { checkShortTexts, shortText } from '../text.ts';

/** Checks of customers against lists of sanctioned people (31 CFR 1020.220(a)(4)), and the decisions on what they find. */

/** What a provider searches its lists for. */
export interface ScreenedPerson {
  readonly first_name: string;
  readonly middle_name: string;
  readonly last_name: string;
  /** `YYYY-MM-DD` */
  readonly dob: string;
}

const screenedFields = ['first_name', 'middle_name', 'last_name', 'dob'] as const;

export const screenedPersonOf = ({ first_name, middle_name, last_name, dob }: Profile): ScreenedPerson => ({
  first_name,
  middle_name,
  last_name,
  dob,
});

/** Whether a change of these fields asks for a new check. */
export const asksForScreening = (fields: readonly CustomerField[]): boolean =>
  fields.some((field) => screenedFields.some((one) => one === field));

/** The name as one text. */
export const fullNameOf = ({ first_name, middle_name, last_name }: ScreenedPerson): string =>
  [first_name, middle_name, last_name].filter((part) => part !== '').join(' ');

const isSamePerson = (one: ScreenedPerson, other: ScreenedPerson): boolean =>
  screenedFields.every((field) => one[field] === other[field]);

/** An entry of a list. `list` and `entry_id` name it, whatever else the provider says. */
export interface ListEntry {
  readonly list: string;
  readonly entry_id: string;
  readonly name: string;
  /** How much it resembles the person, from 0 to 1. */
  readonly score: number;
  readonly birth_dates?: readonly string[];
  readonly programs?: readonly string[];
}

export type EntryName = Pick<ListEntry, 'list' | 'entry_id'>;

/** The most entries that are kept of one check, and the limits of what a provider says about each. */
export const maxEntries = 50;
export const entryNamePattern = /^[A-Za-z0-9_.:@/ -]{1,100}$/;
export const maxListVersion = 500;
export const listVersionPattern = /^[\x21-\x7e](?:[\x20-\x7e]{0,498}[\x21-\x7e])?$/;

/** What is kept of a check: the person, and the entries that were found. */
export interface ScreeningDetails {
  readonly person: ScreenedPerson;
  readonly entries: readonly EntryName[];
}

/** What is kept of a match. */
export interface MatchDetails {
  readonly person: ScreenedPerson;
  readonly entry: ListEntry;
  readonly list_version: string;
}

const isSameEntry = (one: EntryName, other: EntryName): boolean =>
  one.list === other.list && one.entry_id === other.entry_id;

/** Whether a check found the same entries for the same person as an earlier one. */
export const isSameResult = (one: ScreeningDetails, other: ScreeningDetails): boolean =>
  isSamePerson(one.person, other.person) &&
  one.entries.length === other.entries.length &&
  one.entries.every((entry) => other.entries.some((known) => isSameEntry(entry, known)));

/**
 * The entries that a person has not been matched with yet. A match with the same entry under the same name and date of
 * birth is not raised again, whatever was decided about it.
 */
export const newEntries = (
  person: ScreenedPerson,
  entries: readonly ListEntry[],
  known: readonly Pick<MatchDetails, 'person' | 'entry'>[],
): readonly ListEntry[] =>
  entries.filter(
    (entry, index) =>
      entries.findIndex((one) => isSameEntry(one, entry)) === index &&
      !known.some((match) => isSameEntry(match.entry, entry) && isSamePerson(match.person, person)),
  );

export const matchDecisions = ['false_positive', 'confirmed'] as const;
export type MatchDecision = (typeof matchDecisions)[number];
export const matchStatuses = ['open', 'proposed', ...matchDecisions] as const;
export type MatchStatus = (typeof matchStatuses)[number];
/** `waiting`: open or proposed. */
export const matchFilters = ['waiting', ...matchStatuses] as const;
export type MatchFilter = (typeof matchFilters)[number];

export const matchReason = shortText(1_000, { minLength: 3 });
export const matchNote = shortText(1_000, { minLength: 0 });
export const checkProposal = checkShortTexts({ reason: matchReason });
export const checkMatchDecision = checkShortTexts({ note: matchNote });

/** Seconds before each retry of a check that the provider did not answer; the last value repeats. */
const pausesSeconds = [5, 30, 120, 600, 1_800, 3_600] as const;
/** Tries without a usable answer from which on the doctor tells of a customer. */
export const manyTries = 5;

export const pauseSeconds = (tries: number): number =>
  pausesSeconds[Math.min(tries, pausesSeconds.length - 1)] ?? 3_600;
