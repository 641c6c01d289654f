import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { migrationsIn } from '../../src/store/migrate.ts';

// A migration that has landed never changes, because databases that ran it refuse a changed one. SHA256SUMS says what
// has landed, and git says that no line of it was changed.

const folder = fileURLToPath(new URL('../../src/store/migrations/', import.meta.url));
const sums = `${folder}SHA256SUMS`;

/** The lines of a list as `sha256sum` writes them: a digest and a name. */
const linesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');

/** What is wrong with the migrations, as sentences. */
function faults(listed: readonly string[], found: ReturnType<typeof migrationsIn>): readonly string[] {
  const present = found.map(({ name, digest }) => `${digest}  ${name}.sql`);
  return [
    ...present
      .filter((line) => !listed.includes(line))
      .map(
        (line) =>
          `Not listed as it is: ${line.slice(66)}. A new one is added with sha256sum; one that has landed stays.`,
      ),
    ...listed
      .filter((line) => !present.includes(line))
      .map((line) => `Listed and not there: ${line.slice(66)}.`),
  ];
}

test('every migration is what SHA256SUMS says', () => {
  expect(faults(linesOf(readFileSync(sums, 'utf8')), migrationsIn())).toEqual([]);
});

test('an edited, a new and a removed migration are found', () => {
  const [first, second, ...others] = migrationsIn();
  if (!first || !second) throw new Error('There are no migrations.');
  const sql = `${first.sql}\n`;
  const edited = { ...first, sql, digest: createHash('sha256').update(sql).digest('hex') };
  const found = faults(linesOf(readFileSync(sums, 'utf8')), [edited, ...others]);
  expect(found.map((sentence) => sentence.split('.')[0])).toEqual([
    `Not listed as it is: ${first.name}`,
    `Listed and not there: ${first.name}`,
    `Listed and not there: ${second.name}`,
  ]);
});

/** The list in each commit that changed it, the newest first. Nothing where this is not a clone with its history. */
function history(): readonly (readonly string[])[] {
  try {
    const git = (...args: readonly string[]) =>
      execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const commits = linesOf(git('log', '--format=%H', '--', 'SHA256SUMS'));
    return commits.map((commit) => linesOf(git('show', `${commit}:./SHA256SUMS`)));
  } catch {
    return [];
  }
}

test('no line that was ever in the list has changed', () => {
  const now = linesOf(readFileSync(sums, 'utf8'));
  const lost = history().flatMap((lines) => lines.filter((line) => !now.includes(line)));
  expect(lost).toEqual([]);
});
