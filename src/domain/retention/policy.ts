import type { Instant } from '../time.ts';
import { dayOf, isCalendarDay, plusSeconds } from '../time.ts';

/**
 * Retention of the records of deleted customers. All periods start at recorded events, never at the time of a
 * check. If the calendar leaves a choice, the later time applies, so that no legal period is cut short.
 * docs/retention.md describes the rules and their sources.
 */
export interface RetentionPolicy {
  /** Days after the deletion, for a customer without a verification. */
  readonly neverVerifiedDays: number;
  /** Months after the last action on a verification that did not pass: 12 CFR 1002.12(b)(1). */
  readonly notPassedMonths: number;
  /** Years after the account was closed, for an identified customer: 31 CFR 1020.220(a)(3)(ii). */
  readonly identityYears: number;
  /** Years after its creation, for each document and verdict: the same source. */
  readonly documentsYears: number;
}

export const defaultPolicy: RetentionPolicy = {
  neverVerifiedDays: 30,
  notPassedMonths: 25,
  identityYears: 5,
  documentsYears: 5,
};

/** Far above every known legal period, to catch typing errors. */
export const maxPolicy: RetentionPolicy = {
  neverVerifiedDays: 3_650,
  notPassedMonths: 300,
  identityYears: 30,
  documentsYears: 30,
};

/** In live the legal defaults are the minimum; a sandbox accepts any value. */
export const minPolicy = (sandbox: boolean): RetentionPolicy =>
  sandbox ? { neverVerifiedDays: 0, notPassedMonths: 0, identityYears: 0, documentsYears: 0 } : defaultPolicy;

/** The rule under which a record is kept. */
export const bases = ['never_verified', 'not_passed', 'identified'] as const;
export type Basis = (typeof bases)[number];

/** Why a record was erased: its retention ended, or an early erasure was approved. */
export const erasureCauses = [...bases, 'early'] as const;
export type ErasureCause = (typeof erasureCauses)[number];

/** That the account was closed, as a client said it: both days are `YYYY-MM-DD`. */
export interface Closing {
  readonly closedOn: string;
  /** `undefined` where it was said before this was recorded. */
  readonly statedOn: string | undefined;
}

/** The facts about a deleted customer that retention depends on. */
export interface RetentionHistory {
  readonly deletedAt: Instant;
  /** The result of its verifications, over all programs. */
  readonly verified: 'never started' | 'not passed' | 'passed';
  /** When the last verification last changed; `undefined` without one. */
  readonly lastActionAt: Instant | undefined;
  /** Whether a verification was running when the customer was deleted. */
  readonly wasRunning: boolean;
  /** The day on which the account was closed, `YYYY-MM-DD`, if the brand set it. */
  readonly closedOn: string | undefined;
  /** The day on which the brand set it; `undefined` where that was not recorded yet. */
  readonly closingStatedOn: string | undefined;
  /** The creation times of the documents and verdicts that are still kept. */
  readonly made: readonly Instant[];
  /** Whether a legal hold is active. */
  readonly isHeld: boolean;
}

export type RetentionDue =
  /** Check again at `until`; `undefined` if nothing becomes due without a new fact. */
  | { readonly kind: 'nothing'; readonly until: Instant | undefined }
  /** The documents and verdicts made up to this moment. */
  | { readonly kind: 'documents'; readonly madeUntil: Instant }
  | { readonly kind: 'everything'; readonly because: Basis };

/** The rule under which the record is kept. A closed account implies that its holder was identified. */
export function basisOf({ verified, closedOn }: RetentionHistory): Basis {
  if (verified === 'passed' || closedOn !== undefined) return 'identified';
  return verified === 'never started' ? 'never_verified' : 'not_passed';
}

/** When the whole record may be erased, apart from legal holds. */
export function erasureDueAt(history: RetentionHistory, policy: RetentionPolicy): Instant {
  const { deletedAt, lastActionAt, wasRunning, made } = history;
  const closedOn = countedClosing(history);
  switch (basisOf(history)) {
    case 'never_verified':
      return plusSeconds(deletedAt, policy.neverVerifiedDays * 86_400);
    case 'not_passed': {
      // A deletion during a verification is a withdrawal, which counts as the last action.
      const last = wasRunning ? deletedAt : (lastActionAt ?? deletedAt);
      return latest([deletedAt, plusMonths(last, policy.notPassedMonths)]);
    }
    case 'identified': {
      const ended = closedOn === undefined ? deletedAt : endOfDay(closedOn);
      const identity = plusMonths(ended, policy.identityYears * 12);
      // A verdict needs the identity it is about, so the identity is kept until the last verdict may be erased.
      return latest([deletedAt, identity, ...made.map((at) => documentDueAt(at, policy))]);
    }
  }
}

/** Days that a brand may be late with saying that an account was closed. */
const lateDays = 30;

/**
 * The day of the closing from which retention is counted. One key can say any day: a day of long ago would end the
 * retention at once, which takes two people (docs/retention.md).
 */
function countedClosing({
  closedOn,
  closingStatedOn,
}: Pick<RetentionHistory, 'closedOn' | 'closingStatedOn'>): string | undefined {
  if (closedOn === undefined || closingStatedOn === undefined) return closedOn;
  const earliest = dayOf(plusSeconds(startOfDay(closingStatedOn), -lateDays * 86_400));
  return closedOn < earliest ? earliest : closedOn;
}

const startOfDay = (day: string): Instant => `${day}T00:00:00.000000` as Instant;

const documentDueAt = (made: Instant, policy: RetentionPolicy): Instant =>
  plusMonths(made, policy.documentsYears * 12);

/** What may be erased now. */
export function retentionDueAt(
  history: RetentionHistory,
  policy: RetentionPolicy,
  now: Instant,
): RetentionDue {
  if (history.isHeld) return { kind: 'nothing', until: undefined };
  const because = basisOf(history);
  const everythingAt = erasureDueAt(history, policy);
  if (everythingAt <= now) return { kind: 'everything', because };
  // Under the other rules documents are erased with the record.
  if (because !== 'identified') return { kind: 'nothing', until: everythingAt };
  const old = history.made.filter((at) => documentDueAt(at, policy) <= now);
  if (old.length > 0) return { kind: 'documents', madeUntil: latest(old) };
  const next = [everythingAt, ...history.made.map((at) => documentDueAt(at, policy))];
  return { kind: 'nothing', until: earliest(next) };
}

/** Instants sort as text. Neither list is empty. */
const earliest = (moments: readonly Instant[]): Instant => [...moments].sort()[0] as Instant;
const latest = (moments: readonly Instant[]): Instant => [...moments].sort().at(-1) as Instant;

/** A day without a time zone ends when it has ended everywhere, at noon UTC of the next day. */
const endOfDay = (day: string): Instant => plusSeconds(`${day}T12:00:00.000000` as Instant, 86_400);

/**
 * Adds calendar months. If the target month lacks the day, the result is the start of the following month: a year
 * after 29 February is 1 March, 00:00.
 */
export function plusMonths(at: Instant, months: number): Instant {
  const count = Number(at.slice(0, 4)) * 12 + Number(at.slice(5, 7)) - 1 + months;
  const day = `${monthText(count)}-${at.slice(8, 10)}`;
  return (
    isCalendarDay(day) ? `${day}${at.slice(10)}` : `${monthText(count + 1)}-01T00:00:00.000000`
  ) as Instant;
}

/** `YYYY-MM` of a month counted from the year 0. */
const monthText = (count: number): string =>
  `${String(Math.floor(count / 12)).padStart(4, '0')}-${String((count % 12) + 1).padStart(2, '0')}`;
