import type { RetentionHistory, RetentionPolicy } from '../../src/domain/retention/policy.ts';
import { defaultPolicy } from '../../src/domain/retention/policy.ts';
import type { Instant } from '../../src/domain/time.ts';

/**
 * Made-up lives of customers, day by day over ten years, and an oracle of when their records have to go that
 * shares no code with the rules: it counts days since 1970 with its own calendar and knows nothing of instants.
 */

export const lastDay = 3_652;
/** 1 January 2024, a leap year, in days since 1970. */
const firstDay = 19_723;

export interface LifeCycle {
  readonly created: number;
  readonly deleted: number;
  readonly runs: readonly {
    readonly at: number;
    readonly status: 'passed' | 'failed' | 'expired' | 'submitted';
  }[];
  readonly documents: readonly number[];
  /** When the brand says on which day the account was closed. */
  readonly closing: { readonly said: number; readonly on: number } | undefined;
  readonly holds: readonly { readonly from: number; readonly to: number }[];
  /** When a second person approved that it goes early. */
  readonly approved: number | undefined;
}

/** A small generator of its own (mulberry32), so that a seed is the same lives everywhere. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function randomLifeCycle(random: () => number): LifeCycle {
  const between = (from: number, to: number) => from + Math.floor(random() * (to - from + 1));
  const created = between(0, 1_200);
  const deleted = created + between(1, 1_500);
  const kind = random();
  const started = kind < 0.3 ? 0 : between(1, 3);
  const starts = Array.from({ length: started }, () => between(created, deleted)).sort((a, b) => a - b);
  const runs = starts.map((at, index) => {
    const isLast = index === starts.length - 1;
    const status = isLast
      ? kind < 0.5
        ? 'failed'
        : kind < 0.55
          ? 'submitted'
          : kind < 0.6
            ? 'expired'
            : 'passed'
      : 'failed';
    return { at, status } as const;
  });
  const documents = runs.flatMap(({ at }) => (random() < 0.5 ? [between(created, at)] : []));
  const closes = runs.some(({ status }) => status === 'passed') ? random() < 0.5 : random() < 0.05;
  const said = between(created, deleted + 400);
  const holds = Array.from({ length: random() < 0.3 ? between(1, 2) : 0 }, () => {
    const from = between(created, deleted + 1_800);
    return { from, to: from + between(1, 900) };
  });
  return {
    created,
    deleted,
    runs,
    documents,
    closing: closes ? { said, on: between(created, said) } : undefined,
    holds,
    approved: random() < 0.05 ? deleted + between(1, 1_000) : undefined,
  };
}

const leap = (year: number) => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const lengths = (year: number) => [31, leap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function dateOf(day: number): readonly [number, number, number] {
  let left = day + firstDay;
  let year = 1970;
  for (; left >= (leap(year) ? 366 : 365); year += 1) left -= leap(year) ? 366 : 365;
  let month = 0;
  for (; left >= (lengths(year)[month] ?? 0); month += 1) left -= lengths(year)[month] ?? 0;
  return [year, month, left];
}

/** The same day so many months later, or the first of the month after where there is no such day. */
function monthsLater(day: number, months: number): number {
  const [year, month, inMonth] = dateOf(day);
  const target = [year + Math.floor((month + months) / 12), (month + months) % 12] as const;
  let days = 0;
  for (let at = 1970; at < target[0]; at += 1) days += leap(at) ? 366 : 365;
  for (let at = 0; at < target[1]; at += 1) days += lengths(target[0])[at] ?? 0;
  return days + Math.min(inMonth, lengths(target[0])[target[1]] ?? 0) - firstDay;
}

/** The first day on which a life's record may be gone, and those of its documents and verdicts, by the oracle. */
export function oracle(lifeCycle: LifeCycle, policy: RetentionPolicy = defaultPolicy) {
  const { deleted, runs, closing, holds, approved } = lifeCycle;
  const free = (day: number) => {
    let at = Math.max(day, deleted);
    for (let moved = true; moved; ) {
      const hold = holds.find(({ from, to }) => from <= at && at < to);
      moved = hold !== undefined;
      if (hold) at = hold.to;
    }
    return at;
  };
  const passed = runs.some(({ status }) => status === 'passed');
  const made = [...lifeCycle.documents, ...runs.map(({ at }) => at)];
  const documentDays = made.map((day) => monthsLater(day, policy.documentsYears * 12));
  // A closing that was said late counts from a month before.
  const counted = closing && Math.max(closing.on, closing.said - 30);
  const byRule = (closedOn: number | undefined) => {
    if (passed || closedOn !== undefined) {
      const ended = closedOn === undefined ? deleted : closedOn + 1;
      return Math.max(monthsLater(ended, policy.identityYears * 12), ...documentDays);
    }
    if (runs.length === 0) return deleted + policy.neverVerifiedDays;
    const running = runs.some(({ status }) => status === 'submitted');
    return monthsLater(running ? deleted : Math.max(...runs.map(({ at }) => at)), policy.notPassedMonths);
  };
  // The day of closing counts from when the brand has said it.
  const before = free(byRule(undefined));
  const due = closing && closing.said <= before ? free(Math.max(byRule(counted), closing.said)) : before;
  const early = approved !== undefined && free(approved) === approved && approved < due;
  const identified = passed || (closing !== undefined && closing.said <= before);
  const since = passed ? 0 : (closing?.said ?? 0);
  return {
    erased: early ? approved : due,
    /** From the day on which each was made to the first on which it may be gone. */
    documents: identified
      ? made.map((day, index) => [day, free(Math.max(documentDays[index] ?? 0, since))] as const)
      : [],
  };
}

/** Noon of a day: everything of a life happens then, and all looks are taken a moment later. */
export function noon(day: number): Instant {
  noons[day] ??= noonOf(day);
  return noons[day];
}

const noons: Instant[] = [];

function noonOf(day: number): Instant {
  const [year, month, inMonth] = dateOf(day);
  const two = (number: number) => String(number).padStart(2, '0');
  return `${year}-${two(month + 1)}-${two(inMonth + 1)}T12:00:00.000000` as Instant;
}

export const dayText = (day: number): string => noon(day).slice(0, 10);

/** What is known of a deleted customer on a day, as the database would tell it. */
export function historyOn(lifeCycle: LifeCycle, day: number, gone: ReadonlySet<number>): RetentionHistory {
  const runs = lifeCycle.runs.map(({ at }) => noon(at)).sort();
  const passed = lifeCycle.runs.some(({ status }) => status === 'passed');
  return {
    deletedAt: noon(lifeCycle.deleted),
    verified: passed ? 'passed' : lifeCycle.runs.length > 0 ? 'not passed' : 'never started',
    lastActionAt: runs.at(-1),
    wasRunning: lifeCycle.runs.some(({ status }) => status === 'submitted'),
    closedOn: lifeCycle.closing && lifeCycle.closing.said <= day ? dayText(lifeCycle.closing.on) : undefined,
    closingStatedOn:
      lifeCycle.closing && lifeCycle.closing.said <= day ? dayText(lifeCycle.closing.said) : undefined,
    made: [...lifeCycle.documents, ...lifeCycle.runs.map(({ at }) => at)]
      .filter((at) => !gone.has(at))
      .map(noon),
    isHeld: lifeCycle.holds.some(({ from, to }) => from <= day && day < to),
  };
}
