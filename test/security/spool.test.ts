import { mkdtemp, readdir, rename, rm, utimes } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Spool } from '../../src/providers/security/spool.ts';
import { openSpool } from '../../src/providers/security/spool.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clientele-spool-'));
});
afterEach(() => rm(folder, { recursive: true }));

const line = (number: number): string => `{"number":${String(number).padStart(6, '0')}}`;
const size = line(0).length + 1;

/** Everything that waits, in order. */
async function drained(spool: Spool): Promise<readonly string[]> {
  const lines: string[] = [];
  for (let batch = await spool.next(); batch; batch = await spool.next()) {
    lines.push(...batch.lines);
    batch.done();
  }
  return lines;
}

const numbers = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => line(from + index));

/** What a process that died leaves: a folder with the number of no process. */
async function leave(spool: Spool, name: string): Promise<void> {
  expect(spool.bytes).toBeGreaterThan(0);
  const [own = ''] = (await readdir(folder)).filter((one) => one.includes(`.${process.pid}.`));
  await rename(join(folder, own), join(folder, name));
}

test('keeps the order over many segments, and nothing that is done', async () => {
  const spool = openSpool(folder, 100_000);
  for (const one of numbers(1, 3_000)) expect(spool.append(one)).toBe(0);
  expect(spool.bytes).toBe(3_000 * size);
  expect(await drained(spool)).toEqual(numbers(1, 3_000));
  expect(spool.bytes).toBe(0);
  spool.append(line(3_001));
  expect(await drained(spool)).toEqual([line(3_001)]);
  spool.close();
  expect(await readdir(folder)).toEqual([]);
});

test('drops the oldest beyond its limit and says how many', async () => {
  const spool = openSpool(folder, 800 * size);
  let dropped = 0;
  for (const one of numbers(1, 1_000)) dropped += spool.append(one);
  expect(dropped).toBeGreaterThanOrEqual(200);
  expect(dropped).toBeLessThan(400);
  expect(spool.bytes).toBeLessThanOrEqual(800 * size);
  expect(await drained(spool)).toEqual(numbers(dropped + 1, 1_000));
});

test('what was not done comes again after a restart, in order and before what is new', async () => {
  const died = openSpool(folder, 1_000_000);
  for (const one of numbers(1, 20_000)) died.append(one);
  const first = await died.next();
  first?.done();
  const kept = first?.lines.length ?? 0;
  // Read and not done.
  await died.next();
  await leave(died, `${hostname()}.999999999.0123456789ab`);

  const spool = openSpool(folder, 1_000_000);
  spool.append(line(20_001));
  spool.adopt();
  expect(await drained(spool)).toEqual(numbers(kept + 1, 20_001));
  spool.close();
  expect(await readdir(folder)).toEqual([]);
});

test('leaves the folder of a living process on another machine alone, and takes it after two silent minutes', async () => {
  const other = openSpool(folder, 1_000_000);
  other.append(line(1));
  const name = 'elsewhere.1.0123456789ab';
  await leave(other, name);
  const spool = openSpool(folder, 1_000_000);
  spool.adopt();
  expect(await drained(spool)).toEqual([]);
  const silent = new Date(Date.now() - 121_000);
  await utimes(join(folder, name), silent, silent);
  spool.adopt();
  expect(await drained(spool)).toEqual([line(1)]);
});

test('two that take over at once share what was left and lose nothing', async () => {
  const died = openSpool(folder, 1_000);
  for (const one of numbers(1, 30)) died.append(one);
  const left = died.bytes / size;
  await leave(died, `${hostname()}.999999999.0123456789ab`);
  const spools = [openSpool(folder, 1_000_000), openSpool(folder, 1_000_000)];
  for (const spool of spools) spool.adopt();
  const taken = (await Promise.all(spools.map(drained))).flat();
  expect([...taken].sort()).toEqual(numbers(31 - left, 30));
});
