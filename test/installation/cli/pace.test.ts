import { expect, test } from 'vitest';
import { openPace } from '../../../src/cli/progress.ts';

test('a pace tells how fast the last seconds were and how long the rest takes, and nothing before it knows', () => {
  let now = 0;
  const pace = openPace(() => now);
  const at = (seconds: number, done: number) => {
    now = seconds * 1_000;
    pace.note(done);
  };
  expect(pace.words(9_000)).toBe('');
  at(0.5, 500);
  expect(pace.words(9_000)).toBe('');
  at(2, 2_000);
  expect(pace.words()).toBe(', 1,000 a second');
  expect(pace.words(9_000)).toBe(', 1,000 a second, 7 s left');
  // It was ten times slower for a while: what was before no longer counts.
  for (let second = 3; second <= 20; second += 1) at(second, 2_000 + (second - 2) * 100);
  expect(pace.words(9_000)).toBe(', 100 a second, 52 s left');
  expect(pace.words(24_000)).toBe(', 100 a second, 3 min 22 s left');
  expect(pace.words(1_000_000)).toBe(', 100 a second, 2 h 46 min left');
  expect(pace.words(3_800)).toBe(', 100 a second, 0 s left');
});
