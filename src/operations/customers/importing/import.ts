import { createHash, randomUUID } from 'node:crypto';
import type { BrandId } from '../../../domain/ids.ts';
import { OperatorError } from '../../../domain/operator-error.ts';
import { defaultValidation } from '../../../domain/validation.ts';
import { operatorActor, recordOperatorAction } from '../../audit/operator.ts';
import { provenSettings } from '../../proofs.ts';
import type { System } from '../../system.ts';
import { scopeOf } from '../../system.ts';
import type { Batch } from './batches.ts';
import { batches, digestOf, without } from './batches.ts';
import type { CheckedBatch, LineProblems, Rules } from './check.ts';
import { checkBatch } from './check.ts';
import type { Helping, ImportThreads } from './helpers.ts';
import { openHelping } from './helpers.ts';
import { lookUp } from './look-up.ts';
import type { Preparation } from './prepare.ts';
import { LineSet, SeenValues } from './seen.ts';
import type { ImportFormat, ImportSource, ImportStream } from './source.ts';
import { openSource } from './source.ts';
import type { Writing, Written } from './write.ts';
import { writeLines } from './write.ts';

export interface ImportOptions {
  /** The path of a file, or the name of the stream. */
  readonly path: string;
  /** What the content is; JSON lines unless it says otherwise. Gzip is unpacked. */
  readonly format?: ImportFormat;
  /** What is imported instead of a file. */
  readonly stream?: ImportStream | undefined;
  /** Imports the valid lines even if others are invalid; otherwise an invalid line stops the import. */
  readonly skipBad: boolean;
  /** What checks and seals lines beside this thread, where the file has many of them. */
  readonly threads?: ImportThreads | undefined;
  /** Called for each invalid line. */
  readonly problem: (found: LineProblems) => void;
  readonly progress: (step: 'checked' | 'imported', lines: number, of: number) => void;
}

export interface ImportFacts {
  /** Lines that are not empty. */
  readonly lines: number;
  readonly imported: number;
  /** Imported by another run, before the check or since, and skipped. */
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
    const rules = { environment: system.environment, validation, salt: randomUUID() };
    const actor = operatorActor(system);
    const helping = openHelping(system, brandId, { actor, rules }, options.threads);
    try {
      return await importSource({ system, brandId, actor, rules, helping, source }, options);
    } finally {
      await helping.close();
    }
  } finally {
    await source.close();
  }
}

/** What an import works with. */
interface Importing extends Preparation {
  readonly system: System;
  readonly rules: Rules;
  readonly helping: Helping;
  readonly source: ImportSource;
}

async function importSource(importing: Importing, options: ImportOptions): Promise<ImportFacts> {
  const { system, brandId } = importing;
  const { source, digest } = withDigest(importing.source);
  const checked = await checkFile({ ...importing, source }, options);
  const facts = { lines: checked.lines, imported: 0, earlier: checked.earlier.size, bad: checked.bad.size };
  const open = facts.lines - facts.earlier - facts.bad;
  if ((facts.bad > 0 && !options.skipBad) || open === 0) return facts;
  await recordOperatorAction(system, brandId, 'import', { lines: open, file_sha256: digest() });
  return { ...facts, ...(await writeFile(importing, checked, { ...options, open })) };
}

/** A source whose content is digested while it is read for the first time. */
function withDigest(source: ImportSource): { readonly source: ImportSource; readonly digest: () => string } {
  const content = createHash('sha256');
  async function* read() {
    for await (const bytes of source.read()) {
      content.update(bytes);
      yield bytes;
    }
  }
  return { source: { ...source, read }, digest: () => content.digest('hex') };
}

