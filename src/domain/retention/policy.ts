import type { Instant } from '../time.ts';
import { isCalendarDay, plusSeconds } from '../time.ts';

/**
 * How long the records of a deleted customer are kept. All of it is counted from what happened, never from
 * when somebody looks, and where the calendar leaves a choice the later moment is taken: what the law wants
 * kept is never a day short. What happens when, in words and with the sources: docs/retention.md.
 */
export interface RetentionPolicy {
  /** Days after the deletion, for somebody whose verification was never started. */
  readonly neverVerifiedDays: number;
  /** Months after the last action on a verification that did not pass: 12 CFR 1002.12(b)(1). */
  readonly notPassedMonths: number;
  /** Years after the account was closed, for who was identified: 31 CFR 1020.220(a)(3)(ii). */
  readonly identityYears: number;
  /** Years after it was made, for each document and verdict: the same place. */
  readonly documentsYears: number;
}

export const defaultPolicy: RetentionPolicy = {
  neverVerifiedDays: 30,
  notPassedMonths: 25,
  identityYears: 5,
  documentsYears: 5,
};

/** Far above every rule of law that is known to us; a wall against a slip of the hand. */
export const maxPolicy: RetentionPolicy = {
  neverVerifiedDays: 3_650,
  notPassedMonths: 300,
  identityYears: 30,
  documentsYears: 30,
};

/** In live nobody goes below what the defaults have from the law; a sandbox may try anything out. */
export const minPolicy = (sandbox: boolean): RetentionPolicy =>
  sandbox ? { neverVerifiedDays: 0, notPassedMonths: 0, identityYears: 0, documentsYears: 0 } : defaultPolicy;

/** Under which rule a record is kept. */
export const bases = ['never_verified', 'not_passed', 'identified'] as const;
export type Basis = (typeof bases)[number];

/** Why a record was erased: its time was over, or two people wanted it before. */
export const erasureCauses = [...bases, 'early'] as const;
export type ErasureCause = (typeof erasureCauses)[number];

/** What is known of a deleted customer, as far as retention asks. */
export interface RetentionHistory {
  readonly deletedAt: Instant;
  /** What became of its verifications, over all programs. */
  readonly verified: 'never started' | 'not passed' | 'passed';
  /** When the last verification was last acted on; `undefined` where nothing of it is there. */
  readonly lastActionAt: Instant | undefined;
  /** Whether a verification was still under way when the customer was deleted. */
  readonly wasRunning: boolean;
  /** The day on which the account was closed, `YYYY-MM-DD`, where the brand gave one. */
  readonly closedOn: string | undefined;
  /** When each document and verdict was made that is still kept. */
  readonly made: readonly Instant[];
  /** Whether a legal hold stands. */
  readonly isHeld: boolean;
}

export type RetentionDue =
  /** Look again at `until`; `undefined` where only a change of what is known can make anything due. */
  | { readonly kind: 'nothing'; readonly until: Instant | undefined }
  /** The documents and verdicts made up to this moment. */
  | { readonly kind: 'documents'; readonly madeUntil: Instant }
  | { readonly kind: 'everything'; readonly because: Basis };

/**
 * Under which rule the record is kept. An account that was closed had been opened, so its holder counts as
 * identified, by whoever it was.
 */
export function basisOf({ verified, closedOn }: RetentionHistory): Basis {
  if (verified === 'passed' || closedOn !== undefined) return 'identified';
  return verified === 'never started' ? 'never_verified' : 'not_passed';
}

/** From when on nothing of the record is needed any more, a legal hold apart. */
export function erasureDueAt(history: RetentionHistory, policy: RetentionPolicy): Instant {
  const { deletedAt, lastActionAt, wasRunning, closedOn, made } = history;
  switch (basisOf(history)) {
    case 'never_verified':
      return plusSeconds(deletedAt, policy.neverVerifiedDays * 86_400);
    case 'not_passed': {
      // Who is deleted in the middle of a verification has withdrawn: that is the last action then.
      const last = wasRunning ? deletedAt : (lastActionAt ?? deletedAt);
      return latest([deletedAt, plusMonths(last, policy.notPassedMonths)]);
    }
    case 'identified': {
      const ended = closedOn === undefined ? deletedAt : endOfDay(closedOn);
      const identity = plusMonths(ended, policy.identityYears * 12);
      // A verdict says nothing without whom it is about, so the identity stays until the last one may go.
      return latest([deletedAt, identity, ...made.map((at) => documentDueAt(at, policy))]);
    }
  }
}

const documentDueAt = (made: Instant, policy: RetentionPolicy): Instant =>
  plusMonths(made, policy.documentsYears * 12);

/** What may go now. */
export function retentionDueAt(
  history: RetentionHistory,
  policy: RetentionPolicy,
  now: Instant,
): RetentionDue {
  if (history.isHeld) return { kind: 'nothing', until: undefined };
  const because = basisOf(history);
  const everythingAt = erasureDueAt(history, policy);
  if (everythingAt <= now) return { kind: 'everything', because };
  // Elsewhere the documents go with the rest.
  if (because !== 'identified') return { kind: 'nothing', until: everythingAt };
  const old = history.made.filter((at) => documentDueAt(at, policy) <= now);
  if (old.length > 0) return { kind: 'documents', madeUntil: latest(old) };
  const next = [everythingAt, ...history.made.map((at) => documentDueAt(at, policy))];
  return { kind: 'nothing', until: earliest(next) };
}

/** Instants sort as text. Neither is asked about no moments at all. */
const earliest = (moments: readonly Instant[]): Instant => [...moments].sort()[0] as Instant;
const latest = (moments: readonly Instant[]): Instant => [...moments].sort().at(-1) as Instant;

/** A day is over when it is over everywhere, at noon UTC of the next one: nobody says in which zone it was. */
const endOfDay = (day: string): Instant => plusSeconds(`${day}T12:00:00.000000` as Instant, 86_400);

/**
 * The moment so many calendar months later. A day that the month does not have is its end, which is the first
 * moment of the month after it: a year after 29 February is 1 March, 00:00.
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
