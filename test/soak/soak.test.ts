import { expect, test } from 'vitest';
import type { Sample } from './verdict.ts';
import { growths, keptTables } from './verdict.ts';

// The verdict of `npm run soak`: each kind of growth turns it red, and a level run does not.

const mebibyte = 2 ** 20;

/** A run of an hour with a sample a minute; `leak` is what grows in each of them. */
const run = (leak: (minute: number) => Partial<Sample> = () => ({})): readonly Sample[] =>
  Array.from({ length: 60 }, (_, minute) => ({
    at: minute * 60,
    rss: 150 * mebibyte + (minute % 7) * mebibyte,
    handles: 60 + (minute % 3),
    wal: 200 * mebibyte,
    tables: { customers: 8 * mebibyte, events: minute * 10 * mebibyte },
    ...leak(minute),
  }));

test('a level run is level, whatever grows of what is kept on purpose', () => {
  expect(keptTables).toContain('events');
  expect(growths(run())).toEqual([]);
});

test.each([
  ['memory', (minute: number) => ({ rss: (150 + minute * 4) * mebibyte })],
  ['handles', (minute: number) => ({ handles: 60 + minute * 2 })],
  ['write-ahead log', (minute: number) => ({ wal: (200 + minute * 12) * mebibyte })],
  ['table customers', (minute: number) => ({ tables: { customers: (8 + minute) * mebibyte } })],
])('%s that grows is found', (what, leak) => {
  expect(growths(run(leak)).map((growth) => growth.what)).toEqual([what]);
});

test('a run of three samples has no verdict', () => {
  expect(() => growths(run().slice(0, 1))).toThrow('at least four samples');
});
