import { hash } from 'node:crypto';
import { numberOf, takenNumber } from '../../../domain/customers/identification.ts';
import { errorCatalogue } from '../../../domain/errors.ts';
import type { BrandId } from '../../../domain/ids.ts';
import { OperatorError } from '../../../domain/operator-error.ts';
import { Problems } from '../../../domain/problems.ts';
import { sealContext } from '../../../domain/sealed-columns.ts';
import { plusSeconds } from '../../../domain/time.ts';
import type { Validation } from '../../../domain/validation.ts';
import { defaultValidation } from '../../../domain/validation.ts';
import { journalPart } from '../../../store/audit/journal.ts';
import { isContended, violatedIndex } from '../../../store/connection/outage.ts';
import { insertCustomer, insertCustomers } from '../../../store/customers/writes.ts';
import type { IdempotencyClaim } from '../../../store/idempotency-claim.ts';
import type { BrandScope } from '../../../store/scope.ts';
import type { Keyring } from '../../../vault/vault.ts';
import { operatorActor, recordOperatorAction } from '../../audit/operator.ts';
import { journalOf } from '../../journal.ts';
import { provenSettings } from '../../proofs.ts';
import { requireDone, retryOnConflict } from '../../retry.ts';
import type { System } from '../../system.ts';
import { scopeOf } from '../../system.ts';
import { newCustomer } from '../new-customer.ts';
import type { CheckedLine, LineProblems, SeenValues } from './check.ts';
import { checkLine, lineKeys, noteDuplicates, notImported, readChecked } from './check.ts';
import { linesOf } from './lines.ts';
import type { ImportFormat, ImportSource, ImportStream, Line } from './source.ts';
import { openSource } from './source.ts';

/** Lines per look-up, and customers per transaction. */
const batch = 100;
/** Days for which an imported line is recognised, so that a repeated import has no effect. */
const knownForDays = 7;

export interface ImportOptions {
  /** The path of a file, or the name of the stream. */
  readonly path: string;
  /** What the content is; JSON lines unless it says otherwise. Gzip is unpacked. */
  readonly format?: ImportFormat;
  /** What is imported instead of a file. */
  readonly stream?: ImportStream | undefined;
  /** Imports the valid lines even if others are invalid; otherwise an invalid line stops the import. */
  readonly skipBad: boolean;
  /** Called for each invalid line. */
  readonly problem: (found: LineProblems) => void;
  readonly progress: (step: 'checked' | 'imported', lines: number, of: number) => void;
}

export interface ImportFacts {
  /** Lines that are not empty. */
  readonly lines: number;
  readonly imported: number;
  /** Imported by an earlier run and skipped. */
  readonly earlier: number;
  readonly bad: number;
}

/**
 * Creates a customer from every line of a file, in file order, each with its audit entry and event. The whole file
 * is checked first. An interrupted import keeps what it imported, and the next run with the same file continues.
 *
 * @throws OperatorError if the file cannot be read, or changes during the import.
 */
export async function importCustomers(
  system: System,
  brandId: BrandId,
  options: ImportOptions,
): Promise<ImportFacts> {
  const source = await openSource(options.path, options.format ?? 'ndjson', options.stream);
  try {
    const { validation = defaultValidation } = (await provenSettings(system, brandId)) ?? {};
    return await importSource(system, brandId, { source, validation }, options);
  } finally {
    await source.close();
  }
}

/** What is imported, and the rules of the brand that it is checked by. */
interface Reading {
  readonly source: ImportSource;
  readonly validation: Validation;
}

async function importSource(
  system: System,
  brandId: BrandId,
  reading: Reading,
  options: ImportOptions,
): Promise<ImportFacts> {
  const checked = await checkFile(system, brandId, reading, options);
  const facts = { lines: checked.lines, imported: 0, earlier: checked.earlier, bad: checked.bad.size };
  const open = facts.lines - facts.earlier - facts.bad;
  if ((facts.bad > 0 && !options.skipBad) || open === 0) return facts;
  await recordOperatorAction(system, brandId, 'import', { lines: open });
  let imported = 0;
  let late = 0;
  let batchCount = 0;
  let writing = Promise.resolve();
  const note = ({ written, problems }: Written) => {
    for (const one of problems) options.problem(one);
    imported += written;
    late += problems.length;
    system.db.wake();
    options.progress('imported', imported, open);
  };
  try {
    for await (const all of batches(reading.source, readChecked)) {
      if (digestOf(all) !== checked.digests[batchCount]) throw changedFile();
      batchCount += 1;
      const lines = all.filter(({ number }) => !checked.bad.has(number));
      // While the database writes one batch, the next is read and sealed.
      const before = writing;
      writing = writeLines(system, brandId, lines, before).then(note);
      // A failure is met where it is awaited.
      writing.catch(() => undefined);
      await before;
    }
    if (batchCount !== checked.digests.length) throw changedFile();
  } finally {
    await writing;
  }
  return { ...facts, imported, bad: facts.bad + late };
}

const changedFile = () => new OperatorError('The file has changed since it was checked. Import it again.');

interface CheckedFile {
  readonly lines: number;
  readonly earlier: number;
  /** Numbers of the invalid lines. */
  readonly bad: ReadonlySet<number>;
  /** Of every batch, so that what is written is what was checked. */
  readonly digests: readonly string[];
}

