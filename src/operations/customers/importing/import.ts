import { createHash, hash } from 'node:crypto';
import type { BrandId } from '../../../domain/ids.ts';
import { OperatorError } from '../../../domain/operator-error.ts';
import type { Validation } from '../../../domain/validation.ts';
import { defaultValidation } from '../../../domain/validation.ts';
import { operatorActor, recordOperatorAction } from '../../audit/operator.ts';
import { provenSettings } from '../../proofs.ts';
import type { System } from '../../system.ts';
import { scopeOf } from '../../system.ts';
import type { DigestedLine, LineProblems } from './check.ts';
import { checkLine, digested, noteDuplicates, notImported } from './check.ts';
import { linesOf } from './lines.ts';
import type { Sealers, SealingThreads } from './sealers.ts';
import { sealersFor } from './sealers.ts';
import { LineSet, SeenValues } from './seen.ts';
import type { ImportFormat, ImportSource, ImportStream } from './source.ts';
import { openSource } from './source.ts';
import type { Writing, Written } from './write.ts';
import { writeLines } from './write.ts';

/** Lines per look-up, and customers per transaction. */
const batch = 250;

export interface ImportOptions {
  /** The path of a file, or the name of the stream. */
  readonly path: string;
  /** What the content is; JSON lines unless it says otherwise. Gzip is unpacked. */
  readonly format?: ImportFormat;
  /** What is imported instead of a file. */
  readonly stream?: ImportStream | undefined;
  /** Imports the valid lines even if others are invalid; otherwise an invalid line stops the import. */
  readonly skipBad: boolean;
  /** What seals lines beside this thread, where the file has many of them. */
  readonly threads?: SealingThreads | undefined;
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
  const { source, digest } = withDigest(reading.source);
  const checked = await checkFile(system, brandId, { ...reading, source }, options);
  const facts = { lines: checked.lines, imported: 0, earlier: checked.earlier.size, bad: checked.bad.size };
  const open = facts.lines - facts.earlier - facts.bad;
  if ((facts.bad > 0 && !options.skipBad) || open === 0) return facts;
  await recordOperatorAction(system, brandId, 'import', { lines: open, file_sha256: digest() });
  const actor = operatorActor(system);
  const writing = { system, brandId, actor, checkedUnder: checked.indexVersion };
  const sealers = await sealersFor(writing, open, options.threads);
  try {
    return {
      ...facts,
      ...(await writeFile(writing, sealers, reading.source, checked, { ...options, open })),
    };
  } finally {
    await sealers.close();
  }
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
  writing: Writing,
  sealers: Sealers,
  source: ImportSource,
  { bad, earlier, digests }: CheckedFile,
  { open, problem, progress }: ImportOptions & { readonly open: number },
): Promise<Pick<ImportFacts, 'imported' | 'earlier' | 'bad'>> {
  let [imported, overtaken, late, batchCount] = [0, 0, 0, 0];
  const note = ({ written, earlier: skipped, problems }: Written) => {
    for (const one of problems) problem(one);
    imported += written;
    overtaken += skipped;
    late += problems.length;
    writing.system.db.wake();
    progress('imported', imported, open - overtaken);
  };
  const underWay: Promise<void>[] = [];
  try {
    for await (const all of batches(source)) {
      if (digestOf(all) !== digests[batchCount]) throw changedFile();
      batchCount += 1;
      const lines = all.filter(({ number }) => !bad.has(number) && !earlier.has(number));
      if (lines.length === 0) continue;
      // While the database writes one batch, the next ones are read and sealed.
      const before = underWay.at(-1) ?? Promise.resolve();
      const prepared = sealers.prepare(lines, writing.system.now());
      // A failure is met where it is awaited.
      prepared.catch(() => undefined);
      const written = writeLines(writing, { lines, prepared }, before).then(note);
      written.catch(() => undefined);
      underWay.push(written);
      if (underWay.length > sealers.ahead) await underWay.shift();
    }
    if (batchCount !== digests.length) throw changedFile();
  } finally {
    await Promise.all(underWay);
  }
  return { imported, earlier: earlier.size + overtaken, bad: bad.size + late };
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

async function checkFile(
  system: System,
  brandId: BrandId,
  { source, validation }: Reading,
  options: ImportOptions,
): Promise<CheckedFile> {
  const scope = scopeOf(system, brandId);
  const seen = new SeenValues();
  const [bad, earlier] = [new LineSet(), new LineSet()];
  const digests: string[] = [];
  const indexVersions = new Set<number>();
  let count = 0;
  for await (const lines of batches(source)) {
    digests.push(digestOf(lines));
    const checked = lines.map((line) => checkLine(system, line, validation));
    const keyring = await system.keyrings.of(brandId);
    indexVersions.add(keyring.indexVersion);
    const fresh = new Set(await notImported(system, keyring, scope, checked));
    for (const line of checked) if (!fresh.has(line)) earlier.add(line.number);
    await noteDuplicates(system, keyring, scope, [...fresh], seen);
    for (const { number, problems } of fresh) {
      if (!problems.any) continue;
      bad.add(number);
      options.problem({ line: number, problems: problems.toObject() });
    }
    count += lines.length;
    options.progress('checked', count, count);
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

/** The lines of the file, in batches. */
async function* batches(source: ImportSource): AsyncGenerator<readonly DigestedLine[]> {
  let lines: DigestedLine[] = [];
  for await (const line of linesOf(source)) {
    lines.push(digested(line));
    if (lines.length < batch) continue;
    yield lines;
    lines = [];
  }
  if (lines.length > 0) yield lines;
}

const digestOf = (lines: readonly DigestedLine[]): string =>
  hash('sha256', lines.map(({ number, digest }) => `${number} ${digest}`).join('\n'));