async function writeFile(
  importing: Importing,
  { bad, earlier, digests, indexVersion }: CheckedFile,
  { open, problem, progress }: ImportOptions & { readonly open: number },
): Promise<Pick<ImportFacts, 'imported' | 'earlier' | 'bad'>> {
  const { system, source, helping } = importing;
  const writing: Writing = { ...importing, checkedUnder: indexVersion };
  let [imported, overtaken, late, batchCount] = [0, 0, 0, 0];
  const note = ({ written, earlier: skipped, problems }: Written) => {
    for (const one of problems) problem(one);
    imported += written;
    overtaken += skipped;
    late += problems.length;
    system.db.wake();
    progress('imported', imported, open - overtaken);
  };
  const helpers = await helping.forLines(open);
  const line = queue();
  try {
    for await (const all of batches(source)) {
      if (digestOf(all) !== digests[batchCount]) throw changedFile();
      batchCount += 1;
      const batch = without(all, (number) => bad.has(number) || earlier.has(number));
      if (batch.numbers.length === 0) continue;
      // While the database writes one batch, the next ones are read and sealed.
      await line.add(helpers.ahead, (before) =>
        writeLines(writing, batch, helpers.prepare(batch, system.now()), before).then(note),
      );
    }
    if (batchCount !== digests.length) throw changedFile();
  } finally {
    await line.done();
  }
  return { imported, earlier: earlier.size + overtaken, bad: bad.size + late };
}

/** Work on batches of which several are under way. Each is given the promise of the one before it. */
function queue() {
  const underWay: Promise<void>[] = [];
  return {
    /** Waits for the oldest work where more than `most` is under way. */
    async add(most: number, work: (before: Promise<void>) => Promise<void>): Promise<void> {
      const added = work(underWay.at(-1) ?? Promise.resolve());
      // A failure is met where it is awaited.
      added.catch(() => undefined);
      underWay.push(added);
      if (underWay.length > most) await underWay.shift();
    },
    done: () => Promise.all(underWay),
  };
}

const changedFile = () => new OperatorError('The file has changed since it was checked. Import it again.');

interface CheckedFile {
  readonly lines: number;
  readonly earlier: LineSet;
  /** Numbers of the invalid lines. */
  readonly bad: LineSet;
  /** Of every batch, so that what is written is what was checked. */
  readonly digests: readonly string[];
  /** The index key under which every line was looked up; `undefined` where a rotation came in between. */
  readonly indexVersion: number | undefined;
}

async function checkFile(importing: Importing, options: ImportOptions): Promise<CheckedFile> {
  const { system, brandId, source, helping } = importing;
  const scope = scopeOf(system, brandId);
  const seen = new SeenValues();
  const [bad, earlier] = [new LineSet(), new LineSet()];
  const digests: string[] = [];
  const indexVersions = new Set<number>();
  let [count, looked] = [0, 0];
  const line = queue();
  try {
    for await (const batch of batches(source)) {
      digests.push(digestOf(batch));
      count += batch.numbers.length;
      const helpers = await helping.forLines(count);
      const note = async (before: Promise<void>) => {
        const checked = await checkedUnderAll(importing, batch, helpers.check(batch, system.now()));
        await before;
        indexVersions.add(checked.indexVersions.at(-1) ?? 0);
        const found = await lookUp(system, scope, batch, checked, seen);
        for (const number of found.earlier) earlier.add(number);
        for (const one of found.bad) {
          bad.add(one.line);
          options.problem(one);
        }
        looked += batch.numbers.length;
        options.progress('checked', looked, looked);
      };
      await line.add(helpers.ahead, note);
    }
  } finally {
    await line.done();
  }
  const [indexVersion, ...others] = indexVersions;
  return {
    lines: count,
    earlier,
    bad,
    digests,
    indexVersion: others.length > 0 ? undefined : indexVersion,
  };
}

/** A checked batch with its digests under every index key that is in use. */
async function checkedUnderAll(
  { system, brandId, rules }: Importing,
  batch: Batch,
  given: Promise<CheckedBatch | undefined>,
): Promise<CheckedBatch> {
  const checked = await given;
  const keyring = await system.keyrings.of(brandId);
  const isCurrent = checked?.indexVersions.join() === keyring.indexVersions.join();
  return checked && isCurrent ? checked : checkBatch(rules, keyring, batch, system.now());
}
