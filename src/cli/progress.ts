import type { Format } from './output.ts';
import { printNotice } from './output.ts';

/** The pause between two lines. On a terminal each line replaces the one before. */
const intervalMs = { terminal: 100, elsewhere: 10_000 };

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
