import { availableParallelism } from 'node:os';
import { OperatorError } from '../../domain/operator-error.ts';
import type { LineProblems } from '../../operations/customers/importing/check.ts';
import type { ImportFacts } from '../../operations/customers/importing/import.ts';
import type { ImportFormat } from '../../operations/customers/importing/source.ts';
import { withSystem } from '../command.ts';
import { csvOf } from '../csv.ts';
import type { Format } from '../output.ts';
import { printAnswer, printNotice } from '../output.ts';
import { writeTo } from '../private-file.ts';
import type { Progress } from '../progress.ts';
import { formatCount, openPace, openProgress, percent, speedSince } from '../progress.ts';
import type { ReasonOptions } from '../reason.ts';
import { inputOf } from '../streams.ts';

interface ImportOptions extends ReasonOptions {
  readonly brand: string;
  readonly skipBad?: boolean;
  readonly format: ImportFormat;
  readonly report?: string;
}

/** The exit code is 1 if a line was not imported. */
export async function importFile(format: Format, file: string, options: ImportOptions): Promise<void> {
  const [{ readConfig }, { importThreads }, { importCustomers }, { findBrandByName }] = await Promise.all([
    import('../../config.ts'),
    import('../../operations/customers/importing/threads.ts'),
    import('../../operations/customers/importing/import.ts'),
    import('../../operations/brands/brands.ts'),
  ]);
  if (options.report === '-')
    throw new OperatorError('--report takes a file, because the answer itself goes to standard output.');
  const { name, stream } = inputOf(file);
  const progress = openProgress(format);
  let began = performance.now();
  const problems: LineProblems[] = [];
  const work = (problem: (found: LineProblems) => void) =>
    withSystem(
      format,
      async (system) => {
        const brand = await findBrandByName(system, options.brand);
        began = performance.now();
        const imported = importCustomers(system, brand.brandId, {
          path: name,
          stream: stream && { content: stream, folder: readConfig().dataDir },
          format: options.format,
          skipBad: options.skipBad === true,
          threads: importThreads(threadCount()),
          problem,
          progress: showSteps(progress),
        });
        return [brand, await imported.finally(progress.end)] as const;
      },
      { options },
    );
  // For people, each problem is printed when it is found, or written to the report.
  const [brand, facts] = await (options.report === undefined
    ? work((found) => (format === 'json' ? problems.push(found) : writeProblem(found)))
    : reported(options.report, (note) =>
        work((found) => {
          if (format === 'json') problems.push(found);
          note(found);
        }),
      ));
  const speed = speedSince(began, facts.lines);
  printAnswer(format, { brand: brand.name, bond_brand_id: brand.brandId, ...facts, ...speed, problems }, () =>
    summary(facts, brand.name),
  );
  if (facts.bad === 0) return;
  process.exitCode = 1;
  printNotice(format, nextStep(facts, options.report));
}

/** One processor is left to the reading of the file and to PostgreSQL, which has no use for more than this. */
const threadCount = (): number => Math.min(4, availableParallelism() - 1);

type ShowStep = Parameters<
  typeof import('../../operations/customers/importing/import.ts').importCustomers
>[2]['progress'];

function showSteps(progress: Progress): ShowStep {
  let shown: Parameters<ShowStep>[0] | undefined;
  let pace = openPace();
  return (step, lines, of) => {
    // Writing has a pace of its own.
    if (step !== shown) pace = openPace();
    shown = step;
    pace.note(lines);
    progress(() =>
      step === 'checked'
        ? `Checked ${formatCount(lines)} lines${pace.words()}.`
        : `Imported ${formatCount(lines)} of ${formatCount(of)} (${percent(lines, of)})${pace.words(of)}.`,
    );
  };
}

/** Writes a table of the problems while they are found. It names fields and has no values of them. */
const reported = <Result>(
  file: string,
  work: (note: (found: LineProblems) => void) => Promise<Result>,
): Promise<Result> =>
  writeTo(file, async (write) => {
    let written = write(csvOf([['line', 'field', 'message']]));
    const result = await work((found) => {
      written = written.then(() => write(csvOf(rowsOf(found))));
      // A failure is met where it is awaited.
      written.catch(() => undefined);
    });
    await written;
    return result;
  });

const rowsOf = ({ line, problems }: LineProblems): readonly (readonly string[])[] =>
  Object.entries(problems).flatMap(([field, sentences]) =>
    sentences.map((sentence) => [String(line), field, sentence]),
  );

function writeProblem({ line, problems }: LineProblems): void {
  for (const [field, sentences] of Object.entries(problems))
    process.stdout.write(`line ${line}: ${field}: ${sentences.join(' ')}\n`);
}

function summary({ lines, imported, earlier }: ImportFacts, brand: string): string {
  const before = earlier === 0 ? '' : ` ${formatCount(earlier)} were imported earlier.`;
  return `Imported ${formatCount(imported)} of ${formatCount(lines)} customers into ${brand}.${before}`;
}

function nextStep({ bad, imported }: ImportFacts, report: string | undefined): string {
  const lines = bad === 1 ? '1 line was' : `${formatCount(bad)} lines were`;
  const why = report === undefined ? '' : ` ${report} says why.`;
  return imported === 0
    ? `${lines} refused, so nothing was imported.${why} Correct the file and import it again, or skip those lines with --skip-bad.`
    : `${lines} refused; the others were imported.${why} Correct those lines and import the file again: lines that were imported are skipped.`;
}
