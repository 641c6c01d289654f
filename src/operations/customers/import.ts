import { hash } from 'node:crypto';
import { errorCatalogue } from '../../domain/errors.ts';
import type { BrandId } from '../../domain/ids.ts';
import { OperatorError } from '../../domain/operator-error.ts';
import { Problems } from '../../domain/problems.ts';
import { sealContext } from '../../domain/sealed-columns.ts';
import { plusSeconds } from '../../domain/time.ts';
import type { Validation } from '../../domain/validation.ts';
import { defaultValidation } from '../../domain/validation.ts';
import { journalPart } from '../../store/audit/journal.ts';
import { violatedIndex } from '../../store/connection/outage.ts';
import { insertCustomer } from '../../store/customers/customers.ts';
import type { IdempotencyClaim } from '../../store/idempotency-claim.ts';
import { withConnection } from '../../store/scope.ts';
import type { Keyring } from '../../vault/vault.ts';
import { operatorActor, recordOperatorAction } from '../audit/operator.ts';
import { journalOf } from '../journal.ts';
import { provenSettings } from '../proofs.ts';
import { requireDone, retryOnConflict } from '../retry.ts';
import type { System } from '../system.ts';
import { scopeOf } from '../system.ts';
import type { CheckedLine, LineProblems, SeenValues } from './import-check.ts';
import { checkLine, lineKeys, noteDuplicates, notImported } from './import-check.ts';
import type { ImportSource, ImportStream } from './import-lines.ts';
import { linesOf, openSource } from './import-lines.ts';
import { newCustomer } from './new-customer.ts';

/** Lines per look-up, and customers per transaction. */
const batch = 100;
/** Days for which an imported line is recognised, so that a repeated import has no effect. */
const knownForDays = 7;

export interface ImportOptions {
  /** The path of a file, or the name of the stream. */
  readonly path: string;
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
  const source = await openSource(options.path, options.stream);
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
  for await (const all of batches(system, reading)) {
    if (digestOf(all) !== checked.digests[batchCount]) throw changedFile();
    batchCount += 1;
    const lines = all.filter(({ number }) => !checked.bad.has(number));
    const refused = await writeLines(system, brandId, lines);
    for (const one of refused.problems) options.problem(one);
    imported += refused.written;
    late += refused.problems.length;
    system.db.wake();
    options.progress('imported', imported, open);
  }
  if (batchCount !== checked.digests.length) throw changedFile();
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
  for await (const lines of batches(system, reading)) {
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

/** The checked lines of the file, in batches. */
async function* batches(
  system: System,
  { source, validation }: Reading,
): AsyncGenerator<readonly CheckedLine[]> {
  let lines: CheckedLine[] = [];
  for await (const line of linesOf(source)) {
    lines.push(checkLine(system, line, validation));
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
 * Writes lines in order in one transaction. If a unique value has been taken since the check, writes them one by
 * one.
 */
async function writeLines(system: System, brandId: BrandId, lines: readonly CheckedLine[]): Promise<Written> {
  return retryOnConflict(system.keyrings, brandId, async (keyring) => {
    const fresh = await notImported(system, keyring, scopeOf(system, brandId), lines);
    try {
      await writeTogether(system, brandId, keyring, fresh);
      return { written: fresh.length, problems: [] };
    } catch (error) {
      const index = violatedIndex(error);
      if (index === undefined) throw error;
      return fresh.length === 1 ? taken(fresh, index) : oneByOne(system, brandId, fresh);
    }
  });
}

async function oneByOne(system: System, brandId: BrandId, lines: readonly CheckedLine[]): Promise<Written> {
  let written = 0;
  const problems: LineProblems[] = [];
  for (const line of lines) {
    const one = await writeLines(system, brandId, [line]);
    written += one.written;
    problems.push(...one.problems);
  }
  return { written, problems };
}

function taken([line]: readonly CheckedLine[], index: string): Written {
  const problems = new Problems();
  if (index === 'customers_ssn') problems.add('ssn', errorCatalogue.ssn_dup.message);
  else problems.add('brand_person_id', errorCatalogue.person_id_dup.message);
  return { written: 0, problems: line ? [{ line: line.number, problems: problems.toObject() }] : [] };
}

async function writeTogether(
  system: System,
  brandId: BrandId,
  keyring: Keyring,
  lines: readonly CheckedLine[],
): Promise<void> {
  const scope = scopeOf(system, brandId);
  const cause = { actor: operatorActor(system), operation: 'import' };
  await system.db.transaction(async (connection) => {
    for (const line of lines) {
      if (!line.body) throw changedFile();
      const now = system.now();
      const { row, changeRecord } = newCustomer({ system, keyring, now, scope }, line.body);
      const part = journalPart(journalOf(system, brandId, cause, now, changeRecord));
      const claim = claimOf(system, keyring, line, row.head.customer_id);
      // A conflict undoes what has been written of the batch.
      requireDone(await insertCustomer(withConnection(scope, connection), row, [part], claim));
    }
  });
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
