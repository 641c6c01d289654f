import { expect, test } from 'vitest';
import { longestWait, openBackoff } from '../../src/worker/backoff.ts';

test('an item waits longer after each failure, at most a minute, and begins again after a success', () => {
  let now = 0;
  const failures: unknown[] = [];
  const backoff = openBackoff<string>(
    (error) => failures.push(error),
    () => now,
  );
  const waitOf = (key: string) => {
    const from = now;
    while (backoff.waiting().includes(key)) now += 500;
    return now - from;
  };
  expect(backoff.waiting()).toEqual([]);
  const waits = Array.from({ length: 9 }, (_, index) => {
    backoff.failed('one', index);
    return waitOf('one');
  });
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  expect(failures).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  backoff.failed('one', 'again');
  backoff.failed('other', 'first');
  expect(backoff.waiting()).toEqual(['one', 'other']);
  backoff.succeeded('one');
  expect(backoff.waiting()).toEqual(['other']);
  backoff.failed('one', 'once more');
  expect(waitOf('one')).toBe(1_000);
});

test('an item that had no work for long begins again', () => {
  let now = 0;
  const backoff = openBackoff<string>(
    () => undefined,
    () => now,
  );
  for (const _ of 'twice') backoff.failed('gone', undefined);
  now += 2 * longestWait + 1;
  backoff.failed('other', undefined);
  backoff.failed('gone', undefined);
  now += 1_000;
  expect(backoff.waiting()).toEqual([]);
});
