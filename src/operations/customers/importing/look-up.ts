import { hash } from 'node:crypto';
import type { FieldProblems } from '../../../domain/errors.ts';
import { errorCatalogue } from '../../../domain/errors.ts';
import { Problems } from '../../../domain/problems.ts';
import { takenValues, usedImportKeys } from '../../../store/customers/import.ts';
import type { BrandScope } from '../../../store/scope.ts';
import type { Keyring } from '../../../vault/vault.ts';
import type { System } from '../../system.ts';
import type { Batch, DigestedLine } from './batches.ts';
import type { CheckedBatch, LineProblems } from './check.ts';
import { digestsAt, lineKeys } from './check.ts';
import type { SeenValues } from './seen.ts';

/** What is known of a batch once it was looked up. */
export interface LookedUp {
  /** Numbers of the lines that an earlier run has imported. */
  readonly earlier: readonly number[];
  /** Of the other lines, those that are invalid. */
  readonly bad: readonly LineProblems[];
}

/** The lines that no earlier run has imported. */
export async function notImported(
  system: Pick<System, 'now'>,
  keyring: Keyring,
  scope: BrandScope,
  lines: readonly DigestedLine[],
): Promise<readonly DigestedLine[]> {
  const keys = lines.map((line) => lineKeys(keyring, line));
  const claimed = await usedImportKeys(scope, keys.flat(), system.now());
  return lines.filter((_line, place) => !isAmong(claimed, keys[place]));
}

/** Finds lines of an earlier run, and every unique value that a customer or an earlier valid line of the file has. */
export async function lookUp(
  system: Pick<System, 'now'>,
  scope: BrandScope,
  { numbers: lineNumbers }: Batch,
  checked: CheckedBatch,
  seen: SeenValues,
): Promise<LookedUp> {
  const count = checked.indexVersions.length;
  const places = [...lineNumbers.keys()];
  const keys = places.map((place) => digestsAt(checked.keys, place, count));
  const claimed = await usedImportKeys(scope, keys.flat(), system.now());
  const isFresh = (place: number) => !isAmong(claimed, keys[place]);
  const fresh = claimed.size === 0 ? places : places.filter(isFresh);
  const marked = fresh.map((place) => markedAt(checked, place));
  const persons = marked.flatMap(({ person }) => person ?? []);
  const taken = await takenValues(
    scope,
    persons,
    marked.flatMap(({ numbers }) => numbers),
  );
  const bad = marked.flatMap(({ place, ...line }) => {
    const number = lineNumbers[place] ?? 0;
    const problems = problemsOf(line, number, taken, seen);
    return problems ? [{ line: number, problems }] : [];
  });
  const earlier = fresh === places ? [] : places.filter((place) => !isFresh(place));
  return { earlier: earlier.map((place) => lineNumbers[place] ?? 0), bad };
}

/** What must be unique of a line, and what is wrong with it by itself. */
interface MarkedLine {
  readonly digest: Buffer | undefined;
  readonly mark: Buffer | undefined;
  readonly numbers: readonly Buffer[];
  readonly unique: CheckedBatch['taken'][number];
  readonly person: string | undefined;
  readonly found: FieldProblems | undefined;
}

function markedAt(checked: CheckedBatch, place: number): MarkedLine & { readonly place: number } {
  const unique = checked.taken[place];
  return {
    place,
    digest: digestsAt(checked.digests, place)[0],
    mark: unique && digestsAt(checked.marks, place)[0],
    numbers: unique ? digestsAt(checked.numbers, place, checked.indexVersions.length) : [],
    unique,
    person: checked.persons[place],
    found: checked.problems.get(place),
  };
}

/** The problems of a line, or `undefined`: then its values are seen. */
function problemsOf(
  { digest, mark, numbers, unique, person, found }: MarkedLine,
  line: number,
  taken: ReadonlySet<string>,
  seen: SeenValues,
): FieldProblems | undefined {
  // Of an invalid line nothing is looked up.
  if (found) return found;
  const problems = new Problems();
  if (unique && isAmong(taken, numbers)) problems.add(unique.field, unique.problem);
  if (person && taken.has(person)) problems.add('brand_person_id', errorCatalogue.person_id_dup.message);
  const values: readonly (readonly [string, Buffer | undefined])[] = [
    ['line', digest],
    [unique?.field ?? 'ssn', mark],
    ['brand_person_id', person === undefined ? undefined : hash('sha256', person, 'buffer')],
  ];
  for (const [field, value] of values) {
    const earlier = value && seen.lineOf(value);
    if (earlier) problems.add(field, `The same as on line ${earlier}.`);
  }
  if (problems.any) return problems.toObject();
  for (const [, value] of values) if (value) seen.add(value, line);
  return undefined;
}

/** Whether a digest is in a set of them in base64. */
const isAmong = (found: ReadonlySet<string>, digests: readonly Buffer[] = []): boolean =>
  found.size > 0 && digests.some((digest) => found.has(digest.toString('base64')));
