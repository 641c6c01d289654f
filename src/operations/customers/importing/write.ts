import { numberOf, takenNumber } from '../../../domain/customers/identification.ts';
import { errorCatalogue } from '../../../domain/errors.ts';
import { Problems } from '../../../domain/problems.ts';
import { isContended, violatedIndex } from '../../../store/connection/outage.ts';
import { insertCustomer, insertCustomers } from '../../../store/customers/writes.ts';
import { writeTogether } from '../../../store/statement-parts.ts';
import type { Keyring } from '../../../vault/vault.ts';
import { requireDone, retryOnConflict } from '../../retry.ts';
import type { System } from '../../system.ts';
import { scopeOf } from '../../system.ts';
import type { Batch, DigestedLine } from './batches.ts';
import { linesIn } from './batches.ts';
import type { LineProblems } from './check.ts';
import { bodyOf } from './check.ts';
import { notImported } from './look-up.ts';
import type { Preparation, Prepared } from './prepare.ts';
import { insertionsOf } from './prepare.ts';

/** What an import writes with. */
export interface Writing extends Preparation {
  readonly system: System;
  /** The index key under which all lines were looked up, if it was one. */
  readonly checkedUnder: number | undefined;
}

export interface Written {
  readonly written: number;
  /** Lines that another import has written since the check. */
  readonly earlier: number;
  readonly problems: readonly LineProblems[];
}

/**
 * Writes lines that have passed every check, and that no earlier run has imported, in order, after those before them, in
 * one statement: the prepared one, if there is one. What it does not write is written line by line,
 * such as a line with a unique value that has been taken since the check.
 */
export async function writeLines(
  writing: Writing,
  batch: Batch,
  prepared: Promise<Prepared | undefined>,
  before: Promise<void>,
): Promise<Written> {
  const { system, brandId } = writing;
  const ready = await prepared;
  let isFirst = true;
  const [together, left] = await retryOnConflict(system.keyrings, brandId, async (keyring) => {
    const current = isFirst && ready && isCurrent(writing, ready, keyring) ? ready : undefined;
    isFirst = false;
    const attempt = current ? asPrepared(writing, batch, current) : asTheyAre(writing, keyring, batch);
    return writeAfter(before, await attempt);
  });
  let written = together;
  const problems: LineProblems[] = [];
  for (const line of await stillFresh(writing, left)) {
    const alone = await writeLine(writing, line);
    written += alone.written;
    problems.push(...alone.problems);
  }
  return { written, earlier: batch.numbers.length - written - problems.length, problems };
}

/** Looked up together: where another import has the same file, it has written most lines of a batch. */
async function stillFresh(
  { system, brandId }: Writing,
  left: readonly DigestedLine[],
): Promise<readonly DigestedLine[]> {
  if (left.length === 0) return left;
  return notImported(system, await system.keyrings.of(brandId), scopeOf(system, brandId), left);
}

/**
 * Whether a prepared statement is as good as a new one: it is under the newest keys, and no line or number can be known
 * under another index key. A line that was imported since the check has used the same idempotency key.
 */
const isCurrent = ({ checkedUnder }: Writing, { sealVersion, indexVersion }: Prepared, keyring: Keyring) =>
  sealVersion === keyring.sealVersion &&
  indexVersion === keyring.indexVersion &&
  keyring.indexVersions.length === 1 &&
  checkedUnder === keyring.indexVersion;

/** Lines, and the statement that writes them. */
interface Attempt {
  readonly count: number;
  readonly lines: () => readonly DigestedLine[];
  readonly write: () => Promise<readonly ('done' | undefined)[]>;
}

const asPrepared = async ({ system }: Writing, batch: Batch, { together }: Prepared): Promise<Attempt> => ({
  count: batch.numbers.length,
  // Most batches are written whole, and then nobody asks for their lines.
  lines: () => linesIn(batch),
  write: () => writeTogether(system.db, together),
});

async function asTheyAre(writing: Writing, keyring: Keyring, batch: Batch): Promise<Attempt> {
  const scope = scopeOf(writing.system, writing.brandId);
  const fresh = await notImported(writing.system, keyring, scope, linesIn(batch));
  const insertions = insertionsOf(writing, keyring, fresh);
  return { count: fresh.length, lines: () => fresh, write: () => insertCustomers(scope, insertions) };
}

/** How many were written, and the lines that were not. */
async function writeAfter(
  before: Promise<void>,
  { count, lines, write }: Attempt,
): Promise<readonly [number, readonly DigestedLine[]]> {
  await before;
  if (count === 0) return [0, []];
  try {
    const outcomes = await write();
    if (outcomes.every((outcome) => outcome === 'done')) return [count, []];
    const left = lines().filter((_line, place) => outcomes[place] !== 'done');
    return [count - left.length, left];
  } catch (error) {
    if (isContended(error)) return [0, lines()];
    throw error;
  }
}

/** Writes one line that no import has written. Its problems are unique values that were taken since the check. */
async function writeLine(
  writing: Writing,
  line: DigestedLine,
): Promise<Pick<Written, 'written' | 'problems'>> {
  const { system, brandId } = writing;
  const scope = scopeOf(system, brandId);
  try {
    const written = await retryOnConflict(system.keyrings, brandId, async (keyring) => {
      const fresh = await notImported(system, keyring, scope, [line]);
      for (const { row, parts, claim } of insertionsOf(writing, keyring, fresh))
        requireDone(await insertCustomer(scope, row, parts, claim));
      return fresh.length;
    });
    return { written, problems: [] };
  } catch (error) {
    const index = violatedIndex(error);
    if (index === undefined) throw error;
    const problems = new Problems();
    const number = numberOf(bodyOf(line));
    if (index === 'customers_ssn' && number !== undefined) {
      const { field, problem } = takenNumber(number);
      problems.add(field, problem);
    } else problems.add('brand_person_id', errorCatalogue.person_id_dup.message);
    return { written: 0, problems: [{ line: line.number, problems: problems.toObject() }] };
  }
}
