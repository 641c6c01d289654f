import type { Format } from './output.ts';
import { printNotice } from './output.ts';

/** The pause between two lines. On a terminal each line replaces the one before. */
const intervalMs = { terminal: 100, elsewhere: 5_000 };

export interface Progress {
  /** Reports progress, at most once per interval. */
  (sentence: () => string): void;
  /** Clears the line for what comes next. */
  end(): void;
}

export function openProgress(format: Format): Progress {
  const isTerminal = process.stderr.isTTY && format === 'table';
  const interval = isTerminal ? intervalMs.terminal : intervalMs.elsewhere;
  let last = performance.now();
  const progress = (sentence: () => string) => {
    const now = performance.now();
    if (now - last < interval) return;
    last = now;
    if (isTerminal) process.stderr.write(`\r\u001b[K${sentence()}`);
    else printNotice(format, sentence());
  };
  const end = () => {
    if (isTerminal) process.stderr.write('\r\u001b[K');
  };
  return Object.assign(progress, { end });
}

/** Numbers as people read them. */
export const formatCount = (count: number): string => count.toLocaleString('en-US');

/** How much of something is done, in whole per cent. */
export const percent = (done: number, of: number): string =>
  `${of === 0 ? 100 : Math.floor((100 * done) / of)} %`;

/** Milliseconds over which a pace is measured, and after which it is first told. */
const paceMs = { over: 10_000, after: 1_000 };

export interface Pace {
  /** Notes how much is done. */
  note(done: number): void;
  /** How fast it goes at the moment, and how long the rest takes at this pace: the end of a sentence. */
  words(of?: number): string;
}

export function openPace(now: () => number = () => performance.now()): Pace {
  const samples = [{ at: now(), done: 0 }];
  return {
    note(done) {
      samples.push({ at: now(), done });
      while (samples.length > 2 && now() - (samples[1]?.at ?? 0) > paceMs.over) samples.shift();
    },
    words(of) {
      const [first, last] = [samples[0], samples.at(-1)];
      const took = (last?.at ?? 0) - (first?.at ?? 0);
      if (!first || !last || took < paceMs.after || last.done <= first.done) return '';
      const each = took / (last.done - first.done);
      const pace = `, ${formatCount(Math.round(1_000 / each))} a second`;
      return of === undefined ? pace : `${pace}, ${duration((of - last.done) * each)} left`;
    },
  };
}

function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${seconds % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** How long something took, and how many of it a second, for an answer in JSON. */
export function speedSince(
  began: number,
  count: number,
): { readonly seconds: number; readonly per_second: number } {
  const seconds = (performance.now() - began) / 1_000;
  return { seconds: Math.round(seconds * 10) / 10, per_second: Math.round(count / seconds) };
}
