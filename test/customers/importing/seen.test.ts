import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { LineSet, SeenValues } from '../../../src/operations/customers/importing/seen.ts';

const valueFor = (number: number): Buffer => createHash('sha256').update(String(number)).digest();

test('a set of lines has what was added, and counts each once', () => {
  const set = new LineSet();
  for (const line of [1, 7, 8, 8_191, 8_192, 100_000, 100_000]) set.add(line);
  expect(set.size).toBe(6);
  expect([0, 1, 2, 7, 8, 9, 8_191, 8_192, 8_193, 100_000, 1e9].filter((line) => set.has(line))).toEqual([
    1, 7, 8, 8_191, 8_192, 100_000,
  ]);
});

test('every digest leads to its line, and no other digest does, however many there are', () => {
  const seen = new SeenValues();
  const count = 20_000;
  for (let number = 1; number <= count; number += 1) {
    expect(seen.lineOf(valueFor(number))).toBeUndefined();
    seen.add(valueFor(number), number);
  }
  for (let number = 1; number <= count; number += 1) expect(seen.lineOf(valueFor(number))).toBe(number);
  for (let number = count + 1; number <= 2 * count; number += 1)
    expect(seen.lineOf(valueFor(number))).toBeUndefined();
});

test('digests that differ in one of their first twelve bytes are different', () => {
  const seen = new SeenValues();
  const base = Buffer.alloc(32, 7);
  seen.add(base, 1);
  for (let at = 0; at < 12; at += 1) {
    const other = Buffer.from(base);
    other[at] = 8;
    expect(seen.lineOf(other)).toBeUndefined();
    seen.add(other, at + 2);
  }
  expect(seen.lineOf(base)).toBe(1);
});

test('a million digests take at most 70 MB, with the smaller tables before the last one', () => {
  const before = process.memoryUsage().arrayBuffers;
  const seen = new SeenValues();
  const value = Buffer.alloc(32);
  for (let number = 1; number <= 1_000_000; number += 1) {
    value.writeUInt32LE(number, 8);
    seen.add(value, number);
  }
  value.writeUInt32LE(999_999, 8);
  expect(seen.lineOf(value)).toBe(999_999);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(70e6);
});