async function checkFile(
  system: System,
  brandId: BrandId,
  reading: Reading,
  options: ImportOptions,
): Promise<CheckedFile> {
  const scope = scopeOf(system, brandId);
  const seen: SeenValues = new Map();
  const bad = new Set<number>();
  const digests: string[] = [];
  let [count, earlier] = [0, 0];
  const { source, validation } = reading;
  for await (const lines of batches(source, (line) => checkLine(system, line, validation))) {
    digests.push(digestOf(lines));
    const keyring = await system.keyrings.of(brandId);
    const fresh = await notImported(system, keyring, scope, lines);
    await noteDuplicates(system, keyring, scope, fresh, seen);
    for (const { number, problems } of fresh) {
      if (!problems.any) continue;
      bad.add(number);
      options.problem({ line: number, problems: problems.toObject() });
    }
    count += lines.length;
    earlier += lines.length - fresh.length;
    options.progress('checked', count, count);
  }
  return { lines: count, earlier, bad, digests };
}

/** The lines of the file, in batches. */
async function* batches(
  source: ImportSource,
  read: (line: Line) => CheckedLine,
): AsyncGenerator<readonly CheckedLine[]> {
  let lines: CheckedLine[] = [];
  for await (const line of linesOf(source)) {
    lines.push(read(line));
    if (lines.length < batch) continue;
    yield lines;
    lines = [];
  }
  if (lines.length > 0) yield lines;
}

const digestOf = (lines: readonly CheckedLine[]): string =>
  hash('sha256', lines.map(({ number, digest }) => `${number} ${digest}`).join('\n'));

interface Written {
  readonly written: number;
  readonly problems: readonly LineProblems[];
}

/**
 * Writes lines in order, after those before them, in one statement. What it does not write is written line by line,
 * such as a line with a unique value that has been taken since the check.
 */
async function writeLines(
  system: System,
  brandId: BrandId,
  lines: readonly CheckedLine[],
  before: Promise<void>,
): Promise<Written> {
  const scope = scopeOf(system, brandId);
  const [written, left] = await retryOnConflict(system.keyrings, brandId, async (keyring) => {
    const fresh = await notImported(system, keyring, scope, lines);
    const insertions = fresh.map((line) => insertionOf(system, brandId, keyring, line));
    await before;
    const done = await insertTogether(scope, insertions);
    return [done.size, fresh.filter((_line, place) => !done.has(place))] as const;
  });
  const problems: LineProblems[] = [];
  for (const line of left) problems.push(...(await writeLine(system, brandId, line)));
  return { written: written + left.length - problems.length, problems };
}

/** The places of those that were written. */
async function insertTogether(
  scope: BrandScope,
  insertions: Parameters<typeof insertCustomers>[1],
): Promise<ReadonlySet<number>> {
  if (insertions.length === 0) return new Set();
  try {
    const outcomes = await insertCustomers(scope, insertions);
    return new Set(outcomes.flatMap((outcome, place) => (outcome === 'done' ? [place] : [])));
  } catch (error) {
    if (isContended(error)) return new Set();
    throw error;
  }
}

/** Writes one line. Returns its problems if a unique value has been taken since the check. */
async function writeLine(
  system: System,
  brandId: BrandId,
  line: CheckedLine,
): Promise<readonly LineProblems[]> {
  const scope = scopeOf(system, brandId);
  try {
    await retryOnConflict(system.keyrings, brandId, async (keyring) => {
      const [fresh] = await notImported(system, keyring, scope, [line]);
      if (!fresh) return;
      const { row, parts, claim } = insertionOf(system, brandId, keyring, fresh);
      requireDone(await insertCustomer(scope, row, parts, claim));
    });
    return [];
  } catch (error) {
    const index = violatedIndex(error);
    if (index === undefined) throw error;
    const problems = new Problems();
    const number = line.body && numberOf(line.body);
    if (index === 'customers_ssn' && number !== undefined) {
      const { field, problem } = takenNumber(number);
      problems.add(field, problem);
    } else problems.add('brand_person_id', errorCatalogue.person_id_dup.message);
    return [{ line: line.number, problems: problems.toObject() }];
  }
}

function insertionOf(system: System, brandId: BrandId, keyring: Keyring, line: CheckedLine) {
  if (!line.body) throw changedFile();
  const now = system.now();
  const cause = { actor: operatorActor(system), operation: 'import' };
  const scope = scopeOf(system, brandId);
  const { row, changeRecord, parts } = newCustomer({ system, keyring, now, scope }, line.body);
  return {
    row,
    parts: [journalPart(journalOf(system, brandId, cause, now, changeRecord)), ...parts],
    claim: claimOf(system, keyring, line, row.head.customer_id),
  };
}

/** The line's idempotency key, which marks it as imported. There is no answer to replay. */
function claimOf(system: System, keyring: Keyring, line: CheckedLine, customerId: string): IdempotencyClaim {
  const [recordId, now] = [system.newId(), system.now()];
  const key = lineKeys(keyring, line).at(-1) ?? Buffer.alloc(0);
  return {
    indexVersion: keyring.indexVersion,
    key,
    fingerprint: key,
    recordId,
    customerId,
    answer: keyring.seal(sealContext('idempotency.answer', { record_id: recordId }), '{}'),
    now,
    expiresAt: plusSeconds(now, knownForDays * 86_400),
  };
}
