import type { Format } from './answer.ts';
import { say } from './answer.ts';

/** Milliseconds between two lines, on a terminal where each takes the place of the one before, and elsewhere. */
const pace = { terminal: 100, elsewhere: 10_000 };

export interface Progress {
  /** Says how far it is, now and then. */
  (sentence: () => string): void;
  /** Leaves a clean line for what comes next. */
  end(): void;
}

export function openProgress(format: Format): Progress {
  const isTerminal = process.stderr.isTTY && format === 'table';
  const interval = isTerminal ? pace.terminal : pace.elsewhere;
  let last = performance.now();
  const progress = (sentence: () => string) => {
    const now = performance.now();
    if (now - last < interval) return;
    last = now;
    if (isTerminal) process.stderr.write(`\r\u001b[K${sentence()}`);
    else say(format, sentence());
  };
  const end = () => {
    if (isTerminal) process.stderr.write('\r\u001b[K');
  };
  return Object.assign(progress, { end });
}

/** Numbers as people read them. */
export const counted = (count: number): string => count.toLocaleString('en-US');

/** How much of something is done, in whole per cent. */
export const percent = (done: number, of: number): string =>
  `${of === 0 ? 100 : Math.floor((100 * done) / of)} %`;
